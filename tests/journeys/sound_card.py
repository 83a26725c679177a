"""A sound card that is there until the program ends: `python -m tests.journeys.sound_card FOLDER`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from benchmarks.null_sink import running_daemon, sound_card

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    folder = Path(sys.argv[1])
    with running_daemon(folder, sound_card(folder)):
        signal.pause()
