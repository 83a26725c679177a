"""Any activity: how the process keeps its memory."""

from __future__ import annotations

import ctypes
import platform

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
"""Parameters of mallopt, from glibc's malloc.h."""


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, for the whole process and from now on; nothing where it is not glibc.

    It would hand every large tensor back to the system, and each new one would cost page faults: networks were up to
    four times slower. What is kept is used again, so the process stays at the most that it has needed at once.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
