"""Feeds and entries as rows, and back."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import RowMapping

from worker.core.schedule import FeedState
from worker.model import Entry, Feed, FeedKind

STATE_COLUMNS = tuple(f.name for f in fields(FeedState) if f.name != "next_check_at")

CONFIGURED = (
    *("configured_url", "title", "language", "country", "kind"),
    *("priority", "publisher_group", "state"),
)


def new_row(feed: Feed, now: datetime) -> dict[str, Any]:
    """The row of a feed that is configured for the first time."""
    return {"id": feed.id, **_configured(feed, disabled=False), **_anew(feed, now)}


def changed_values(feed: Feed, row: RowMapping, now: datetime) -> dict[str, Any]:
    """What of a feed's row is to be written, so that it says what is configured."""
    moved = row["configured_url"] != feed.url
    values = _configured(feed, disabled=row["disabled"] is not None and not moved)
    changed = {name: value for name, value in values.items() if row[name] != value}
    return changed | (_anew(feed, now) if moved else {})


def _configured(feed: Feed, *, disabled: bool) -> dict[str, Any]:
    state = "disabled" if disabled else "active" if feed.enabled else "paused"
    values = (feed.url, feed.title, feed.language, feed.country, feed.kind.value)
    return dict(zip(CONFIGURED, (*values, feed.priority, feed.publisher_group, state), strict=True))


def _anew(feed: Feed, now: datetime) -> dict[str, Any]:
    """What is known of a feed that was never asked."""
    fresh = FeedState(feed.url, now)
    state = {name: getattr(fresh, name) for name in STATE_COLUMNS}
    return {**state, "next_at": now, "host": host_of(feed.url)}


#: An address of the usual form, whose host is seen without taking all of it apart.
_USUAL = re.compile(r"https?://([\w.-]+)(?=[/?#]|$)", re.ASCII)


def host_of(url: str) -> str:
    """The host of a URL, lower case; empty where it has none."""
    if usual := _USUAL.match(url):
        return usual[1].lower()
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def feed_of(row: RowMapping) -> Feed:
    """The feed of a row, as configured."""
    return Feed(
        id=row["id"],
        url=row["configured_url"],
        title=row["title"],
        language=row["language"],
        country=row["country"],
        kind=FeedKind(row["kind"]),
        priority=row["priority"],
        publisher_group=row["publisher_group"],
        enabled=row["state"] == "active",
    )


def state_of(row: RowMapping) -> FeedState:
    """What is remembered of the feed of a row."""
    values = {name: row[name] for name in STATE_COLUMNS}
    return FeedState(next_check_at=row["next_at"], **values)


def entry_row(entry: Entry, feed_id: str, now: datetime, *, seeding: bool) -> dict[str, Any]:
    """The row of an entry that is new at ``now``."""
    published = min(entry.published, now) if entry.published else None
    return {
        "feed_id": feed_id,
        "key": entry.key,
        "url": entry.url,
        "host": host_of(entry.url),
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published": published,
        "source": entry.source,
        "language": entry.language,
        "first_seen": now,
        "sort_at": published or now,
        "seeding": seeding,
        "state": "pending",
        "next_at": now,
    }
