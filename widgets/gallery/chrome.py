"""GUI thread: specimens of what is round the rooms: the top, messages, settings, help, what lies over the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from widgets.gallery.specimen import Specimen, disabled, told
from widgets.header_bar import HeaderBar
from widgets.help_panel import HelpPanel
from widgets.message_strip import MessageStrip
from widgets.overlay import Overlay
from widgets.room_splitter import RoomSplitter
from widgets.settings_panel import SettingsPanel

WIDTH_PX = 1000
SENTENCE = "There is no audio output: connect one, then press play again."
LONG = (
    "“The long one from the night on which the lights went out twice.flac” could not be read: it is damaged after "
    "1:12:07. What comes before that was taken apart, and is among the takes."
)
KEYS = {
    "Play": [(["Space"], "Play or pause"), (["←", "→"], "A little back, a little on"), (["Home"], "To the start")],
    "Make": [(["G"], "Generate"), (["N"], "Skip, on the radio"), (["Ctrl", "K"], "Keep what has just sounded")],
    "Mix": [(["1", "…", "6"], "Choose a strip"), (["M"], "Mute it"), (["S"], "Solo it")],
}
CREDITS = [("Inter", "Rasmus Andersson, SIL Open Font License", "rsms.me/inter"), ("Demucs", "Meta, MIT", "")]


def header(title: str, output: str, state: str) -> HeaderBar:
    """The top of the window."""
    made = HeaderBar()
    made.set_title(title)
    made.set_output(output, state)  # type: ignore[arg-type]
    return made


def message(sentence: str, kind: str, details: str = "", *, unfolded: bool = False) -> MessageStrip:
    """The strip, with something to say."""
    made = MessageStrip()
    made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # it shows itself, and is in no window yet
    action = ("Open", lambda: None) if kind == "note" else None
    made.say(sentence, kind, details, action)  # type: ignore[arg-type]
    made.details_button.setChecked(unfolded)
    return made


def settings(device: str | None) -> SettingsPanel:
    """The settings of a machine with two outputs and eight cores."""
    made = SettingsPanel((20, 50, 100, 200), 8)
    made.set_devices(["Built-in output", "Scarlett 2i2 USB"], device)
    made.set_output("44.1 kHz, 2 channels, 12 ms")
    made.set_buffer_ms(50)
    made.set_threads(None)
    made.set_folder("takes", Path("/home/jerry/.local/share/DeepDeadNet/takes"))
    made.set_folder("exports", Path("/home/jerry/Music/A folder with a very long name/Exports"))
    made.set_theme("dark")
    return made


def overlay() -> QWidget:
    """A card over some other widget."""
    below = QLabel("What lies below is dimmed. " * 40, wordWrap=True)
    below.resize(WIDTH_PX, 420)
    lies = Overlay("Keys and help", HelpPanel(KEYS, CREDITS, "DeepDeadNet 0.5"), below)
    lies.open()
    return below


def splitter() -> RoomSplitter:
    """Two rooms, the edge between which can be moved."""
    return RoomSplitter(QLabel("The upper room"), QLabel("The lower room"), "Edge between the rooms")


def credits_shown() -> HelpPanel:
    """The other page of the help."""
    made = HelpPanel(KEYS, CREDITS, "DeepDeadNet 0.5")
    made.page_button.click()
    return made


SPECIMENS = (
    Specimen("at rest", lambda: header("", "No output open yet", "closed"), WIDTH_PX),
    Specimen("playing", lambda: header("Untitled jam 14", "Built-in output · 44.1 kHz · 12 ms", "open"), WIDTH_PX),
    Specimen("long names, output lost", lambda: header(LONG, SENTENCE, "lost"), WIDTH_PX),
    Specimen("a note, with what can be done", lambda: message("Kept as “Radio, 21:04”.", "note"), WIDTH_PX),
    Specimen("an error", lambda: message(SENTENCE, "error"), WIDTH_PX),
    Specimen("its details", lambda: message(SENTENCE, "error", "PortAudioError −9996\n" * 3, unfolded=True), WIDTH_PX),
    Specimen("long names", lambda: message(LONG, "error", "at frame 190732"), 620),
    Specimen("usual", lambda: settings(None)),
    Specimen("output is away", lambda: settings("A rather long name of an audio interface, channels 3 and 4")),
    Specimen("off", lambda: disabled(settings(None))),
    Specimen("keys", lambda: HelpPanel(KEYS, CREDITS, "DeepDeadNet 0.5"), 860),
    Specimen("credits", credits_shown, 860),
    Specimen("open", overlay, WIDTH_PX, 420),
    Specimen("in the middle", lambda: told(splitter(), lambda made: made.set_lower_px(60)), 300, 140),
)
