"""Works that take their worker down each time are set aside where a person sees them.

A work counts as begun when it is claimed and as ended when its outcome is written, so one that
kills the process (memory, a fault in a library) is counted although nobody lives to tell. A suspect
(``core/poison.py``) counts as begun when it is alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, and_, select, update

from worker.adapters.store import tables
from worker.adapters.store.notes import add_notes, add_review
from worker.adapters.store.sql import ended
from worker.core.poison import PROVED, is_poison, rest
from worker.ports import ArticleWork, EntryWork, FeedWork, Note, ReviewItem

#: A feed over which workers die is asked again after so long.
FEED_RESTS = timedelta(days=1)
_DIED = f"{PROVED} times the worker died (or failed unforeseen) while at nothing but this"
_WHY = f"{_DIED}, so it is not tried again by itself"


def begin_alone(
    connection: Connection, work: FeedWork | EntryWork | ArticleWork, now: datetime
) -> bool:
    """Count a suspect as begun, and let it rest should its worker die; ``False``: lease lost."""
    table, row = _place(work)
    mine = and_(table.c.id == row, table.c.lease_token == work.token)
    begun = connection.execute(select(table.c.begun).where(mine).with_for_update()).scalar()
    if begun is None:
        return False
    values = {"begun": begun + 1, "next_at": now + rest(begun + 1)}
    connection.execute(update(table).where(mine).values(**values))
    return True


def _place(work: FeedWork | EntryWork | ArticleWork) -> tuple[Table, Any]:
    if isinstance(work, FeedWork):
        return tables.feed, work.feed.id
    return (tables.entry if isinstance(work, EntryWork) else tables.article), work.id


def set_aside_feeds(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[RowMapping]:
    """The rows that may be claimed; the others rest for a day, and an operator is told."""
    poison, rest = _split(rows, "begun")
    for row in poison:
        why = f"{_DIED}; it is asked again in a day"
        _write(connection, tables.feed, row["id"], next_at=now + FEED_RESTS, last_error=why)
        add_notes(connection, [Note("feed_poison", row["id"], why)], now)
    return rest


def set_aside_entries(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[RowMapping]:
    """The rows that may be claimed; the others wait for a person. A re-reading just ends."""
    poison, rest = _split(rows, "entry_begun")
    for row in poison:
        state = "done" if row["entry_state"] == "reread" else "failed"
        _write(connection, tables.entry, row["entry_id"], state=state, error=_WHY)
        item = ReviewItem("poison", row["entry_url"], row["entry_title"], _WHY)
        add_review(connection, item, now)
    return rest


def set_aside_articles(
    connection: Connection, rows: Sequence[RowMapping], now: datetime
) -> list[RowMapping]:
    """The rows that may be claimed; the others wait for a person."""
    poison, rest = _split(rows, "article_begun")
    for row in poison:
        _write(connection, tables.article, row["article_id"], state="failed", error=_WHY)
        item = ReviewItem("poison", row["article_url"], row["article_title"], _WHY)
        add_review(connection, item, now)
    return rest


def _split(rows: Sequence[RowMapping], begun: str) -> tuple[list[RowMapping], list[RowMapping]]:
    poison = [row for row in rows if is_poison(row[begun])]
    return poison, [row for row in rows if not is_poison(row[begun])]


def _write(connection: Connection, table: Table, row: Any, **values: Any) -> None:
    connection.execute(update(table).where(table.c.id == row).values(**ended(table), **values))
