"""What feeds wish and what is odd about them; articles are read again, and found by their headline.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the indices."""
    op.add_column("feed", sa.Column("remark", sa.Text(), nullable=True))
    op.add_column("feed", sa.Column("ttl_minutes", sa.Integer(), nullable=True))
    op.add_column("feed", sa.Column("skip", sa.Text(), server_default="", nullable=False))
    reread = sa.text("state = 'reread'")
    op.create_index(
        "ix_entry_reread", "entry", ["next_at"], sqlite_where=reread, postgresql_where=reread
    )
    op.create_index("ix_entry_article_id", "entry", ["article_id"])
    op.create_index("ix_article_title", "article", ["title"])
