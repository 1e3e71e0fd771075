"""The first schema.

Revision 0001, nothing before it.
"""

import sqlalchemy as sa
from alembic import op

from worker.adapters.store.columns import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    _alert()
    _alert_group()
    _baseline()
    _channel()
    _claim()
    _delivery()
    _feed()
    _host()
    _known_text()
    _note()
    _review()
    _silence()
    _suppressed()
    _alert_article()
    _alert_group_item()
    _article()
    _attempt()
    _article_revision()
    _entry()


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("confirmation", sa.String(length=16), nullable=False),
        sa.Column("raised_at", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("alert_state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_alert")),
    )
    op.create_index("ix_alert_raised_at", "alert", ["raised_at"], unique=False)
    op.create_index("ix_alert_slot", "alert", ["actor", "measure", "item", "state"], unique=False)


def _alert_group() -> None:
    op.create_table(
        "alert_group",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("flush_at", Utc(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("flushed_at", Utc(), nullable=True),
        sa.Column("loudest", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_alert_group")),
    )
    op.create_index(
        "ix_alert_group_due",
        "alert_group",
        ["flush_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_alert_group_flushed_at", "alert_group", ["flushed_at"], unique=False)
    op.create_index(
        "uq_alert_group_open",
        "alert_group",
        ["channel", "key"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _baseline() -> None:
    op.create_table(
        "baseline",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", Utc(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_baseline")),
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("openings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_until", Utc(), nullable=True),
        sa.Column("disabled", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=("pk_channel")),
    )


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("published", sa.Text(), nullable=False),
        sa.Column("known_from", Utc(), nullable=False),
        sa.Column("retracted_at", Utc(), nullable=True),
        sa.Column("article_key", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_claim")),
    )
    op.create_index("ix_claim_article_key", "claim", ["article_key"], unique=False)
    op.create_index("ix_claim_known_from", "claim", ["known_from"], unique=False)
    op.create_index("ix_claim_slot", "claim", ["actor", "measure", "item", "as_of"], unique=False)


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=48), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("alert_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("deadline", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_delivery")),
        sa.UniqueConstraint("group_id", "channel", name=("uq_delivery_group_id_channel")),
    )
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"], unique=False)
    op.create_index(
        "ix_delivery_dead",
        "delivery",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["channel", "next_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'leased')"),
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
    )


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("configured_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("publisher_group", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("interval", sa.Float(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parse_failed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_since", Utc(), nullable=True),
        sa.Column("disabled", sa.Text(), nullable=True),
        sa.Column("last_checked_at", Utc(), nullable=True),
        sa.Column("last_success_at", Utc(), nullable=True),
        sa.Column("last_changed_at", Utc(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_feed")),
    )
    op.create_index(
        "ix_feed_due",
        "feed",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _host() -> None:
    op.create_table(
        "host",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rests_until", Utc(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_host")),
    )


def _known_text() -> None:
    op.create_table(
        "known_text",
        sa.Column("article_key", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("article_key", name=("pk_known_text")),
    )
    op.create_index("ix_known_text_day", "known_text", ["relevant", "day"], unique=False)


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_note")),
    )
    op.create_index(("ix_note_at"), "note", ["at"], unique=False)


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_review")),
        sa.UniqueConstraint("url", "reason", name=("uq_review_url_reason")),
    )
    op.create_index(
        "ix_review_open",
        "review",
        ["at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _silence() -> None:
    op.create_table(
        "silence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("match", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_silence")),
    )
    op.create_index(("ix_silence_ends_at"), "silence", ["ends_at"], unique=False)


def _suppressed() -> None:
    op.create_table(
        "suppressed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=16), nullable=True),
        sa.Column("measure", sa.String(length=32), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.String(length=64), nullable=True),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_suppressed")),
    )
    op.create_index(("ix_suppressed_at"), "suppressed", ["at"], unique=False)


def _alert_article() -> None:
    op.create_table(
        "alert_article",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=("fk_alert_article_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "url", name=("pk_alert_article")),
    )


def _alert_group_item() -> None:
    op.create_table(
        "alert_group_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("alert", sa.JSON(), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["alert_group.id"], name=("fk_alert_group_item_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_alert_group_item")),
    )
    op.create_index("ix_alert_group_item_alert_id", "alert_group_item", ["alert_id"], unique=False)
    op.create_index(
        "ix_alert_group_item_group_id_id", "alert_group_item", ["group_id", "id"], unique=False
    )


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.String(length=64), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("sort_at", Utc(), nullable=False),
        sa.Column("first_seen", Utc(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("text_source", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", Utc(), nullable=False),
        sa.Column("seeding", sa.Boolean(), nullable=False),
        sa.Column("extractor_version", sa.String(length=64), nullable=True),
        sa.Column("relevant", sa.Boolean(), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=True),
        sa.Column("judged_at", Utc(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=("fk_article_feed_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_article")),
        sa.UniqueConstraint("url", name=("uq_article_url")),
    )
    op.create_index(
        "ix_article_due",
        "article",
        ["sort_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(("ix_article_sort_at"), "article", ["sort_at"], unique=False)


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("outcome", sa.String(length=1024), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=("fk_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_attempt")),
    )
    op.create_index(
        "ix_attempt_delivery_id_number", "attempt", ["delivery_id", "number"], unique=False
    )


def _article_revision() -> None:
    op.create_table(
        "article_revision",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=("fk_article_revision_article_id")
        ),
        sa.PrimaryKeyConstraint("article_id", "revision", name=("pk_article_revision")),
    )


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published", Utc(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("first_seen", Utc(), nullable=False),
        sa.Column("sort_at", Utc(), nullable=False),
        sa.Column("seeding", sa.Boolean(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=("fk_entry_article_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=("fk_entry_feed_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_entry")),
        sa.UniqueConstraint("feed_id", "key", name=("uq_entry_feed_id_key")),
    )
    op.create_index("ix_entry_feed_id_id", "entry", ["feed_id", "id"], unique=False)
    op.create_index(
        "ix_entry_order",
        "entry",
        ["sort_at", "attempts", "host"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
