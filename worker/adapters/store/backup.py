"""A database is saved into one file while the worker runs, and brought back from it.

SQLite: the engine's own online copy. PostgreSQL: ``pg_dump`` and ``pg_restore`` of the server's
client programs, which must not be older than the server.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy.engine import make_url

from worker.errors import StoreError, UsageError

_CLIENT = "install the client programs of PostgreSQL (Debian: postgresql-client)"


def save(url: str, file: Path) -> int:
    """Save the database into a new ``file``; returns its size in bytes.

    The file appears whole or not at all. UsageError where it exists already.
    """
    if file.exists():
        raise UsageError(f"{file} exists already; name a new file")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        _save(make_url(url), draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(url: str, file: Path) -> None:
    """Put the database back as it was saved; no worker may run meanwhile.

    A SQLite database that is there is kept beside it as ``….before-restore``; on PostgreSQL the
    worker's tables are replaced in one transaction.
    """
    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _restore_sqlite(_sqlite_file(parsed), file)
    else:
        options = (
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
        )
        _run("pg_restore", parsed, *options, "--dbname", _without_password(parsed), str(file))


def _save(url: URL, draft: Path) -> None:
    if url.get_backend_name() != "sqlite":
        _run(
            "pg_dump",
            url,
            "--format=custom",
            "--no-owner",
            "--file",
            str(draft),
            _without_password(url),
        )
        return
    path = _sqlite_file(url)
    if not path.exists():
        raise UsageError(f"{path}: there is no database yet")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    _check(draft)


def _restore_sqlite(path: Path, file: Path) -> None:
    _check(file)
    draft = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, draft)
    if path.exists():
        with closing(sqlite3.connect(path)) as old:  # what stands in -wal goes into the file
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.replace(path.with_name(f"{path.name}.before-restore"))
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    draft.replace(path)


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as saved:
            found = saved.execute("PRAGMA integrity_check").fetchone()[0]
            saved.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file}: no back-up of this worker ({error})") from None
    if found != "ok":
        raise StoreError(f"{file}: damaged ({found})")


def _sqlite_file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise UsageError("a database in memory cannot be saved or restored")
    return Path(url.database)


def _run(tool: str, url: URL, *arguments: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise UsageError(f"{tool} is not there; {_CLIENT}")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, env=_env(url))  # noqa: S603 – a fixed program, no shell
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["no reason given"]
        raise StoreError(f"{tool}: {told[0]}")


def _without_password(url: URL) -> str:
    """The address for a command line, which others on the machine can read."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _env(url: URL) -> Mapping[str, Any]:
    return {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
