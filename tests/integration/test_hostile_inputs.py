"""Hostile bodies go through the killable pool: each ends in time, and the next one is read.

The inputs are those of docs/reliability.md that concern parsing; those that concern the wire are
in test_http.py.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from worker.adapters.pool import ExtractionPool
from worker.core.articles import extract_article
from worker.core.feeds import parse_feed
from worker.errors import ExtractionError, InputError
from worker.model import Article, Entry, Feed, FeedKind

pytestmark = [pytest.mark.torture, pytest.mark.slow]

#: The limit of ten seconds, and the start of two processes on a busy machine.
LONGEST = 20.0
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
FEED = Feed("blatt", "https://blatt.example/rss", "Blatt", "de", "DE", FeedKind.PRESS)
ENTRY = Entry(
    "blatt", "1", "https://blatt.example/1", "Oslo sagt zu", "Kurz gesagt.", "", None, language="de"
)
ITEM = b"<item><title>Meldung</title><link>https://blatt.example/1</link><guid>1</guid>%s</item>"
PARAGRAPH = b"<p>Norwegen will zwei Minenjagdboote schicken, sagte der Minister in Oslo.</p>"


def rss(items: bytes, head: bytes = b"") -> bytes:
    return head + b'<rss version="2.0"><channel><title>B</title>' + items + b"</channel></rss>"


def entities(levels: int, width: int) -> bytes:
    upper = (
        b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * width)
        for level in range(1, levels)
    )
    return b"<!DOCTYPE rss [" + b'<!ENTITY e0 "ha">' + b"".join(upper) + b"]>"


def many_attributes(count: int) -> bytes:
    return b" ".join(b'a%d="1"' % number for number in range(count))


NOISE = random.Random(7)
FEEDS = {
    "path": b"/etc/passwd",
    "device": b"/dev/zero",
    "address": b"http://127.0.0.1/",
    "40k attributes": rss(b"<item " + many_attributes(40_000) + b"><title>x</title></item>"),
    "40k attributes in a child": rss(ITEM % (b"<media " + many_attributes(40_000) + b"/>")),
    "author of 64 kB": rss(ITEM % (b"<author>" + b"a@" + b"a." * 32_000 + b"</author>")),
    "punycode": b'<?xml version="1.0" encoding="punycode"?>' + rss(ITEM % (b"\xe4-" * 200_000)),
    "billion laughs": rss(ITEM % b"<description>&e9;</description>", entities(10, 10)),
    "quadratic entity": rss(
        ITEM % (b"<description>" + b"&a;" * 50_000 + b"</description>"),
        b'<!DOCTYPE rss [<!ENTITY a "' + b"a" * 50_000 + b'">]>',
    ),
    "external entity": rss(
        ITEM % b"<description>&x;</description>",
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ),
    "document type that never ends": b"<!DOCTYPE rss [" + b"<!ENTITY a 'b'>" * 100_000,
    "50k items": rss(ITEM % b"" * 50_000),
    "nesting of a million": rss(b"<a>" * 1_000_000),
    "nested items": rss(b"<item>" * 300_000),
    "200k unclosed tags": rss(ITEM % (b"<description>" + b"<b" * 200_000)),
    "200k unclosed tags, escaped": rss(
        ITEM % (b"<description>" + b"&lt;b" * 200_000 + b"</description>")
    ),
    "200k unclosed characters": rss(ITEM % (b"<description>" + b"<![CDATA[" * 200_000)),
    "NULs": b"\x00" * 10_000_000,
    "NULs in between": rss(ITEM % b"").replace(b"e", b"e\x00"),
    "random bytes": NOISE.randbytes(5_000_000),
    "random letters": bytes(NOISE.choices(b"<>/&;item\"'= !-[]", k=3_000_000)),
    "UTF-7 script": b'<?xml version="1.0" encoding="utf-7"?>'
    + rss(ITEM % b"<description>+ADw-script+AD4-</description>"),
    "HTML": b"<!doctype html><html><body>" + PARAGRAPH * 50_000,
    "JSON nested": b'{"items":' + b"[" * 5_000_000,
    "JSON of many items": b'{"items":[' + b",".join([b"{}"] * 1_000_000) + b"]}",
    "years": rss(
        ITEM % b"<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>"
        + (ITEM % b"<pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate>").replace(b">1<", b">2<")
    ),
    "dates of a megabyte": rss(ITEM % (b"<pubDate>" + b"1 " * 500_000 + b"</pubDate>")),
    "links of a megabyte": rss(ITEM % (b"<link>https://" + b"a." * 500_000 + b"</link>")),
    "titles of ten megabytes": rss(ITEM.replace(b"Meldung", b"=?utf-8?q?a?= &lt;" * 500_000) % b""),
    "instructions": b"<?x " * 300_000,
    "comments": rss(b"<!--" * 300_000),
    "namespaces": rss(b"".join(b'<x:a%d xmlns:x="u%d"/>' % (n, n) for n in range(50_000))),
}
PAGES = {
    "hostile JSON-LD": b'<script type="application/ld+json">{"articleBody": "'
    + rb"a\"" * 20_000
    + b"</script>"
    + PARAGRAPH * 5,
    "JSON-LD nested": b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script>",
    "20k attributes": b"<div " + many_attributes(20_000) + b">" + PARAGRAPH * 5 + b"</div>",
    "200k options": b"<select>" + b"<option>x" * 200_000 + b"</select>" + PARAGRAPH * 5,
    "100k nested divs": b"<div>" * 100_000 + PARAGRAPH * 5,
    "50 MB": PARAGRAPH * 600_000,
    "unclosed scripts": b"<script " * 300_000,
    "many scripts": b'<script type="application/ld+json">{}</script>' * 60_000,
    "tables": b"<table><tr><td>" * 50_000 + PARAGRAPH,
    "entities": b"<p>" + b"&amp" * 500_000,
    "random bytes": NOISE.randbytes(3_000_000),
    "random letters": bytes(NOISE.choices(b"<>/&;pdiv\"'= !-[]", k=2_000_000)),
    "NULs": b"\x00" * 3_000_000,
    "comments": b"<!--" * 500_000,
    "dates": b'<meta name="date" content="9999-99-99">' * 20_000 + b"2026-01-01 " * 100_000,
    "headings": b"<h1>x</h1>" * 200_000 + PARAGRAPH * 5,
    "links": b'<a href="x">y</a> ' * 150_000,
}


@pytest.fixture
async def pool() -> AsyncIterator[ExtractionPool]:
    async with ExtractionPool(1, time_limit=10.0, memory_limit=1_000_000_000) as made:
        yield made


async def outcome(pool: ExtractionPool, *task: object) -> tuple[object, float, float]:
    """The result or error, the seconds it took and the longest stall of the event loop."""
    running = asyncio.create_task(pool.run(*task))  # type: ignore[arg-type]
    started = last = time.monotonic()
    stall = 0.0
    while not running.done():
        await asyncio.sleep(0.005)
        stall, last = max(stall, time.monotonic() - last - 0.005), time.monotonic()
    error = running.exception()
    return error or running.result(), time.monotonic() - started, stall


@pytest.mark.parametrize("name", FEEDS)
async def test_a_hostile_feed_ends_in_time_and_the_next_is_read(
    pool: ExtractionPool, name: str
) -> None:
    result, seconds, stall = await outcome(pool, _parse, FEEDS[name])
    print(f"\n{name}: {seconds:.2f} s, stall {stall * 1000:.0f} ms, {str(result)[:100]}")
    assert isinstance(result, tuple | InputError | ExtractionError)
    assert seconds < LONGEST
    assert "root:" not in str(result)
    assert await pool.run(_parse, rss(ITEM % b"")) == ("Meldung",)


@pytest.mark.parametrize("name", PAGES)
async def test_a_hostile_page_ends_in_time_and_the_next_is_read(
    pool: ExtractionPool, name: str
) -> None:
    result, seconds, stall = await outcome(pool, _extract, PAGES[name])
    print(f"\n{name}: {seconds:.2f} s, stall {stall * 1000:.0f} ms, {str(result)[:100]}")
    assert isinstance(result, Article | ExtractionError)
    assert seconds < LONGEST
    good = await pool.run(_extract, b"<article>" + PARAGRAPH * 5 + b"</article>")
    assert good.text.startswith("Norwegen will")


def _parse(body: bytes) -> tuple[str, ...]:
    return tuple(entry.title for entry in parse_feed(body, FEED, now=NOW).entries)


def _extract(body: bytes) -> Article:
    return extract_article(body, ENTRY, ENTRY.url, now=NOW)
