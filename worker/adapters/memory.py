"""Memory is given back to the system instead of being kept in many places."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

#: ``M_ARENA_MAX`` of glibc's malloc.h.
_ARENA_MAX = -8


def kept_together() -> None:
    """Let all threads share two heaps, where the C library is glibc.

    By default each thread has one of its own, up to eight a core, and what was freed in one is of no
    use to the others: with a dozen threads that was a tenth of the process.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library has no such choice
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)
