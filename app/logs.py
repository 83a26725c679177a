"""Any activity: the log file, where the causes of errors go."""

from __future__ import annotations

import logging
import platform
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.models.catalogue import home_folder
from engine.version import NAME, VERSION

log = logging.getLogger(__name__)

LONGEST_BYTES = 2**20
OLDER_FILES = 2
"""A log that has become longest is put aside; so many of those are kept."""


def log_path() -> Path:
    """Where the log lies."""
    return home_folder() / "logs" / "deepdeadnet.log"


def start_log() -> None:
    """Send everything that is logged to the log file; where it cannot be written the program goes on without."""
    path = log_path()
    logging.raiseExceptions = False  # nor does a disk that fills later put tracebacks before what is said about it
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LONGEST_BYTES, backupCount=OLDER_FILES, encoding="utf8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    log.info("%s %s, Python %s, %s", NAME, VERSION, platform.python_version(), platform.platform())
