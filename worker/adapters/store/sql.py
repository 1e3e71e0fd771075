"""The few statements that every part of the store needs, for both databases."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Table,
    case,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker.core.poison import SUSPECTED

Row = Mapping[str, Any]


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    on: Sequence[str],
    change: Iterable[str] = (),
) -> int:
    """Insert ``rows``; where ``on`` exists already, set the columns ``change`` or do nothing.

    Returns the number of rows inserted or changed.
    """
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        written = _written_out(table, tuple(rows[0]), tuple(on), tuple(change))
        return int(connection.exec_driver_sql(written.text, written.values(rows)).rowcount)
    statement = _insert(postgresql.insert, table, on, change)
    counted = statement.execution_options(preserve_rowcount=True)
    if len(rows) == 1:  # as a list it would take a round trip more
        return int(connection.execute(counted, rows[0]).rowcount)
    return int(connection.execute(counted, list(rows)).rowcount)


def _insert(make: Any, table: Table, on: Sequence[str], change: Iterable[str]) -> Any:
    statement = make(table)
    columns = {name: statement.excluded[name] for name in change}
    if columns:
        return statement.on_conflict_do_update(index_elements=list(on), set_=columns)
    return statement.on_conflict_do_nothing(index_elements=list(on))


@dataclass(frozen=True, slots=True)
class _WrittenOut:
    """An insert as SQLite takes it, and what each of its values goes through.

    Most of what a first round stores are entries by the ten thousand; SQLAlchemy's own way with
    each row takes three times as long as SQLite's.
    """

    text: str
    columns: Sequence[tuple[str, Callable[[Any], Any] | None]]

    def values(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """The rows as SQLite takes them."""
        return [
            tuple(
                row[name] if process is None else process(row[name])
                for name, process in self.columns
            )
            for row in rows
        ]


@lru_cache(64)
def _written_out(
    table: Table, names: tuple[str, ...], on: tuple[str, ...], change: tuple[str, ...]
) -> _WrittenOut:
    dialect = sqlite.dialect()
    statement = _insert(sqlite.insert, table, on, change).values(dict.fromkeys(names))
    compiled = statement.compile(dialect=dialect)
    columns = [
        (name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in compiled.positiontup
    ]
    return _WrittenOut(str(compiled), columns)


#: Works that one lane (a host) takes at a time: few enough for their lease, many enough to spare
#: a transaction for each.
LANE_BATCH = 8
#: Due rows looked at for each lane wanted; a lane that fills them is busy at the next look.
LOOK_AHEAD = 8


def by_lane(
    rows: Iterable[RowMapping], column: str, lanes: int, begun: str = "begun"
) -> list[RowMapping]:
    """Of due rows in order, those of the first ``lanes`` lanes, at most ``LANE_BATCH`` of each.

    A work that a worker has died over is taken alone, so that it is not counted against others.
    """
    taken: dict[str, list[RowMapping]] = {}
    for row in rows:
        lane = taken.setdefault(row[column], []) if len(taken) < lanes else taken.get(row[column])
        if lane is not None:
            lane.append(row)
    return [row for lane in taken.values() for row in safe_batch(lane, begun, LANE_BATCH)]


def safe_batch(rows: Sequence[RowMapping], begun: str, most: int) -> list[RowMapping]:
    """The first rows that may be claimed together; see ``by_lane``."""
    if rows and rows[0][begun]:
        return [rows[0]]
    return list(takewhile(lambda row: not row[begun], rows[:most]))


def in_state(table: FromClause, *states: str) -> ColumnElement[bool]:
    """Rows in one of these states, written out so that the partial indices over them are found."""
    listed: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return table.c.state.in_(listed) if len(listed) > 1 else table.c.state == listed[0]


def free(table: Table, now: datetime, *, mine: bool = False) -> ColumnElement[bool]:
    """Rows that no living worker holds; ``mine``: the caller holds their lane, so none can."""
    if mine:
        return true()
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def lease(
    connection: Connection, table: Table, ids: Sequence[Any], until: datetime, **also: Any
) -> str:
    """Take the rows ``ids`` under one new token until ``until``, and set ``also``; returns the token.

    They count as begun, but for suspects, which begin when their worker does nothing else.
    """
    token = str(uuid.uuid4())
    if not ids:
        return token
    values: dict[str, Any] = {"lease_token": token, "lease_until": until, **also}
    if "begun" in table.c:
        values["begun"] = case((table.c.begun < SUSPECTED, table.c.begun + 1), else_=table.c.begun)
    connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))
    return token


def ended(table: Table) -> dict[str, Any]:
    """What is written with the outcome of a work: nobody holds it any more, nobody died over it."""
    unheld: dict[str, Any] = {"lease_token": None, "lease_until": None}
    return unheld | ({"begun": 0} if "begun" in table.c else {})


def settle(connection: Connection, table: Table, row: Any, token: str, **values: Any) -> bool:
    """Write the outcome of a work and end its lease; ``False`` if the lease was lost meanwhile."""
    statement = (
        update(table)
        .where(table.c.id == row, table.c.lease_token == token)
        .values(**ended(table), **values)
    )
    return connection.execute(statement).rowcount == 1


def held(connection: Connection, table: Table, row: Any, token: str) -> bool:
    """Whether a lease has not been taken over by another worker; until the end it cannot be."""
    statement = select(table.c.lease_token).where(table.c.id == row).with_for_update()
    return connection.execute(statement).scalar() == token
