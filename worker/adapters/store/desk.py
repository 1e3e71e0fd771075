"""What routing has to know beside an alert: silences, groups, what the last hour was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select, update

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.adapters.store.sql import in_state
from worker.core.routing import DIGEST, Desk, GroupState, Silence, Told
from worker.model import Severity

#: Groups told longer ago than this are as new.
_REMEMBERED = timedelta(days=1)


def read_desk(connection: Connection, now: datetime) -> Desk:
    """The desk as one transaction sees it."""
    table = tables.alert_group
    told_lately = select(table).where(table.c.flushed_at >= now - _REMEMBERED)
    waiting = select(table).where(in_state(table, "open"))
    rows = [
        row
        for query in (told_lately.order_by(table.c.flushed_at), waiting)
        for row in connection.execute(query)
    ]
    groups: dict[tuple[str, str], GroupState] = {}
    told = []
    for row in rows:
        key = (row.channel, row.key)
        groups[key] = _after(groups.get(key, GroupState()), row)
        if not row.key.endswith(DIGEST):
            at = row.flushed_at or row.created_at
            told.append(Told(row.channel, at, Severity(row.loudest)))
    return Desk(_active(connection, now), MappingProxyType(groups), told)


def _after(state: GroupState, row: Any) -> GroupState:
    if row.state == "open":
        return GroupState(state.flushed_at, state.loudest, row.flush_at)
    return GroupState(row.flushed_at, Severity(row.loudest), state.flush_at)


def _active(connection: Connection, now: datetime) -> list[Silence]:
    table = tables.silence
    query = select(table).where(table.c.ends_at > now, table.c.starts_at <= now)
    return [silence_of(row) for row in connection.execute(query)]


def silence_of(row: Any) -> Silence:
    """The silence of a row."""
    match = {name: frozenset(values) for name, values in row.match.items()}
    return Silence(
        row.id, MappingProxyType(match), row.author, row.reason, row.starts_at, row.ends_at
    )


class Silences:
    """The silence table."""

    def __init__(self, database: Database):
        self._database = database

    def add(self, silence: Silence) -> None:
        """Keep a new silence."""
        match: Mapping[str, list[str]] = {k: sorted(v) for k, v in silence.match.items()}
        row = {
            "id": silence.id,
            "match": dict(match),
            "author": silence.author,
            "reason": silence.reason,
            "starts_at": silence.starts_at,
            "ends_at": silence.ends_at,
        }
        with self._database.write() as connection:
            connection.execute(insert(tables.silence), row)

    def list(self, *, ending_after: datetime | None = None) -> list[Silence]:
        """All silences, or those that end after a time; the one that ends first comes first."""
        table = tables.silence
        query = select(table).order_by(table.c.ends_at, table.c.id)
        if ending_after is not None:
            query = query.where(table.c.ends_at > ending_after)
        with self._database.read() as connection:
            return [silence_of(row) for row in connection.execute(query)]

    def expire(self, silence_id: str, now: datetime) -> bool:
        """End a silence now; ``False`` if there is none of that id that still holds."""
        table = tables.silence
        with self._database.write() as connection:
            ended = connection.execute(
                update(table)
                .where(table.c.id == silence_id, table.c.ends_at > now)
                .values(ends_at=now)
            )
            return ended.rowcount == 1
