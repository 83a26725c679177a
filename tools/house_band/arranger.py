"""Command line: a plan and its players become a score."""

from __future__ import annotations

from tools.house_band.bass import play_bass
from tools.house_band.drums import kicks, play_drums
from tools.house_band.keys import play_keys
from tools.house_band.lead import play_lead
from tools.house_band.rhythm_guitar import play_rhythm_guitar
from tools.house_band.score import Score, Track
from tools.house_band.songbook import SongPlan
from tools.house_band.voices import play_voices


def arrange(plan: SongPlan) -> Score:
    """Let everybody who is there play, listening to whom they follow. The same plan gives the same score."""
    drums, voices = play_drums(plan), play_voices(plan)
    sung = voices[0].notes if "voice" in plan.line_up else []
    tracks: list[Track] = [drums, play_bass(plan, kicks(drums))]
    tracks += [
        play(plan) for player, play in (("rhythm", play_rhythm_guitar), ("keys", play_keys)) if player in plan.line_up
    ]
    tracks += [play_lead(plan, sung)] if "lead" in plan.line_up else []
    return Score(plan.tempo_bpm, plan.length_beats, (*tracks, *voices))
