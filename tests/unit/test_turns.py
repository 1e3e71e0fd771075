"""Feeds go ahead of pages, pages still get their turn, and who gives up loses nobody's place."""

from __future__ import annotations

import asyncio

from worker.adapters.turns import IN_A_ROW, Turns


async def order_of(waiting: str) -> str:
    """The order in which those who wait behind one holder get the place: ``u`` is urgent."""
    turns, served = Turns(1), []

    async def wait(kind: str) -> None:
        async with turns.turn(urgent=kind == "u"):
            served.append(kind)
            await asyncio.sleep(0)

    async with turns.turn(urgent=False):
        tasks = [asyncio.create_task(wait(kind)) for kind in waiting]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return "".join(served)


async def test_who_waits_urgently_goes_first() -> None:
    assert await order_of("ppuup") == "uuppp"


async def test_the_others_are_not_shut_out() -> None:
    assert await order_of("pp" + "u" * 20) == f"{'u' * IN_A_ROW}p{'u' * IN_A_ROW}puuuu"


async def test_no_more_than_the_places_are_held_at_a_time() -> None:
    turns, inside, most = Turns(3), 0, 0

    async def hold() -> None:
        nonlocal inside, most
        async with turns.turn(urgent=False):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(hold() for _ in range(20)))
    assert most == 3


async def test_who_gives_up_takes_no_place_along() -> None:
    turns = Turns(1)

    async def wait() -> None:
        async with turns.turn(urgent=True):
            pass

    async with turns.turn(urgent=True):
        early, late = asyncio.create_task(wait()), asyncio.create_task(wait())
        await asyncio.sleep(0)
        early.cancel()
        await asyncio.sleep(0)
    late.cancel()  # in the moment in which the place is handed to it
    await asyncio.gather(early, late, return_exceptions=True)
    await asyncio.wait_for(wait(), 1)
