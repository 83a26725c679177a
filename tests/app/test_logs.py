"""What goes wrong is written down, and the log does not grow for ever."""

from __future__ import annotations

import logging
import sys
import threading

import pytest

from app import logs
from app.uncaught import Uncaught, _note_qt


@pytest.fixture(autouse=True)
def logging_as_before():
    root = logging.getLogger()
    before, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    yield
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:], logging.raiseExceptions = before, raising
    root.setLevel(level)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_start_is_noted_so_that_there_is_a_log_to_open(home):
    logs.start_log()
    assert logs.log_path().parent.parent == home
    assert "DeepDeadNet" in logs.log_path().read_text("utf8")


def test_a_long_log_is_put_aside_and_the_oldest_goes(home, monkeypatch):
    monkeypatch.setattr(logs, "LONGEST_BYTES", 2000)
    logs.start_log()
    for number in range(200):
        logging.getLogger("app").error("Nothing is wrong, and this is line %d of a long log.", number)
    files = sorted(logs.log_path().parent.iterdir())
    assert [file.name for file in files] == ["deepdeadnet.log", "deepdeadnet.log.1", "deepdeadnet.log.2"]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert "line 199" in logs.log_path().read_text("utf8")


def test_where_it_cannot_be_written_the_program_goes_on(home):
    home.write_text("a file")
    logs.start_log()
    logging.getLogger("app").error("heard by nobody")


@pytest.fixture
def uncaught(qapp, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr("app.uncaught.qInstallMessageHandler", lambda handler: None)  # pytest-qt listens to Qt
    made = Uncaught()
    made.watch()
    return made


def broken() -> None:
    raise RuntimeError("the string broke")


def test_an_exception_that_nobody_catches_is_noted_and_told(uncaught, qtbot, caplog):
    with qtbot.waitSignal(uncaught.met) as told:
        try:
            broken()
        except RuntimeError:
            sys.excepthook(*sys.exc_info())
    assert "broken" in told.args[0]
    assert told.args[0].endswith("RuntimeError: the string broke\n")
    assert "the string broke" in caplog.text


def test_in_another_thread_too(uncaught, qtbot, caplog):
    with qtbot.waitSignal(uncaught.met) as told:
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()
    assert "the string broke" in told.args[0]


def test_ctrl_c_is_none_of_its_business(uncaught, qtbot, capsys):
    with qtbot.assertNotEmitted(uncaught.met):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_what_qt_says_is_noted_with_its_weight(caplog):
    from PySide6.QtCore import QMessageLogContext, QtMsgType

    with caplog.at_level(logging.DEBUG):
        _note_qt(QtMsgType.QtWarningMsg, QMessageLogContext(), "no such font")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("WARNING", "Qt: no such font")]
