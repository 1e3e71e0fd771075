"""What an article says is kept with it until its turn at the ledger comes.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("article", sa.Column("read_ahead", sa.JSON(), nullable=True))
