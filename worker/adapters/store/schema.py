"""The schema of the database is brought up to date when the worker starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from worker.adapters.store import queueschema
from worker.adapters.store.engine import Database
from worker.adapters.store.server import alone, sort_by_code_point
from worker.errors import StoreError

# Alembic is loaded for an upgrade only: a worker on a schema that is up to date, and every command
# that only looks, starts sooner and stays ten megabytes smaller.
if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaError(StoreError):
    """The database belongs to another version of the worker; waiting does not help."""

    retryable = False


def migrate(database: Database, *, post: bool = False) -> str:
    """Bring the schema up to date in one transaction; returns the revision it then has.

    ``post``: also with what older versions of the program no longer understand (see
    ``queueschema``).
    """
    with database.write() as connection:
        _wait_for_others(connection)
        current = _current(connection)
        head = latest_revision()
        if current != head:
            _upgrade(connection, current, database)
        queueschema.upgrade(connection, post=post)
    return head


def _wait_for_others(connection: Connection) -> None:
    """Workers that start at the same time upgrade one after the other; the first does the work."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '10min'"))
    alone(connection, "schema")


def latest_revision() -> str:
    """The revision that this version of the worker needs: each file is named by its own."""
    return max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection, current: str | None, database: Database) -> None:
    from alembic import command

    _check_known(current, database)
    command.upgrade(_config(connection), "head")
    sort_by_code_point(connection)


def _check_known(current: str | None, database: Database) -> None:
    if current is None:
        return
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        ScriptDirectory.from_config(_config(None)).get_revision(current)
    except CommandError:
        raise SchemaError(
            f"database {database.engine.url.render_as_string()}: its schema {current} is unknown "
            "to this version, which is older than the database; install the newer version"
        ) from None


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
