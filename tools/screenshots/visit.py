"""GUI thread: opens the real window, brings it into one state after the other, and takes its pictures.

`python -m tools.screenshots.visit HOMES OUT SCALE all|chosen STATE…`, on an X display.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.program import make_application, make_window
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.settings import MixSettings, Strip
from tools.screenshots.picture import SIZES_PX, shots, write
from tools.screenshots.takes import LONG_NAME

PATIENCE_S = 300.0
SETTLED_S = 0.7
"""So long meters, tooltips and pictures need after the window has another size."""
MIX = MixSettings(
    (Strip(-4.0), Strip(0.0, pan=-0.2), Strip(-1.5, pan=0.3), Strip(0.0, muted=True)), master_gain_db=-0.5
)


class Photographer:
    """Takes every picture that is wanted of a state."""

    def __init__(self, window: Window, out: Path, scale: int) -> None:
        self._window, self._out, self._scale = window, out, scale

    def take(self, state: str, at_s: float | None = None) -> None:
        """In all sizes and themes that this visit can; with a time, what is loaded plays at that time in each."""
        for shot in shots(state, self._scale):
            self._window.setGeometry(0, 0, *SIZES_PX[shot.size])
            self._window.store.change(theme=shot.scheme)
            if at_s is not None:
                self._play(at_s)
            pass_time(SETTLED_S)
            write(self._screen(), self._out / shot.name)
            print(shot.name, flush=True)
        self._window.setGeometry(0, 0, *SIZES_PX["1280"])
        self._window.store.change(theme="dark")

    def _play(self, at_s: float) -> None:
        self._window.playing.seek(at_s)
        self._window.playing.play()
        pass_time(1.0)  # until the meters have risen

    def _screen(self) -> QImage:
        """What the screen shows of the window, dialogs included."""
        return self._window.screen().grabWindow(0, 0, 0, self._window.width(), self._window.height()).toImage()


def pass_time(duration_s: float) -> None:
    """Let the window live for a while."""
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        QApplication.processEvents()
        time.sleep(0.005)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Let the window live until something is so."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited in vain until {what}")
        pass_time(0.02)


@contextmanager
def opened(home: Path) -> Iterator[Window]:
    """The window, with a home."""
    os.environ["DEEPDEADNET_HOME"] = str(home)
    window = make_window()
    window.setGeometry(0, 0, *SIZES_PX["1280"])
    window.show()
    window.start()
    window.dropouts.stop()  # it would speak of the machine, not of the window
    wait_until(lambda: bool(window.picker.buttons), "there are models")
    wait_until(lambda: window.activity.text == "Ready", "the networks are loaded")
    pass_time(1.0)
    try:
        yield window
    finally:
        window.close()
        pass_time(0.1)


def drag(window: Window, begin_s: float, end_s: float) -> None:
    """Choose a region, as the hand does."""
    view = window.view
    buttons = Qt.MouseButton.LeftButton
    for kind, time_s in (
        (QEvent.Type.MouseButtonPress, begin_s),
        (QEvent.Type.MouseMove, (begin_s + end_s) / 2),
        (QEvent.Type.MouseMove, end_s),
        (QEvent.Type.MouseButtonRelease, end_s),
    ):
        place = QPoint(round(view.x_of(time_s)), 90)
        event = QMouseEvent(
            kind, QPointF(place), QPointF(view.mapToGlobal(place)), buttons, buttons, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(view, event)


class Visit:
    """The states, in an order in which one leads to the next. Each method leaves the window as it found it."""

    def __init__(self, window: Window, photographer: Photographer) -> None:
        self._window, self._take = window, photographer.take

    def play(self, name: str) -> None:
        """Let a take of the library be heard."""
        window = self._window
        entry = next(entry for entry in window.library.entries.values() if entry.name == name)
        window.library.play(entry.folder)
        wait_until(lambda: window.session.state.title == name, f"{name} is loaded")
        pass_time(0.5)

    def generating(self) -> None:
        """A take in the making."""
        window = self._window
        window.session.change_recipe(length_s=60.0, seed=48_213)
        before = window.session.state.take
        window.making.generate()
        wait_until(lambda: window.session.state.take is not before, "there is a take")
        take = window.session.state.take
        wait_until(lambda: take.stem_frames > 14 * SAMPLE_RATE_HZ, "there are stems")
        self._take("generating")
        window.engine.cancel()
        wait_until(lambda: not window.making.busy, "it is cancelled")

    def playing(self) -> None:
        """A take that plays, and moved faders."""
        self.play("First set, closer")
        self._window.session.update(mix=MIX)
        pass_time(1.0)
        self._take("playing", 12.0)

    def stem(self) -> None:
        """The picture of a stem."""
        self.play("First set, closer")
        self._window.stage.tabs.choose(2)
        self._take("stem", 4.0)
        self._window.stage.tabs.choose(0)

    def region(self) -> None:
        """A part of a take, in a loop."""
        self.play("First set, closer")
        drag(self._window, 8.0, 14.0)
        self._window.playing.toggle_loop()
        self._window.view.zoom_to_region()
        self._window.view.zoom_out()
        self._take("region", 9.0)
        self._window.playing.toggle_loop()
        self._window.view.let_go()
        self._window.view.show_all()

    def compare(self) -> None:
        """Two takes at the same loudness."""
        window = self._window
        self.play("Slow burn")
        other = next(entry for entry in window.library.entries.values() if entry.name == "First set, closer")
        window.comparing.begin(other)
        wait_until(lambda: "qually loud" in window.rooms.takes.comparison.note, "both are measured")
        self._take("compare", 6.0)
        window.comparing.end()

    def long_names(self) -> None:
        """Six stems, a long name."""
        self.play(LONG_NAME)
        self._take("long-names", 10.0)

    def more(self) -> None:
        """The second row of what makes a take."""
        window = self._window
        window.make_bar.set_open(True)
        window.session.change_recipe(drift=0.3, morph=(11_342, 30.0))
        self._take("more")
        window.session.change_recipe(drift=0.0, morph=None)
        window.make_bar.set_open(False)

    def radio(self) -> None:
        """Music without an end."""
        window = self._window
        window.session.change_recipe(length_s=math.inf)
        window.making.generate()
        wait_until(lambda: window.radio.is_on and window.playing.heard_frame > 9 * SAMPLE_RATE_HZ, "it is on")
        self._take("radio")
        window.session.change_recipe(length_s=30.0)
        window.engine.cancel()
        wait_until(lambda: not window.making.busy, "the radio is off")

    def error(self) -> None:
        """A file that is no audio."""
        window = self._window
        letter = Path(os.environ["DEEPDEADNET_HOME"]) / "Barn tapes, reel 3.flac"
        letter.write_text("no audio at all")
        window.library.take_in([letter])
        wait_until(lambda: window.message.property("kind") == "error" and window.message.isVisible(), "it fails")
        window.message.details_button.click()
        self._take("error")
        window.message.hide()

    def search(self) -> None:
        """Some of the models."""
        self._window.rooms.models.search.setText("house")
        self._window.rooms.models.search.setFocus()
        self._take("search")
        self._window.rooms.models.search.clear()
        self._window.rooms.setFocus()

    def export(self) -> None:
        """What can be exported, and how."""
        window = self._window
        window.store.change(export=replace(window.store.settings.export, what="both"))
        window.store.change(export_folder=Path("/tmp/Music/Exports"))
        self.play("First set, closer")
        window.exporting.open()
        self._take("export")
        window.exporting.overlay.close()

    def settings(self) -> None:
        """The settings."""
        self._window.preferences.open()
        pass_time(1.0)
        self._take("settings")
        self._window.preferences.overlay.close()

    def keys(self) -> None:
        """The keys."""
        self._window.helping.open()
        self._take("keys")
        self._window.helping.overlay.close()

    def training(self) -> None:
        """What a training is to be."""
        self._window.training.open()
        dialog = self._window.training.dialog
        assert dialog is not None
        pass_time(1.0)
        dialog.move(
            (self._window.width() - dialog.width()) // 2, max(0, (self._window.height() - dialog.height()) // 2)
        )
        self._take("training")
        dialog.close()

    def folded(self) -> None:
        """Without the sides."""
        self._window.arrangement.toggle_models()
        self._window.arrangement.toggle_takes()
        self._take("folded")
        self._window.arrangement.toggle_models()
        self._window.arrangement.toggle_takes()


def main() -> None:
    """Make the visit."""
    homes, out, scale, *states = sys.argv[1:]
    make_application(sys.argv[:1])

    def photographer(window: Window) -> Photographer:
        return Photographer(window, Path(out), int(scale))

    if "first-start" in states:
        with opened(Path(homes) / "empty") as window:
            photographer(window).take("first-start")
    if others := [state for state in states if state != "first-start"]:
        with opened(Path(homes) / "full") as window:
            visit = Visit(window, photographer(window))
            for state in others:
                getattr(visit, state.replace("-", "_"))()


if __name__ == "__main__":
    main()
