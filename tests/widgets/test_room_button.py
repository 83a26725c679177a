"""How much room takes need, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from widgets.room_button import RoomButton


def test_it_says_how_much_room_there_is_and_empties_the_trash(qtbot):
    button = RoomButton()
    qtbot.addWidget(button)
    assert button.isHidden()
    button.show_room("Takes 3.2 GB · 118 GB free", "1.2 GB")
    assert button.text() == "Takes 3.2 GB · 118 GB free"
    assert "1.2 GB" in button.toolTip()
    folder, trash = button.menu().actions()
    assert trash.text() == "Empty the trash (1.2 GB)"
    with qtbot.waitSignal(button.trash_emptied):
        trash.trigger()
    with qtbot.waitSignal(button.folder_wanted):
        folder.trigger()
    button.show_room("Takes 3.2 GB · 118 GB free", "")
    assert not trash.isEnabled()
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
