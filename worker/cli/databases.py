"""``db``: care for the database: its schema, its move to PostgreSQL, its back-ups."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.configuration import ConfigOption, load
from worker.cli.output import Format, FormatOption, emit, table
from worker.errors import UsageError

if TYPE_CHECKING:
    from worker.adapters.store import Store

database = typer.Typer(help="Care for the database.", no_args_is_help=True)
Url = Annotated[
    str,
    typer.Argument(metavar="URL", help="sqlite:///…, postgresql://…, or env:NAME that holds it."),
]


@database.command()
def migrate(config: ConfigOption = None) -> int:
    """Bring the schema up to date; every start does, but for what older workers cannot live with."""
    from worker.adapters.store import Store
    from worker.adapters.store.schema import migrate as bring_up

    with closing(Store(load(config).database.url)) as store:
        revision = bring_up(store.database, post=True)
    print(f"the database is up to date (revision {revision})")
    return 0


@database.command()
def copy(source: Url, target: Url, format_: FormatOption = Format.TEXT) -> int:
    """Copy a database into an empty one, also from SQLite to PostgreSQL, and compare the counts.

    No worker may run on either. The source's schema is brought up to date first.
    """
    from worker.adapters.store import Store
    from worker.adapters.store.transfer import copy_all

    with (
        closing(Store(_address(source))) as old,
        closing(Store(_address(target))) as new,
        _held(old),
        _held(new),
    ):
        # What a worker held when it ended is due again in the copy.
        old.release_leases(datetime.now(UTC))
        copied = copy_all(old.database, new.database)
    if format_ is Format.JSON:
        for row in copied:
            emit({"table": row.table, "source": row.source, "target": row.target})
    else:
        rows = [(row.table, row.source, row.target) for row in copied]
        table("Copied", ("table", "rows before", "rows after"), rows)
        print(f"{sum(row.target for row in copied)} rows in {len(copied)} tables, counts are equal")
    return 0


def _address(url: str) -> str:
    """The address itself; one with a password need not stand on the command line."""
    from worker.settings import resolve_secret
    from worker.settings.secrets import SecretRef

    if not url.startswith(("env:", "file:")):
        return url
    return resolve_secret(SecretRef.parse(url), os.environ).get_secret_value()


def _held(store: Store) -> AbstractContextManager[object]:
    from worker.adapters.lock import DatabaseLock

    path = store.database.path
    return DatabaseLock(path) if path else nullcontext()


@database.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    config: ConfigOption = None,
) -> int:
    """Save the database into one file, while the worker runs."""
    from worker.adapters.store.backup import save

    size = save(load(config).database.url, file)
    print(f"{file}: {size:,} bytes; back with: coalition-watch db restore {file} --yes")
    return 0


@database.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What db backup has saved.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what the database holds.")] = False,
    config: ConfigOption = None,
) -> int:
    """Put the database back as it was saved; no worker may run on it."""
    from sqlalchemy.engine import make_url

    from worker.adapters.lock import DatabaseLock
    from worker.adapters.store.backup import restore as put_back

    url = load(config).database.url
    if not yes:
        raise UsageError("this replaces what the database holds; say so with --yes")
    parsed = make_url(url)
    alone = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    with DatabaseLock(Path(str(parsed.database))) if alone else nullcontext():
        put_back(url, file)
    print(f"the database is as {file} had it; what was pending then is sent again")
    return 0
