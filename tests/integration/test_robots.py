"""The gate asks each host's robots.txt once and obeys it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.integration.origin import Origin, running_origin
from worker.adapters.address import AddressPolicy
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.polite import PoliteFetcher
from worker.adapters.robots import RobotsGate
from worker.core.reading import PAGE_RETRIES
from worker.errors import FetchError, FetchRefused


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    async with running_origin() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    policy = AddressPolicy.allowing(["127.0.0.0/8"])
    limits = FetchLimits(deadline=1, host_interval=0, host_connections=0)
    async with GuardedClient(user_agent="CoalitionWatch/0", policy=policy, limits=limits) as made:
        yield made


async def test_pages_are_judged_by_one_request_a_day(origin: Origin, client: GuardedClient) -> None:
    origin.answer("/robots.txt", b"User-agent: CoalitionWatch\nDisallow: /intern\n")
    clock = [0.0]
    gate = RobotsGate(client, clock=lambda: clock[0])
    await asyncio.gather(*(gate.check(origin.url(f"/{n}")) for n in range(20)))
    with pytest.raises(FetchRefused, match="forbids /intern/a"):
        await gate.check(origin.url("/intern/a"))
    assert len(origin.asked) == 1
    clock[0] = 86_401.0
    await gate.check(origin.url("/1"))
    assert len(origin.asked) == 2


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone"])
async def test_a_host_without_rules_allows_everything(
    origin: Origin, client: GuardedClient, status: str
) -> None:
    origin.answer("/robots.txt", status=status)
    await RobotsGate(client).check(origin.url("/x"))


@pytest.mark.parametrize("status", ["500 Oops", "429 Slow"])
async def test_an_unreachable_robots_txt_forbids_for_a_while(
    origin: Origin, client: GuardedClient, status: str
) -> None:
    origin.answer("/robots.txt", status=status, headers="Retry-After: 60\r\n")
    clock = [0.0]
    gate = RobotsGate(client, clock=lambda: clock[0])
    for _ in range(3):
        with pytest.raises(FetchError, match=r"robots\.txt .* cannot be read") as caught:
            await gate.check(origin.url("/x"))
        assert caught.value.retryable
        assert caught.value.retry_after == 60.0
    assert len(origin.asked) == 1
    clock[0] = 61.0
    origin.answer("/robots.txt", b"")
    await gate.check(origin.url("/x"))


async def test_a_robots_txt_that_gave_no_answer_is_asked_again_before_its_pages_are(
    origin: Origin, client: GuardedClient
) -> None:
    clock, url = [0.0], origin.url("/x")
    origin.raw("/robots.txt", b"", every=5.0)
    gate = RobotsGate(client, clock=lambda: clock[0])
    with pytest.raises(FetchError, match=r"robots\.txt .* cannot be read"):
        await gate.check(url)
    origin.answer("/robots.txt", b"")
    clock[0] = PAGE_RETRIES[0].total_seconds()
    await gate.check(url)


async def test_redirect_targets_are_judged_too(origin: Origin, client: GuardedClient) -> None:
    origin.answer("/robots.txt", b"User-agent: *\nDisallow: /intern\n")
    origin.answer("/a", status="302 Found", headers="Location: /intern/a\r\n")
    origin.answer("/intern/a", b"secret")
    polite = PoliteFetcher(client, RobotsGate(client))
    with pytest.raises(FetchRefused, match="forbids /intern/a"):
        await polite.fetch(origin.url("/a"))
    assert [request.path for request in origin.asked] == ["/robots.txt", "/a"]


async def test_a_host_that_may_not_be_dialled_is_refused_for_good(client: GuardedClient) -> None:
    with pytest.raises(FetchRefused, match="private"):
        await RobotsGate(client).check("http://10.0.0.1/x")
