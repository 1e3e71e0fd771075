"""When a work is blamed for the deaths of its worker, and how it is tried until then.

A worker that is killed dies with all works it has in hand, and all but one of them (or all) are
innocent. So deaths in company blame nobody: they only make a work suspected. A suspect is tried
alone, nothing else being at work in that process, with growing rests in between; only deaths over
it alone count. What kills from outside would have to strike in those very moments, hours apart.
"""

from __future__ import annotations

from datetime import timedelta

#: Deaths in company after which a work is tried alone.
SUSPECTED = 3
#: Waits after the first, second … death alone; the death after the last one proves it.
RESTS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(0),
)
#: Deaths alone that prove that a work takes its worker down.
PROVED = len(RESTS)


def is_suspect(begun: int) -> bool:
    """Whether a work that was begun so often and never ended is to be tried alone."""
    return begun >= SUSPECTED


def is_poison(begun: int) -> bool:
    """Whether a work has taken its worker down so often, alone, that it is set aside."""
    return begun >= SUSPECTED + PROVED


def rest(begun: int) -> timedelta:
    """How long a suspect that is begun now, for the ``begun``-th time in all, rests if it dies."""
    return RESTS[min(max(begun - SUSPECTED, 1), PROVED) - 1]
