"""Any activity: files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import OutputError


@contextmanager
def replaced_on_success(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the name `path` when the block ends well and is removed otherwise.

    Raises:
        OutputError: the folder or the file cannot be written, or the disk is full.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as cause:
        raise output_error(path, cause) from cause
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def working_folder(parent: Path) -> Iterator[Path]:
    """Yield a hidden folder in `parent` (which is made) for work in progress; it is gone afterwards, whatever happens.

    Raises:
        OutputError: `parent` cannot be made or written.
    """
    new = not parent.exists()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(prefix=".deepdeadnet-", dir=parent, ignore_cleanup_errors=True)
    except OSError as cause:
        raise output_error(parent, cause) from cause
    try:
        with temporary as folder:
            yield Path(folder)
    finally:
        if new:
            with suppress(OSError):  # only an empty folder goes
                parent.rmdir()


def move_into(source: Path, target: Path) -> None:
    """Move every file below `source` to the same place below `target`, on the same disk; replaces what is there.

    Raises:
        OutputError: `target` cannot be written.
    """
    try:
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
    except OSError as cause:
        raise output_error(target, cause) from cause


def output_error(path: Path, cause: OSError) -> OutputError:
    """The sentence for a file that could not be written (`cause` is what the system said)."""
    if cause.errno == errno.ENOSPC:
        return OutputError(f"The disk is full: {path} could not be written. Free some space or choose another folder.")
    if cause.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path} may not be written: choose a folder of your own.")
    if cause.errno in (errno.ENOTDIR, errno.EEXIST):
        return OutputError(f"{path} cannot be written: a part of its path is a file, not a folder. Choose another one.")
    return OutputError(f"{path} could not be written ({cause.strerror or cause}): choose another folder.")
