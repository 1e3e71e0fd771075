"""PostgreSQL: how the worker connects to it, what its errors mean, and who works alone.

A process may be stopped or cut off in the middle of anything, so every wait has an end: for a
connection, for a lock, and for a client that sits on an open transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, func, select, text

from worker.errors import StoreError

#: Execution options of a reader: one snapshot for the whole of its transaction.
SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

#: Connections that one process holds open, and how many more it may open for a while.
POOL, OVERFLOW = 5, 15
_SESSION = {
    "timezone": "UTC",
    "lock_timeout": "10s",
    # A process that is suspended in a transaction must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "20s",
}
_CONNECTION = {
    "connect_timeout": 5,
    "application_name": "coalition-watch",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
#: SQLSTATE classes that another try does not mend: data it cannot take, statements it cannot run.
_FINAL = ("22", "42")


class ServerRefused(StoreError):
    """The server refuses what it was given; another try does not help."""

    retryable = False


def engine_of(url: URL) -> Engine:
    """The engine for a PostgreSQL address; psycopg 3 unless it names another driver."""
    plain = url.drivername == "postgresql"
    return create_engine(
        url.set(drivername="postgresql+psycopg") if plain else url,
        connect_args={**_CONNECTION, "options": session_options()},
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=10,
        # A server that was restarted has cut the connections of the pool; they are replaced.
        pool_pre_ping=True,
    )


def session_options() -> str:
    """The settings of every session, as libpq takes them."""
    return " ".join(f"-c {name}={value}" for name, value in _SESSION.items())


def conninfo(url: URL) -> str:
    """The same address for a client that is not SQLAlchemy; it holds the password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def from_server(error: BaseException | None) -> bool:
    """Whether an error is psycopg's; asked by name, as the driver is loaded where it is used only."""
    return any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(error).__mro__)


def problem(where: str, told: str, state: str | None) -> StoreError:
    """An error of the server as one clear line. ``state`` is its SQLSTATE, if it sent one."""
    line = next(iter(told.strip().splitlines()), "no reason given")
    if state is None or state.startswith(("08", "57P")):
        return StoreError(f"database {where}: the server is away ({line}); it is tried again")
    if state == "53100":
        return StoreError(
            f"database {where}: the disk is full; nothing was lost, free some space and it goes on"
        )
    kind = ServerRefused if state.startswith(_FINAL) else StoreError
    return kind(f"database {where}: {line}")


def alone(connection: Connection, what: str) -> None:
    """Let one transaction at a time go on from here among those of the same ``what``.

    SQLite has one writer at a time anyway; on PostgreSQL this is an advisory lock that ends with
    the transaction, however it ends.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def sort_by_code_point(connection: Connection) -> None:
    """Have PostgreSQL compare text as SQLite does, whatever language its database was made for.

    Both engines then give rows in the same order, and the beginning of an address can be looked up
    in an index.
    """
    if connection.dialect.name != "postgresql":
        return
    for table, column, kind in connection.execute(_OTHERWISE_SORTED).all():
        connection.execute(text(f'ALTER TABLE {table} ALTER {column} TYPE {kind} COLLATE "C"'))


_OTHERWISE_SORTED = text("""
    SELECT a.attrelid::regclass, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
    AND a.attcollation <> '"C"'::regcollation
    AND c.relname NOT LIKE 'procrastinate%' AND c.relname <> 'queue_migration'
    ORDER BY c.relname, a.attnum
""")
