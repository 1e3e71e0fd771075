"""A pace that a channel asks for: so many seconds between two calls."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """``async with pace:`` lets one call at a time through, ``seconds`` after the last has ended.

    Counted from its end, so that they arrive no closer than that however long the way takes.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._free_at = 0.0

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        try:
            await asyncio.sleep(max(0.0, self._free_at - time.monotonic()))
        except BaseException:  # cancelled while it waits: the next one's turn
            self._lock.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._free_at = time.monotonic() + self._seconds
        self._lock.release()
