"""Feed bodies become entries: RSS 0.9x, 1.0, 2.0, Atom, JSON Feed, news sitemaps, GDELT lists.

The body is decoded and disarmed first (document type, authors, encoding tricks), known items are
cut out before the costly parse, and what remains goes to feedparser as a stream of bytes: a string
that looks like a path would be opened, one that looks like an address would be fetched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.core.entries import entry_of
from worker.core.feedsplit import disarm, keep_new, schedule_hints
from worker.core.jsonfeed import looks_like_json, parse_json_feed
from worker.core.plainfeeds import read_plain
from worker.core.sitemaps import looks_like_sitemap, news_items, parse_sitemap
from worker.core.text import clean_line, clean_title, decode_bytes
from worker.errors import InputError
from worker.model import Entry, Feed

MAX_ENTRIES = 500
#: Feeds with full texts have some hundred tags an item; a million nested ones stall the parser.
MAX_TAGS = 300_000
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one poll of a feed brought: its new entries, newest first as the feed has them.

    ``ttl_minutes``, ``skip_hours`` (UTC) and ``skip_days`` (English names) are the feed's own
    wishes; ``seen`` counts all items of the document; ``problems`` are sentences for the log;
    ``more`` says that new items are left, to be read with these entries' keys known.
    """

    entries: tuple[Entry, ...]
    title: str = ""
    ttl_minutes: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    seen: int = 0
    more: bool = False


def parse_feed(
    body: bytes, feed: Feed, *, known: Collection[str] = frozenset(), now: datetime
) -> ParsedFeed:
    """Read the entries of ``body`` whose keys are not ``known``.

    Dates after ``now`` become ``now``, missing or impossible ones ``None``. Raises InputError
    where the body is no feed, saying what it is instead. Markup in texts becomes plain text.
    """
    text = decode_bytes(body)
    head = text.lstrip("\ufeff \t\r\n\x00")
    if not head:
        raise InputError(f"feed {feed.id}: the body is empty; expected RSS, Atom or JSON Feed")
    if looks_like_json(head):
        items, title, problems = parse_json_feed(head, feed.id)
        return _assemble(items, feed, known, now, title=title, problems=problems, seen=len(items))
    if looks_like_sitemap(head):
        return _parse_sitemap(head, feed, known, now)
    return _parse_xml(head, feed, known, now)


def _parse_sitemap(text: str, feed: Feed, known: Collection[str], now: datetime) -> ParsedFeed:
    sitemap = parse_sitemap(disarm(text))
    first = next((place.url for place in sitemap.places), "")
    if sitemap.is_index:
        raise InputError(
            f"feed {feed.id}: an index of sitemaps; name the sitemap for news itself, such as "
            f"{clean_line(first, 200)}"
        )
    items = news_items(sitemap)
    if sitemap.places and not items:
        raise InputError(
            f"feed {feed.id}: a sitemap without news (no <news:title>); `backfill` reads such "
            "ones, a feed must name the one for news"
        )
    return _assemble(items, feed, known, now, title="", problems=(), seen=len(items))


def _parse_xml(text: str, feed: Feed, known: Collection[str], now: datetime) -> ParsedFeed:
    document = disarm(text)
    kept, seen, more = keep_new(document, known, MAX_ENTRIES)
    if kept.count("<") > MAX_TAGS:
        raise InputError(f"feed {feed.id}: more than {MAX_TAGS:,} tags in {MAX_ENTRIES} items")
    plain = read_plain(kept)
    if plain is not None:
        hints = schedule_hints(document)
        return _assemble(
            plain.items,
            feed,
            known,
            now,
            title=plain.channel.get("title", ""),
            problems=(),
            seen=max(seen, len(plain.items)),
            more=more,
            ttl=_minutes(plain.channel),
            skip_hours=hints.hours,
            skip_days=hints.days,
        )
    # Loaded where it is needed: most feeds are read from their tree, and in another process.
    import feedparser

    parsed = feedparser.parse(
        io.BytesIO(kept.encode("utf-8")),
        # No content-location: ids would be made absolute by it, and then never be known again.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries: list[Any] = parsed.get("entries", [])
    if not parsed.get("version") and not entries:
        raise InputError(f"feed {feed.id}: {_what_it_is(text)}")
    hints = schedule_hints(document)
    seen = max(seen, len(entries))
    problems = []
    if parsed.get("bozo") and not entries:
        problems.append(f"not well-formed: {clean_line(str(parsed.get('bozo_exception')), 200)}")
    return _assemble(
        [_item(entry) for entry in entries],
        feed,
        known,
        now,
        title=str(parsed.feed.get("title", "")),
        problems=problems,
        seen=seen,
        more=more,
        ttl=_minutes(parsed.feed),
        skip_hours=hints.hours,
        skip_days=hints.days,
    )


def _what_it_is(text: str) -> str:
    start = clean_line(text[:400], 60)
    if re.search(r"<(!doctype\s+html|html|head|body)\b", text[:5000], re.IGNORECASE):
        return f"the body is an HTML page, not a feed (RSS, Atom or JSON Feed expected): {start!r}"
    return f"the body is no feed (RSS, Atom or JSON Feed expected); it begins with {start!r}"


def _minutes(channel: Mapping[str, Any]) -> int | None:
    ttl = str(channel.get("ttl", "")).strip()
    if re.fullmatch(r"\d{1,6}", ttl):
        return int(ttl) or None
    period = _PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower())
    often = str(channel.get("sy_updatefrequency", "1")).strip()
    if period is None or not re.fullmatch(r"\d{1,4}", often):
        return None
    return max(period // (int(often) or 1), 1)


def _item(entry: dict[str, Any]) -> dict[str, Any]:
    contents = [str(part.get("value", "")) for part in entry.get("content", [])[:5]]
    content = max(contents, key=len, default="")
    source, named = entry.get("source"), entry.get("news_source", "")  # the latter is Bing's
    return {
        "id": str(entry.get("id", "")),
        "url": str(entry.get("link", "")),
        "title": str(entry.get("title", "")),
        "summary": str(entry.get("summary", "")),
        "content": content,
        # dict's own look-up: feedparser's maps a missing date to another one, with a warning
        "published": dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed"),
        "source": str(source.get("title", "") if isinstance(source, Mapping) else named),
        "language": str(entry.get("language", "")),
    }


def _assemble(
    items: list[dict[str, Any]],
    feed: Feed,
    known: Collection[str],
    now: datetime,
    *,
    title: str,
    problems: Iterable[str],
    seen: int,
    more: bool = False,
    ttl: int | None = None,
    skip_hours: frozenset[int] = frozenset(),
    skip_days: frozenset[str] = frozenset(),
) -> ParsedFeed:
    repeated = _repeated_ids(items)
    entries: dict[str, Entry] = {}
    homeless = 0
    for item in items:
        if item["id"] in known and item["id"] not in repeated:
            continue
        if len(entries) == MAX_ENTRIES:
            more = True
            break
        entry = entry_of(item, feed, now, by_link=item["id"] in repeated)
        if entry is None:
            homeless += 1
        elif entry.key not in known:
            entries.setdefault(entry.key, entry)
    told = list(problems)
    if homeless:
        told.append(f"{homeless} items without a web address were left out")
    return ParsedFeed(
        entries=tuple(entries.values()),
        title=clean_title(title, 200),
        ttl_minutes=ttl,
        skip_hours=skip_hours,
        skip_days=skip_days,
        problems=tuple(told),
        seen=seen,
        more=more,
    )


def _repeated_ids(items: list[dict[str, Any]]) -> frozenset[str]:
    """Ids that stand for several links: some feeds give every item the same one."""
    first: dict[str, str] = {}
    return frozenset(
        item["id"] for item in items if first.setdefault(item["id"], item["url"]) != item["url"]
    )
