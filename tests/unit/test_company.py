"""Works go side by side, suspects alone."""

from __future__ import annotations

import asyncio

import pytest

from worker.pipeline.company import Company


async def at_once(*alone: bool) -> list[list[int]]:
    """Who is inside with whom, by number in the order of asking, seen whenever somebody is in."""
    company, inside, seen = Company(), set[int](), []

    async def be(number: int, *, alone: bool) -> None:
        async with company.beside(alone=alone):
            inside.add(number)
            await asyncio.sleep(0.01)
            seen.append(sorted(inside))
            inside.discard(number)

    await asyncio.gather(*(be(number, alone=one) for number, one in enumerate(alone)))
    return seen


async def test_works_that_nobody_suspects_go_side_by_side() -> None:
    assert (await at_once(False, False, False))[0] == [0, 1, 2]


async def test_a_suspect_waits_for_the_others_and_nobody_comes_in_meanwhile() -> None:
    seen = await at_once(False, True, False, True)
    assert [1] in seen
    assert [3] in seen
    assert not any(len(each) > 1 and {1, 3} & set(each) for each in seen)


async def test_who_wants_to_be_alone_goes_before_newcomers() -> None:
    seen = await at_once(False, True, *[False] * 20)
    assert seen.index([1]) == 1


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    company = Company()
    async with company.beside(alone=False):
        waiting = asyncio.create_task(anext_inside(company))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(1), company.beside(alone=False):
            pass
    async with asyncio.timeout(1), company.beside(alone=True):
        pass


async def anext_inside(company: Company) -> None:
    async with company.beside(alone=True):
        raise AssertionError("somebody was inside")
