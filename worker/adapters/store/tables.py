"""The tables, for SQLite and PostgreSQL alike.

Work still to be done is found through partial indices over its ``state``, so a look-up costs the
same however much finished work lies beside it. Values of the model that are only ever read as a
whole (an alert, a ledger record) are one JSON column beside the columns that are searched.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which knows no zones, keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; SQLite gets it without the zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside; what no database takes (lone surrogates, NUL) becomes U+FFFD.

    One character for one, so that offsets into the text stay true.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it can be stored."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


def _due(name: str, table: str, *columns: str, state: str) -> Index:
    """An index over the unfinished rows of a table only."""
    where = text(f"state = '{state}'")
    return Index(f"ix_{table}_{name}", *columns, sqlite_where=where, postgresql_where=where)


def _work() -> list[Column[object]]:
    """The columns of a row that is work for a stage: who holds it, until when, how often tried."""
    return [
        Column("state", String(16), nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_at", Utc, nullable=False),
        Column("lease_until", Utc),
        Column("lease_token", String(36)),
        Column("error", Words),
    ]


feed = Table(
    "feed",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("configured_url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("language", String(8), nullable=False),
    Column("country", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("priority", String(16), nullable=False),
    Column("publisher_group", Words),
    Column("host", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_hash", String(64)),
    Column("interval", Float),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("parse_failed", Boolean, nullable=False, server_default=text("false")),
    Column("moved_to", Words),
    Column("moved_since", Utc),
    Column("disabled", Words),
    Column("last_checked_at", Utc),
    Column("last_success_at", Utc),
    Column("last_changed_at", Utc),
    Column("last_status", Integer),
    Column("last_error", Words),
    *_work(),
    _due("due", "feed", "next_at", state="active"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed_id", String(64), ForeignKey("feed.id"), nullable=False),
    Column("key", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("content", Words, nullable=False),
    Column("published", Utc),
    Column("source", Words),
    Column("language", Words),
    Column("first_seen", Utc, nullable=False),
    Column("sort_at", Utc, nullable=False),
    Column("seeding", Boolean, nullable=False),
    Column("article_id", Integer, ForeignKey("article.id")),
    *_work(),
    UniqueConstraint("feed_id", "key"),
    Index("ix_entry_feed_id_id", "feed_id", "id"),
    _due("due", "entry", "next_at", "host", state="pending"),
    _due("order", "entry", "sort_at", "attempts", state="pending"),
)

article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Words, nullable=False, unique=True),
    Column("feed_id", String(64), ForeignKey("feed.id")),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("published", Words),
    Column("sort_at", Utc, nullable=False, index=True),
    Column("first_seen", Utc, nullable=False),
    Column("source", Words),
    Column("language", Words),
    Column("origin", Words),
    Column("text_source", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("fetched_at", Utc, nullable=False),
    Column("seeding", Boolean, nullable=False),
    Column("extractor_version", String(64)),
    Column("relevant", Boolean),
    Column("claims", Integer),
    Column("judged_at", Utc),
    *_work(),
    _due("due", "article", "sort_at", "id", state="pending"),
)

article_revision = Table(
    "article_revision",
    metadata,
    Column("article_id", Integer, ForeignKey("article.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("fetched_at", Utc, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("actor", String(16), nullable=False),
    Column("measure", String(32), nullable=False),
    Column("item", Words, nullable=False, server_default=""),
    Column("stance", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("published", Words, nullable=False),
    Column("known_from", Utc, nullable=False),
    Column("retracted_at", Utc),
    Column("article_key", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("record", JSON, nullable=False),
    Index("ix_claim_slot", "actor", "measure", "item", "as_of"),
    Index("ix_claim_article_key", "article_key"),
    Index("ix_claim_known_from", "known_from"),
)

known_text = Table(
    "known_text",
    metadata,
    Column("article_key", Words, primary_key=True),
    Column("day", Date, nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("text", JSON, nullable=False),
    Index("ix_known_text_day", "relevant", "day"),
)

alert = Table(
    "alert",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("event", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", String(16), nullable=False),
    Column("measure", String(32), nullable=False),
    Column("item", Words, nullable=False, server_default=""),
    Column("severity", String(16), nullable=False),
    Column("confirmation", String(16), nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("alert", JSON, nullable=False),
    Column("alert_state", JSON, nullable=False),
    Index("ix_alert_slot", "actor", "measure", "item", "state"),
    Index("ix_alert_raised_at", "raised_at"),
)

alert_article = Table(
    "alert_article",
    metadata,
    Column("alert_id", String(36), ForeignKey("alert.id"), primary_key=True),
    Column("url", Words, primary_key=True),
    Column("added_at", Utc, nullable=False),
)

alert_group = Table(
    "alert_group",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("key", Words, nullable=False),
    Column("state", String(16), nullable=False),
    Column("flush_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("flushed_at", Utc),
    Column("loudest", String(16), nullable=False),
    Index("ix_alert_group_flushed_at", "flushed_at"),
    _due("due", "alert_group", "flush_at", state="open"),
    Index(
        "uq_alert_group_open",
        "channel",
        "key",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

alert_group_item = Table(
    "alert_group_item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", String(36), ForeignKey("alert_group.id"), nullable=False),
    Column("alert_id", String(36), nullable=False),
    Column("event", String(16), nullable=False),
    Column("alert", JSON, nullable=False),
    Column("added_at", Utc, nullable=False),
    Index("ix_alert_group_item_group_id_id", "group_id", "id"),
    Index("ix_alert_group_item_alert_id", "alert_id"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("group_id", String(48), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("alert_ids", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("deadline", Utc, nullable=False),
    Column("finished_at", Utc),
    *_work(),
    UniqueConstraint("group_id", "channel"),
    Index("ix_delivery_created_at", "created_at"),
    Index(
        "ix_delivery_dead",
        "state",
        sqlite_where=text("state = 'dead'"),
        postgresql_where=text("state = 'dead'"),
    ),
    Index(
        "ix_delivery_due",
        "channel",
        "next_at",
        sqlite_where=text("state IN ('pending', 'leased')"),
        postgresql_where=text("state IN ('pending', 'leased')"),
    ),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", String(36), ForeignKey("delivery.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("outcome", String(1024)),
    Index("ix_attempt_delivery_id_number", "delivery_id", "number"),
)

suppressed = Table(
    "suppressed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("reason", String(40), nullable=False),
    Column("detail", Words),
    Column("actor", String(16)),
    Column("measure", String(32)),
    Column("item", Words),
    Column("article", Words, nullable=False),
    Column("claim_id", String(64)),
    Column("alert_id", String(36)),
)

channel = Table(
    "channel",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("openings", Integer, nullable=False, server_default="0"),
    Column("open_until", Utc),
    Column("disabled", Words),
)

note = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False),
)

review = Table(
    "review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("url", "reason"),
    _due("open", "review", "at", state="open"),
)

baseline = Table(
    "baseline",
    metadata,
    Column("name", Words, primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("loaded_at", Utc, nullable=False),
    Column("records", Integer, nullable=False),
)

host = Table(
    "host",
    metadata,
    Column("name", Words, primary_key=True),
    Column("rests_until", Utc, nullable=False),
    Column("reason", Words, nullable=False),
)

silence = Table(
    "silence",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("match", JSON, nullable=False),
    Column("author", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False, index=True),
)
