"""What is read can be read, and what is shipped is used."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QFontMetrics

from resources import theme


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    channels = np.array(QColor(colour).getRgbF()[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("surface", ["ground", "well", "panel", "raised"])
@pytest.mark.parametrize("ink", ["text", "dim", "accent"])
def test_what_is_written_can_be_read(ink, surface):
    assert contrast(getattr(theme.DARK, ink), getattr(theme.DARK, surface)) >= 4.5


@pytest.mark.parametrize("surface", ["accent", "mute", "solo"])
def test_what_is_written_on_lit_buttons_can_be_read(surface):
    assert contrast(theme.DARK.on_accent, getattr(theme.DARK, surface)) >= 4.5


def test_louder_is_brighter():
    table = theme.spectrogram_table()
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert tuple(table[0]) == QColor(theme.SPECTROGRAM[0]).getRgb()[:3]
    assert tuple(table[255]) == QColor(theme.SPECTROGRAM[-1]).getRgb()[:3]
    brightness = [luminance("#{:02x}{:02x}{:02x}".format(*colour)) for colour in table]
    assert np.all(np.diff(brightness) > -1e-3)
    assert np.all(np.diff(brightness[::8]) > 0)


def test_the_shipped_font_is_the_one_that_is_used(qapp):
    theme.apply(qapp)
    assert QFontInfo(theme.font()).family() == "Inter"
    assert {"Regular", "Medium"} <= set(QFontDatabase.styles("Inter"))
    assert (theme.HERE / "fonts" / "OFL.txt").is_file()


def test_tabular_figures_are_equally_wide(qapp):
    theme.apply(qapp)
    metrics = QFontMetrics(theme.font(21, tabular=True))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("path", sorted((theme.HERE / "icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_is_drawn_in_the_colour_asked_for(qapp, path):
    picture = theme.icon(path.stem, "#ff0000").pixmap(16).toImage()
    inked = [picture.pixelColor(x, y) for x in range(16) for y in range(16) if picture.pixelColor(x, y).alpha() > 128]
    assert inked
    assert all(colour.red() > 200 and colour.green() < 60 for colour in inked)


def test_each_stem_has_a_colour_of_its_own():
    colours = [theme.stem_colour(name) for name in ("drums", "bass", "other", "vocals", "guitar", "piano")]
    assert len(set(colours)) == 6
    assert theme.stem_colour("theremin") == theme.COLOURS.text
