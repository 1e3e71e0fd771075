"""Writes that several tasks want at once become one transaction.

While one write is under way the others gather; when it is done, all of them are written together.
Nobody waits for a timer, and the more there is to write, the fewer commits it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
Write = Callable[[Sequence[T]], Awaitable[Sequence[R]]]
#: So many are written together at most, so that no transaction holds the others up for long.
MOST = 64
#: So many are told at once that they are written; who is told goes on at once, and sixty that go on
#: together would stall the event loop.
SLICE = 4


class Together(Generic[T, R]):
    """Gathers items for a write that takes several of them and gives a result for each."""

    def __init__(self) -> None:
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: T, write: Write[T, R]) -> R:
        """The result of ``item``, once it is written; what its write raises, it raises.

        A batch that fails is written item by item, so that one cannot spoil the others.
        """
        written: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:  # a task of its own: whoever gives up does not stop the others
            self._writing = asyncio.create_task(self._write_all(write))
        return await written

    async def _write_all(self, write: Write[T, R]) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await _write(batch, write)
        finally:
            self._writing = None


async def _write(batch: Sequence[tuple[T, asyncio.Future[R]]], write: Write[T, R]) -> None:
    try:
        results = await write([item for item, _ in batch])
    except Exception as error:
        if len(batch) > 1:
            for one in batch:
                await _write([one], write)
        elif not batch[0][1].done():
            batch[0][1].set_exception(error)
        return
    for number, ((_, written), result) in enumerate(zip(batch, results, strict=True), start=1):
        if not written.done():
            written.set_result(result)
        if number % SLICE == 0:
            await asyncio.sleep(0)
