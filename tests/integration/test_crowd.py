"""Thousands of feeds at once, one in a hundred hostile: none of the others waits or is lost.

``make crowd`` runs the full size: 5,000 feeds for an hour.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.crowd import a_crowd, host, is_hostile, stories
from tests.integration.desk import SEEDS, open_app
from worker.adapters.store import tables
from worker.app import App
from worker.ports import Polled

#: Megabytes by which the worker may grow after its first third, in which caches fill.
GROWTH = 30.0


@dataclass
class Seen:
    """What was measured while the worker ran; seconds and megabytes."""

    first: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    stall: float = 0.0
    weights: list[float] = field(default_factory=list)

    def percentile(self, percent: int) -> float:
        return quantiles(self.late, n=100)[percent - 1]


def configure(folder: Path, port: int, feeds: int, interval: float, concurrency: int) -> Path:
    network: dict[str, Any] = {"per_host_interval": 0, "allow_addresses": ["127.0.0.0/8"]}
    network["timeout"] = f"{min(interval, 30):.0f}s"
    polling = {"interval": f"{interval:.0f}s", "high_priority_interval": f"{interval:.0f}s"}
    worker = {"network": network, "polling": polling, "concurrency": concurrency, "tick": "1s"}
    shared = {"language": "en", "country": "GB", "kind": "press"}
    listed = [
        {"id": f"f{n}", "url": f"http://{host(n)}:{port}/{n}.xml", "title": f"Feed {n}", **shared}
        for n in range(feeds)
    ]
    files = {
        "settings.yaml": {
            "database": {"url": f"sqlite:///{folder / 'watch.db'}"},
            "worker": worker,
            "baseline": {"file": str(SEEDS)},
        },
        "feeds.yaml": {"feeds": listed},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@contextmanager
def lateness_noted(app: App, seen: Seen) -> Iterator[None]:
    """Note how long after its due time each poll of an honest feed was finished.

    The first polls of all feeds are due in the same second, when the worker is started with a new
    list: how long that round takes is noted apart.
    """
    save = app.store.feeds.save_polls

    def noting(polls: Sequence[Polled]) -> list[int]:
        for poll in polls:
            if not is_hostile(int(poll.work.feed.id[1:])):
                noted = seen.first if poll.work.state.never_read else seen.late
                noted.append((poll.now - poll.work.state.next_check_at).total_seconds())
        return save(polls)

    app.store.feeds.save_polls = noting  # type: ignore[method-assign]
    yield


async def watch(seen: Seen) -> None:
    """Note the longest stall of the loop, and the weight of this process every second."""
    begun = told = time.monotonic()
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        now = time.monotonic()
        if now - begun > 3:  # the start loads tables and makes processes
            seen.stall = max(seen.stall, now - before - 0.01)
        if now - told > 1:
            told = now
            seen.weights.append(resident())


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def lost_stories(app: App, feeds: int, began: float, every: float, until: float) -> list[str]:
    with app.store.database.read() as connection:
        found = set(connection.execute(select(tables.entry.c.key)).scalars())
    due = (
        f"{n}-{k}"
        for n in range(feeds)
        if not is_hostile(n)
        for k in range(stories(began, every, n, until))
    )
    return [key for key in due if key not in found]


SIZES = {
    "small": (120, 12.0, 3.0),
    "large": (
        int(os.environ.get("CW_CROWD_FEEDS", "1000")),
        float(os.environ.get("CW_CROWD_SECONDS", "90")),
        float(os.environ.get("CW_CROWD_INTERVAL", "45")),
    ),
}


@pytest.mark.parametrize(
    "size",
    ["small", pytest.param("large", marks=[pytest.mark.slow, pytest.mark.torture])],
)
async def test_a_crowd_with_hostile_feeds_is_read_on_time_and_whole(tmp_path, capsys, size):
    feeds, seconds, interval = SIZES[size]
    every, seen, began = 2 * interval, Seen(), time.time()
    with a_crowd(began, every) as port:
        app = open_app(configure(tmp_path, port, feeds, interval, concurrency=32))
        with lateness_noted(app, seen):
            async with app.working() as engine:
                watching = asyncio.create_task(watch(seen))
                running = asyncio.create_task(engine.run())
                await asyncio.sleep(seconds)
                ended = time.time()
                engine.stop()
                await asyncio.wait_for(running, timedelta(seconds=40).total_seconds())
                watching.cancel()
        # A quiet feed is asked up to four times less often.
        lost = lost_stories(app, feeds, began, every, ended - 4.4 * interval - 5)
        articles = app.store.queries.counts()["articles"]
        app.close()
    third = len(seen.weights) // 3
    grown = max(seen.weights[-3:]) - max(seen.weights[third : third + 3])
    with capsys.disabled():
        print(
            f"\ncrowd: {feeds} feeds ({feeds // 100} hostile) for {seconds:.0f} s: "
            f"first round {max(seen.first):.0f} s, then {len(seen.late):,} polls late p50 {seen.percentile(50):.2f} s "
            f"p99 {seen.percentile(99):.2f} s, {articles:,} articles, longest stall {seen.stall * 1000:.0f} ms, "
            f"{seen.weights[-1]:.0f} MB ({grown:+.1f}), {len(lost)} lost"
        )
    assert lost == []
    assert len(seen.first) == feeds - feeds // 100 - (feeds % 100 > 50)
    assert len(seen.late) > feeds / 2
    assert seen.percentile(99) < 60
    assert grown < GROWTH
