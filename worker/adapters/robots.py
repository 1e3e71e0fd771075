"""Asks a host's robots.txt before its article pages are fetched, once a day per host."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from worker.adapters.http import Fetched
from worker.core.robots import ALLOW_ALL, Robots, parse_robots
from worker.errors import FetchError, FetchRefused

DAY = 86_400.0
#: A robots.txt that its host refuses to give is asked for again after this many seconds.
UNREACHABLE = 900.0
#: One that no answer came for: a lost packet must not hold its pages up, which are tried again
#: after a minute.
NO_ANSWER = 45.0
_MOST_HOSTS = 10_000


class _Client(Protocol):
    async def fetch(self, url: str, *, accept: str) -> Fetched: ...


@dataclass(slots=True)
class _Known:
    until: float
    robots: Robots | None
    reason: str = ""


class RobotsGate:
    """Remembers each host's robots.txt for ``lifetime`` seconds and judges addresses by it."""

    def __init__(
        self,
        client: _Client,
        *,
        agent: str = "CoalitionWatch",
        lifetime: float = DAY,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._client = client
        self._agent = agent
        self._lifetime = lifetime
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def check(self, url: str) -> None:
        """Return where ``url`` may be fetched.

        Raises FetchRefused where robots.txt forbids it, FetchError (to be tried again) where
        robots.txt cannot be had: RFC 9309 then forbids everything for the time being.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        known = await self._of(origin)
        if known.robots is None:
            raise FetchError(
                f"robots.txt of {origin[:200]} cannot be read: {known.reason}",
                retry_after=max(known.until - self._clock(), 0.0),
            )
        if not known.robots.allows(url, self._agent):
            raise FetchRefused(f"robots.txt of {origin[:200]} forbids {parts.path[:200] or '/'}")

    async def _of(self, origin: str) -> _Known:
        lock = self._locks.setdefault(origin, asyncio.Lock())
        async with lock:
            known = self._known.get(origin)
            if known is None or known.until <= self._clock():
                known = await self._ask(origin)
                self._keep(origin, known)
        if not lock.locked():
            self._locks.pop(origin, None)
        return known

    async def _ask(self, origin: str) -> _Known:
        try:
            fetched = await self._client.fetch(
                f"{origin}/robots.txt", accept="text/plain, */*;q=0.1"
            )
        except FetchError as error:
            if isinstance(error, FetchRefused) and error.status is None:
                raise  # the host itself may not be asked, so neither may its pages
            missing = error.status is not None and 400 <= error.status < 500 and error.status != 429
            if missing:
                return _Known(self._clock() + self._lifetime, ALLOW_ALL)
            usual = NO_ANSWER if error.status is None else UNREACHABLE
            wait = error.retry_after if error.retry_after is not None else usual
            return _Known(self._clock() + min(max(wait, 1.0), DAY), None, str(error))
        return _Known(self._clock() + self._lifetime, parse_robots(fetched.body))

    def _keep(self, origin: str, known: _Known) -> None:
        self._known[origin] = known
        self._known.move_to_end(origin)
        while len(self._known) > _MOST_HOSTS:
            self._known.popitem(last=False)
