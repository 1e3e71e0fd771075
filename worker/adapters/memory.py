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
    _glibc("mallopt", _ARENA_MAX, 2)


def given_back() -> None:
    """Give what is free back to the system: what a start has needed once, it needs no more."""
    _glibc("malloc_trim", 0)


def _glibc(function: str, *values: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library has no such function
            getattr(ctypes.CDLL(None), function)(*values)
