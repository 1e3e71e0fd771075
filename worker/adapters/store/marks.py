"""Texts found again by their marks, so that a copy is known without a look at all the week's texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from worker.adapters.store import tables
from worker.adapters.store.codec import text_of
from worker.adapters.store.sql import upsert
from worker.core.origins import KnownText, Sketch, marks_of

#: Of a story that more have copied the likest are enough: copies share one origin.
MOST = 64


def mark(connection: Connection, text: KnownText) -> None:
    """Have a relevant text found by its marks; those of earlier revisions find it as well."""
    rows = [
        {"mark": value, "day": text.day, "article_key": text.article_key}
        for value in marks_of(text.sketch)
    ]
    upsert(connection, tables.text_mark, rows, on=("mark", "day", "article_key"))


def marked(connection: Connection, sketch: Sketch, day: date, days: int) -> Sequence[KnownText]:
    """The relevant texts of the days around ``day`` that have a mark of ``sketch``."""
    marks, margin = marks_of(sketch), timedelta(days=days)
    if not marks:
        return []
    table, known = tables.text_mark, tables.known_text
    days_around = (day - margin, day + margin)
    likest = (
        select(table.c.article_key)
        .where(table.c.mark.in_(marks), table.c.day.between(*days_around))
        .group_by(table.c.article_key)
        .order_by(func.count().desc(), func.min(table.c.day), table.c.article_key)
        .limit(MOST)
    )
    keys = connection.execute(likest).scalars().all()
    if not keys:
        return []
    # Asked in one, SQLite would look through all texts of these days.
    query = select(known).where(known.c.article_key.in_(keys)).order_by(known.c.article_key)
    return [
        text_of(row.text)
        for row in connection.execute(query)
        if row.relevant and days_around[0] <= row.day <= days_around[1]
    ]
