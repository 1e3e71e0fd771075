"""Sources looked at by hand: find a site's feeds, and try a feed step by step without storing it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from worker.core.articles import article_from_feed
from worker.core.discovery import MOST_CANDIDATES, feed_candidates, sitemaps_of, usual_places
from worker.core.views import Verdict
from worker.errors import ExtractionError, FetchError, InputError
from worker.model import Analysis, Article, Entry, Feed
from worker.pipeline.read import ACCEPT_PAGE
from worker.pipeline.tools import ACCEPT_FEED
from worker.ports import Clock, FetchedBody, Fetcher, ParsedBody, Reader

Judge = Callable[[Article, Analysis, datetime], Verdict]
_FAILURES = (FetchError, InputError, ExtractionError)


@dataclass(frozen=True, slots=True)
class Sources:
    """What looking at a source takes: no database, no channel."""

    fetcher: Fetcher
    pages: Fetcher
    reader: Reader
    clock: Clock


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found and could be read."""

    url: str
    parsed: ParsedBody
    title: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trial: what was done, whether it went well, what it showed."""

    name: str
    ok: bool
    told: str
    values: Mapping[str, Any] = field(default_factory=dict)


async def find_feeds(sources: Sources, feed: Feed) -> list[Found]:
    """The feeds at ``feed.url``: it is one, or it names some, or they stand where feeds usually do.

    Raises the FetchError of the address itself where that cannot be had.
    """
    fetched = await sources.fetcher.fetch(feed.url, accept=ACCEPT_FEED)
    own = await _parsed(sources, feed, fetched.body)
    if own is not None:
        return [Found(fetched.url, own, _title(own, feed))]
    named = feed_candidates(fetched.body, fetched.url)
    found = [each async for each in _readable(sources, feed, named)]
    if found:
        return found
    parts = urlsplit(fetched.url)
    robots = await _body(sources, f"{parts.scheme}://{parts.netloc}/robots.txt")
    places = (*sitemaps_of(robots), *usual_places(fetched.url))[:MOST_CANDIDATES]
    async for each in _readable(sources, feed, places):
        return [each]  # guesses are tried until one is right, to spare the host
    return []


async def _readable(sources: Sources, feed: Feed, urls: Iterable[str]) -> AsyncIterator[Found]:
    for url in urls:
        parsed = await _parsed(sources, feed, await _body(sources, url))
        if parsed is not None:
            yield Found(url, parsed, _title(parsed, feed))


async def _body(sources: Sources, url: str) -> bytes:
    with contextlib.suppress(FetchError):
        return (await sources.fetcher.fetch(url, accept=ACCEPT_FEED)).body
    return b""


async def _parsed(sources: Sources, feed: Feed, body: bytes) -> ParsedBody | None:
    if not body:
        return None
    with contextlib.suppress(InputError, ExtractionError):
        return await sources.reader.feed(body, feed, known=(), now=sources.clock.now())
    return None


def _title(parsed: ParsedBody, feed: Feed) -> str:
    return str(getattr(parsed, "title", "")) or feed.title or feed.url


async def try_feed(
    sources: Sources, feed: Feed, judge: Judge, *, articles: int = 3
) -> AsyncIterator[Step]:
    """Fetch, parse, extract and judge what is newest, telling each step; nothing is stored."""
    try:
        fetched = await sources.fetcher.fetch(feed.url, accept=ACCEPT_FEED)
    except FetchError as error:
        yield Step("fetched", False, str(error), {"status": error.status})
        return
    yield _fetched(fetched, feed)
    try:
        now = sources.clock.now()
        parsed = await sources.reader.feed(fetched.body, feed, known=(), now=now)
    except (InputError, ExtractionError) as error:
        yield Step("parsed", False, str(error))
        return
    yield _read(parsed)
    for entry in list(parsed.entries)[:articles]:
        async for step in _try_entry(sources, entry, judge):
            yield step


def _fetched(fetched: FetchedBody, feed: Feed) -> Step:
    values = {
        "url": fetched.url,
        "status": fetched.status,
        "bytes": len(fetched.body),
        "etag": fetched.etag,
        "last_modified": fetched.last_modified,
        "max_age": fetched.max_age,
        "moved_to": fetched.permanent_url,
    }
    conditional = "conditional requests possible" if fetched.etag or fetched.last_modified else ""
    moved = f"moved for good to {fetched.permanent_url}" if fetched.permanent_url else ""
    elsewhere = f"from {fetched.url}" if fetched.url != feed.url and not moved else ""
    notes = [f"status {fetched.status}", f"{len(fetched.body):,} bytes", conditional]
    return Step("fetched", True, _joined([*notes, moved, elsewhere]), values)


def _read(parsed: ParsedBody) -> Step:
    newest = [
        {"published": entry.published, "title": entry.title, "url": entry.url}
        for entry in list(parsed.entries)[:5]
    ]
    values = {
        "entries": len(parsed.entries),
        "ttl_minutes": parsed.ttl_minutes,
        "skip_hours": sorted(parsed.skip_hours),
        "skip_days": sorted(parsed.skip_days),
        "problems": list(parsed.problems),
        "newest": newest,
    }
    more = " and more" if parsed.more else ""
    wishes = f"asks for {parsed.ttl_minutes} minutes between polls" if parsed.ttl_minutes else ""
    told = [f"{len(parsed.entries)} entries{more}", wishes, *parsed.problems]
    return Step("parsed", True, _joined(told), values)


async def _try_entry(sources: Sources, entry: Entry, judge: Judge) -> AsyncIterator[Step]:
    article, step = await _extracted(sources, entry)
    yield step
    if article is None:
        return
    analysis = await sources.reader.analyze(article)
    yield _judged(article, analysis, judge(article, analysis, sources.clock.now()))


async def _extracted(sources: Sources, entry: Entry) -> tuple[Article | None, Step]:
    """The article as the worker would read it, and how that went."""
    problem = ""
    try:
        fetched = await sources.pages.fetch(entry.url, accept=ACCEPT_PAGE)
        now = sources.clock.now()
        found = await sources.reader.articles(fetched.body, entry, fetched.url, now=now)
        article = found[-1]
        problem = f"a live blog of {len(found)} updates, the newest:" if len(found) > 1 else ""
    except _FAILURES as error:
        problem = str(error)
        try:
            article = article_from_feed(entry)
        except ExtractionError as nothing:
            failed = {"url": entry.url, "title": entry.title}
            return None, Step("extracted", False, f"{problem}; {nothing}", failed)
    return article, _extraction(article, problem)


def _extraction(article: Article, problem: str) -> Step:
    values = {
        "url": article.url,
        "title": article.title,
        "published": article.published,
        "source": article.source,
        "language": article.language,
        "text_source": article.text_source.value,
        "characters": len(article.text),
    }
    told = [problem, f"{len(article.text):,} characters from {article.text_source.value}"]
    return Step("extracted", True, _joined([*told, f"“{article.title[:90]}”"]), values)


def _judged(article: Article, analysis: Analysis, verdict: Verdict) -> Step:
    claims = [claim.as_json() for claim in analysis.claims]
    alerts = [
        {
            "event": alert.event.value,
            "kind": alert.change.kind.value,
            "slot": str(alert.change.slot),
        }
        for alert in verdict.alerts
    ]
    silent = [
        {"reason": item.reason.value, "slot": str(item.slot or ""), "detail": item.detail}
        for item in verdict.suppressed
    ]
    values: dict[str, Any] = {"url": article.url, "relevant": analysis.relevant}
    values |= {"language": analysis.language, "claims": claims}
    values |= {"alerts": alerts, "suppressed": silent}
    return Step("judged", True, _verdict(analysis, alerts, silent), values)


def _verdict(
    analysis: Analysis, alerts: Sequence[Mapping[str, str]], silent: Sequence[Mapping[str, str]]
) -> str:
    if not analysis.relevant:
        return "not about the coalition; nothing to tell"
    told = [f"{alert['event']} {alert['kind']} {alert['slot']}" for alert in alerts]
    held = [f"{item['reason']} {item['slot']}".strip() for item in silent]
    if analysis.review:
        told.append(f"for review: {analysis.review}")
    reasons = f"held back: {', '.join(held)}" if held else ""
    return _joined([f"{len(analysis.claims)} claims", *told, reasons])


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)
