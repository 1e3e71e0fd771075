"""Tables of what comes in: feeds, entries, articles, and what a person should look at."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from worker.adapters.store.columns import Utc, Words, begun, due, held, metadata, work

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
    Column("remark", Words),
    Column("ttl_minutes", Integer),
    Column("skip", Words, nullable=False, server_default=""),
    *work(),
    begun(),
    due("due", "feed", "next_at", state="active"),
    held("feed", "host"),
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
    *work(),
    begun(),
    UniqueConstraint("feed_id", "key"),
    held("entry", "host"),
    Index("ix_entry_feed_id_id", "feed_id", "id"),
    due("order", "entry", "sort_at", "attempts", "host", state="pending"),
    due("reread", "entry", "next_at", state="reread"),
    Index("ix_entry_article_id", "article_id"),
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
    #: What it says, if that was read together with it, until it is judged.
    Column("read_ahead", JSON(none_as_null=True)),
    *work(),
    begun(),
    due("due", "article", "sort_at", "id", state="pending"),
    held("article", "id"),
    Index("ix_article_title", "title"),
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

host = Table(
    "host",
    metadata,
    Column("name", Words, primary_key=True),
    Column("rests_until", Utc, nullable=False),
    Column("reason", Words, nullable=False),
)

#: Whose turn a host is, where several machines share it: one connection at a time, paced.
host_turn = Table(
    "host_turn",
    metadata,
    Column("name", Words, primary_key=True),
    Column("token", String(36), nullable=False),
    Column("lease_until", Utc, nullable=False),
    Column("next_at", Utc, nullable=False),
)

#: When what happens on all machines together was last done: once, whoever does it.
tick = Table(
    "tick",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("at", Utc, nullable=False),
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
    Column("done_at", Utc),
    Column("done_by", Words),
    Column("remark", Words),
    UniqueConstraint("url", "reason"),
    due("open", "review", "at", state="open"),
)

note = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Index("ix_note_kind_subject", "kind", "subject"),
)
