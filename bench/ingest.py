"""Fetching, parsing and extraction against the bare libraries they stand on, as ratios of one run.

Goals: unchanged feeds ≥ 85 % of bare httpx, article pipeline ≥ .85 of trafilatura alone, an
extraction process ≤ 110 MB that grows ≤ 5 % over 1,000 pages, an update ≥ 5× cheaper than a full
parse by feedparser.
"""

from __future__ import annotations

import asyncio
import io
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import httpx
import trafilatura

from worker.adapters.address import AddressPolicy
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.pool import ExtractionPool
from worker.core.articles import extract_article
from worker.core.feeds import parse_feed
from worker.model import Entry, Feed, FeedKind

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
FEED = Feed("blatt", "https://blatt.example/rss", "Blatt", "de", "DE", FeedKind.PRESS)
URL = "https://blatt.example/politik/1"
ENTRY = Entry("blatt", "1", URL, "Oslo sagt zu", "Kurz.", "", NOW, language="de")
SENTENCE = (
    "Norwegen will nach einem Waffenstillstand zwei Minenjagdboote in das Schwarze Meer schicken, "
    "sagte der Verteidigungsminister am Mittwoch in Oslo."
)
ROUNDS = 5
REQUESTS = 1_000
AT_ONCE = 20
PAGES = 1_000


def page() -> bytes:
    """A page of some 70 kB as news sites send it: a report, teasers, scripts, JSON-LD."""
    report = "".join(
        f"<p>{SENTENCE} Absatz {n} mit <a href='/x{n}'>Verweis</a>.</p>" for n in range(25)
    )
    teasers = "".join(f"<a href='/t{n}'><h3>Teaser {n} zur Lage</h3></a>" for n in range(150))
    data = json.dumps({"@type": "NewsArticle", "headline": "Oslo", "datePublished": "2026-01-14"})
    head = (
        '<meta charset="utf-8"><title>Oslo</title><meta property="og:title" content="Oslo">'
        f'<script type="application/ld+json">{data}</script>'
        f"<script>{'var a=1;' * 4000}</script><style>{'.a{b:c}' * 2000}</style>"
    )
    return (
        f'<!doctype html><html lang="de"><head>{head}</head><body><nav>{teasers[:900]}</nav><main>'
        f"<article><h1>Oslo</h1>{report}</article></main><div>{teasers}</div></body></html>"
    ).encode()


def feed_body(items: int = 100) -> bytes:
    """A feed with summaries, newest first."""
    written = "".join(
        f"<item><title>Meldung {n}</title><link>https://blatt.example/{n}</link><guid isPermaLink='false'>id-{n}</guid>"
        f"<pubDate>Wed, 14 Jan 2026 10:00:00 +0100</pubDate><description>{SENTENCE * 3}"
        "</description></item>"
        for n in range(items)
    )
    return f'<rss version="2.0"><channel><title>B</title>{written}</channel></rss>'.encode()


def _seconds(task: Callable[[], object], repeat: int = 10) -> float:
    task()
    begin = time.perf_counter()
    for _ in range(repeat):
        task()
    return (time.perf_counter() - begin) / repeat


def _ratio(reference: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    """Median of reference time over own time, and the median own time in ms."""
    pairs = [(_seconds(reference), _seconds(ours)) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / own for theirs, own in pairs)
    return ratio, statistics.median(own for _, own in pairs) * 1000


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _serve(ports: multiprocessing.Queue[int]) -> None:
    async def forever() -> None:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


@contextmanager
def _origin() -> Iterator[str]:
    """An origin in a process of its own, for which nothing has changed."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(ports,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=30)}/"
    finally:
        process.terminate()
        process.join()


async def _rate(fetch: Callable[[], Awaitable[object]]) -> float:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await fetch()

    begin = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(REQUESTS)))
    return REQUESTS / (time.perf_counter() - begin)


async def _fetching(url: str) -> tuple[float, float]:
    """Median ratio of guarded over bare requests a second, and the guarded ones."""
    limits = FetchLimits(host_interval=0, host_connections=0)
    policy = AddressPolicy.allowing(["127.0.0.0/8"])
    rates = []
    async with (
        httpx.AsyncClient(timeout=30) as bare,
        GuardedClient(user_agent="bench", policy=policy, limits=limits) as guarded,
    ):
        for _ in range(ROUNDS):
            theirs = await _rate(lambda: bare.get(url, headers={"If-None-Match": '"a"'}))
            rates.append((theirs, await _rate(lambda: guarded.fetch(url, etag='"a"'))))
    ratio = statistics.median(ours / theirs for theirs, ours in rates)
    return ratio, statistics.median(ours for _, ours in rates)


def extract_and_weigh(html: bytes) -> float:
    """Extract one page; the resident memory of this process in MB afterwards."""
    extract_article(html, ENTRY, URL, now=NOW)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


async def _memory(html: bytes) -> tuple[float, float]:
    """Resident memory of one extraction process after 50 pages and after all."""
    async with ExtractionPool(1, tasks_per_process=PAGES * 2) as pool:
        weights = [await pool.run(extract_and_weigh, html) for _ in range(PAGES)]
    return weights[49], weights[-1]


def main() -> None:
    """Print each figure with its goal."""
    html, body = page(), feed_body()
    with _origin() as url:
        ratio, rate = asyncio.run(_fetching(url))
    print(f"unchanged feeds: {ratio:.2f} of bare httpx ({rate:.0f} requests/s; goal .85)")

    known = frozenset(f"id-{n}" for n in range(99))
    ratio, each = _ratio(
        lambda: feedparser.parse(io.BytesIO(body)), lambda: parse_feed(body, FEED, now=NOW)
    )
    print(f"first read of 100 items: {ratio:.2f} of feedparser's speed ({each:.1f} ms)")
    ratio, each = _ratio(
        lambda: feedparser.parse(io.BytesIO(body)),
        lambda: parse_feed(body, FEED, known=known, now=NOW),
    )
    print(f"update with one new item of 100: {ratio:.1f}× feedparser's ({each:.1f} ms; goal 5)")

    ratio, each = _ratio(
        lambda: trafilatura.extract(html, include_comments=False, url=URL),
        lambda: extract_article(html, ENTRY, URL, now=NOW),
    )
    print(f"article pipeline: {ratio:.2f} of trafilatura alone ({each:.1f} ms a page; goal .85)")

    first, last = asyncio.run(_memory(html))
    grown = (last / first - 1) * 100
    print(f"extraction process: {last:.0f} MB, grown {grown:+.1f} % over {PAGES} pages (110, 5 %)")


if __name__ == "__main__":
    main()
