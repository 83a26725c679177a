"""Engine thread: a spectrogram as a picture file, with its scales."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ, Levels
from engine.audio.writing import replaced_on_success

WIDTH, HEIGHT = 1600, 640
LEFT, RIGHT, TOP, BOTTOM = 64, 96, 16, 40
MARKS_HZ = (60, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
GROUND, INK = "#0f1217", "#98a4b3"


def colour_table(stops: Sequence[str]) -> npt.NDArray[np.uint8]:
    """The colours (256, 3) of the levels 0 to 255, straight between `stops` ("#rrggbb", the quietest first)."""
    rgb = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops], float)
    places = np.linspace(0, 1, len(stops))
    table = np.stack([np.interp(np.linspace(0, 1, 256), places, channel) for channel in rgb.T], 1)
    return np.round(table).astype(np.uint8)


def save_picture(path: Path, levels: Levels, *, duration_s: float, stops: Sequence[str]) -> None:
    """Write levels (columns, BINS) as a PNG with axes in seconds, Hz and dB.

    Raises:
        OutputError: the file cannot be written.
    """
    sheet = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    size = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
    table = colour_table(stops)
    sheet.paste(Image.fromarray(table[levels.T[::-1]]).resize(size, Image.Resampling.BOX), (LEFT, TOP))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(13)
    _draw_frequencies(draw, font, size)
    _draw_times(draw, font, size, duration_s)
    _draw_scale(sheet, draw, font, table)
    with replaced_on_success(path) as partial:
        sheet.save(partial, format="PNG")


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _draw_frequencies(draw: ImageDraw.ImageDraw, font: Font, size: tuple[int, int]) -> None:
    for hz in MARKS_HZ:
        height = np.log(hz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)
        text = f"{hz // 1000}k" if hz >= 1000 else f"{hz}"
        draw.text((LEFT - 10, TOP + size[1] * (1 - height)), text, INK, font, anchor="rm")


def _draw_times(draw: ImageDraw.ImageDraw, font: Font, size: tuple[int, int], duration_s: float) -> None:
    step_s = next((step for step in STEPS_S if duration_s / step <= 12), STEPS_S[-1])
    for time_s in np.arange(0, duration_s, step_s):
        text = f"{int(time_s) // 60}:{int(time_s) % 60:02d}"
        draw.text((LEFT + size[0] * time_s / duration_s, HEIGHT - BOTTOM + 10), text, INK, font, anchor="mt")


def _draw_scale(sheet: Image.Image, draw: ImageDraw.ImageDraw, font: Font, table: npt.NDArray[np.uint8]) -> None:
    bar = Image.fromarray(np.repeat(table[::-1, None], 12, axis=1)).resize((12, HEIGHT - TOP - BOTTOM))
    sheet.paste(bar, (WIDTH - RIGHT + 20, TOP))
    for level_db, y in ((CEILING_DB, TOP + 8), (FLOOR_DB, HEIGHT - BOTTOM - 8)):
        draw.text((WIDTH - RIGHT + 38, y), f"{level_db:.0f} dB", INK, font, anchor="lm")
