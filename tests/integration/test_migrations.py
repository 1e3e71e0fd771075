"""Migrations run forward over a database that holds something, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from worker.adapters.store import Store, tables
from worker.adapters.store.engine import Database
from worker.adapters.store.schema import _config, latest_revision, migrate

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
REVISIONS = sorted(s.revision for s in ScriptDirectory.from_config(_config(None)).walk_revisions())


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'watch.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.new_database(empty=True)
    yield url
    server.drop(url)


def upgrade(database: Database, revision: str) -> None:
    with database.write() as connection:
        command.upgrade(_config(connection), revision)


def value_for(column: sa.Column[Any]) -> object:
    """Something that the column takes; the same for every reference and what it refers to."""
    type_: Any = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
    kinds: dict[type, Callable[[], object]] = {
        sa.Boolean: lambda: True,
        sa.Integer: lambda: 1,
        sa.Float: lambda: 1.5,
        sa.DateTime: lambda: WHEN,
        sa.Date: lambda: date(2026, 3, 1),
        sa.JSON: lambda: {"kept": "as it was"},
        sa.String: lambda: "ä"[: getattr(type_, "length", None)],
    }
    return next(make() for kind, make in kinds.items() if isinstance(type_, kind))


def rows_of(connection: sa.Connection, table: sa.Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def known_types(reflected: sa.Table) -> sa.Table:
    """The reflected table with the types that the worker's own tables declare, where they do."""
    own = tables.metadata.tables[reflected.name].c
    for column in reflected.c:
        if column.name in own:
            column.type = own[column.name].type
    return reflected


def test_every_revision_keeps_what_the_first_one_held(empty_url):
    database = Database(empty_url)
    upgrade(database, REVISIONS[0])
    first = sa.MetaData()
    with database.write() as connection:
        first.reflect(connection)
        first.remove(first.tables["alembic_version"])
        for table in first.sorted_tables:
            known_types(table)
            row = {c.name: value_for(c) for c in table.c}
            connection.execute(table.insert(), row)
        before = {table.name: rows_of(connection, table) for table in first.sorted_tables}
    for revision in REVISIONS[1:]:
        upgrade(database, revision)
    migrate(database)
    with database.read() as connection:
        after = {table.name: rows_of(connection, table) for table in first.sorted_tables}
    database.close()
    assert len(before) > 15
    assert after == before
    assert all(len(rows) == 1 for rows in after.values())


def test_workers_that_start_together_migrate_once(empty_url):
    faults: list[BaseException] = []

    def start() -> None:
        try:
            Store(empty_url).close()
        except BaseException as fault:
            faults.append(fault)

    starts = [threading.Thread(target=start) for _ in range(4)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()
    database = Database(empty_url)
    assert faults == []
    assert migrate(database) == latest_revision()
    database.close()


def test_texts_known_before_there_were_marks_are_given_theirs(empty_url):
    database = Database(empty_url)
    upgrade(database, "0006")
    told = {"sketch": list(range(30))}
    rows = [
        {"article_key": "a", "day": WHEN.date(), "relevant": True, "text": told},
        {"article_key": "b", "day": WHEN.date(), "relevant": False, "text": told},
        {"article_key": "c", "day": WHEN.date(), "relevant": True, "text": {"sketch": [1, 2]}},
    ]
    with database.write() as connection:
        connection.execute(tables.known_text.insert(), rows)
    migrate(database)
    with database.read() as connection:
        marks = rows_of(connection, tables.text_mark)
    database.close()
    assert {(row["article_key"], row["mark"]) for row in marks} == {("a", n) for n in range(16)}
