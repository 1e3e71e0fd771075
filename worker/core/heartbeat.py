"""The daily word that the worker is alive, so that silence is known to be no news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.core.routing import Route, with_inherited

#: A word that could not be said for so long is left out: it would tell of yesterday.
LATEST = timedelta(hours=6)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A route that is told daily that all is well, and the moment at which it is now due."""

    route: str
    room: str
    channels: tuple[str, ...]
    due_at: datetime


def heartbeats(root: Route, now: datetime) -> Iterator[Heartbeat]:
    """The heartbeats that are due at ``now``, each with the moment that names it."""
    for route in with_inherited(root):
        if route.alive is None or not route.channels:
            continue
        due = route.alive.next_after(now - DAY)
        if due <= now < due + LATEST:
            yield Heartbeat(route.name or "default", route.room, route.channels, due)


def heartbeat_words(read: int, relevant: int, told: int) -> str:
    """What a heartbeat says: how much was read in the last day, and that nothing came of it."""
    alerts = "1 alert was told here" if told == 1 else f"{told} alerts were told here"
    outcome = alerts if told else "nothing changed"
    return f"alive: {read:,} read, {relevant:,} of them coverage, {outcome}"
