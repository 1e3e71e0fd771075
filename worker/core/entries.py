"""Items of any format become entries: absolute addresses, clean texts, dates that can be."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from time import struct_time
from typing import Any

from worker.core.text import clean_text, clean_title, plain_text
from worker.core.urls import canonical_url, publisher_url, web_url
from worker.model import Entry, Feed, FeedKind

MAX_TITLE = 500
MAX_SUMMARY = 5_000
MAX_CONTENT = 100_000
#: Bytes of an id or address that a database can still index (PostgreSQL takes 2,704 in all).
MAX_KEY = 1_000
MAX_ADDRESS = 2_500
#: News before this was not published by a feed; such dates are typing errors.
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)


def entry_of(item: Mapping[str, Any], feed: Feed, now: datetime, *, by_link: bool) -> Entry | None:
    """The entry of an item, ``None`` where it has no web address; ``by_link`` mistrusts its id."""
    url = web_url(item["url"], feed.url) if item["url"] else web_url(item["id"])
    if url is None:
        return None
    address = canonical_url(publisher_url(url))
    if len(address.encode("utf-8", "replace")) > MAX_ADDRESS:
        return None
    source = clean_title(item["source"], 200) or None
    title = clean_title(item["title"], MAX_TITLE)
    if source and feed.kind is FeedKind.SEARCH:
        title = title.removesuffix(f" - {source}").rstrip()
    return Entry(
        feed_id=feed.id,
        key=entry_key("" if by_link else item["id"], url),
        url=address,
        title=title,
        summary=_summary(plain_text(item["summary"])[:MAX_SUMMARY], title, feed),
        content=plain_text(item["content"])[:MAX_CONTENT],
        published=_published(item["published"], now),
        source=source,
        language=_language(item["language"]) or feed.language or None,
    )


def _summary(text: str, title: str, feed: Feed) -> str:
    """A search engine's list of headlines shrinks to the one that is this entry's."""
    listed = feed.kind is FeedKind.SEARCH and title and " ".join(text.split()).startswith(title)
    return title if listed else text


def entry_key(guid: str, url: str) -> str:
    """What identifies an entry within its feed: its id, else its link; long ones are hashed."""
    key = " ".join(clean_text(guid).split()) or url
    return (
        key
        if len(key.encode("utf-8", "replace")) <= MAX_KEY
        else f"sha256:{sha256(key.encode()).hexdigest()}"
    )


def _published(value: struct_time | datetime | None, now: datetime) -> datetime | None:
    moment = _moment(value, now) if isinstance(value, struct_time) else value
    if moment is None or moment < _EARLIEST:
        return None
    return min(moment, now)


def _moment(value: struct_time, now: datetime) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(value), UTC)
    except (ValueError, OverflowError, OSError):
        return now if value.tm_year > now.year else None


def _language(tag: str) -> str | None:
    match = re.match(r"([a-z]{2,3})(?:[-_]|$)", tag.strip().lower())
    return match.group(1) if match else None
