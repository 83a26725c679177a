"""Any activity: the style sheet of the window, as a template; no Qt here.

Names after a $ are roles of `resources.palettes.Palette` and sizes of `resources.theme`, which fills them in.
"""

TEMPLATE = """
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
