"""The store as people look at it: dashboard, API and exports (``ports.looking.Looking``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, func, or_, select

from worker.adapters.store import tables
from worker.adapters.store.article_rows import article_of
from worker.adapters.store.codec import record_of, record_of_text, state_of
from worker.adapters.store.columns import Utc
from worker.adapters.store.desk import Silences
from worker.adapters.store.engine import Database
from worker.adapters.store.fulltext import find
from worker.adapters.store.health import SourceHealth
from worker.adapters.store.queries import Queries
from worker.adapters.store.schema import latest_revision
from worker.adapters.store.sql import in_state
from worker.core.alerting import AlertState
from worker.core.ledger import LedgerRecord
from worker.core.routing import Silence
from worker.core.spans import parse_span
from worker.model import Article, Measure, Slot
from worker.ports.looking import AlertFilter, ClaimFilter, Hit, Page, Row, Rows, SeenAlert, Stamp

#: Addresses asked for in one statement; every database takes so many parameters.
_AT_ONCE = 200


class StoreLooking:
    """Reading views for people; the slow ones say so and are remembered by whoever asks."""

    def __init__(self, database: Database):
        self._database = database
        self._queries = Queries(database)
        self._health = SourceHealth(database)
        self._silences = Silences(database)

    # --- the ledger -------------------------------------------------------------------------

    def stamp(self) -> Stamp:
        """The newest moment of the ledger and of the alerts."""
        claim, alert, baseline = tables.claim, tables.alert, tables.baseline
        newest = (
            select(func.max(claim.c.known_from)),
            select(func.max(claim.c.retracted_at)).where(claim.c.retracted_at.is_not(None)),
            select(func.max(baseline.c.loaded_at)),
            select(func.max(alert.c.updated_at)),
        )
        with self._database.read() as connection:
            return Stamp(*(connection.execute(query).scalar() for query in newest))

    def slots(self) -> list[Slot]:
        """Every slot of the ledger, found by leaps over the index rather than by a scan."""
        found: list[Slot] = []
        with self._database.read() as connection:
            while (slot := _next_slot(connection, found[-1] if found else None)) is not None:
                found.append(slot)
        return found

    def changed_slots(self, since: datetime) -> set[Slot]:
        """The slots with a record known or retracted at ``since`` or later."""
        table = tables.claim
        columns = (table.c.actor, table.c.measure, table.c.item)
        known = select(*columns).where(table.c.known_from >= since).distinct()
        retracted = select(*columns).where(table.c.retracted_at >= since).distinct()
        with self._database.read() as connection:
            rows = [*connection.execute(known), *connection.execute(retracted)]
        return {_slot(*row) for row in rows}

    def records(
        self,
        slots: Sequence[Slot],
        *,
        limit: int,
        as_of: str | None = None,
        known_at: datetime | None = None,
    ) -> Mapping[Slot, list[LedgerRecord]]:
        """The newest records of each slot by date, as a position of that time is derived from."""
        with self._database.read() as connection:
            return {slot: _newest(connection, slot, limit, as_of, known_at) for slot in slots}

    def claims(self, wanted: ClaimFilter, page: Page) -> list[LedgerRecord]:
        """Records of the ledger, the one known last first."""
        table = tables.claim
        query = select(table.c.record)
        for name in ("actor", "measure", "stance", "status"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(table.c[name] == value)
        if wanted.since is not None:
            query = query.where(table.c.known_from >= wanted.since)
        query = _paged(query, table.c.known_from, table.c.id, page)
        with self._database.read() as connection:
            return [record_of(value) for value in connection.execute(query).scalars()]

    def claim(self, record_id: str) -> LedgerRecord | None:
        """One record of the ledger."""
        query = select(tables.claim.c.record).where(tables.claim.c.id == record_id)
        with self._database.read() as connection:
            value = connection.execute(query).scalar()
        return None if value is None else record_of(value)

    def carriers(self, state: AlertState) -> list[LedgerRecord]:
        """The records that carry an alert, as they came in."""
        table = tables.claim
        query = (
            select(table.c.record)
            .where(table.c.id.in_(state.records[:_AT_ONCE]))
            .order_by(table.c.known_from, table.c.id)
        )
        with self._database.read() as connection:
            return [record_of(value) for value in connection.execute(query).scalars()]

    # --- alerts -----------------------------------------------------------------------------

    def alerts(self, wanted: AlertFilter, page: Page) -> list[SeenAlert]:
        """Alerts, the one raised last first."""
        table = tables.alert
        query = select(table.c.alert_state, table.c.updated_at)
        for name in ("measure", "kind", "severity", "confirmation", "state"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(table.c[name] == value)
        if wanted.actors:
            query = query.where(table.c.actor.in_(wanted.actors))
        if wanted.since is not None:
            query = query.where(table.c.raised_at >= wanted.since)
        query = _paged(query, table.c.raised_at, table.c.id, page)
        with self._database.read() as connection:
            return [SeenAlert(state_of(row[0]), row[1]) for row in connection.execute(query)]

    def alert(self, alert_id: str) -> SeenAlert | None:
        """One alert by its id."""
        table = tables.alert
        query = select(table.c.alert_state, table.c.updated_at).where(table.c.id == alert_id)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else SeenAlert(state_of(row[0]), row[1])

    def contested(self) -> set[Slot]:
        """The slots with an open alert that two sides contradict each other."""
        table = tables.alert
        query = select(table.c.actor, table.c.measure, table.c.item).where(
            in_state(table, "open"), table.c.event == "contested"
        )
        with self._database.read() as connection:
            return {_slot(*row) for row in connection.execute(query)}

    def articles(self, keys: Sequence[str]) -> Mapping[str, Article]:
        """The stored articles of these addresses."""
        table = tables.article
        query = select(table).where(table.c.url.in_(list(keys)[:_AT_ONCE]))
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["url"]: article_of(row) for row in rows}

    def origins(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Who really reported the articles of these addresses."""
        table = tables.known_text
        query = select(table.c.article_key, table.c.text["origin"].as_string()).where(
            table.c.article_key.in_(list(keys)[:_AT_ONCE])
        )
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def handovers(self, alert_id: str) -> Rows:
        """The deliveries that told an alert."""
        item, delivery, group = tables.alert_group_item, tables.delivery, tables.alert_group
        query = (
            select(
                item.c.event,
                item.c.added_at,
                group.c.channel,
                group.c.flush_at,
                *(
                    delivery.c[name]
                    for name in ("id", "state", "attempts", "error", "created_at", "finished_at")
                ),
            )
            .join(group, group.c.id == item.c.group_id)
            .outerjoin(delivery, delivery.c.group_id == item.c.group_id)
            .where(item.c.alert_id == alert_id)
            .order_by(item.c.id)
        )
        return self._rows(query)

    def feedback(self, alert_id: str) -> Rows:
        """What people said of an alert, the oldest first."""
        table = tables.feedback
        return self._rows(
            select(table).where(table.c.alert_id == alert_id).order_by(table.c.id).limit(100)
        )

    # --- what was held back, found, and how it all runs --------------------------------------

    def suppressed(self, reason: str | None, actor: str | None, page: Page) -> Rows:
        """What was held back and why, the newest first."""
        table = tables.suppressed
        query = select(table)
        if reason is not None:
            query = query.where(table.c.reason == reason)
        if actor is not None:
            query = query.where(table.c.actor == actor)
        return self._rows(_paged(query, table.c.at, table.c.id, page))

    def suppressed_counts(self) -> Mapping[str, int]:
        """How much was held back for each reason; scans an index."""
        table = tables.suppressed
        query = select(table.c.reason, func.count()).group_by(table.c.reason)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def search(self, text: str, *, limit: int) -> list[Hit]:
        """Articles and claims that have all words of ``text``."""
        with self._database.read() as connection:
            return find(connection, text, limit)

    def sources(self) -> Rows:
        """Every feed with its health and yield; scans entries and articles."""
        return self._health.feeds()

    def counts(self) -> Mapping[str, int]:
        """How much of everything there is and waits; scans."""
        return self._queries.counts()

    def lags(self) -> Mapping[str, datetime | None]:
        """Since when the longest waiting work of each stage is due; ``polled``: the last poll."""
        feed, entry, article, delivery = (
            tables.feed,
            tables.entry,
            tables.article,
            tables.delivery,
        )
        wanted = {
            "poll": select(func.min(feed.c.next_at)).where(in_state(feed, "active")),
            "read": select(func.min(entry.c.first_seen)).where(in_state(entry, "pending")),
            "judge": select(func.min(article.c.fetched_at)).where(in_state(article, "pending")),
            "deliver": select(func.min(delivery.c.created_at)).where(
                in_state(delivery, "pending", "leased")
            ),
            "polled": select(func.max(feed.c.last_checked_at)),
        }
        with self._database.read() as connection:
            return {name: connection.execute(query).scalar() for name, query in wanted.items()}

    def channels(self) -> Rows:
        """The channels that have failed or are disabled."""
        return self._queries.channels()

    def dead_letters(self, *, limit: int) -> Rows:
        """Deliveries that were given up, the newest first."""
        return self._queries.deliveries(limit=limit, states=("dead",))

    def notes(self, *, limit: int) -> Rows:
        """Operational notes, the newest first."""
        return self._queries.notes(limit=limit)

    def silences(self, now: datetime) -> list[Silence]:
        """The silences that hold."""
        return self._silences.list(ending_after=now)

    def review(self, *, limit: int) -> Rows:
        """The articles that wait for a person."""
        return self._queries.review(limit=limit)

    def schema(self) -> str:
        """The revision of the database's schema."""
        return latest_revision()

    def _rows(self, query: Select[Any]) -> Rows:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _slot(actor: str, measure: str, item: str) -> Slot:
    return Slot(actor, Measure(measure), item or None)


def _next_slot(connection: Connection, after: Slot | None) -> Slot | None:
    table = tables.claim
    columns = (table.c.actor, table.c.measure, table.c.item)
    query = select(*columns).order_by(*columns).limit(1)
    if after is not None:
        actor, measure, item = columns
        # One equality after another lets both databases seek in the index.
        for where in (
            and_(actor == after.actor, measure == after.measure.value, item > (after.item or "")),
            and_(actor == after.actor, measure > after.measure.value),
            actor > after.actor,
        ):
            row = connection.execute(query.where(where)).first()
            if row is not None:
                return _slot(*row)
        return None
    row = connection.execute(query).first()
    return None if row is None else _slot(*row)


def _newest(
    connection: Connection, slot: Slot, limit: int, as_of: str | None, known_at: datetime | None
) -> list[LedgerRecord]:
    told = {
        "of_actor": slot.actor,
        "of_measure": slot.measure.value,
        "of_item": slot.item or "",
        "last": parse_span(as_of).end.isoformat() if as_of else "9999",
        "many": limit,
    }
    if known_at is None:
        return [record_of_text(row[0]) for row in connection.execute(_NEWEST, told)]
    rows = connection.execute(_NEWEST_KNOWN, {**told, "known": known_at})
    return [record_of_text(row[0]) for row in rows]


def _newest_of_slot() -> Select[Any]:
    """The newest records of one slot; made once, for it is run for every slot of the matrix."""
    table = tables.claim
    return (
        select(cast(table.c.record, Text))
        .where(
            table.c.actor == bindparam("of_actor"),
            table.c.measure == bindparam("of_measure"),
            table.c.item == bindparam("of_item"),
            table.c.as_of <= bindparam("last"),
        )
        .order_by(table.c.as_of.desc())
        .limit(bindparam("many"))
    )


_NEWEST = _newest_of_slot()
_NEWEST_KNOWN = _NEWEST.where(tables.claim.c.known_from <= bindparam("known", type_=Utc))


def _paged(query: Select[Any], at: Any, key: Any, page: Page) -> Select[Any]:
    if page.at is not None:
        below = at < page.at
        if page.id is not None:
            last: Any = _number(page.id) if key.type.python_type is int else page.id
            below = or_(below, and_(at == page.at, key < last))
        query = query.where(below)
    return query.order_by(at.desc(), key.desc()).limit(page.limit)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


__all__ = ["Row", "StoreLooking"]
