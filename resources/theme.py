"""GUI thread: the one place for colours, sizes, type and icons.

The roles and their dark values come from the drawing of the window (`resources/palettes.py`). Widgets read
`theme.COLOURS` when they paint; what keeps colours (pens, rich text) makes them anew on `theme.SIGNALS.changed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from string import Template
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import isValid

from resources.colours import SPECTROGRAM
from resources.palettes import DARK, LIGHT, STEMS, Palette
from resources.style_sheet import TEMPLATE

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
    for mode, colour in ((QIcon.Mode.Normal, getattr(COLOURS, role)), (QIcon.Mode.Disabled, COLOURS.faint)):
        for picture in _drawn(name, colour, filled):
            made.addPixmap(QPixmap.fromImage(picture), mode)
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
def _drawn(name: str, colour: str, filled: bool) -> tuple[QImage, ...]:
    """An icon in a colour, one picture a scale. No pixmaps: they would outlive the application, which they must not."""
    source = (HERE / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    if filled:
        source = source.replace('fill="none"', f'fill="{colour}"')
    drawing = QSvgRenderer(QByteArray(source.encode()))
    return tuple(_picture(drawing, scale) for scale in ICON_SCALES)


def _picture(drawing: QSvgRenderer, scale: float) -> QImage:
    made = QImage(QSize(ICON_PX, ICON_PX) * scale, QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(scale)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    drawing.render(painter, QRectF(0, 0, ICON_PX, ICON_PX))
    painter.end()
    return made


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
    _put_on(application, style_sheet())
    for widget in application.allWidgets():
        made_of = widget.property(_ICON)
        if made_of and isinstance(widget, QAbstractButton):
            set_icon(widget, *made_of)
    SIGNALS.changed.emit()


def _put_on(application: QApplication, sheet: str) -> None:
    """Exchange the style sheet, and have every widget polished once: what is seen now, the rest in a moment.

    Left to itself Qt polishes a widget again for each of its ancestors, seven times on average in our window, which
    then stands still for a quarter of a second.
    """
    application.style().unpolish(application)  # forgets who wears the old one: Qt has nobody to polish
    application.setStyleSheet(sheet)
    dressed = [w for w in application.allWidgets() if w.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)]
    _polish(application, [widget for widget in dressed if widget.isVisible()])
    hidden = [widget for widget in dressed if not widget.isVisible()]
    QTimer.singleShot(0, application, lambda: _polish(application, hidden))


def _polish(application: QApplication, widgets: Sequence[QWidget]) -> None:
    style = application.style()
    for widget in filter(isValid, widgets):  # some may have gone meanwhile
        style.polish(widget)
        QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


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
    return Template(TEMPLATE).substitute(roles, stage_dim=STAGE.dim, **sizes) + lamps
