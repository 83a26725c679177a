"""Any activity: the two sets of colours that the window can wear, by role; no Qt here."""

from __future__ import annotations

from dataclasses import dataclass

STEMS = ("drums", "bass", "other", "vocals", "guitar", "piano")
"""The stems that have a role of their own."""


@dataclass(frozen=True)
class Palette:
    """One colour a role, as #rrggbb.

    Text, dim, accent and mute reach 4.5 : 1 on ground, well, panel, raised and hover, what is written on a filled
    button reaches it there, and what a stem or a lamp is known by reaches 3 : 1. Faint only decorates.
    """

    ground: str
    well: str  # sunken: fields, grooves, meters at rest
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    strong: str  # what is in the colour of the text, under the mouse
    dim: str
    faint: str
    accent: str  # chosen, progress: lines, small fills and words
    on_accent: str  # what is written on accent and mute
    loud: str  # the one loud button
    loud_hover: str
    loud_pressed: str
    on_loud: str
    good: str
    mute: str
    solo: str  # its edge; levels that are hot
    solo_fill: str
    on_solo: str
    drums: str
    bass: str
    other: str
    vocals: str
    guitar: str
    piano: str


DARK = Palette(
    ground="#0f1217",
    well="#0d1016",
    panel="#161a22",
    raised="#1e2430",
    hover="#28303f",
    line="#2a3240",
    text="#e9edf3",
    strong="#ffffff",
    dim="#98a4b3",
    faint="#5f6b7a",
    accent="#f5a34c",
    on_accent="#1b1206",
    loud="#f5a34c",
    loud_hover="#ffb663",
    loud_pressed="#dd8f3a",
    on_loud="#1b1206",
    good="#4fd08a",
    mute="#f0706a",
    solo="#f5d14c",
    solo_fill="#f5d14c",
    on_solo="#1b1206",
    drums="#f5b14c",
    bass="#f0706a",
    other="#5cc8a8",
    vocals="#8fa3ff",
    guitar="#d58be0",
    piano="#7cc4f2",
)

LIGHT = Palette(
    ground="#e6e9ef",
    well="#eaedf2",
    panel="#f6f7fa",
    raised="#ffffff",
    hover="#eaeef5",
    line="#c8cfd9",
    text="#171c24",
    strong="#000000",
    dim="#4c5765",
    faint="#8b95a3",
    accent="#9d4b00",
    on_accent="#ffffff",
    loud="#f39a3d",
    loud_hover="#ffac55",
    loud_pressed="#dd852a",
    on_loud="#1b1206",
    good="#157f48",
    mute="#bd2c26",
    solo="#7a5f00",
    solo_fill="#f5cf45",
    on_solo="#1b1206",
    drums="#a06400",
    bass="#c8402f",
    other="#0b7f60",
    vocals="#4658cf",
    guitar="#9440a5",
    piano="#1d6fa8",
)
