"""Watch: what the worker itself should be watched for, told to whoever operates it.

Blind spots are looked for every few hours, heartbeats said once a day. Each is told once: its key
stands in the store, so neither a crash nor a second worker tells it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.core.blindspots import BlindSpot, blind_spots
from worker.core.heartbeat import Heartbeat, heartbeat_words, heartbeats
from worker.pipeline.tools import Tools
from worker.ports import Note, Notice

#: How often it is looked, and how often for blind spots, which take longer to come about.
EVERY = timedelta(minutes=5)
BLIND_SPOTS_EVERY = timedelta(hours=6)


class Watchman:
    """Remembers when he last looked."""

    def __init__(self) -> None:
        self._next: datetime | None = None
        self._next_blind_spots: datetime | None = None

    async def look(self, tools: Tools) -> None:
        """Tell what is due to be told, if it is time to look."""
        now = tools.clock.now()
        if self._next is not None and now < self._next:
            return
        self._next = now + EVERY
        for beat in heartbeats(tools.routes, now):
            await _say_alive(tools, beat, now)
        if self._next_blind_spots is None or now >= self._next_blind_spots:
            self._next_blind_spots = now + BLIND_SPOTS_EVERY
            await _tell_blind_spots(tools, now)


async def _say_alive(tools: Tools, beat: Heartbeat, now: datetime) -> None:
    watching = tools.store.watching
    key = _key("alive", f"{beat.room} {beat.due_at:%F}")
    if await tools.db(watching.handed_over, key):
        return
    day = await tools.db(watching.day, beat.room, beat.channels, now)
    told = heartbeat_words(day.articles, day.relevant, day.told)
    channels = [name for name in beat.channels if name in tools.senders]
    notices = [
        (name, tools.renderer.notice(name, f"Route {beat.route}", told)) for name in channels
    ]
    await tools.db(watching.tell, key, (), notices, now)


async def _tell_blind_spots(tools: Tools, now: datetime) -> None:
    watching, watch = tools.store.watching, tools.watch
    spots = blind_spots(await tools.db(watching.pulse, watch, now), watch)
    subjects = [spot.subject for spot in spots]
    fresh = await tools.db(watching.fresh, "blind_spot", subjects, now - watch.repeat)
    new = [spot for spot in spots if spot.subject in fresh]
    if new:
        notes = [Note("blind_spot", spot.subject, spot.told) for spot in new]
        key = _key("blind", f"{now:%F} {[spot.subject for spot in new]}")
        await tools.db(watching.tell, key, notes, _notices(tools, new), now)


def _notices(tools: Tools, spots: Sequence[BlindSpot]) -> list[Notice]:
    text = "\n".join(f"{spot.subject}: {spot.told}" for spot in spots)
    return tools.notices("The watch may have blind spots", text)


def _key(kind: str, words: str) -> str:
    return f"{kind}:{hashlib.sha256(words.encode()).hexdigest()[:40]}"
