"""Backfill: the articles of an earlier time, through sitemaps and search feeds → entries."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

from worker.core.discovery import sitemaps_of
from worker.core.entries import entry_key
from worker.core.feedsplit import disarm
from worker.core.searching import past_searches
from worker.core.sitemaps import Place, day_of, may_hold, parse_sitemap, unpacked
from worker.core.text import clean_title, decode_bytes
from worker.core.urls import canonical_url, web_url
from worker.errors import ExtractionError, FetchError, InputError
from worker.model import Entry, Feed, FeedKind
from worker.pipeline.sources import Sources

#: A publisher's whole archive is not walked for a few weeks of it.
MOST_SITEMAPS = 200
_ACCEPT = "application/xml, text/xml, application/json;q=0.9, */*;q=0.5"
_USUAL = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")


@dataclass(frozen=True, slots=True)
class Span:
    """What is wanted: days from ``since`` to ``until``, addresses or headlines that ``match``."""

    since: date
    until: date
    match: re.Pattern[str] | None = None

    def holds(self, day: date | None, words: str) -> bool:
        """Whether an article of that day and address or headline is wanted."""
        wanted = day is not None and self.since <= day <= self.until
        return wanted and (self.match is None or self.match.search(words) is not None)


async def past_entries(
    sources: Sources, feed: Feed, span: Span, hosts: Sequence[str]
) -> AsyncIterator[Entry]:
    """The entries of ``span``: of a search feed what it finds, else what ``hosts``' sitemaps list.

    Raises FetchError where nothing could be asked.
    """
    if feed.kind is FeedKind.SEARCH:
        async for entry in _searched(sources, feed, span):
            yield entry
        return
    found = False
    for host in hosts:
        async for entry in _listed(sources, feed, span, host):
            found = True
            yield entry
        if found:
            return


async def _searched(sources: Sources, feed: Feed, span: Span) -> AsyncIterator[Entry]:
    asked = past_searches(feed.url, span.since, span.until)
    if not asked:
        raise InputError(
            f"feed {feed.id}: {feed.url} cannot be asked about the past; Google News (…/rss/search) "
            "and GDELT (…/doc/doc) can"
        )
    for url in asked:
        fetched = await sources.fetcher.fetch(url, accept=_ACCEPT)
        now = sources.clock.now()
        parsed = await sources.reader.feed(fetched.body, replace(feed, url=url), known=(), now=now)
        for entry in parsed.entries:
            day = entry.published.date() if entry.published else None
            if span.holds(day, f"{entry.url} {entry.title}"):
                yield entry


async def _listed(sources: Sources, feed: Feed, span: Span, host: str) -> AsyncIterator[Entry]:
    scheme = urlsplit(feed.url).scheme
    waiting = list(await _first_sitemaps(sources, f"{scheme}://{host}"))
    seen: set[str] = set()
    while waiting and len(seen) < MOST_SITEMAPS:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        sitemap = parse_sitemap(disarm(decode_bytes(unpacked(await _body(sources, url)))))
        if sitemap.is_index:
            waiting += [place.url for place in sitemap.places if may_hold(place, span.since)]
            continue
        for place in sitemap.places:
            if span.holds(day_of(place), f"{place.url} {place.title}"):
                entry = _entry(place, feed, url)
                if entry is not None:
                    yield entry


async def _first_sitemaps(sources: Sources, site: str) -> tuple[str, ...]:
    named = sitemaps_of(await _body(sources, f"{site}/robots.txt"))
    return named or tuple(site + place for place in _USUAL)


async def _body(sources: Sources, url: str) -> bytes:
    with contextlib.suppress(FetchError, ExtractionError):
        return (await sources.pages.fetch(url, accept=_ACCEPT)).body
    return b""


def _entry(place: Place, feed: Feed, base: str) -> Entry | None:
    url = web_url(place.url, base)
    day = day_of(place)
    if url is None or day is None:
        return None
    return Entry(
        feed_id=feed.id,
        key=entry_key("", url),
        url=canonical_url(url),
        title=clean_title(place.title, 500),
        summary="",
        content="",
        published=place.at or datetime.combine(day, time(), UTC),
        source=clean_title(place.source, 200) or None,
        language=place.language[:2].lower() or feed.language or None,
    )
