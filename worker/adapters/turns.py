"""Turns at something scarce, where some may go ahead of others but never shut them out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: After so many urgent ones in a row, one of the others has its turn.
IN_A_ROW = 8


class Turns:
    """At most ``places`` holders at a time; who waits urgently goes first."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._in_a_row = 0

    @asynccontextmanager
    async def turn(self, *, urgent: bool) -> AsyncIterator[None]:
        """Wait for a place and hold it until the block ends."""
        await self._enter(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, line: deque[asyncio.Future[None]]) -> None:
        if self._free:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()  # it was handed over in the moment of giving up
            raise

    def _leave(self) -> None:
        """Hand the place to who is next, passing over those who have given up."""
        while (following := self._next()) is not None:
            if not following.done():
                following.set_result(None)
                return
        self._free += 1

    def _next(self) -> asyncio.Future[None] | None:
        others_turn = not self._urgent or (self._others and self._in_a_row >= IN_A_ROW)
        if not others_turn:
            self._in_a_row += 1
            return self._urgent.popleft()
        self._in_a_row = 0
        return self._others.popleft() if self._others else None
