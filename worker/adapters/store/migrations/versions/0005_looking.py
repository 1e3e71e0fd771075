"""Full-text search, and indices for what people filter by.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TOKENS = 'tokenize="unicode61 remove_diacritics 2"'
_SQLITE = (
    f"CREATE VIRTUAL TABLE article_fts USING fts5(title, text, content='article', content_rowid='id', {_TOKENS})",
    f"CREATE VIRTUAL TABLE claim_fts USING fts5(claim_id UNINDEXED, quote, {_TOKENS})",
    """CREATE TRIGGER article_fts_insert AFTER INSERT ON article BEGIN
         INSERT INTO article_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
       END""",
    """CREATE TRIGGER article_fts_update AFTER UPDATE OF title, text ON article BEGIN
         INSERT INTO article_fts(article_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
         INSERT INTO article_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
       END""",
    """CREATE TRIGGER article_fts_delete AFTER DELETE ON article BEGIN
         INSERT INTO article_fts(article_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
       END""",
    """CREATE TRIGGER claim_fts_insert AFTER INSERT ON claim BEGIN
         INSERT INTO claim_fts(claim_id, quote) VALUES (new.id, json_extract(new.record, '$.evidence.quote'));
       END""",
    "INSERT INTO article_fts(rowid, title, text) SELECT id, title, text FROM article",
    "INSERT INTO claim_fts(claim_id, quote) SELECT id, json_extract(record, '$.evidence.quote') FROM claim",
)
# A tsvector holds at most 1 MB: of a longer text the beginning is searched.
_POSTGRES = (
    "CREATE INDEX ix_article_fulltext ON article USING gin "
    "(to_tsvector('simple', left(title || ' ' || text, 200000)))",
    "CREATE INDEX ix_claim_fulltext ON claim USING gin "
    "(to_tsvector('simple', record->'evidence'->>'quote'))",
)


def upgrade() -> None:
    """Make the indices; those of full text are kept by the database itself."""
    live = sa.text("retracted_at IS NOT NULL")
    op.create_index(
        "ix_claim_retracted_at", "claim", ["retracted_at"], sqlite_where=live, postgresql_where=live
    )
    op.create_index("ix_claim_actor_known_from", "claim", ["actor", "known_from"])
    op.create_index("ix_suppressed_reason_at", "suppressed", ["reason", "at"])
    op.create_index("ix_suppressed_actor_at", "suppressed", ["actor", "at"])
    op.create_index("ix_alert_updated_at", "alert", ["updated_at"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRES:
        op.get_bind().exec_driver_sql(statement)
