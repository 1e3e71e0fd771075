"""What the stages work with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from worker.core.alerting import Policy
from worker.core.blindspots import Watch
from worker.core.routing import Route
from worker.core.schedule import Intervals
from worker.errors import StoreError
from worker.logs import logger
from worker.pipeline.together import Together
from worker.ports import Clock, Fetcher, Notice, Polled, Reader, Renderer, Sender, WorkStore

T = TypeVar("T")
_log = logger(__name__)

ACCEPT_FEED = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
#: Waits between tries to reach a database that is locked or away, in seconds.
STORE_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class Tools:
    """All that the stages work with.

    ``fetcher`` gets feeds, ``pages`` article pages (minding robots.txt); ``jitter`` gives numbers
    in 0…1; ``publisher_groups`` maps outlets (name or host, lower case) to their group.
    """

    store: WorkStore
    fetcher: Fetcher
    pages: Fetcher
    reader: Reader
    renderer: Renderer
    senders: Mapping[str, Sender]
    clock: Clock
    jitter: Callable[[], float]
    routes: Route = field(default_factory=Route)
    intervals: Intervals = field(default_factory=Intervals)
    policy: Policy = field(default_factory=Policy)
    look_back_hours: float = 48.0
    #: How far back a feed is read when it is polled for the first time; zero: all it shows.
    first_look_back: timedelta = timedelta(0)
    extractor_version: str = ""
    publisher_groups: Mapping[str, str] = field(default_factory=dict)
    #: Where the operator is told what goes wrong; the first channel that works if ``None``.
    operations: tuple[str, ...] | None = None
    watch: Watch = field(default_factory=Watch)
    #: Waits between tries to reach a database that is locked or away, in seconds.
    store_waits: Sequence[float] = STORE_WAITS
    polls: Together[Polled, int] = field(default_factory=Together)

    def notices(self, title: str, text: str) -> list[Notice]:
        """What tells the operator something, for each channel on which he is told."""
        first = tuple(self.senders)[:1]
        named = first if self.operations is None else self.operations
        channels = [name for name in named if name in self.senders]
        return [(name, self.renderer.notice(name, title, text)) for name in channels]

    async def save_poll(self, poll: Polled) -> int:
        """Store what a poll brought, together with those that end at about the same time."""

        async def write(polls: Sequence[Polled]) -> list[int]:
            return await self.db(self.store.feeds.save_polls, polls)

        return await self.polls.add(poll, write)

    async def db(self, method: Callable[..., T], *args: Any, **options: Any) -> T:
        """Run a transaction in a thread; a database that is locked or away is tried again."""
        for wait in self.store_waits:
            try:
                return await asyncio.to_thread(method, *args, **options)
            except StoreError as error:
                if not error.retryable:
                    raise
                _log.warning("store.waiting", problem=str(error))
            await asyncio.sleep(wait)
        return await asyncio.to_thread(method, *args, **options)
