"""The types and columns that the tables share, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

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

_MICRO = "microseconds"  # always written, so that the text sorts by time
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


Process = Callable[[Any], Any]


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which knows no zones, keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Process | None:
        """How a time is written; SQLite's text is made here, as three steps took ten times as long."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Process | None:
        """How a time is read."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time."""
        if value is None:
            return None
        return _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC, aware."""
        if value is None:
            return None
        return value.astimezone(UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {value!r}")
    return value.astimezone(UTC)


def _written(value: datetime | None) -> str | None:
    return None if value is None else _in_utc(value).replace(tzinfo=None).isoformat(" ", _MICRO)


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Words(TypeDecorator[str]):
    """Text from outside; what no database takes (lone surrogates, NUL) becomes U+FFFD.

    One character for one, so that offsets into the text stay true.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it can be stored."""
        return _storable(value)

    def bind_processor(self, dialect: Dialect) -> Process:
        """How a text is written; there is nothing more to it."""
        return _storable


def _storable(value: str | None) -> str | None:
    if value is None:
        return None
    if "\x00" not in value:
        try:  # much faster than looking for surrogates
            value.encode()
        except UnicodeEncodeError:
            pass
        else:
            return value
    return _UNSTORABLE.sub("\ufffd", value)


def storable(told: str) -> bool:
    """Whether a database takes a text as it is."""
    return _UNSTORABLE.search(told) is None


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
