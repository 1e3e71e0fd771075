"""What people ask of the store: plain rows for the command line, exports and the dashboard."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from worker.adapters.store import tables
from worker.adapters.store.article_rows import article_of
from worker.adapters.store.codec import record_of, state_of
from worker.adapters.store.engine import Database
from worker.core.ledger import LedgerRecord
from worker.model import Alert, Article, Slot

Rows = list[dict[str, Any]]


class Queries:
    """Reading views; none takes a lock."""

    def __init__(self, database: Database):
        self._database = database

    def slots(self, actor: str | None = None) -> Iterator[tuple[Slot, list[LedgerRecord]]]:
        """Every slot of the ledger with its records, in order of actor, measure and item."""
        table = tables.claim
        query = select(table.c.record).order_by(
            table.c.actor, table.c.measure, table.c.item, table.c.as_of, table.c.id
        )
        if actor:
            query = query.where(table.c.actor == actor)
        with self._database.read() as connection:
            records = (record_of(v) for v in connection.execute(query).scalars())
            for slot, group in groupby(records, key=lambda record: record.slot):
                yield slot, list(group)

    def articles(self, urls: Collection[str] | None = None) -> dict[str, Article]:
        """The stored articles of these addresses (``None``: all that were coverage), by address."""
        table = tables.article
        found: dict[str, Article] = {}
        with self._database.read() as connection:
            if urls is None:
                rows = connection.execute(select(table).where(table.c.relevant.is_(True)))
                return {row["url"]: article_of(row) for row in rows.mappings()}
            for start in range(0, len(wanted := sorted(set(urls))), 500):
                part = select(table).where(table.c.url.in_(wanted[start : start + 500]))
                rows = connection.execute(part)
                found |= {row["url"]: article_of(row) for row in rows.mappings()}
        return found

    def alerts(self, *, limit: int = 100, actor: str | None = None) -> list[Alert]:
        """The newest alerts first, each as last told."""
        table = tables.alert
        query = (
            select(table.c.alert_state).order_by(table.c.raised_at.desc(), table.c.id).limit(limit)
        )
        if actor:
            query = query.where(table.c.actor == actor)
        with self._database.read() as connection:
            return [state_of(value).alert for value in connection.execute(query).scalars()]

    def alert(self, alert_id: str) -> Alert | None:
        """One alert by its id, or by the beginning of it where that names one only."""
        table = tables.alert
        query = select(table.c.alert_state).where(table.c.id.startswith(alert_id, autoescape=True))
        with self._database.read() as connection:
            found = connection.execute(query.limit(2)).scalars().all()
        return state_of(found[0]).alert if len(found) == 1 else None

    def deliveries(self, *, limit: int = 100, states: Sequence[str] = ()) -> Rows:
        """The newest deliveries first, with their last outcome."""
        table = tables.delivery
        query = select(*(c for c in table.c if c.name not in ("payload", "lease_token")))
        if states:
            query = query.where(table.c.state.in_(states))
        return self._rows(query.order_by(table.c.created_at.desc(), table.c.id).limit(limit))

    def attempts(self, delivery_id: str) -> Rows:
        """All attempts of a delivery, oldest first."""
        table = tables.attempt
        query = select(table).where(table.c.delivery_id == delivery_id)
        return self._rows(query.order_by(table.c.number, table.c.id))

    def feeds(self) -> Rows:
        """Every feed with what is known of it, and how many entries it has brought."""
        entry, feed = tables.entry, tables.feed
        count = (
            select(func.count())
            .select_from(entry)
            .where(entry.c.feed_id == feed.c.id)
            .scalar_subquery()
        )
        columns = [c for c in feed.c if c.name not in ("lease_token", "lease_until", "attempts")]
        return self._rows(select(*columns, count.label("entries")).order_by(feed.c.id))

    def channels(self) -> Rows:
        """The channels that have failed or are disabled."""
        return self._rows(select(tables.channel).order_by(tables.channel.c.name))

    def suppressed(self, *, limit: int = 100, reason: str | None = None) -> Rows:
        """What was held back, the newest first."""
        return self._newest(tables.suppressed, limit, "reason", reason)

    def notes(self, *, limit: int = 100, kind: str | None = None) -> Rows:
        """Operational notes, the newest first."""
        return self._newest(tables.note, limit, "kind", kind)

    def review(self, *, limit: int = 100, state: str | None = "open") -> Rows:
        """The articles that wait for a person, the newest first (``None``: those done, too)."""
        return self._newest(tables.review, limit, "state", state)

    def _newest(self, table: Any, limit: int, column: str, value: str | None) -> Rows:
        query = select(table)
        if value is not None:
            query = query.where(table.c[column] == value)
        return self._rows(query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))

    def counts(self) -> dict[str, int]:
        """How much of each kind there is, and how much waits."""
        entry, article, delivery = tables.entry, tables.article, tables.delivery
        wanted: dict[str, tuple[Any, ColumnElement[bool] | None]] = {
            "feeds": (tables.feed, tables.feed.c.state != "removed"),
            "entries": (entry, None),
            "entries_waiting": (entry, entry.c.state == "pending"),
            "articles": (article, None),
            "articles_waiting": (article, article.c.state == "pending"),
            "claims": (tables.claim, None),
            "alerts": (tables.alert, None),
            "deliveries_waiting": (delivery, delivery.c.state.in_(("pending", "leased"))),
            "dead_letters": (delivery, delivery.c.state == "dead"),
            "to_review": (tables.review, tables.review.c.state == "open"),
        }
        with self._database.read() as connection:
            return {
                name: connection.execute(_count(table, where)).scalar_one()
                for name, (table, where) in wanted.items()
            }

    def stored_at(self, name: str) -> datetime | None:
        """When the baseline of that name was loaded; ``None`` if it was not."""
        table = tables.baseline
        with self._database.read() as connection:
            return connection.execute(
                select(table.c.loaded_at).where(table.c.name == name)
            ).scalar()

    def _rows(self, query: Select[Any]) -> Rows:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _count(table: Any, where: ColumnElement[bool] | None) -> Select[Any]:
    query = select(func.count()).select_from(table)
    return query if where is None else query.where(where)
