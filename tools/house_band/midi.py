"""Command line: tracks as a standard MIDI file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import mido

from tools.house_band.score import CHORUS_SEND, PAN, REVERB_SEND, Note, Track

TICKS_PER_BEAT = 960
BEND_RANGE_SEMITONES = 2  # General MIDI's default


def write_midi(path: Path, tracks: Iterable[Track], tempo_bpm: float, length_beats: float) -> None:
    """Write `tracks` as one file that lasts `length_beats`, so that a synthesiser plays the last notes out."""
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    conductor = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo_bpm))])
    file.tracks.append(conductor)
    file.tracks.extend(_midi_track(track, length_beats) for track in tracks)
    file.save(path)


def without_overlaps(notes: Iterable[Note]) -> list[Note]:
    """`notes` in order of time, each ended where its own pitch is struck again: one string rings once."""
    next_start: dict[int, float] = {}
    trimmed = []
    for note in sorted(notes, reverse=True):
        length = min(note.length_beats, next_start.get(note.pitch, float("inf")) - note.start_beats)
        next_start[note.pitch] = note.start_beats
        if length > 0:
            trimmed.append(Note(note.start_beats, length, note.pitch, note.velocity))
    return trimmed[::-1]


def _midi_track(track: Track, length_beats: float) -> mido.MidiTrack:
    timed = [(_ticks(at_beats), message) for at_beats, message in _messages(track) if at_beats <= length_beats]
    timed.append((_ticks(length_beats), _control(track, PAN, track.pan)))  # holds the file open until the end
    timed.sort(key=lambda pair: (pair[0], pair[1].type == "note_on"))  # at one tick an old note ends before a new one
    result, now = mido.MidiTrack(), 0
    for ticks, message in timed:
        result.append(message.copy(time=ticks - now))
        now = ticks
    return result


def _messages(track: Track) -> list[tuple[float, mido.Message]]:
    channel = track.channel
    messages = [(0.0, mido.Message("program_change", channel=channel, program=track.program))]
    settings = ((PAN, track.pan), (REVERB_SEND, track.reverb), (CHORUS_SEND, track.chorus))
    messages += [(0.0, _control(track, number, value)) for number, value in settings]
    messages += [(control.at_beats, _control(track, control.number, control.value)) for control in track.controls]
    for bend in track.bends:
        wheel = max(-8192, min(8191, round(bend.semitones / BEND_RANGE_SEMITONES * 8192)))
        messages.append((bend.at_beats, mido.Message("pitchwheel", channel=channel, pitch=wheel)))
    for note in without_overlaps(track.notes):
        key = {"channel": channel, "note": note.pitch}
        messages.append((note.start_beats, mido.Message("note_on", velocity=note.velocity, **key)))
        messages.append((note.start_beats + note.length_beats, mido.Message("note_off", **key)))
    return messages


def _control(track: Track, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=track.channel, control=number, value=value)


def _ticks(beats: float) -> int:
    return max(0, round(beats * TICKS_PER_BEAT))
