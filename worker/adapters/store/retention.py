"""Data past its time: texts are emptied, records of the work are deleted; what was claimed stays.

Quotes live in the claims and alerts, hashes beside the texts, so what was read can still be
proved, recognised and found by its title. Each step is a small transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, cast, delete, or_, select, update

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.core.upkeep import Kept

#: Rows of one transaction, so that the work never waits for long.
BATCH = 500
_ENDED = ("sent", "cancelled", "dead")
#: A dead letter keeps its message: a person may still send it.
_TOLD = ("sent", "cancelled")
_Step = Callable[[Connection], int]


class Retention:
    """Drops what has been kept long enough."""

    def __init__(self, database: Database):
        self._database = database

    def drop(self, kept: Kept, now: datetime) -> dict[str, int]:
        """Drop what is older than ``kept`` allows; returns how many rows of each kind.

        A kind without a limit is left alone. What is still waiting to be worked on stays.
        """
        dropped: dict[str, int] = {}
        for name, step in _steps(kept, now):
            while count := self._once(step):
                dropped[name] = dropped.get(name, 0) + count
        return dropped

    def _once(self, step: _Step) -> int:
        with self._database.write() as connection:
            return step(connection)


def _steps(kept: Kept, now: datetime) -> Iterator[tuple[str, _Step]]:
    if kept.article_texts is not None:
        yield from _texts(now - kept.article_texts)
    if kept.message_texts is not None:
        yield "message_texts", _messages(now - kept.message_texts)
    if kept.attempts is not None:
        yield "attempts", _attempts(now - kept.attempts)
    if kept.held_back is not None:
        table = tables.suppressed
        yield "held_back", _deleted(table, table.c.id, table.c.at < now - kept.held_back)
    if kept.notes is not None:
        yield from _notes(now - kept.notes)


def _texts(before: datetime) -> Iterator[tuple[str, _Step]]:
    article, revision, entry = tables.article, tables.article_revision, tables.entry
    old = (article.c.fetched_at < before) & (article.c.text != "")
    rested = article.c.state != "pending"
    yield "article_texts", _emptied(article, article.c.id, old & rested, {"text": ""})
    rows = (revision.c.fetched_at < before) & (revision.c.text != "")
    yield "revision_texts", _emptied_revisions(rows)
    told = or_(entry.c.summary != "", entry.c.content != "")
    seen = (entry.c.first_seen < before) & told & (entry.c.state != "pending")
    yield "entry_texts", _emptied(entry, entry.c.id, seen, {"summary": "", "content": ""})


def _emptied(
    table: Table, key: ColumnElement[Any], where: ColumnElement[bool], values: dict[str, Any]
) -> _Step:
    def step(connection: Connection) -> int:
        ids = connection.execute(select(key).where(where).limit(BATCH)).scalars().all()
        connection.execute(update(table).where(key.in_(ids)).values(**values))
        return len(ids)

    return step


def _emptied_revisions(where: ColumnElement[bool]) -> _Step:
    table = tables.article_revision

    def step(connection: Connection) -> int:
        """By article: its revisions have no key of one column."""
        query = select(table.c.article_id).where(where).distinct().limit(BATCH)
        ids = connection.execute(query).scalars().all()
        done = connection.execute(
            update(table).where(table.c.article_id.in_(ids), where).values(text="")
        )
        return done.rowcount

    return step


def _deleted(table: Table, key: ColumnElement[Any], where: ColumnElement[bool]) -> _Step:
    def step(connection: Connection) -> int:
        ids = connection.execute(select(key).where(where).limit(BATCH)).scalars().all()
        connection.execute(delete(table).where(key.in_(ids)))
        return len(ids)

    return step


def _messages(before: datetime) -> _Step:
    table = tables.delivery
    full = cast(table.c.payload, String) != "{}"
    old = table.c.state.in_(_TOLD) & (table.c.finished_at < before) & full
    return _emptied(table, table.c.id, old, {"payload": {}})


def _attempts(before: datetime) -> _Step:
    table, delivery = tables.attempt, tables.delivery
    ended = select(delivery.c.id).where(
        delivery.c.state.in_(_ENDED), delivery.c.finished_at < before
    )
    return _deleted(table, table.c.id, table.c.delivery_id.in_(ended))


def _notes(before: datetime) -> Iterator[tuple[str, _Step]]:
    note, review = tables.note, tables.review
    yield "notes", _deleted(note, note.c.id, note.c.at < before)
    done = (review.c.state != "open") & (review.c.done_at < before)
    yield "reviews", _deleted(review, review.c.id, done)
