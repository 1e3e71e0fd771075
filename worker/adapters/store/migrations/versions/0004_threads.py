"""Threads: the first message of an alert on a channel; the language that a route asks for.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.add_column("alert_group", sa.Column("language", sa.String(length=8), nullable=True))
    op.create_table(
        "thread",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("root", sa.String(length=36), nullable=False),
        sa.Column("ref", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "alert_id", name=op.f("pk_thread")),
    )
    op.create_index("ix_thread_root", "thread", ["root"])
