"""Per-host manners: how many connections a host sees at once and how often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol


class Pacer(Protocol):
    """Gives each host its turns."""

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """Wait for a turn at ``host`` and hold it until the block ends."""
        ...


@dataclass(slots=True)
class _Host:
    free: asyncio.Semaphore | None
    starts_at: float = 0.0
    users: int = 0
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostPacer:
    """Gives each host its turns: ``connections`` at once, ``interval`` seconds between starts.

    Zero switches a limit off. Hosts not used for a while are forgotten.
    """

    def __init__(
        self,
        interval: float = 1.0,
        connections: int = 1,
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], object] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._connections = connections
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at ``host`` and hold one of its connections until the block ends."""
        state = self._enter(host)
        try:
            if state.free is None:
                await self._pause(state)
                yield
            else:
                async with state.free:
                    await self._pause(state)
                    yield
        finally:
            state.users -= 1

    def _enter(self, host: str) -> _Host:
        if host not in self._hosts:
            self._forget_idle()
            free = asyncio.Semaphore(self._connections) if self._connections else None
            self._hosts[host] = _Host(free)
        state = self._hosts[host]
        state.users += 1
        return state

    async def _pause(self, state: _Host) -> None:
        if not self._interval:
            return
        async with state.gate:
            wait = state.starts_at - self._clock()
            if wait > 0:
                await self._sleep(wait)  # type: ignore[misc]
            state.starts_at = self._clock() + self._interval

    def _forget_idle(self) -> None:
        if len(self._hosts) < 256 or len(self._hosts) & 0xFF:
            return
        now = self._clock()
        idle = [name for name, h in self._hosts.items() if not h.users and h.starts_at <= now]
        for name in idle:
            del self._hosts[name]
