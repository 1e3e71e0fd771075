"""Tables of what is told: groups, deliveries, attempts, channels and silences."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from worker.adapters.store.columns import Utc, Words, due, metadata, work

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
    Column("language", String(8)),
    Index("ix_alert_group_flushed_at", "flushed_at"),
    due("due", "alert_group", "flush_at", state="open"),
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
    *work(),
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

#: The first message that told an alert on a channel: what later ones reply to, and edit.
thread = Table(
    "thread",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("alert_id", String(36), primary_key=True),
    Column("root", String(36), nullable=False),
    Column("ref", JSON),
    Index("ix_thread_root", "root"),
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
