"""Manners towards hosts that all machines keep together."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from worker.adapters.store.turns import Turns
from worker.errors import StoreError
from worker.logs import logger

_log = logger(__name__)
#: How long a request waits for a database that is away, in seconds.
PATIENCE = 60.0


class SharedPacer:
    """A ``Pacer`` over the database: one connection to a host at a time, whichever machine.

    ``lease`` seconds is longer than one request may take in all.
    """

    def __init__(self, turns: Turns, *, interval: float, lease: float) -> None:
        self._turns = turns
        self._interval = interval
        self._lease = lease

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at ``host`` and hold it until the block ends."""
        token = str(uuid.uuid4())
        await self._take(host, token)
        try:
            yield
        finally:
            await asyncio.shield(self._leave(host, token))

    async def _take(self, host: str, token: str) -> None:
        end = monotonic() + PATIENCE
        while True:
            asked = monotonic()
            try:
                wait = await asyncio.to_thread(
                    self._turns.take, host, token, lease=self._lease, interval=self._interval
                )
            except StoreError:
                if asked > end:
                    raise
                wait = 1.0
            # A process that was suspended on the way may have lost its turn again.
            if wait == 0.0 and monotonic() - asked < self._lease / 2:
                return
            await asyncio.sleep(min(wait, self._lease))

    async def _leave(self, host: str, token: str) -> None:
        try:
            await asyncio.to_thread(self._turns.leave, host, token)
        except StoreError as error:  # the lease ends by itself
            _log.warning("host.late", host=host, problem=str(error))
