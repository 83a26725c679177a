"""Any activity: the log file, where the causes of errors go."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.models.catalogue import home_folder


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
        handler = RotatingFileHandler(path, maxBytes=2**20, backupCount=2, encoding="utf8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
