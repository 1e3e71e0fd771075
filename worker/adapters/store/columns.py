"""The types and columns that the tables share, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
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


def due(name: str, table: str, *columns: str, state: str) -> Index:
    """An index over the unfinished rows of a table only."""
    where = text(f"state = '{state}'")
    return Index(f"ix_{table}_{name}", *columns, sqlite_where=where, postgresql_where=where)


def held(table: str, lane: str) -> Index:
    """An index over the rows that a worker holds only, by their lane."""
    where = text("lease_token IS NOT NULL")
    return Index(f"ix_{table}_held", lane, sqlite_where=where, postgresql_where=where)


def begun() -> Column[int]:
    """How often the work was begun since its outcome was last written: a worker died each time."""
    return Column("begun", Integer, nullable=False, server_default="0")


def work() -> list[Column[object]]:
    """The columns of a row that is work for a stage: who holds it, until when, how often tried."""
    return [
        Column("state", String(16), nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_at", Utc, nullable=False),
        Column("lease_until", Utc),
        Column("lease_token", String(36)),
        Column("error", Words),
    ]
