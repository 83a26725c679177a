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


def test_every_state_has_a_picture_in_each_size_and_theme():
    taken = [shot for scale in (1, 2) for state in STATES for shot in shots(state, scale)]
    assert {(shot.state, shot.size, shot.scale, shot.scheme) for shot in taken} == {
        (state, size, scale, scheme)
        for state in STATES
        for size, scale in (("1280", 1), ("1920", 1), ("1280", 2))
        for scheme in SCHEMES
    }
    assert len({shot.name for shot in taken}) == len(taken)


def test_a_picture_keeps_the_colours_that_mean_something(tmp_path):
    roles = ("drums", "bass", "other", "vocals", "accent", "good")
    image = QImage(300, 20, QImage.Format.Format_RGB32)
    for x in range(300):
        for y in range(20):
            image.setPixelColor(x, y, QColor(getattr(theme.COLOURS, roles[x // 50])))
    write(image, tmp_path / "picture.webp")
    written = Image.open(tmp_path / "picture.webp").convert("RGB")
    assert written.size == (300, 20)
    for place, role in enumerate(roles):
        wanted = QColor(getattr(theme.COLOURS, role))
        seen = written.getpixel((50 * place + 25, 10))
        assert seen == pytest.approx((wanted.red(), wanted.green(), wanted.blue()), abs=6)


def test_the_list_names_what_is_there(tmp_path):
    for name in ("playing-1280-dark.webp", "playing-1920-light.webp"):
        (tmp_path / name).touch()
    write_readme(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert re.findall(r"\((\S+\.webp)\)", text) == [
        "playing-1280-dark.webp",
        "playing-1920-light.webp",
        "playing-1280-dark.webp",
    ]
