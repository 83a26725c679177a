"""Any activity: names of files and folders that any system allows."""

from __future__ import annotations

import re

LONGEST_NAME_BYTES = 180
"""Of one name without its extension: 255 is the usual limit, and a file that is being written has a longer name."""

UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
"""What some file system does not allow in a name."""

_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def file_stem(text: str) -> str:
    """A name without extension that any system allows, from any text; empty where nothing is left of it."""
    name = " ".join(UNFIT.sub(" ", text).split()).strip(" .")
    name = name.encode("utf8")[:LONGEST_NAME_BYTES].decode("utf8", "ignore").rstrip(" .")
    return f"_{name}" if _RESERVED.fullmatch(name.split(".")[0]) else name


def file_name(title: str) -> str:
    """A name for a file or folder that any system allows, from a take's title."""
    return file_stem(title) or "take"
