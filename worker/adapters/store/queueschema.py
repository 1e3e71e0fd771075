"""The queue's own tables: made once, and upgraded by the library's migrations that are not in yet.

Procrastinate ships its migrations as numbered files, ``pre`` ones that the program before still
understands and ``post`` ones that it does not. Every start runs the first kind, so that machines
can be upgraded one after the other; ``db migrate`` runs both, when all of them are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text


def upgrade(connection: Connection, *, post: bool) -> None:
    """Bring the queue's tables up to date; nothing on SQLite, which needs none."""
    if connection.dialect.name != "postgresql":
        return
    from procrastinate.schema import SchemaManager

    connection.execute(text("CREATE TABLE IF NOT EXISTS queue_migration (name text PRIMARY KEY)"))
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    if connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
        _run(connection, SchemaManager.get_schema())
        _note(connection, files)  # the schema of this version has them all
        return
    missing = _missing(connection, files)
    if not post:
        missing = [file for file in missing if "_post_" not in file.name]
    for file in missing:
        _run(connection, file.read_text(encoding="utf-8"))
        _note(connection, [file])


def missing(connection: Connection) -> list[str]:
    """The migrations of this version of the library that the database has not had."""
    from procrastinate.schema import SchemaManager

    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return [file.name for file in _missing(connection, files)]


def _missing(connection: Connection, files: list[Path]) -> list[Path]:
    had = set(connection.execute(text("SELECT name FROM queue_migration")).scalars())
    return [file for file in files if file.name not in had]


def _run(connection: Connection, script: str) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute(script)


def _note(connection: Connection, files: list[Path]) -> None:
    if files:
        rows = [{"name": file.name} for file in files]
        connection.execute(text("INSERT INTO queue_migration (name) VALUES (:name)"), rows)
