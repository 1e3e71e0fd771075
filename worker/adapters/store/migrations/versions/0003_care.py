"""People's verdicts on alerts, review items marked as done, and what happens only once.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, the columns and the index."""
    op.add_column("review", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("review", sa.Column("done_by", sa.Text(), nullable=True))
    op.add_column("review", sa.Column("remark", sa.Text(), nullable=True))
    op.create_index("ix_note_kind_subject", "note", ["kind", "subject"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("correction", sa.JSON(), nullable=True),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_alert_id", "feedback", ["alert_id"])
    op.create_table(
        "milestone",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_milestone")),
    )
    # A database that has judged before has its first start behind it.
    op.execute(
        "INSERT INTO milestone (name, at, detail) SELECT 'first_start', MAX(judged_at), 'before 0003' "
        "FROM article WHERE judged_at IS NOT NULL HAVING MAX(judged_at) IS NOT NULL"
    )
