"""A hand that trains a model from the window: a real training, with xdotool's mouse and keys on the X display there is.

Run as a program, `python -m tests.app.training.hand FOLDER`: trains on FOLDER/tapes, closes the dialog while it learns,
opens it again, stops the training, chooses the model, and leaves in FOLDER what the test wants to know.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from app.training.dialog import TrainingDialog
from app.window import Window
from tests.app.hand import Steps, click, let_use, type_over, xdotool

SCREEN_PX = (1280, 720)


def dialog() -> QFileDialog | None:
    """The file dialog that is open, if any."""
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible()), None)


def ask_for_training(window: Window) -> Steps:
    """By the menu of the way to more models."""
    click(window.door)
    menu = window.door.menu()
    yield menu.isVisible
    click(menu, menu.actionGeometry(window.door.train_action).center())


def use(window: Window, folder: Path) -> Steps:
    """From the first click to the chosen model."""
    yield lambda: len(window.picker.buttons) == 1 and window.isActiveWindow()
    yield from ask_for_training(window)
    yield lambda: window.training.dialog is not None and window.training.dialog.isActiveWindow()
    trainer: TrainingDialog = window.training.dialog
    form, panel = trainer.form, trainer.panel
    click(form.drop.button)
    yield lambda: dialog() is not None and dialog().isActiveWindow()
    typed = dialog().findChild(QLineEdit)
    xdotool("type", str(folder / "tapes"))
    yield lambda: typed.text() == str(folder / "tapes")
    xdotool("key", "Return")
    yield form.start_button.isEnabled
    type_over(form.name, "Night Tapes")
    yield lambda: form.name.text() == "Night Tapes"
    click(form.details_button)
    yield form.cut.isVisible
    click(form.varied, QPoint(10, form.varied.height() // 2))
    yield lambda: not form.varied.isChecked()
    type_over(form.cut, "1")
    yield lambda: form.cut.text() == "1"
    trainer.grab().save(str(folder / "form.png"))
    click(form.start_button)

    seen = {}
    yield lambda: "recordings" in panel.state.text() or panel.state.text() == "Learning"
    yield lambda: panel.plot.points > 0 and panel.state.text() == "Learning"
    seen["figures"], seen["legend"], seen["points"] = panel.figures, panel.plot.legend, panel.plot.points
    trainer.grab().save(str(folder / "training.png"))
    xdotool("key", "Escape")
    yield lambda: not trainer.isVisible()
    yield lambda: "Training" in window.door.text()
    step = window.training._found[0].status.step
    yield lambda: window.training._found[0].status.step > step  # it has gone on
    yield from ask_for_training(window)
    yield lambda: trainer.isVisible() and panel.plot.points > 0
    click(panel.stop_button)

    yield lambda: panel.state.text() == "Stopped" and panel.choose_button.isVisible()
    yield lambda: not panel.preview.picture.is_empty
    trainer.grab().save(str(folder / "stopped.png"))
    click(panel.choose_button)
    yield lambda: window.session.state.recipe.model == "night-tapes"
    seen["models"] = [button.card.title for button in window.picker.buttons]
    seen["state"], seen["entry"] = panel.state.text(), trainer.list.buttons["night-tapes"].accessibleDescription()
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.setGeometry(0, 0, *SCREEN_PX)))
