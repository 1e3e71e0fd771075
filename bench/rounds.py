"""Rounds over some hundred feeds, all stored: the worker against bare httpx and ``reader``.

A first round and a round in which nothing has changed, each from an origin in a process of its
own. ``reader`` (https://github.com/lemon24/reader) is no dependency: name the Python of an
environment that has it in ``READER_PYTHON``, else it is left out. Goals: first round ≥ 30 % of bare
httpx and ≥ 6× ``reader``; unchanged ≥ 85 % of bare httpx at the client (see ``ingest``).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench.ingest import SENTENCE
from worker.adapters.address import AddressPolicy
from worker.adapters.channels.rendering import ChannelRenderer
from worker.adapters.claiming import ClaimsInThread
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.pool import ExtractionPool
from worker.adapters.reading import PooledReader
from worker.adapters.store import Store
from worker.app import TURN
from worker.model import Analysis, Feed, FeedKind
from worker.pipeline import Pipeline, Tools
from worker.ports import Stage

FEEDS = 300
ITEMS = 20
AT_ONCE = 20
ROUNDS = 5
READER = """
import sys, time
from reader import make_reader
port, count, database = sys.argv[1], int(sys.argv[2]), sys.argv[3]
reader = make_reader(database, feed_root=None)
for number in range(count):
    host = f"127.0.{number // 250 + 1}.{number % 250 + 1}"
    reader.add_feed(f"http://{host}:{port}/{number}.xml")
for _ in range(2):
    begin = time.perf_counter()
    reader.update_feeds(workers=20, scheduled=False)
    print(time.perf_counter() - begin, flush=True)
print(reader.get_entry_counts().total)
"""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment


def address(port: int, number: int) -> str:
    """Where a feed stands: each has a host of its own, as feeds do."""
    return f"http://127.0.{number // 250 + 1}.{number % 250 + 1}:{port}/{number}.xml"


def feed_body(number: int) -> bytes:
    """A feed with summaries, each item of its own."""
    items = "".join(
        f"<item><title>Meldung {k} von {number}</title><link>https://b.example/{number}/{k}</link>"
        f"<guid isPermaLink='false'>{number}-{k}</guid><description>{SENTENCE * 2}</description>"
        "<pubDate>Wed, 14 Jan 2026 10:00:00 +0100</pubDate></item>"
        for k in range(ITEMS)
    )
    return f'<rss version="2.0"><channel><title>B{number}</title>{items}</channel></rss>'.encode()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"if-none-match" in head:
                writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')
                continue
            body = feed_body(int(head.split(b" ")[1].strip(b"/").removesuffix(b".xml")))
            kind = b"Content-Type: application/rss+xml\r\n"
            length = b"Content-Length: %d\r\n\r\n" % len(body)
            writer.write(b'HTTP/1.1 200 OK\r\nETag: "a"\r\n' + kind + length + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _serve(ports: multiprocessing.Queue[int]) -> None:
    async def forever() -> None:
        server = await asyncio.start_server(_answer, "0.0.0.0", 0, backlog=500)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


@contextmanager
def origin() -> Iterator[int]:
    """Serve the feeds from a process of its own until the block ends; gives the port."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(ports,), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=30)
    finally:
        process.terminate()
        process.join()


async def bare_httpx(port: int) -> tuple[float, float]:
    """Seconds of bare httpx for a first and an unchanged round; nothing is parsed or stored."""
    times = []
    async with httpx.AsyncClient(timeout=30) as client:
        for headers in ({}, {"If-None-Match": '"a"'}):
            gate, begin = asyncio.Semaphore(AT_ONCE), time.perf_counter()

            async def one(number: int, sent: dict[str, str], gate: asyncio.Semaphore) -> None:
                async with gate:
                    await client.get(address(port, number), headers=sent)

            await asyncio.gather(*(one(number, headers, gate) for number in range(FEEDS)))
            times.append(time.perf_counter() - begin)
    return times[0], times[1]


async def worker(port: int, folder: Path, processes: int) -> tuple[float, float]:
    """Seconds of the worker's poll stage for both rounds, parsed in processes and stored."""
    sys.setswitchinterval(TURN)  # as the worker runs
    clock, store = Clock(), Store(f"sqlite:///{folder / f'rounds{processes}.db'}")
    feeds = [Feed(f"f{n}", address(port, n), "B", "de", "DE", FeedKind.PRESS) for n in range(FEEDS)]
    store.feeds.sync(feeds, clock.now())
    client = GuardedClient(
        user_agent="bench",
        policy=AddressPolicy.allowing(["127.0.0.0/8"]),
        limits=FetchLimits(host_interval=0, host_connections=0),
    )
    async with client, ExtractionPool(processes) as pool:
        await pool.run(feed_body, 1)
        reader = PooledReader(pool, ClaimsInThread(lambda article: Analysis("de", False)))
        tools = Tools(
            store=store,
            fetcher=client,
            pages=client,
            reader=reader,
            renderer=ChannelRenderer(()),
            senders={},
            clock=clock,
            jitter=lambda: 0.5,
        )
        times = [await _round(Pipeline(tools))]
        clock.moment += timedelta(hours=5)
        times.append(await _round(Pipeline(tools)))
        reader.close()
    stored = store.queries.counts()["entries"]
    store.close()
    if stored != FEEDS * ITEMS:
        raise RuntimeError(f"{stored} entries stored instead of {FEEDS * ITEMS}")
    return times[0], times[1]


async def _round(pipeline: Pipeline) -> float:
    begin, gate, done = time.perf_counter(), asyncio.Semaphore(AT_ONCE), 0

    async def one(work: object) -> None:
        async with gate:
            problem = await pipeline.handle(work)  # type: ignore[arg-type]
            if problem:
                raise RuntimeError(problem)

    while works := await pipeline.claim(Stage.POLL, busy=(), limit=FEEDS):
        await asyncio.gather(*(one(work) for work in works))
        done += len(works)
    if done != FEEDS:
        raise RuntimeError(f"{done} feeds polled instead of {FEEDS}")
    return time.perf_counter() - begin


def reader_library(port: int, folder: Path, python: str) -> tuple[float, float]:
    """Seconds of ``reader`` for both rounds, by the interpreter ``python``."""
    command = [python, "-c", READER, str(port), str(FEEDS), str(folder / "reader.db")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if int(told[2]) != FEEDS * ITEMS:
        raise RuntimeError(f"reader stored {told[2]} entries")
    return float(told[0]), float(told[1])


def main() -> None:
    """Print each figure with its goal."""
    python = os.environ.get("READER_PYTHON")
    found: dict[str, list[tuple[float, float]]] = {"httpx": [], "one": [], "two": [], "reader": []}
    with origin() as port:
        for _ in range(ROUNDS):
            found["httpx"].append(asyncio.run(bare_httpx(port)))
            for name, processes in (("one", 1), ("two", 2)):
                with tempfile.TemporaryDirectory() as folder:
                    found[name].append(asyncio.run(worker(port, Path(folder), processes)))
            if python:
                with tempfile.TemporaryDirectory() as folder:
                    found["reader"].append(reader_library(port, Path(folder), python))
    for at, what, goals in ((0, "first round", ".30 and 6×"), (1, "unchanged round", "")):
        for name, processes in (("one", 1), ("two", 2)):
            own = found[name]
            of_httpx = _ratio(found["httpx"], own, at)
            of_reader = f", {_ratio(found['reader'], own, at):.1f}× reader" if python else ""
            rate = FEEDS / statistics.median(pair[at] for pair in own)
            print(
                f"{what}, {processes} processes: {of_httpx:.2f} of bare httpx{of_reader} "
                f"({rate:.0f} feeds/s{'; goals ' + goals if goals else ''})"
            )
    if not python:
        print("reader: left out; name the Python of an environment with it in READER_PYTHON")


def _ratio(theirs: list[tuple[float, float]], own: list[tuple[float, float]], at: int) -> float:
    return statistics.median(a[at] / b[at] for a, b in zip(theirs, own, strict=True))


if __name__ == "__main__":
    main()
