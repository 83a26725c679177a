"""The rules of the house that neither ruff nor import-linter can check."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("app", "engine", "widgets", "resources", "tools", "benchmarks")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py")
ACTIVITIES = (
    "GUI thread",
    "Engine thread",
    "File thread",
    "Feeder thread",
    "Audio callback",
    "Any activity",
    "Command line",
    "The command line",
)
HEAVY = {"demucs", "keras", "tensorflow", "torch"}

OPEN_THE_WINDOW = """
from app.program import make_application, make_window
application = make_application(["deepdeadnet"])
window = make_window()
window.show()
application.processEvents()
window.close()
"""
LIST_THE_MODELS = """
from app.command_line.commands import run
run(["models"])
"""


def test_a_module_says_first_to_which_activity_it_belongs() -> None:
    beginnings = tuple(f'"""{activity}' for activity in ACTIVITIES)
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not path.read_text("utf8").startswith(beginnings)]
    assert not silent, f"their docstrings begin with none of {', '.join(ACTIVITIES)}"


@pytest.mark.parametrize("program", [OPEN_THE_WINDOW, LIST_THE_MODELS], ids=["window", "models"])
def test_starting_loads_no_network_library(program: str) -> None:
    report = f"{program}\nimport sys\nprint('loaded:', *sorted({HEAVY} & sys.modules.keys()))"
    started = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    assert started.stdout.splitlines()[-1] == "loaded:"


def test_the_environment_is_the_one_that_is_locked() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {match[0] for requirement in wanted if (match := re.match(r"[\w-]+", requirement))}
    assert names <= locked.keys()
    installed = {name: _public_version(name) for name in locked}
    assert installed == {name: version if installed[name] else None for name, version in locked.items()}


def _public_version(package: str) -> str | None:
    """The installed version without what names a build ("+cpu"); None for a package of other systems or extras."""
    try:
        return metadata.version(package).partition("+")[0]
    except metadata.PackageNotFoundError:
        return None
