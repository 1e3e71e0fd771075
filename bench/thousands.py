"""Five thousand feeds through the whole worker: its rounds, its memory, the stalls of its loop.

The worker runs as ``run`` runs it, dashboard included, in a process of its own; each feed has a host
of its own. First every feed is read for the first time, then, due again, all say that nothing has
changed. Goals: main process ≤ 120 MB, no stall of the loop over 50 ms.

A stall is told twice: as the clock saw it, and how much of it the worker itself was at work. On a
machine that others keep busy the first is mostly the wait for a core.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from worker.adapters.store import tables
from worker.app import App, build
from worker.settings import load_settings

#: What is loaded here weighs in the worker's process: the origin and its feeds are named in ``main``.
FEEDS = int(os.environ.get("CW_BENCH_FEEDS", "5000"))
CONCURRENCY = 32
LONG = 0.05


@dataclass
class Stalls:
    """Gaps between two turns of a loop that wants one every 5 ms; seconds."""

    gaps: list[tuple[float, float]] = field(default_factory=list)
    where: Counter[str] = field(default_factory=Counter)
    turned: float = 0.0

    async def watch(self) -> None:
        """Note how late each turn comes, and how much of that this process was at work."""
        while True:
            before, worked = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.005)
            self.turned = time.perf_counter()
            self.gaps.append((self.turned - before - 0.005, time.process_time() - worked))

    def look(self, ended: threading.Event, loop: int) -> None:
        """From a thread: note what the loop is at while a turn is long overdue."""
        while not ended.wait(0.01):
            if time.perf_counter() - self.turned > LONG and (frame := sys._current_frames()[loop]):
                told = traceback.extract_stack(frame)[-1]
                self.where[f"{Path(told.filename).name}:{told.name}"] += 1

    def told(self) -> str:
        """The figures in one line."""
        late = sorted((min(gap, own) for gap, own in self.gaps), reverse=True)
        seen = max(gap for gap, _ in self.gaps)
        over = sum(1 for each in late if each > LONG)
        return (
            f"longest stall {late[0] * 1000:.0f} ms of own work ({seen * 1000:.0f} ms by the clock), "
            f"{over} of {len(late)} turns over {LONG * 1000:.0f} ms"
        )


@asynccontextmanager
async def _watched() -> AsyncIterator[Stalls]:
    stalls, ended = Stalls(turned=time.perf_counter()), threading.Event()
    looking = threading.Thread(target=stalls.look, args=(ended, threading.get_ident()))
    watching = asyncio.create_task(stalls.watch())
    looking.start()
    try:
        yield stalls
    finally:
        ended.set()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        looking.join()


def resident() -> float:
    """The resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


def configure(folder: Path, addresses: Sequence[str]) -> Path:
    """A configuration of these feeds; what they show is too old to be fetched."""
    network = {"per_host_interval": 0, "allow_addresses": ["127.0.0.0/8"]}
    worker = {"network": network, "concurrency": CONCURRENCY, "first_look_back": "1d", "tick": "1s"}
    shared = {"language": "de", "country": "DE", "kind": "press"}
    feeds = [
        {"id": f"f{n}", "url": url, "title": f"Blatt {n}", **shared}
        for n, url in enumerate(addresses)
    ]
    files: dict[str, Any] = {
        "settings.yaml": {
            "database": {"url": f"sqlite:///{folder / 'watch.db'}"},
            "worker": worker,
            "web": {"port": 0},
            "log": {"level": "error"},
        },
        "feeds.yaml": {"feeds": feeds},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


async def _until_polled(app: App, since: datetime) -> float:
    """Seconds until no feed is left that was not asked after ``since``."""
    began, table = time.perf_counter(), tables.feed
    left = select(func.count()).where(
        (table.c.last_checked_at < since) | table.c.last_checked_at.is_(None)
    )

    def unasked() -> int:
        with app.store.database.read() as connection:
            return int(connection.execute(left).scalar_one())

    while await asyncio.to_thread(unasked):  # noqa: ASYNC110 - the worker tells nobody
        await asyncio.sleep(0.5)
    return time.perf_counter() - began


async def _measure(app: App, results: multiprocessing.Queue[str]) -> None:
    running = asyncio.create_task(app.run())
    await asyncio.sleep(0.5)
    for name in ("first", "unchanged"):
        since, busy = datetime.now(UTC), time.process_time()
        if name == "unchanged":
            await asyncio.to_thread(_make_due, app, since)
        async with _watched() as stalls:
            seconds = await _until_polled(app, since)
        own = (time.process_time() - busy) / FEEDS * 1000
        results.put(
            f"{name} round of {FEEDS:,} feeds: {FEEDS / seconds:.0f} feeds/s, {own:.1f} ms of the main "
            f"process a feed; {stalls.told()}; {resident():.0f} MB (goal 120)"
        )
        if stalls.where:
            results.put(f"   found at: {stalls.where.most_common(5)}")
    results.put(f"entries stored: {app.store.queries.counts()['entries']:,}")
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _make_due(app: App, now: datetime) -> None:
    with app.store.database.write() as connection:
        connection.execute(update(tables.feed).values(next_at=now))


def _work(folder: Path, results: multiprocessing.Queue[str]) -> None:
    app = build(load_settings(folder, {}), environ={})
    results.put(f"configured: {resident():.0f} MB")
    asyncio.run(_measure(app, results))
    app.close()
    results.put("")


def main() -> None:
    """Print the figures of each round."""
    from bench.rounds import ITEMS, address, origin

    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name, origin() as port:
        results: multiprocessing.Queue[str] = context.Queue()
        folder = configure(Path(name), [address(port, number) for number in range(FEEDS)])
        build(load_settings(folder, {}), environ={}).close()  # the schema is made beforehand
        worker = context.Process(target=_work, args=(folder, results))
        worker.start()
        while line := results.get(timeout=1200):
            print(line, flush=True)
        worker.join()
    print(f"entries shown: {FEEDS * ITEMS:,}")
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
