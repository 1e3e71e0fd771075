"""A pace that a channel asks for: so many seconds from one call to the next."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """Lets callers through one after the other, ``seconds`` apart."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until it is the caller's turn."""
        async with self._lock:
            wait = self._next - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self._next = time.monotonic() + self._seconds
