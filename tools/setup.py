"""Command line: make `.venv` and all it needs, on a machine with nothing but Python and make.

`make` calls this before anything else; it uses the standard library only, and returns at once where all is in place.
System packages are installed with apt where the user may; otherwise the command is printed.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "requirements.lock"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "set-up.json"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

# Debian's and Ubuntu's packages, each with the sign by which it is known: a library that loads, a program, a file.
SOUND = {"libportaudio2": "libportaudio.so.2"}
WINDOW = {
    "libdbus-1-3": "libdbus-1.so.3",
    "libegl1": "libEGL.so.1",
    "libfontconfig1": "libfontconfig.so.1",
    "libgl1": "libGL.so.1",
    "libglib2.0-0": "libgthread-2.0.so.0",
    "libx11-xcb1": "libX11-xcb.so.1",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-image0": "libxcb-image.so.0",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-randr0": "libxcb-randr.so.0",
    "libxcb-render-util0": "libxcb-render-util.so.0",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxcb-sync1": "libxcb-sync.so.1",
    "libxcb-xfixes0": "libxcb-xfixes.so.0",
    "libxcb-xkb1": "libxcb-xkb.so.1",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
}
EXTRAS = {
    "band": {"fluid-soundfont-gm": "/usr/share/sounds/sf2/FluidR3_GM.sf2", "fluidsynth": "fluidsynth"},
    "cluster": {},
    "test": {
        "libasound2-plugins": "/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so",
        "pulseaudio": "pulseaudio",
        "pulseaudio-utils": "parec",
        "xdotool": "xdotool",
        "xvfb": "Xvfb",
    },
    "dist": {
        "binutils": "objdump",
        f"libpython3.{sys.version_info.minor}": f"libpython3.{sys.version_info.minor}.so.1.0",
        "xdotool": "xdotool",
        "xvfb": "Xvfb",
    },
}


class SetUpError(Exception):
    """What stops the set-up, in words for the user."""


def main() -> int:
    """Set up what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("extras", nargs="*", metavar="EXTRA", help=f"of pyproject.toml: {', '.join(EXTRAS)}")
    parser.add_argument("--torch", choices=["cpu", "cuda"], help="torch's build on Linux: cpu, unless chosen once")
    parser.add_argument("--lock", action="store_true", help="raise all versions but torch's, and write the lock anew")
    arguments = parser.parse_args()
    if unknown := set(arguments.extras) - EXTRAS.keys():
        parser.error(f"there is no extra called {', '.join(sorted(unknown))}")
    try:
        set_up_system(set(arguments.extras))
        set_up_environment(set(arguments.extras), arguments.torch)
        if arguments.lock:
            write_lock()
    except SetUpError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


# The system's packages


def set_up_system(extras: set[str]) -> None:
    """Install what is missing. Where the user may not, print the command, and go on if the program can.

    Raises:
        SetUpError: the window cannot open here without what is missing, or the extras cannot do without it.
    """
    if not sys.platform.startswith("linux"):
        return
    signs = SOUND | WINDOW
    for extra in extras:
        signs |= EXTRAS[extra]
    missing = sorted(package for package, sign in signs.items() if not is_here(sign))
    if not missing or apt_install(missing):
        return
    has_display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if extras or (has_display and not WINDOW.keys().isdisjoint(missing)):
        raise SetUpError(f"system packages are missing. Install them and try again:\n    {apt_command(missing)}")
    print(f"set-up: going on without some of the system's packages. For sound and window:\n    {apt_command(missing)}")


def is_here(sign: str) -> bool:
    """Whether the library loads, the program is found, or a file matches the absolute pattern."""
    if sign.startswith("/"):
        return any(Path("/").glob(sign[1:]))
    if ".so." not in sign:
        return shutil.which(sign) is not None
    try:
        ctypes.CDLL(sign)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> bool:
    """Install packages as root, or through a sudo that asks for no password; return whether that worked."""
    is_root = os.geteuid() == 0
    if shutil.which("apt-get") is None or not (is_root or succeeds("sudo", "-n", "true")):
        return False
    apt = [] if is_root else ["sudo", "-n"]
    apt += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    print("set-up: installing", *packages, flush=True)
    # The package lists of a fresh machine are empty or old; fetching them is worth the time only then.
    return succeeds(*install) or (run(*apt, "update") and run(*install))


def apt_command(packages: list[str]) -> str:
    """What the user types to install packages."""
    return "sudo apt-get install --no-install-recommends " + " ".join(packages)


# Python's packages


def set_up_environment(extras: set[str], torch: str | None) -> None:
    """Bring `.venv` to what pyproject.toml and the lock say, with these extras and those it has already.

    Raises:
        SetUpError: the environment cannot be made, or a package cannot be had.
    """
    done = last_set_up()
    torch = torch or done.get("torch", "cpu")
    extras = extras.union(done.get("extras", ()))
    wanted = {
        "python": platform.python_version(),
        "torch": torch,
        "extras": sorted(extras),
        "requirements": requirements(extras),
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
    }
    if wanted == done and PYTHON.exists():
        return
    if not succeeds(PYTHON, "-c", f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"):
        make_environment()
    STAMP.unlink(missing_ok=True)  # what is interrupted from here on is not taken for done
    install_torch(torch)
    pip_install("-c", LOCK, *requirements(extras))
    STAMP.write_text(json.dumps(wanted))


def last_set_up() -> dict[str, Any]:
    """What the last set-up left in place; empty if none came to its end."""
    try:
        done: dict[str, Any] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return done


def make_environment() -> None:
    """Make an empty `.venv` with pip in it, in place of what may be there.

    Raises:
        SetUpError: Debian's package for it is missing and may not be installed, or the folder cannot be written.
    """
    package = f"python3.{sys.version_info.minor}-venv"
    if importlib.util.find_spec("ensurepip") is None and not apt_install([package]):
        raise SetUpError(f"Python's venv is missing. Install it and try again:\n    {apt_command([package])}")
    if not run(sys.executable, "-m", "venv", "--clear", ENVIRONMENT):
        raise SetUpError(f"{ENVIRONMENT} could not be made; is there room, and may you write there?")


def install_torch(build: str) -> None:
    """Install torch in the wanted build, before anything else asks for it.

    On Linux the ordinary index holds only CUDA builds, several GB: the CPU build comes from the configured indexes if
    they offer it, otherwise from PyTorch's own. On other systems the ordinary build is one for the CPU.

    Raises:
        SetUpError: it cannot be had.
    """
    version = locked_version("torch")
    if build == "cuda" or not sys.platform.startswith("linux"):
        pip_install("-c", LOCK, f"torch==={version}")  # three signs: two would take 2.13.0+cpu for 2.13.0
        return
    cpu_build = ["--no-deps", f"torch=={version}+cpu"]  # its dependencies come with the rest, from the ordinary index
    if not succeeds(PYTHON, "-m", "pip", "install", *cpu_build):
        pip_install("--index-url", TORCH_CPU_INDEX, *cpu_build)


def locked_version(package: str) -> str:
    """The version that the lock gives a package."""
    return next(line for line in LOCK.read_text().splitlines() if line.startswith(f"{package}==")).partition("==")[2]


def requirements(extras: Iterable[str]) -> list[str]:
    """The requirements of the project and of its extras, as pyproject.toml gives them."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return sorted(requirement for group in groups for requirement in group)


def pip_install(*arguments: str | Path) -> None:
    """Install into `.venv`.

    Raises:
        SetUpError: pip could not.
    """
    if not run(PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *arguments):
        raise SetUpError("pip could not install what is needed; its last lines above say why. Mend that and try again.")


def write_lock() -> None:
    """Raise all packages but torch as far as pyproject.toml allows, and write down the versions.

    torch is raised by hand, in the lock's own line: its newest version may have no CPU build yet.

    Raises:
        SetUpError: a package cannot be had.
    """
    torch = locked_version("torch")
    pip_install("--upgrade", "--upgrade-strategy", "eager", f"torch=={torch}", *requirements(EXTRAS))
    frozen = subprocess.run([PYTHON, "-m", "pip", "freeze", "--all"], check=True, capture_output=True, text=True).stdout
    names_and_versions = frozen.lower().replace("_", "-").splitlines()
    versions = dict(line.split("==") for line in names_and_versions if not line.startswith("pip=="))
    versions["torch"] = torch  # the version all builds of it share
    versions["tensorflow"] = versions["tensorflow-cpu"]  # as the same library is called on other machines
    lines = [f"{package}=={version}\n" for package, version in sorted(versions.items())]
    LOCK.write_text("# Every version, as tested together; `make lock` writes this file.\n" + "".join(lines))


# Programs


def run(*command: str | Path) -> bool:
    """Run a program, its output shown; return whether it succeeded."""
    try:
        return subprocess.run(command).returncode == 0
    except OSError:
        return False


def succeeds(*command: str | Path) -> bool:
    """Run a program silently; return whether it succeeded."""
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
