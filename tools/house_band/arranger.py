"""Command line: a plan and its players become a score."""

from __future__ import annotations

from tools.house_band.drums import kicks, play_drums
from tools.house_band.rhythm_section import play_bass, play_keys, play_rhythm_guitar
from tools.house_band.score import Score
from tools.house_band.soloists import play_lead, play_voices
from tools.house_band.songbook import SongPlan


def arrange(plan: SongPlan) -> Score:
    """Let everybody play. The same plan gives the same score."""
    drums = play_drums(plan)
    bass = play_bass(plan, kicks(drums))
    tracks = (drums, bass, play_rhythm_guitar(plan), play_keys(plan), play_lead(plan), *play_voices(plan))
    return Score(plan.tempo_bpm, plan.length_beats, tracks)
