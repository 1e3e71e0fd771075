"""Tables of what is known: claims, alerts, what was held back, and what people said of it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from worker.adapters.store.columns import Utc, Words, metadata

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
    Index("ix_claim_actor_known_from", "actor", "known_from"),
    Index(
        "ix_claim_retracted_at",
        "retracted_at",
        sqlite_where=text("retracted_at IS NOT NULL"),
        postgresql_where=text("retracted_at IS NOT NULL"),
    ),
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

#: By what a text is found again that another may be a copy of (``core/origins.py``).
text_mark = Table(
    "text_mark",
    metadata,
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("article_key", Words, primary_key=True),
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
    Column("alert_state", JSON, nullable=False),
    Index("ix_alert_slot", "actor", "measure", "item", "state"),
    Index("ix_alert_raised_at", "raised_at"),
    Index("ix_alert_updated_at", "updated_at"),
)

alert_article = Table(
    "alert_article",
    metadata,
    Column("alert_id", String(36), ForeignKey("alert.id"), primary_key=True),
    Column("url", Words, primary_key=True),
    Column("added_at", Utc, nullable=False),
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
    Index("ix_suppressed_reason_at", "reason", "at"),
    Index("ix_suppressed_actor_at", "actor", "at"),
)

baseline = Table(
    "baseline",
    metadata,
    Column("name", Words, primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("loaded_at", Utc, nullable=False),
    Column("records", Integer, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("alert_id", String(36), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("by", Words, nullable=False),
    Column("remark", Words, nullable=False),
    #: The alert as it stood, what is to stand instead, and the keys of the articles concerned.
    Column("told", JSON, nullable=False),
    Column("correction", JSON),
    Column("articles", JSON, nullable=False),
    Index("ix_feedback_alert_id", "alert_id"),
)

milestone = Table(
    "milestone",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("detail", Words, nullable=False),
)
