"""Parsing in processes that are killed at a limit."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from worker.adapters.pool import ExtractionPool, InlineRunner
from worker.errors import ExtractionError, InputError


def double(number: int) -> int:
    return number * 2


def process_id() -> int:
    return os.getpid()


def hold_the_interpreter() -> None:
    """Blocks in C without ever letting a signal handler or another thread run."""
    import re

    re.match(r"(a+)+$", "a" * 40 + "b")


def eat_memory(size: int) -> int:
    return len(bytearray(size))


def die(code: int) -> None:
    os._exit(code)


def refuse_input(text: str) -> None:
    raise InputError(text)


def stumble(text: str) -> None:
    raise KeyError(text)


@pytest.fixture
async def pool() -> AsyncIterator[ExtractionPool]:
    async with ExtractionPool(1, time_limit=1.0, memory_limit=400_000_000) as made:
        yield made


async def test_a_result_comes_from_another_process(pool: ExtractionPool) -> None:
    assert await pool.run(double, 21) == 42
    assert await pool.run(process_id) != os.getpid()


async def test_a_hanging_task_is_killed_and_the_next_one_runs(pool: ExtractionPool) -> None:
    assert await pool.run(double, 1) == 2
    started = time.monotonic()
    with pytest.raises(ExtractionError, match="hold_the_interpreter took more than 1 s"):
        await pool.run(hold_the_interpreter)
    assert time.monotonic() - started < 6
    assert await pool.run(double, 2) == 4


async def test_the_event_loop_goes_on_while_a_task_hangs(pool: ExtractionPool) -> None:
    await pool.run(double, 1)
    hanging = asyncio.create_task(pool.run(hold_the_interpreter))
    worst, last = 0.0, time.monotonic()
    while not hanging.done():
        await asyncio.sleep(0.01)
        worst, last = max(worst, time.monotonic() - last - 0.01), time.monotonic()
    assert isinstance(hanging.exception(), ExtractionError)
    assert worst < 0.5


async def test_a_task_that_eats_memory_fails_and_the_next_one_runs(pool: ExtractionPool) -> None:
    with pytest.raises(ExtractionError, match=r"needed more than 400,000,000 bytes"):
        await pool.run(eat_memory, 2_000_000_000)
    assert await pool.run(eat_memory, 1_000_000) == 1_000_000


async def test_a_task_whose_process_dies_fails_and_the_next_one_runs(pool: ExtractionPool) -> None:
    with pytest.raises(ExtractionError, match="die"):
        await pool.run(die, 3)
    assert await pool.run(double, 2) == 4


async def test_own_errors_pass_through_and_foreign_ones_are_named(pool: ExtractionPool) -> None:
    for runner in (pool, InlineRunner()):
        with pytest.raises(InputError, match=r"^no feed$"):
            await runner.run(refuse_input, "no feed")
        with pytest.raises(ExtractionError, match="stumble failed: KeyError: 'x'"):
            await runner.run(stumble, "x")
        assert await runner.run(double, 3) == 6


async def test_tasks_given_at_once_all_run(pool: ExtractionPool) -> None:
    assert await asyncio.gather(*(pool.run(double, n) for n in range(50))) == [
        n * 2 for n in range(50)
    ]


async def test_a_closed_pool_leaves_no_process_and_starts_again_when_used() -> None:
    pool = ExtractionPool(1)
    child = await pool.run(process_id)
    await pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert await pool.run(double, 4) == 8
    await pool.close()
