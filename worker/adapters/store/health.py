"""How the sources are: what each feed has brought, how soon and how readable it was."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, Integer, Select, func, select

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.adapters.store.feedrows import state_of
from worker.adapters.store.queries import Rows
from worker.core.dying import dying
from worker.model import TextSource

#: The median lag is that of so many of a feed's latest entries.
LAG_ENTRIES = 200
_STUBS = (TextSource.FEED_CONTENT.value, TextSource.FEED_SUMMARY.value)


class SourceHealth:
    """Reading views over whole tables, for people who ask; the worker's own cycle uses none."""

    def __init__(self, database: Database):
        self._database = database

    def feeds(self) -> Rows:
        """Every feed with its yield.

        Beside the feed's columns: ``entries``, ``relevant``, ``claims``, ``alerts`` (that an
        article of the feed carried), ``lag_minutes`` (median, from publication to first seen),
        ``stub_rate`` (share of articles of which only the feed's own text could be had),
        ``dying`` (why it is as good as lost).
        """
        hidden = ("lease_token", "lease_until", "attempts")
        with self._database.read() as connection:
            gains = _yields(connection)
            feeds = connection.execute(select(tables.feed).order_by(tables.feed.c.id)).mappings()
            return [
                {k: v for k, v in row.items() if k not in hidden}
                | {"dying": _dying(row, state_of(row))}
                | gains[row["id"]]
                for row in feeds.all()
            ]


def _dying(row: Any, state: Any) -> str | None:
    asked: datetime | None = row["last_checked_at"]
    return dying(state, asked) if asked and row["state"] != "removed" else None


def _yields(connection: Connection) -> dict[str, dict[str, Any]]:
    """The yield of each feed by its id."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {
            "entries": 0,
            "relevant": 0,
            "claims": 0,
            "alerts": 0,
            "lag_minutes": None,
            "stub_rate": None,
        }
    )
    for row in connection.execute(_articles()).mappings():
        read = row["articles"]
        found[row["feed_id"]] |= {
            "entries": row["entries"],
            "relevant": row["relevant"] or 0,
            "claims": row["claims"] or 0,
            "stub_rate": round((row["stubs"] or 0) / read, 3) if read else None,
        }
    for feed_id, alerts in connection.execute(_alerts()):
        found[feed_id]["alerts"] = alerts
    lags: dict[str, list[float]] = defaultdict(list)
    for feed_id, published, first_seen in connection.execute(_lags()):
        lags[feed_id].append((first_seen - published).total_seconds() / 60)
    for feed_id, minutes in lags.items():
        found[feed_id]["lag_minutes"] = round(median(minutes), 1)
    return found


def _articles() -> Select[Any]:
    entry, article = tables.entry, tables.article
    return (
        select(
            entry.c.feed_id,
            func.count().label("entries"),
            func.count(article.c.id).label("articles"),
            func.sum(article.c.relevant.cast(Integer)).label("relevant"),
            func.sum(article.c.claims).label("claims"),
            func.sum(article.c.text_source.in_(_STUBS).cast(Integer)).label("stubs"),
        )
        .outerjoin(article, article.c.id == entry.c.article_id)
        .group_by(entry.c.feed_id)
    )


def _alerts() -> Select[Any]:
    entry, article, told = tables.entry, tables.article, tables.alert_article
    return (
        select(entry.c.feed_id, func.count(told.c.alert_id.distinct()))
        .join(article, article.c.id == entry.c.article_id)
        .join(told, told.c.url == article.c.url)
        .group_by(entry.c.feed_id)
    )


def _lags() -> Select[Any]:
    entry = tables.entry
    place = func.row_number().over(partition_by=entry.c.feed_id, order_by=entry.c.id.desc())
    latest = (
        select(entry.c.feed_id, entry.c.published, entry.c.first_seen, place.label("place"))
        .where(entry.c.published.is_not(None), entry.c.seeding.is_(False))
        .subquery()
    )
    columns = (latest.c.feed_id, latest.c.published, latest.c.first_seen)
    return select(*columns).where(latest.c.place <= LAG_ENTRIES)
