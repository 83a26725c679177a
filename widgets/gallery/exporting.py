"""GUI thread: specimens of what takes music out of the studio."""

from __future__ import annotations

from pathlib import Path

from engine.audio.format import SAMPLE_RATE_HZ
from engine.export.choices import ExportChoices
from widgets.drag_button import DragButton
from widgets.export_button import ExportButton
from widgets.export_list import ExportList
from widgets.export_panel import Exportable, ExportPanel
from widgets.gallery.music import SIX_STEMS, STEMS
from widgets.gallery.specimen import Specimen, hovered, told

FOLDER = Path("/home/jerry/Music/Exports")
NAMES = {"take": "House Band 48213", "model": "House Band", "seed": "48213", "date": "2026-11-21", "time": "10.15"}
LONG = NAMES | {"take": "The long one from the night on which the lights went out twice, second half"}


def panel(
    stems: tuple[str, ...], choices: ExportChoices, names: dict[str, str] = NAMES, problem: str = ""
) -> ExportPanel:
    """What can be chosen for a take of a minute, with a region in it where `choices` have one."""
    spans = ({**names, "start": "0.00"}, {**names, "start": "0.12"})
    subject = Exportable(stems, 60 * SAMPLE_RATE_HZ, choices.region, spans, problem)
    made = ExportPanel()
    made.show_subject(subject, choices)
    return made


def export_button(*, on: bool) -> ExportButton:
    """The button in the window."""
    return told(ExportButton(), lambda made: made.setEnabled(on))


REGION = (12 * SAMPLE_RATE_HZ, 20 * SAMPLE_RATE_HZ)
MIX = ExportChoices(folder=FOLDER)
BOTH = ExportChoices("both", format="mp3-320", level="loudness", folder=FOLDER)


def drag_button(*, region: bool) -> DragButton:
    """What takes hold of what is to be dragged out."""
    return told(DragButton(), lambda made: made.setEnabled(True), lambda made: made.set_target(region=region))


SPECIMENS = (
    Specimen("off", DragButton),
    Specimen("the take", lambda: drag_button(region=False)),
    Specimen("the region", lambda: drag_button(region=True)),
    Specimen("off", lambda: export_button(on=False)),
    Specimen("on", lambda: export_button(on=True)),
    Specimen("under the mouse", lambda: hovered(export_button(on=True))),
    Specimen(
        "three files", lambda: told(ExportList(), lambda made: made.set_names(dict.fromkeys(STEMS[:3], "a.wav"))), 400
    ),
    Specimen("the mix", lambda: panel(STEMS, MIX)),
    Specimen("mix and stems, at a loudness", lambda: panel(STEMS, BOTH)),
    Specimen("six stems, long names", lambda: panel(SIX_STEMS, ExportChoices("stems", folder=FOLDER), LONG)),
    Specimen("a region", lambda: panel(STEMS, ExportChoices(region=REGION, folder=FOLDER))),
    Specimen("files are there", lambda: told(panel(STEMS, BOTH), lambda made: made.ask([FOLDER / "a.mp3"] * 3))),
    Specimen("nothing to export", lambda: panel((), MIX, problem="Wait until the take is finished, then export it.")),
)
