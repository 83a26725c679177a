"""Every state that the documentation shows can be reached, and its picture is as the window is."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage

from resources import theme
from tools.screenshots.picture import SCHEMES, STATES, shots, write, write_readme
from tools.screenshots.visit import Visit


@pytest.mark.parametrize("state", [state for state in STATES if state != "first-start"])
def test_there_is_a_way_to_every_state(state):
    assert callable(getattr(Visit, state.replace("-", "_")))


def test_every_state_has_a_picture_in_each_theme_and_some_in_every_size():
    chosen = [shot for scale in (1, 2) for state in STATES for shot in shots(state, scale, everything=False)]
    assert {(shot.state, shot.scheme) for shot in chosen} == {(state, scheme) for state in STATES for scheme in SCHEMES}
    assert {(shot.size, shot.scale) for shot in chosen} == {("1280", 1), ("1920", 1), ("1280", 2)}
    assert len({shot.name for shot in chosen}) == len(chosen)


def test_with_everything_each_state_has_all_sizes_and_themes():
    whole = [shot for scale in (1, 2) for shot in shots("export", scale, everything=True)]
    assert len(whole) == 3 * len(SCHEMES)


def test_a_picture_keeps_the_colours_that_mean_something(tmp_path):
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    for x in range(300):  # more colours than a palette has
        for y in range(200):
            image.setPixelColor(x, y, QColor(x * 255 // 299, y * 255 // 199, (x * y) % 256))
    for x, role in enumerate(("drums", "bass", "other", "vocals", "accent", "good")):
        image.setPixelColor(x, 0, QColor(getattr(theme.COLOURS, role)))
    write(image, tmp_path / "picture.png")
    written = Image.open(tmp_path / "picture.png")
    assert written.mode == "P"
    seen = ["#{:02x}{:02x}{:02x}".format(*written.convert("RGB").getpixel((x, 0))) for x in range(6)]
    assert seen == [getattr(theme.COLOURS, role) for role in ("drums", "bass", "other", "vocals", "accent", "good")]


def test_the_list_names_what_is_there(tmp_path):
    for name in ("playing-1280-dark.png", "playing-1920-light.png"):
        (tmp_path / name).touch()
    write_readme(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert re.findall(r"\((\S+\.png)\)", text) == [
        "playing-1280-dark.png",
        "playing-1920-light.png",
        "playing-1280-dark.png",
    ]
