"""Command line: writes docs/screenshots: a home with takes of the bundled models, then the real window in every state.

    python -m tools.screenshots                 every state in every size and theme
    python -m tools.screenshots --only playing  only these states
    python -m tools.screenshots --out FOLDER    to be looked at, without touching the documentation

Each scale is a visit to the window, on an X display of its own (Xvfb) and with a silent sound card of its own
(PulseAudio), so that pictures do not depend on the desktop. Seeds are fixed; what changes from run to run is the day,
the playhead, meters, and how far a take is that is being made.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.null_sink import running_daemon, sound_card
from tools.screenshots.picture import STATES, write_readme
from tools.screenshots.takes import fill_library

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "screenshots"
NEEDED = {"xvfb-run": "xvfb, xauth", "pulseaudio": "pulseaudio", "parec": "pulseaudio-utils", "setpriv": "util-linux"}
SCREENS_PX = {1: (1920, 1080), 2: (2560, 1440)}
"""By scale."""


def main() -> int:
    """Write the pictures; return the exit status."""
    parser = argparse.ArgumentParser(prog="tools.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FOLDER", default=PICTURES, help="where the pictures go")
    parser.add_argument("--only", nargs="+", choices=list(STATES), default=list(STATES), help="only these states")
    options = parser.parse_args()
    if missing := [packages for tool, packages in NEEDED.items() if not shutil.which(tool)]:
        print(f"Screenshots need more programs (Debian: {', '.join(missing)}).", file=sys.stderr)
        return 2
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with a_home() as folder:
        fill_library(folder / "full")
        sound = sound_card_in(folder)
        with running_daemon(folder / "sound", sound):
            for scale, screen_px in SCREENS_PX.items():
                visit(folder, scale, screen_px, out, list(options.only), sound)
    write_readme(out)
    return 0


@contextmanager
def a_home() -> Iterator[Path]:
    """A folder with the same name in every run, for it is to be read in the pictures; gone afterwards."""
    folder = Path(tempfile.gettempdir()) / "DeepDeadNet"
    folder.mkdir()  # nobody else's
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def sound_card_in(folder: Path) -> dict[str, str]:
    """The environment of a silent sound card."""
    (folder / "sound").mkdir()
    return sound_card(folder / "sound")


def visit(
    folder: Path, scale: int, screen_px: tuple[int, int], out: Path, states: list[str], sound: dict[str, str]
) -> None:
    """Open the window at a scale and let it be photographed."""
    environment = {
        "HOME": "/tmp",  # what is seen of it in a picture is nobody's
        "QT_QPA_PLATFORM": "xcb",
        "QT_SCALE_FACTOR": str(scale),
        "QT_LOGGING_RULES": "qt.qpa.*=false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    screen = "-screen 0 {}x{}x24".format(*screen_px)
    command = ["xvfb-run", "-a", "-s", screen, sys.executable, "-m", "tools.screenshots.visit"]
    arguments = [folder, out, scale, *states]
    subprocess.run([*command, *map(str, arguments)], cwd=ROOT, env=os.environ | environment | sound, check=True)


if __name__ == "__main__":
    sys.exit(main())
