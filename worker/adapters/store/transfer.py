"""A database is copied into another, whichever engines they are on, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, Table, func, insert, select

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.errors import StoreError, UsageError

#: Rows read and written together.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Copied:
    """A table after a copy: how many rows the source had, and how many the target has."""

    table: str
    source: int
    target: int


def copy_all(
    source: Database, target: Database, on_table: Callable[[Copied], None] = lambda copied: None
) -> list[Copied]:
    """Copy every row into an empty target, in one transaction of it; the counts of each table.

    Both must have the newest schema. UsageError where the target holds something already;
    StoreError where a table ends up with another number of rows, which then leaves the target
    empty.
    """
    done = []
    with source.read() as reader, target.write() as writer:
        _refuse_filled(writer, target.place)
        for table in tables.metadata.sorted_tables:
            copied = _copy(reader, writer, table)
            if copied.source != copied.target:
                raise StoreError(
                    f"{table.name}: {copied.source} rows were read and {copied.target} stored"
                )
            on_table(copied)
            done.append(copied)
    return done


def _refuse_filled(writer: Connection, place: str) -> None:
    for table in tables.metadata.sorted_tables:
        if writer.execute(select(func.count()).select_from(table)).scalar():
            raise UsageError(
                f"{place} is not empty ({table.name} has rows); name an empty database"
            )


def _copy(reader: Connection, writer: Connection, table: Table) -> Copied:
    for rows in _batches(reader, table):
        writer.execute(insert(table), rows)
    _go_on_counting(writer, table)
    count = select(func.count()).select_from(table)
    return Copied(
        table.name, reader.execute(count).scalar_one(), writer.execute(count).scalar_one()
    )


def _batches(reader: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    query = select(table).order_by(*table.primary_key.columns)
    result = reader.execution_options(yield_per=BATCH).execute(query)
    for part in result.mappings().partitions():
        yield [dict(row) for row in part]


def _go_on_counting(writer: Connection, table: Table) -> None:
    """Rows to come get numbers after those that were copied with theirs."""
    numbered = table.c.get("id")
    if writer.dialect.name != "postgresql" or numbered is None:
        return
    if isinstance(numbered.type, Integer):
        highest = writer.execute(select(func.max(numbered))).scalar()
        if highest is not None:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            writer.execute(select(func.setval(sequence, highest)))
