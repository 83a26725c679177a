"""Any activity: files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
        partial.unlink(missing_ok=True) if path.parent.is_dir() else None


def output_error(path: Path, cause: OSError) -> OutputError:
    """The sentence for a file that could not be written (`cause` is what the system said)."""
    if cause.errno == errno.ENOSPC:
        return OutputError(f"The disk is full: {path} could not be written. Free some space or choose another folder.")
    if cause.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path} may not be written: choose a folder of your own.")
    if cause.errno in (errno.ENOTDIR, errno.EEXIST):
        return OutputError(f"{path} cannot be written: a part of its path is a file, not a folder. Choose another one.")
    return OutputError(f"{path} could not be written ({cause.strerror or cause}): choose another folder.")
