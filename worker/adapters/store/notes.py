"""What people should look at: operational notes and the review queue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert

from worker.adapters.store import tables
from worker.adapters.store.sql import upsert
from worker.ports import Note, ReviewItem


def add_notes(connection: Connection, notes: Iterable[Note], now: datetime) -> None:
    """Keep operational notes."""
    rows = [
        {"at": now, "kind": n.kind, "subject": n.subject, "detail": n.detail[:1000]} for n in notes
    ]
    if rows:
        connection.execute(insert(tables.note), rows)


def add_review(connection: Connection, item: ReviewItem | None, now: datetime) -> None:
    """Queue an article for a person, once per reason."""
    if item is None:
        return
    row = {
        "at": now,
        "reason": item.reason,
        "url": item.url,
        "title": item.title[:500],
        "detail": item.detail[:1000],
        "state": "open",
    }
    upsert(connection, tables.review, [row], on=("url", "reason"), change=("at", "detail"))
