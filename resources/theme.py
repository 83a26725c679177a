"""GUI thread: the one place for colours, sizes, type and icons.

The roles and their dark values come from the drawing of the window (`resources/palettes.py`). Widgets read
`theme.COLOURS` when they paint; what keeps colours (pens, rich text) makes them anew on `theme.SIGNALS.changed`.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from string import Template
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from resources.colours import SPECTROGRAM
from resources.palettes import DARK, LIGHT, STEMS, Palette

HERE = Path(__file__).resolve().parent


COLOURS = DARK
"""What the window wears now. To be read when something is painted: `apply` may put the other one here at any time."""
STAGE = DARK
"""For what is drawn upon a spectrogram, which is as dark as the night in either theme."""

Scheme = Literal["dark", "light", "system"]


class Signals(QObject):
    """What the theme tells."""

    changed = Signal()
    """`COLOURS` has become another palette; the style sheet and icons made by `set_icon` have followed already."""


SIGNALS = Signals()

STEP_PX = 4
"""Every gap in the window is a multiple of this."""
GAP_PX = 3 * STEP_PX
PANEL_CORNER_PX = 10
CONTROL_CORNER_PX = 6
CONTROL_HEIGHT_PX = 32

FAMILY = "Inter"
BODY_PX = 13
CAPTION_PX = 11
TIME_PX = 21
FIGURE_PX = 17


def stem_colour(name: str) -> str:
    """The colour that the stem `name` has everywhere at present; text colour for a name without one."""
    return str(getattr(COLOURS, name)) if name in STEMS else COLOURS.text


@cache
def spectrogram_table() -> npt.NDArray[np.uint8]:
    """Colours of the levels 0 to 255, shape (256, 3), red, green and blue; brighter from entry to entry."""
    colours = [QColor(name) for name in SPECTROGRAM]
    stops = np.array([(colour.red(), colour.green(), colour.blue()) for colour in colours], dtype=np.float64)
    places = np.linspace(0, 255, len(stops))
    channels = [np.interp(np.arange(256), places, stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


def font(
    size_px: int = BODY_PX,
    weight: QFont.Weight = QFont.Weight.Normal,
    tabular: bool = False,
) -> QFont:
    """The window's type. `tabular`: every figure equally wide, so that moving numbers do not jitter."""
    made = QFont(FAMILY)
    made.setPixelSize(size_px)
    made.setWeight(weight)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def fixed_font() -> QFont:
    """The system's own type in which every letter is equally wide, for what a program has written."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(CAPTION_PX)
    return made


def icon(name: str, role: str = "text", filled: bool = False) -> QIcon:
    """An icon of the set in `resources/icons` in the present colour of a role, faint where its control is disabled.

    For what is painted at once; what keeps an icon takes `set_icon`.
    """
    made = QIcon()
    for scale in ICON_SCALES:
        made.addPixmap(_drawn(name, getattr(COLOURS, role), filled, scale), QIcon.Mode.Normal)
        made.addPixmap(_drawn(name, COLOURS.faint, filled, scale), QIcon.Mode.Disabled)
    return made


def set_icon(button: QAbstractButton, name: str, role: str = "text", filled: bool = False) -> None:
    """Give a button an icon, which follows the theme from now on."""
    button.setProperty(_ICON, [name, role, filled])
    button.setIcon(icon(name, role, filled))


_ICON = "themed_icon"
"""The property in which a button remembers what its icon was made of."""
ICON_PX = 16
ICON_SCALES = (1.0, 1.5, 2.0)


@cache
def _source(name: str) -> str:
    return (HERE / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _drawn(name: str, colour: str, filled: bool, scale: float) -> QPixmap:
    source = _source(name).replace("currentColor", colour)
    if filled:
        source = source.replace('fill="none"', f'fill="{colour}"')
    pixmap = QPixmap(QSize(ICON_PX, ICON_PX) * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, ICON_PX, ICON_PX))
    painter.end()
    return pixmap


def apply(application: QApplication, scheme: Scheme = "dark") -> None:
    """Dress the whole application: fonts, palette, style sheet. "system" is what the desktop wears, and follows it."""
    if not application.property(_DRESSED):
        application.setProperty(_DRESSED, True)
        for path in sorted((HERE / "fonts").glob("*.otf")):
            QFontDatabase.addApplicationFont(str(path))
        application.setStyle("Fusion")
        application.setFont(font())
        application.styleHints().colorSchemeChanged.connect(lambda system: _follow(application, system))
    application.setProperty(_SCHEME, scheme)
    application.styleHints().setColorScheme(_QT_SCHEMES[scheme])  # title bars, the system's own dialogs
    system = application.styleHints().colorScheme()
    _wear(application, _palette_for(_QT_SCHEMES[scheme] if scheme != "system" else system))


_DRESSED, _SCHEME = "dressed", "colour_scheme"
"""Properties of the application: whether it has its fonts, and the scheme that was wished for."""
_QT_SCHEMES = {
    "dark": Qt.ColorScheme.Dark,
    "light": Qt.ColorScheme.Light,
    "system": Qt.ColorScheme.Unknown,
}


def _palette_for(scheme: Qt.ColorScheme) -> Palette:
    """What to wear; where the desktop has no opinion, dark."""
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def _follow(application: QApplication, system: Qt.ColorScheme) -> None:
    if application.property(_SCHEME) == "system":
        _wear(application, _palette_for(system))


def _wear(application: QApplication, palette: Palette) -> None:
    global COLOURS
    if palette is COLOURS and application.styleSheet():
        return
    COLOURS = palette
    application.setPalette(_qt_palette())
    application.setStyleSheet(style_sheet())
    for widget in application.allWidgets():
        made_of = widget.property(_ICON)
        if made_of and isinstance(widget, QAbstractButton):
            set_icon(widget, *made_of)
    SIGNALS.changed.emit()


def mark(widget: QWidget, **properties: str | bool) -> None:
    """Set properties that the style sheet asks for, and let the widget be drawn by them."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _qt_palette() -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: COLOURS.ground,
        QPalette.ColorRole.Base: COLOURS.well,
        QPalette.ColorRole.AlternateBase: COLOURS.panel,
        QPalette.ColorRole.Button: COLOURS.raised,
        QPalette.ColorRole.WindowText: COLOURS.text,
        QPalette.ColorRole.Text: COLOURS.text,
        QPalette.ColorRole.ButtonText: COLOURS.text,
        QPalette.ColorRole.ToolTipBase: COLOURS.raised,
        QPalette.ColorRole.ToolTipText: COLOURS.text,
        QPalette.ColorRole.PlaceholderText: COLOURS.dim,
        QPalette.ColorRole.Highlight: COLOURS.accent,
        QPalette.ColorRole.HighlightedText: COLOURS.on_accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(COLOURS.faint))
    return palette


def style_sheet() -> str:
    """Qt style sheet of the window; widgets choose by the properties `panel`, `role`, `weight`, `kind` and `lamp`."""
    sizes = {
        "panel_corner": PANEL_CORNER_PX,
        "corner": CONTROL_CORNER_PX,
        "height": CONTROL_HEIGHT_PX - 2,
        "inner": CONTROL_HEIGHT_PX - 4,
        "caption": CAPTION_PX,
        "time": TIME_PX,
        "figure": FIGURE_PX,
    }
    roles = asdict(COLOURS)
    lamps = "\n".join(f'QLabel[lamp="{role}"] {{ color: {colour}; }}' for role, colour in roles.items())
    return Template(_SHEET).substitute(roles, stage_dim=STAGE.dim, **sizes) + lamps


_SHEET = """
QWidget { color: $text; }
QMainWindow, QDialog { background: $ground; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }

*[panel="card"] { background: $panel; border: 1px solid $line; border-radius: ${panel_corner}px; }
*[panel="side"] { background: $panel; border: none; border-right: 1px solid $line; }
*[panel="right side"] { background: $panel; border: none; border-left: 1px solid $line; }
*[panel="side"][over="true"], *[panel="right side"][over="true"] { border-color: $accent; background: $hover; }
*[panel="top"] { background: $panel; border: none; border-bottom: 1px solid $line; }
*[panel="bottom"] { background: $panel; border: none; border-top: 1px solid $line; }

QLabel { background: transparent; }
QLabel[role="caption"] { color: $dim; font-size: ${caption}px; }
QLabel[role="heading"] { color: $dim; font-size: ${caption}px; font-weight: 600; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="time"] { font-size: ${time}px; font-weight: 600; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="wrong"] { color: $mute; }
QLabel[role="key"] {
    background: $raised; border: 1px solid $line; border-radius: 4px; padding: 1px 6px;
    font-size: ${caption}px; font-weight: 600;
}
QLabel[role="stage"] { color: $stage_dim; }
QLabel[role="figure"] { font-size: ${figure}px; font-weight: 600; }

QPushButton, QToolButton {
    background: $raised; border: 1px solid $line; border-radius: ${corner}px;
    padding: 0 12px; min-height: ${height}px;
}
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border: 2px solid $text; padding: 0 11px; }
QPushButton:disabled, QToolButton:disabled { color: $faint; background: $panel; }
QToolButton::menu-indicator { image: none; }
*[weight="loud"] {
    background: $loud; border-color: $loud; color: $on_loud; font-weight: 600;
    padding: 0 20px; min-height: 36px;
}
*[weight="loud"]:hover { background: $loud_hover; }
*[weight="loud"]:pressed { background: $loud_pressed; }
*[weight="loud"]:disabled { background: $raised; border-color: $line; color: $faint; }
*[weight="loud"]:focus { border: 2px solid $text; padding: 0 19px; }
*[weight="loud"][calm="true"] { background: $raised; border-color: $line; color: $text; }
*[weight="loud"][calm="true"]:hover { background: $hover; }
*[weight="loud"][calm="true"]:focus { border-color: $text; }
*[weight="second"] { background: transparent; border-color: $accent; color: $accent; }
*[weight="second"]:disabled { border-color: $line; color: $faint; }
QPushButton::menu-indicator { image: none; width: 0; }
*[weight="small"] { padding: 0 8px; min-height: 24px; max-height: 24px; font-size: ${caption}px; color: $dim; }
*[weight="small"]:hover { color: $text; }
*[weight="small"]:focus { padding: 0 7px; min-height: 22px; max-height: 22px; }
*[weight="quiet"] { background: transparent; border-color: transparent; padding: 0; min-height: 24px; min-width: 24px; }
*[weight="quiet"]:hover { background: $hover; }
*[weight="quiet"]:disabled { background: transparent; border-color: transparent; }
*[weight="quiet"]:focus { border: 2px solid $text; padding: 0; }
*[weight="header"] {
    background: transparent; border: 1px solid transparent; padding: 0;
    min-width: 28px; max-width: 28px; min-height: 28px; max-height: 28px;
}
*[weight="header"]:checked { background: $raised; }
*[weight="header"]:hover { background: $hover; }
*[weight="header"]:focus {
    border: 2px solid $text; padding: 0; min-width: 26px; max-width: 26px; min-height: 26px; max-height: 26px;
}
*[weight="square"] { padding: 0; min-width: ${height}px; max-width: ${height}px; }
*[weight="square"]:focus { padding: 0; min-width: ${inner}px; max-width: ${inner}px; min-height: ${inner}px; }
*[weight="door"] { background: transparent; border: 1px dashed $line; color: $dim; }
*[weight="door"]:hover { color: $text; border-color: $faint; background: transparent; }
*[weight="door"]:focus { border: 2px solid $text; padding: 0 11px; }
*[weight="fold"] { background: transparent; border: 2px solid transparent; color: $dim; padding: 0 8px 0 0; }
*[weight="fold"]:hover { color: $text; }
*[weight="fold"]:focus { border: 2px solid $text; padding: 0 8px 0 0; }
*[weight="words"] {
    background: transparent; border: 1px solid transparent; color: $dim; padding: 0 6px; min-height: 22px;
    max-height: 22px; font-size: ${caption}px;
}
*[weight="words"]:hover { color: $text; background: $hover; }
*[weight="words"]:focus { border: 2px solid $text; padding: 0 5px; min-height: 20px; max-height: 20px; }
*[weight="round"] {
    background: $text; border: 2px solid $text; border-radius: 22px; padding: 0;
    min-width: 40px; max-width: 40px; min-height: 40px; max-height: 40px;
}
*[weight="round"]:hover { background: $strong; }
*[weight="round"]:focus { border: 2px solid $accent; padding: 0; }
*[weight="round"]:disabled { background: $raised; border-color: $line; }
*[weight="latch"] {
    padding: 0; min-height: 24px; max-height: 24px; font-size: ${caption}px; font-weight: 600; color: $dim;
}
*[weight="latch"]:focus { padding: 0; min-height: 22px; max-height: 22px; }
*[weight="latch"][kind="mute"]:checked { background: $mute; border-color: $mute; color: $on_accent; }
*[weight="latch"][kind="solo"]:checked { background: $solo_fill; border-color: $solo; color: $on_solo; }
*[weight="latch"]:checked:focus { border-color: $text; }
*[weight="square"][chosen="true"] { border-color: $accent; }
*[weight="slim"] { padding: 0 10px; }
*[weight="slim"]:focus { padding: 0 9px; }
*[weight="fact"] { text-align: left; padding: 0 10px; }
*[weight="fact"]:focus { padding: 0 9px; }
*[weight="fact"][chosen="true"] { border-color: $accent; color: $accent; }
*[weight="fact"][chosen="true"]:focus { border: 2px solid $accent; }
*[weight="toggle"]:checked { border-color: $accent; color: $accent; }
*[weight="toggle"]:checked:focus { border: 2px solid $accent; }

*[weight="choice"] { text-align: left; min-height: 26px; max-height: 26px; padding: 0 8px; color: $dim; }
*[weight="choice"]:hover { color: $text; }
*[weight="choice"]:checked { border-color: $accent; color: $text; }
*[weight="choice"]:focus { border: 2px solid $text; padding: 0 7px; min-height: 24px; max-height: 24px; }

*[panel="well"] { background: $well; border: 1px solid $line; border-radius: ${corner}px; }
*[panel="sheet"] { background: $raised; border: 1px solid $faint; }
*[panel="segments"] { background: $well; border: 1px solid $line; border-radius: ${corner}px; }
*[weight="segment"] {
    background: transparent; border: 2px solid transparent; border-radius: ${corner}px; color: $dim;
    padding: 0 8px; min-height: 0; min-width: 28px;
}
*[weight="segment"]:hover { color: $text; }
*[weight="segment"]:checked { background: $line; color: $text; font-weight: 600; }
*[weight="segment"]:disabled { background: transparent; color: $faint; }
*[weight="segment"]:focus { border: 2px solid $text; padding: 0 8px; }
*[dense="true"] > *[weight="segment"], *[dense="true"] > *[weight="segment"]:focus { padding: 0 4px; }
*[weight="tab"] {
    background: transparent; border: 2px solid transparent; border-radius: ${corner}px; color: $dim;
    padding: 0 8px; min-height: 22px; max-height: 22px;
}
*[weight="tab"]:hover { color: $text; background: transparent; }
*[weight="tab"]:checked { background: $raised; color: $text; font-weight: 600; }
*[weight="tab"]:focus { border: 2px solid $text; padding: 0 8px; }

QLineEdit {
    background: $well; border: 1px solid $line; border-radius: ${corner}px; padding: 0 8px;
    min-height: ${height}px; selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $dim;
}
QLineEdit:focus { border: 2px solid $text; padding: 0 7px; }
QLineEdit:disabled { color: $faint; }
QLineEdit[dense="true"], QLineEdit[dense="true"]:focus { padding: 0 4px; }
QLineEdit[inset="true"] { background: transparent; border: 2px solid transparent; padding: 0 4px; min-height: 24px; }
QLineEdit[inset="true"]:focus { border: 2px solid $text; padding: 0 4px; }
QLineEdit[wrong="true"] { border-color: $mute; }
QLineEdit[weight="figure"] {
    background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0; min-height: 0;
    color: $dim;
}
QLineEdit[weight="figure"]:hover { background: $well; color: $text; }
QLineEdit[weight="figure"]:focus { background: $well; border: 1px solid $text; color: $text; }
QLineEdit[weight="figure"][wrong="true"] { border-color: $mute; }

QLineEdit[kind="in-place"] {
    min-height: 20px; max-height: 20px; padding: 0 4px; border: 1px solid $accent; font-weight: 600;
}
QListView[kind="cards"] { background: transparent; border: none; outline: none; }
QListView[kind="cards"]::item { background: transparent; border: none; }

QSlider::groove:horizontal { background: $well; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $text; width: 12px; height: 12px; margin: -4px 0; border-radius: 6px;
}
QSlider::handle:horizontal:hover { background: $strong; }
QSlider::handle:horizontal:focus {
    background: $accent; border: 2px solid $text; width: 10px; height: 10px; margin: -5px 0;
}
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $faint; }

QProgressBar { background: $well; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 4px; min-height: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $raised; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 16px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $faint; }

*[panel="drop"] { background: $panel; border: 1px dashed $faint; border-radius: ${panel_corner}px; }
*[panel="drop"][filled="true"] { border: 1px solid $line; }
*[panel="drop"][over="true"] { border: 2px solid $accent; background: $raised; }

QComboBox {
    background: $well; border: 1px solid $line; border-radius: ${corner}px; padding: 0 8px; min-height: ${height}px;
}
QComboBox:hover { background: $panel; }
QComboBox:focus { border: 2px solid $text; padding: 0 7px; min-height: ${inner}px; }
QComboBox:disabled { color: $faint; background: $panel; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView {
    background: $raised; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $hover; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 8px; border-radius: 4px; }

QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $faint; border-radius: 4px; background: $well; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox:disabled { color: $faint; }
QCheckBox::indicator:disabled { border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $faint; border-color: $faint; }
QCheckBox::indicator:focus { border: 2px solid $text; width: 14px; height: 14px; }

*[panel="message"] { background: $raised; border: 1px solid $line; border-radius: ${corner}px; }
*[panel="message"][kind="error"] { border-color: $mute; }
QPlainTextEdit {
    background: $well; border: 1px solid $line; border-radius: ${corner}px; color: $dim; padding: 1px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit:focus { border: 2px solid $text; padding: 0; }
"""
