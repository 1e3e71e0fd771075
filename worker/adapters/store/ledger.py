"""The ledger in the database: what judging reads, and the verdict applied as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from worker.adapters.store import tables
from worker.adapters.store.codec import (
    record_of,
    record_of_text,
    record_row,
    state_of,
    state_row,
    suppressed_row,
    text_of,
    text_row,
)
from worker.adapters.store.desk import read_desk
from worker.adapters.store.engine import Database
from worker.adapters.store.groups import hand_over
from worker.adapters.store.marks import mark, marked
from worker.adapters.store.notes import add_new_notes, add_notes, add_review
from worker.adapters.store.revisions import plan_reread
from worker.adapters.store.server import alone
from worker.adapters.store.sql import held, in_state, settle, upsert
from worker.core.alerting import AlertState
from worker.core.ledger import LedgerRecord
from worker.core.origins import KnownText, Sketch
from worker.core.routing import Desk
from worker.core.views import JUDGED_ON, LedgerView, Verdict
from worker.model import FeedKind, Slot
from worker.ports import ArticleWork, EntryWork, Judged, Note

#: Whoever reads the ledger to change it works alone: a verdict holds for what it was drawn from.
LEDGER = "ledger"


class StoredView:
    """The ledger as one transaction sees it before it writes (a ``LedgerView``).

    What was asked once is remembered: judging asks for the same slot several times.
    """

    def __init__(self, connection: Connection):
        self._connection = connection
        self._of_slot: dict[Slot, Sequence[LedgerRecord]] = {}
        self._open: dict[Slot, Sequence[AlertState]] = {}

    def records(self, slot: Slot) -> Sequence[LedgerRecord]:
        """The newest records of a slot by date, retracted ones too, in the order they came in."""
        if slot not in self._of_slot:
            self._of_slot[slot] = self._newest(slot)
        return self._of_slot[slot]

    def _newest(self, slot: Slot) -> Sequence[LedgerRecord]:
        table = tables.claim
        query = (
            select(cast(table.c.record, Text))
            .where(*_same_slot(table, slot))
            .order_by(table.c.as_of.desc())
            .limit(JUDGED_ON)
        )
        records = map(record_of_text, self._connection.execute(query).scalars())
        return sorted(records, key=lambda r: (r.known_from, r.id))

    def history(self, slot: Slot) -> Sequence[LedgerRecord]:
        """All records of a slot, however long ago."""
        return self._records(*_same_slot(tables.claim, slot))

    def article_records(self, key: str) -> Sequence[LedgerRecord]:
        """All records of an article, of all its revisions."""
        return self._records(tables.claim.c.article_key == key)

    def _records(self, *where: ColumnElement[bool]) -> Sequence[LedgerRecord]:
        table = tables.claim
        query = select(table.c.record).where(*where)
        # Sorted here: asked to, SQLite would walk an index in that order and not use the slot's.
        records = map(record_of, self._connection.execute(query).scalars())
        return sorted(records, key=lambda record: (record.known_from, record.id))

    def open_alerts(self, slot: Slot) -> Sequence[AlertState]:
        """The alerts of a slot that no later position has replaced, oldest first."""
        if slot not in self._open:
            self._open[slot] = self._open_alerts(slot)
        return self._open[slot]

    def _open_alerts(self, slot: Slot) -> Sequence[AlertState]:
        table = tables.alert
        query = (
            select(table.c.alert_state)
            .where(*_same_slot(table, slot), in_state(table, "open"))
            .order_by(table.c.raised_at, table.c.id)
        )
        return [state_of(value) for value in self._connection.execute(query).scalars()]

    def alert(self, alert_id: str) -> AlertState | None:
        """The alert of that id, open or not."""
        query = select(tables.alert.c.alert_state).where(tables.alert.c.id == alert_id)
        value = self._connection.execute(query).scalar()
        return None if value is None else state_of(value)

    def text(self, key: str) -> KnownText | None:
        """The article as it was last read."""
        table = tables.known_text
        value = self._connection.execute(
            select(table.c.text).where(table.c.article_key == key)
        ).scalar()
        return None if value is None else text_of(value)

    def texts_like(self, sketch: Sketch, day: date, days: int) -> Sequence[KnownText]:
        """The relevant articles published around ``day`` that may be copies of that sketch's text.

        The many that are about something else cannot be the origin of a claim.
        """
        return marked(self._connection, sketch, day, days)


def _same_slot(table: object, slot: Slot) -> tuple[ColumnElement[bool], ...]:
    columns = table.c  # type: ignore[attr-defined]
    return (
        columns.actor == slot.actor,
        columns.measure == slot.measure.value,
        columns.item == (slot.item or ""),
    )


class Ledger:
    """Claims, alerts and what was held back."""

    def __init__(self, database: Database):
        self._database = database

    def judge(
        self, work: ArticleWork, decide: Callable[[LedgerView, Desk], Judged], now: datetime
    ) -> Judged | None:
        """Judge an article and apply what follows, as a whole or not at all.

        ``decide`` is pure and runs inside the transaction, so that what it reads of the ledger
        still holds when its verdict is written. ``None`` if the lease was lost.
        """
        with self._database.write() as connection:
            alone(connection, LEDGER)
            if not held(connection, tables.article, work.id, work.token):
                return None
            judged = decide(StoredView(connection), read_desk(connection, now))
            apply_judged(connection, judged, now)
            settle(connection, tables.article, work.id, work.token, **outcome(judged, now))
            if judged.relevant:
                plan_reread(connection, work, now)
            return judged

    def withdraw(
        self,
        work: EntryWork,
        decide: Callable[[str, LedgerView, Desk], Judged],
        why: str,
        now: datetime,
    ) -> list[str]:
        """Take back the article behind an entry, with all updates of a live blog.

        Returns the addresses; none if the lease was lost or the entry only stood for the article
        of another page (a search engine's link may end before what it led to).
        """
        with self._database.write() as connection:
            alone(connection, LEDGER)
            done = {"state": "done", "error": why[:1000]}
            if not settle(connection, tables.entry, work.id, work.token, **done):
                return []
            urls = _articles_of(connection, work)
            for url in urls:
                judged = decide(url, StoredView(connection), read_desk(connection, now))
                apply_verdict(connection, judged.verdict, now)
                for alert, handovers in judged.handovers:
                    hand_over(connection, alert, handovers, now)
            article = tables.article
            connection.execute(
                update(article)
                .where(article.c.url.in_(urls))
                .values(state="withdrawn", error=why[:1000])
            )
            add_notes(connection, [Note("article_withdrawn", url, why) for url in urls], now)
            return urls

    def look(self, decide: Callable[[LedgerView], Verdict]) -> Verdict:
        """What ``decide`` makes of the ledger as it stands; nothing is stored."""
        with self._database.read() as connection:
            return decide(StoredView(connection))

    def apply(self, verdict: Verdict, now: datetime) -> None:
        """Store a verdict that no article brought (a baseline, a correction)."""
        with self._database.write() as connection:
            alone(connection, LEDGER)
            apply_verdict(connection, verdict, now)

    def records(self, slot: Slot) -> Sequence[LedgerRecord]:
        """All records of a slot, retracted ones too."""
        with self._database.read() as connection:
            return StoredView(connection).history(slot)


def _articles_of(connection: Connection, work: EntryWork) -> list[str]:
    article, entry = tables.article, tables.entry
    query = (
        select(article.c.url)
        .join(entry, entry.c.article_id == article.c.id)
        .where(entry.c.id == work.id)
    )
    url = connection.execute(query).scalar()
    if url is None or (work.feed.kind is FeedKind.SEARCH and url != work.entry.url):
        return []
    page = url.partition("#")[0]
    updates = select(article.c.url).where(article.c.url.startswith(f"{page}#", autoescape=True))
    found = connection.execute(updates.order_by(article.c.id)).scalars()
    return list(dict.fromkeys([url, *found])) if "#" in url else [url]


def apply_verdict(
    connection: Connection, verdict: Verdict, now: datetime, *, relevant: bool = True
) -> None:
    """Write the rows of a verdict; applying it again changes nothing."""
    rows = [record_row(record) for record in verdict.records]
    upsert(connection, tables.claim, rows, on=["id"])
    for record in verdict.retracted:
        row = record_row(record)
        connection.execute(update(tables.claim).where(tables.claim.c.id == record.id).values(row))
    for state in verdict.states:
        row = state_row(state, now)
        upsert(connection, tables.alert, [row], on=["id"], change=set(row) - {"id", "raised_at"})
        articles = [{"alert_id": state.id, "url": u, "added_at": now} for u in state.alert.articles]
        upsert(connection, tables.alert_article, articles, on=("alert_id", "url"))
    held_back = [suppressed_row(item) for item in verdict.suppressed]
    if held_back:
        connection.execute(insert(tables.suppressed), held_back)
    if verdict.text is not None:
        upsert(
            connection,
            tables.known_text,
            [{**text_row(verdict.text), "relevant": relevant}],
            on=["article_key"],
            change=("day", "relevant", "text"),
        )
        if relevant:
            mark(connection, verdict.text)


def apply_judged(connection: Connection, judged: Judged, now: datetime) -> None:
    """Write all that judging an article gives but the outcome of its work."""
    apply_verdict(connection, judged.verdict, now, relevant=judged.relevant)
    for alert, handovers in judged.handovers:
        hand_over(connection, alert, handovers, now)
    add_review(connection, judged.review, now)
    add_new_notes(connection, judged.notes, now)


def outcome(judged: Judged, now: datetime) -> dict[str, Any]:
    """The columns of an article that has been judged."""
    return {
        "state": "done",
        "error": None,
        "judged_at": now,
        "read_ahead": None,
        "relevant": judged.relevant,
        "claims": judged.claims,
        "extractor_version": judged.extractor_version,
    }
