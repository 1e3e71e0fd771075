"""What several tasks write at once is one write, and nobody's failure is another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from worker.pipeline.together import MOST, Together


class Desk:
    """Notes each batch; a negative number spoils it."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def write(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await asyncio.sleep(0.01)
        if min(items) < 0:
            raise ValueError(f"no {min(items)}")
        return [item * 10 for item in items]


async def test_what_comes_while_a_write_is_under_way_is_written_together() -> None:
    desk, together = Desk(), Together[int, int]()
    results = await asyncio.gather(*(together.add(n, desk.write) for n in range(MOST + 9)))
    assert results == [n * 10 for n in range(MOST + 9)]
    assert [len(batch) for batch in desk.batches] == [MOST, 9]


async def test_one_that_cannot_be_written_fails_alone() -> None:
    desk, together = Desk(), Together[int, int]()
    tasks = (together.add(n, desk.write) for n in (1, -2, 3))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[::2] == [10, 30]
    assert str(results[1]) == "no -2"
    assert await together.add(4, desk.write) == 40


async def test_who_gives_up_waiting_stops_nobody() -> None:
    desk, together = Desk(), Together[int, int]()
    tasks = [asyncio.create_task(together.add(n, desk.write)) for n in (1, 2)]
    await asyncio.sleep(0.005)
    tasks[0].cancel()
    assert await tasks[1] == 20
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
