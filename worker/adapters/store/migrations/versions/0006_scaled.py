"""Many machines: works begun and not ended are counted, hosts are taken in turns, ticks run once.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, the tables and the indices over what is held."""
    held = sa.text("lease_token IS NOT NULL")
    for table, lane in (("feed", "host"), ("entry", "host"), ("article", "id")):
        op.add_column(table, sa.Column("begun", sa.Integer(), server_default="0", nullable=False))
        op.create_index(f"ix_{table}_held", table, [lane], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "host_turn",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=36), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host_turn")),
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tick")),
    )
