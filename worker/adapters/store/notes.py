"""What people should look at: operational notes and the review queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.adapters.store.sql import in_state
from worker.ports import Note, ReviewItem


def add_notes(connection: Connection, notes: Iterable[Note], now: datetime) -> None:
    """Keep operational notes."""
    rows = [
        {"at": now, "kind": n.kind, "subject": n.subject, "detail": n.detail[:1000]} for n in notes
    ]
    if rows:
        connection.execute(insert(tables.note), rows)


def add_new_notes(connection: Connection, notes: Iterable[Note], now: datetime) -> None:
    """Keep notes but those whose subject was noted before in the same way."""
    table = tables.note
    for note in notes:
        same = (table.c.kind == note.kind, table.c.subject == note.subject)
        if connection.execute(select(table.c.id).where(*same).limit(1)).first() is None:
            add_notes(connection, [note], now)


def add_review(connection: Connection, item: ReviewItem | None, now: datetime) -> None:
    """Queue an article for a person, once per reason; one that is done stays so unless it changes."""
    if item is None:
        return
    table, detail = tables.review, item.detail[:1000]
    row = {
        "at": now,
        "reason": item.reason,
        "url": item.url,
        "title": item.title[:500],
        "detail": detail,
        "state": "open",
    }
    same = (table.c.url == item.url, table.c.reason == item.reason)
    known = connection.execute(select(table.c.detail).where(*same)).first()
    if known is None:
        connection.execute(insert(table), row)
    elif known.detail != detail:
        connection.execute(update(table).where(*same).values(**row))


class Reviews:
    """The review queue, as people see it."""

    def __init__(self, database: Database):
        self._database = database

    def done(self, ids: Sequence[int], by: str, remark: str, now: datetime) -> int:
        """Mark open items as done; returns how many were open."""
        table = tables.review
        values = {"state": "done", "done_at": now, "done_by": by, "remark": remark}
        with self._database.write() as connection:
            statement = update(table).where(table.c.id.in_(ids), in_state(table, "open"))
            return connection.execute(statement.values(**values)).rowcount
