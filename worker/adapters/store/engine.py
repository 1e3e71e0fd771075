"""The database engine, set up so that a crash loses nothing and writers wait in turn.

SQLite: WAL, ``synchronous=FULL``, and every write transaction starts with ``BEGIN IMMEDIATE``. A
deferred ``BEGIN`` would take the write lock at the first write only, and fail with "database is
locked" or claim a row twice where two transactions have read the same state before.

PostgreSQL: readers see one snapshot for the whole of a transaction, as SQLite gives it; writers run
side by side, and those that must not take turns by ``alone``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy import exc as errors
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from worker.adapters.store import server
from worker.errors import ConfigError, StoreError

#: How long a transaction waits for the lock of another process, in seconds.
LOCK_WAIT = 5.0
#: Pages that each connection keeps, in kB: half of SQLite's own measure, as there are several, and the
#: system keeps the file's pages as well.
PAGES_KB = 1000
_ALLOWED = "sqlite:///path/to/file.db or postgresql://user@host/name"


class Database:
    """One database: ``read()`` and ``write()`` give a connection in a transaction."""

    def __init__(self, url: str):
        self.engine = open_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database; ``None`` for a server or a database in memory."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @property
    def place(self) -> str:
        """The address of the database, its password left out."""
        return self.engine.url.render_as_string()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from; it never waits for a writer."""
        options: dict[str, Any] = {} if self.is_sqlite else server.SNAPSHOT
        engine = self.engine.execution_options(**options)
        with told(self.place), engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back when anything is raised."""
        with told(self.place), self._turn():
            options = {"write": True} if self.is_sqlite else {}
            engine = self.engine.execution_options(**options)
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process queue here; SQLite's own lock is polled, not queued."""
        if not self.is_sqlite:
            yield
            return
        with self._writer:
            yield

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """An engine for ``url``; a wrong URL is a ConfigError that says which are allowed."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(url, parsed.database)
        if parsed.get_backend_name() == "postgresql":
            return server.engine_of(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(f"database url: {error}; allowed: {_ALLOWED}") from None
    raise ConfigError(f"database url: unknown kind {parsed.drivername!r}; allowed: {_ALLOWED}")


def _sqlite(url: str, name: str | None) -> Engine:
    if name and name != ":memory:":
        try:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"database {name}: cannot make its folder: {error}") from None
    options: dict[str, Any] = {"timeout": LOCK_WAIT, "check_same_thread": False}
    # The one used last is used first: few are in use at a time, and each has pages of its own.
    pooled = {"pool_use_lifo": True} if name and name != ":memory:" else {}
    engine = create_engine(url, connect_args=options, **pooled)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes late and never IMMEDIATE; ``_begin`` sends it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA cache_size=-{PAGES_KB}")
    cursor.close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn errors of the driver into a StoreError with one clear line."""
    try:
        yield
    except errors.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        text = str(error.orig)
        if state is None and not server.from_server(error.orig):
            raise StoreError(f"database {where}: {_reason(text)}") from error
        raise server.problem(where, text, state) from error
    except errors.TimeoutError as error:
        raise StoreError(
            f"database {where}: all connections are in use; it is tried again"
        ) from error


def _reason(text: str) -> str:
    if "locked" in text or "busy" in text:
        return f"another process holds its lock (waited {LOCK_WAIT:g} s); it is tried again"
    if "disk" in text and "full" in text:
        return "the disk is full; nothing was lost, free some space and it goes on"
    if "readonly" in text or "unable to open" in text:
        return f"cannot be opened for writing ({text}); check its folder and permissions"
    if "not a database" in text or "malformed" in text:
        return f"the file is no intact SQLite database ({text})"
    return text.splitlines()[0]
