"""Sitemaps (https://www.sitemaps.org) and their news extension, for publishers without a feed.

A news sitemap lists the articles of the last two days with headline and date, so it is read like
any other feed. A plain sitemap and an index name addresses only; a backfill follows them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

#: What the protocol allows in one sitemap.
MAX_PLACES = 50_000
#: A packed sitemap is unpacked no further; the protocol allows 50 MB.
MAX_BYTES = 50_000_000
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex)(?=[\s/>])", re.IGNORECASE)
_PLACE = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(url|sitemap)(?=[\s/>])[^>]{0,300}>", re.IGNORECASE)
_VALUE = re.compile(
    r"<(?:[\w.-]{1,40}:)?(loc|lastmod|title|publication_date|name|language)\b[^>]{0,300}>"
    r"\s*(<!\[CDATA\[[^\]]{0,4000}\]\]>|[^<]{0,4000})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """One address of a sitemap; ``title``, ``source`` and ``language`` where it is news."""

    url: str
    at: datetime | None
    title: str = ""
    source: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap lists; of an index (``is_index``) the places are sitemaps themselves."""

    places: tuple[Place, ...]
    is_index: bool


def looks_like_sitemap(text: str) -> bool:
    """Whether a document's root element is that of a sitemap."""
    return _ROOT.search(text[:5000]) is not None


def unpacked(body: bytes) -> bytes:
    """A sitemap that is served as a gzip file, unpacked up to the limit; others as they are."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES)
    except zlib.error:
        return b""


def parse_sitemap(text: str) -> Sitemap:
    """The places of a sitemap in its order; an unreadable place is left out. Never raises."""
    root = _ROOT.search(text[:5000])
    is_index = root is not None and root[1].lower() == "sitemapindex"
    return Sitemap(tuple(_places(text)), is_index)


def _places(text: str) -> Iterator[Place]:
    begin: int | None = None
    count = 0
    for tag in _PLACE.finditer(text):
        if not tag[1]:
            begin = tag.end()
        elif begin is not None:
            place = _place(text[begin : min(tag.start(), begin + 20_000)])
            begin = None
            if place is not None:
                yield place
                count += 1
            if count >= MAX_PLACES:
                return


def _place(text: str) -> Place | None:
    values: dict[str, str] = {}
    for match in _VALUE.finditer(text):
        values.setdefault(match[1].lower(), _plain(match[2]))
    if not values.get("loc"):
        return None
    at = w3c_moment(values.get("publication_date", "")) or w3c_moment(values.get("lastmod", ""))
    named = (values.get(key, "") for key in ("title", "name", "language"))
    return Place(values["loc"], at, *named)


def _plain(text: str) -> str:
    text = text.strip()
    return text[9:-3].strip() if text.startswith("<![CDATA[") else unescape(text)


def w3c_moment(text: str) -> datetime | None:
    """A date or time in the W3C's form of ISO 8601 as UTC; ``None`` where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def news_items(sitemap: Sitemap) -> list[dict[str, Any]]:
    """The articles of a news sitemap as items of core.feeds."""
    return [
        {
            "id": "",
            "url": place.url,
            "title": place.title,
            "summary": "",
            "content": "",
            "published": place.at,
            "source": place.source,
            "language": place.language,
        }
        for place in sitemap.places
        if place.title
    ]


def may_hold(place: Place, since: date) -> bool:
    """Whether a sitemap of an index may list what is from ``since`` on.

    By its ``lastmod``; where its address names a month or day, that says it too.
    """
    if place.at is not None and place.at.date() < since:
        return False
    named = re.search(r"\b(20\d\d)[-/_]?(0[1-9]|1[0-2])(?!\d{3,})", place.url)
    if named is None:
        return True
    return (int(named[1]), int(named[2])) >= (since.year, since.month)


def day_of(place: Place) -> date | None:
    """The day of an article: as the sitemap states it, else as its address does."""
    if place.at is not None:
        return place.at.date()
    named = re.search(r"(20\d\d)[-/_](0[1-9]|1[0-2])[-/_](0[1-9]|[12]\d|3[01])(?!\d)", place.url)
    if named is None:
        return None
    try:
        return date(int(named[1]), int(named[2]), int(named[3]))
    except ValueError:
        return None
