"""Texts are found again by their marks; those known so far are given theirs.

Revision 0007, after 0006.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: As of this revision: the first hashes of a sketch, of texts that are long enough to be copies.
MARKS, LEAST = 16, 12


def upgrade() -> None:
    """Add the table and fill it from what is known of relevant texts."""
    table = op.create_table(
        "text_mark",
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "day", "article_key", name=op.f("pk_text_mark")),
    )
    known = sa.table(
        "known_text",
        sa.column("article_key", sa.Text()),
        sa.column("day", sa.Date()),
        sa.column("relevant", sa.Boolean()),
        sa.column("text", sa.JSON()),
    )
    query = sa.select(known.c.article_key, known.c.day, known.c.text).where(known.c.relevant)
    found = op.get_bind().execute(query.execution_options(yield_per=1000))
    for part in found.partitions():
        op.bulk_insert(table, [row for key, day, text in part for row in _marks(key, day, text)])


def _marks(key: str, day: date, text: dict[str, Any]) -> list[dict[str, Any]]:
    sketch = text.get("sketch") or ()
    marks = sketch[:MARKS] if len(sketch) >= LEAST else ()
    return [{"mark": mark, "day": day, "article_key": key} for mark in dict.fromkeys(marks)]
