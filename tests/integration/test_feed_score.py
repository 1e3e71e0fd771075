"""Weeks of polling feeds that behave in every way: no rule is broken, and nothing is lost."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from tests.integration.desk import SetClock
from tests.integration.newsroom import stub_analyze
from tests.integration.origin import running_origin
from tests.integration.scored import DAY, Gone, ScoredFeed, serve
from worker.adapters.address import AddressPolicy
from worker.adapters.channels.rendering import ChannelRenderer
from worker.adapters.claiming import ClaimsInThread
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.pool import InlineRunner
from worker.adapters.reading import PooledReader
from worker.adapters.store import Store, tables
from worker.core.schedule import Intervals
from worker.model import Feed, FeedKind
from worker.pipeline import Pipeline, Tools
from worker.ports import Stage

START = datetime(2026, 1, 5, 6, 17, tzinfo=UTC)


@dataclass
class Weeks:
    """The feeds, the worker that polls them and its clock."""

    feeds: dict[str, ScoredFeed]
    store: Store
    tools: Tools
    clock: SetClock

    async def pass_by(self, days: float) -> None:
        """Poll whatever is due, moving the clock from one due time to the next."""
        pipeline, end = Pipeline(self.tools), START + days * DAY
        while (due := self.next_due()) is not None and due <= end:
            self.clock.moment = max(self.clock.moment, due)
            for work in await pipeline.claim(Stage.POLL, busy=(), limit=100):
                await pipeline.handle(work)
        self.clock.moment = end

    def next_due(self) -> datetime | None:
        feed = tables.feed
        with self.store.database.read() as connection:
            query = select(func.min(feed.c.next_at)).where(feed.c.state == "active")
            return connection.execute(query).scalar()

    @property
    def violations(self) -> list[str]:
        return [violation for feed in self.feeds.values() for violation in feed.violations]

    def missed(self) -> dict[str, list[int]]:
        """The entries that feeds have shown long enough and that were not stored exactly once."""
        stored, lost = self.entries(), {}
        for name, feed in self.feeds.items():
            if name.endswith("-target"):
                continue
            end = self.clock.now()
            until = min(end, START + Gone.leaves * DAY) if isinstance(feed, Gone) else end
            seen = Counter(stored[name])
            due = feed.published(until - feed.patience)
            wrong = [number for number in due if seen[f"{name}-{number}"] != 1]
            if wrong or not due:
                lost[name] = wrong
        return lost

    def entries(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        with self.store.database.read() as connection:
            for feed_id, key in connection.execute(
                select(tables.entry.c.feed_id, tables.entry.c.key)
            ):
                found[feed_id].append(key)
        return found


@asynccontextmanager
async def weeks(folder: Path, **options: object) -> AsyncIterator[Weeks]:
    """Feeds of every kind and a worker over real HTTP and a real database."""
    clock = SetClock(START)
    store = Store(f"sqlite:///{folder / 'watch.db'}")
    # What a crash would lose is tested elsewhere; here thousands of polls must be quick.
    store.database.engine.dispose()
    event.listen(store.database.engine, "connect", _without_waiting_for_the_disk)
    client = GuardedClient(
        user_agent="CoalitionWatch/0.1 (+https://example.org/about)",
        policy=AddressPolicy.allowing(["127.0.0.0/8"]),
        limits=FetchLimits(host_interval=0, host_connections=0),
        wall_clock=clock.now,
    )
    reader = PooledReader(InlineRunner(), ClaimsInThread(stub_analyze))
    async with running_origin() as origin, client:
        feeds = serve(origin, START, clock.now)
        tools = Tools(
            store=store,
            fetcher=client,
            pages=client,
            reader=reader,
            renderer=ChannelRenderer(()),
            senders={},
            clock=clock,
            jitter=random.Random(7).random,
        )
        polled = [feed for name, feed in feeds.items() if not name.endswith("-target")]
        store.feeds.sync([_configured(feed) for feed in polled], START)
        yield Weeks(feeds, store, replace(tools, **options), clock)
    reader.close()
    store.close()


def _without_waiting_for_the_disk(connection, _) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _configured(feed: ScoredFeed) -> Feed:
    return Feed(feed.name, feed.url, feed.name, "en", "GB", FeedKind.PRESS)


@pytest.mark.parametrize(
    "days", [8, pytest.param(30, marks=[pytest.mark.slow, pytest.mark.torture])]
)
async def test_every_behaviour_is_met_without_breaking_a_rule_or_losing_anything(
    tmp_path, capsys, days
):
    async with weeks(tmp_path) as them:
        await them.pass_by(days)
        assert them.violations == []
        assert them.missed() == {}
        statuses = Counter(status for feed in them.feeds.values() for status in feed.statuses)
        rows = {row["id"]: row for row in them.store.queries.feeds()}
    assert {200, 301, 302, 304, 403, 404, 410, 429, 503} <= set(statuses)
    assert them.feeds["gone"].statuses.count(410) == 1
    assert rows["gone"]["state"] == "disabled"
    # A move that came and went is not believed, one that has held for three days is.
    assert rows["moving"]["url"] == f"{them.feeds['moving'].url}/moved"
    assert rows["moving-for-now"]["url"] == them.feeds["moving-for-now"].url
    with capsys.disabled():
        total = sum(statuses.values())
        told = f"{days} days, {total:,} requests, {statuses[304]:,} of them answered 304"
        print(f"\nfeed score: {len(rows)} feeds, {told}, 0 violations, 0 entries lost")


async def test_dates_from_a_wrong_clock_are_never_later_than_first_seen(tmp_path):
    async with weeks(tmp_path) as them:
        await them.pass_by(1)
        entry = tables.entry
        with them.store.database.read() as connection:
            late = select(entry.c.key).where(entry.c.sort_at > entry.c.first_seen)
            assert connection.execute(late).all() == []
            query = select(entry.c.published).where(entry.c.feed_id == "wrong-dates")
            dates = set(connection.execute(query).scalars())
    assert None in dates
    assert len(dates) > 1


async def test_a_worker_in_a_hurry_is_caught(tmp_path):
    quick = Intervals(normal=timedelta(minutes=20), quick=timedelta(minutes=5))
    async with weeks(tmp_path, intervals=quick) as them:
        await them.pass_by(0.1)
        hurried = {text.partition(",")[0] for text in them.violations if "too early" in text}
    assert len(hurried) > 10
    assert "welcoming" in hurried


async def test_a_worker_that_forgets_validators_is_caught(tmp_path):
    async with weeks(tmp_path) as them:
        them.tools = replace(them.tools, fetcher=Forgetful(them.tools.fetcher))
        await them.pass_by(0.2)
        told = [text for text in them.violations if "was given" in text]
    assert {text.partition(",")[0] for text in told} >= {"etag", "last-modified", "weak-tag"}


class Forgetful:
    """Fetches without validators."""

    def __init__(self, fetcher):
        self.fetcher = fetcher

    async def fetch(self, url, *, etag=None, last_modified=None, accept="*/*"):
        return await self.fetcher.fetch(url, accept=accept)
