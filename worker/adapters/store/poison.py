"""Works that take their worker down each time are set aside where a person sees them.

A work counts as begun when it is claimed and as ended when its outcome is written, so one that
kills the process (memory, a fault in a library) is counted although nobody lives to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, update

from worker.adapters.store import tables
from worker.adapters.store.notes import add_notes, add_review
from worker.adapters.store.sql import POISON, ended
from worker.ports import Note, ReviewItem

#: A feed over which workers die is asked again after so long.
FEED_RESTS = timedelta(days=1)
_WHY = "the worker ended {} times while at it, so it is not tried again by itself"


def set_aside_feeds(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[RowMapping]:
    """The rows that may be claimed; the others rest for a day, and an operator is told."""
    poison, rest = _split(rows, "begun")
    for row in poison:
        why = f"the worker ended {row['begun']} times while at it; it is asked again in a day"
        _write(connection, tables.feed, row["id"], next_at=now + FEED_RESTS, last_error=why)
        add_notes(connection, [Note("feed_poison", row["id"], why)], now)
    return rest


def set_aside_entries(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[RowMapping]:
    """The rows that may be claimed; the others wait for a person. A re-reading just ends."""
    poison, rest = _split(rows, "entry_begun")
    for row in poison:
        why = _WHY.format(row["entry_begun"])
        state = "done" if row["entry_state"] == "reread" else "failed"
        _write(connection, tables.entry, row["entry_id"], state=state, error=why)
        item = ReviewItem("poison", row["entry_url"], row["entry_title"], why)
        add_review(connection, item, now)
    return rest


def set_aside_articles(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[RowMapping]:
    """The rows that may be claimed; the others wait for a person."""
    poison, rest = _split(rows, "article_begun")
    for row in poison:
        why = _WHY.format(row["article_begun"])
        _write(connection, tables.article, row["article_id"], state="failed", error=why)
        item = ReviewItem("poison", row["article_url"], row["article_title"], why)
        add_review(connection, item, now)
    return rest


def _split(rows: Sequence[RowMapping], begun: str) -> tuple[list[RowMapping], list[RowMapping]]:
    poison = [row for row in rows if row[begun] >= POISON]
    return poison, [row for row in rows if row[begun] < POISON]


def _write(connection: Connection, table: Table, row: Any, **values: Any) -> None:
    connection.execute(update(table).where(table.c.id == row).values(**ended(table), **values))
