"""Any activity: what nobody has caught, be it Python's or Qt's, is noted in the log, and the window says so."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

log = logging.getLogger(__name__)

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Uncaught(QObject):
    """Takes note from `watch` on; a slot that raises would otherwise only write to a terminal that nobody sees."""

    met = Signal(str)
    """Details of an exception, whatever thread it was in."""

    def watch(self) -> None:
        """Begin."""
        sys.excepthook = self._note
        threading.excepthook = lambda caught: self._note(caught.exc_type, caught.exc_value, caught.exc_traceback)
        qInstallMessageHandler(_note_qt)

    def _note(self, kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
        if not issubclass(kind, Exception):  # Ctrl+C in the terminal
            sys.__excepthook__(kind, error or kind(), where)
            return
        details = "".join(traceback.format_exception(kind, error, where))
        log.error("nobody has caught this\n%s", details)
        self.met.emit(details)


def _note_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    log.log(LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
