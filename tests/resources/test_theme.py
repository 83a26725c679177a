"""What is read can be read, and what is shipped is used."""

from __future__ import annotations

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from resources import theme
from resources.palettes import STEMS


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    channels = np.array(QColor(colour).getRgbF()[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=[theme.DARK, theme.LIGHT], ids=["dark", "light"])
def palette(request):
    return request.param


@pytest.mark.parametrize("surface", ["ground", "well", "panel", "raised", "hover"])
@pytest.mark.parametrize("ink", ["text", "dim", "accent", "mute"])
def test_what_is_written_can_be_read(palette, ink, surface):
    assert contrast(getattr(palette, ink), getattr(palette, surface)) >= 4.5


@pytest.mark.parametrize(
    ("ink", "surface"),
    [
        *[("on_accent", surface) for surface in ("accent", "mute")],
        ("on_solo", "solo_fill"),
        *[("on_loud", surface) for surface in ("loud", "loud_hover", "loud_pressed")],
        *[("ground", surface) for surface in ("text", "strong")],
        ("text", "line"),
    ],
)
def test_what_is_written_on_lit_buttons_can_be_read(palette, ink, surface):
    assert contrast(getattr(palette, ink), getattr(palette, surface)) >= 4.5


@pytest.mark.parametrize("surface", ["ground", "well", "panel", "raised"])
@pytest.mark.parametrize("mark", ["accent", "good", "mute", "solo", *STEMS])
def test_what_is_known_by_its_colour_can_be_seen(palette, mark, surface):
    assert contrast(getattr(palette, mark), getattr(palette, surface)) >= 3


def test_what_stands_on_the_stage_can_be_read():
    for ink in (theme.STAGE.text, theme.STAGE.dim, theme.STAGE.accent):
        assert contrast(ink, theme.SPECTROGRAM[0]) >= 4.5


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
    picture = theme.icon(path.stem, "mute").pixmap(16).toImage()
    inked = [picture.pixelColor(x, y) for x in range(16) for y in range(16) if picture.pixelColor(x, y).alpha() > 128]
    assert inked
    assert all(colour.red() > 200 and colour.green() < 140 for colour in inked)


def test_each_stem_has_a_colour_of_its_own(palette):
    assert len({getattr(palette, name) for name in STEMS}) == 6


def test_a_stem_without_a_colour_has_that_of_the_text():
    assert theme.stem_colour("drums") == theme.COLOURS.drums
    assert theme.stem_colour("theremin") == theme.COLOURS.text


@pytest.fixture
def wear(qapp):
    """Changes the theme, and at the end to dark again."""
    yield lambda scheme: theme.apply(qapp, scheme)
    theme.apply(qapp, "dark")


def ink_of(button):
    """The colour in the middle of a button's icon."""
    return button.icon().pixmap(16).toImage().pixelColor(8, 8)


def test_what_is_there_follows_the_theme(wear, qtbot):
    button = QPushButton("Stop")
    qtbot.addWidget(button)
    button.show()
    theme.set_icon(button, "square", "dim", filled=True)
    assert ink_of(button) == QColor(theme.DARK.dim)
    with qtbot.waitSignal(theme.SIGNALS.changed):
        wear("light")
    assert theme.COLOURS == theme.LIGHT
    assert ink_of(button) == QColor(theme.LIGHT.dim)
    assert button.palette().buttonText().color() == QColor(theme.LIGHT.text)
    assert button.grab().toImage().pixelColor(6, 6) == QColor(theme.LIGHT.raised)
    assert theme.stem_colour("drums") == theme.LIGHT.drums


class Polishings(QObject):
    """Counts how often a widget is told that its style is another."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        self.count += event.type() == QEvent.Type.StyleChange
        return False


def test_a_widget_within_others_is_dressed_once(wear, qtbot):
    inner = outer = QWidget()
    qtbot.addWidget(outer)
    for _ in range(5):
        inner = QFrame(inner)
    inner.setProperty("panel", "card")
    outer.show()
    told = Polishings()
    inner.installEventFilter(told)
    wear("light")
    assert told.count == 1
    assert outer.grab().toImage().pixelColor(8, 8) == QColor(theme.LIGHT.panel)


def test_what_is_hidden_follows_in_a_moment_and_what_is_gone_does_not_matter(wear, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    hidden, gone = QPushButton("Stop", window), QPushButton("Gone", window)
    window.show()
    hidden.hide()
    gone.hide()
    wear("light")
    shiboken6.delete(gone)
    qtbot.waitUntil(lambda: hidden.palette().buttonText().color() == QColor(theme.LIGHT.text))


def test_the_same_theme_again_tells_nobody(wear, qtbot):
    with qtbot.assertNotEmitted(theme.SIGNALS.changed):
        wear("dark")


def test_system_is_dark_where_the_desktop_has_no_opinion_and_follows_one(wear, qapp, qtbot):
    wear("light")
    wear("system")
    assert theme.COLOURS == theme.DARK
    with qtbot.waitSignal(theme.SIGNALS.changed):
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)  # as the desktop tells it
    assert theme.COLOURS == theme.LIGHT


def test_a_desktop_that_is_switched_does_not_matter_to_who_has_chosen(wear, qapp, qtbot):
    wear("dark")
    with qtbot.assertNotEmitted(theme.SIGNALS.changed):
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.COLOURS == theme.DARK
