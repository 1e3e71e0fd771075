"""``doctor``: looks at all that the worker needs, and says what to do."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.configuration import ConfigOption, load
from worker.cli.output import Format, FormatOption, emit, table
from worker.errors import ConfigError

if TYPE_CHECKING:
    from worker.adapters.doctoring import Finding
    from worker.adapters.store import Store
    from worker.app import App
    from worker.settings import Settings


def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no feed, and so do not compare the clock.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Check configuration, database, disk, channels, feeds, network and clock; say what to do.

    Sends nothing. Exit code 1 where something fails.
    """
    found = list(_findings(config, offline))
    if format_ is Format.JSON:
        for one in found:
            emit({"check": one.check, "state": one.state, "seen": one.seen, "do": one.do})
    else:
        rows = [(one.state.upper(), one.check, one.seen, one.do) for one in found]
        table("Doctor", ("", "check", "seen", "what to do"), rows)
    return int(any(one.state == "fail" for one in found))


def _findings(config: Path | None, offline: bool) -> Iterator[Finding]:
    from worker.adapters.doctoring import Finding, State, check_database, check_disk
    from worker.adapters.store import Store

    try:
        settings = load(config)
    except ConfigError as error:
        for line in str(error).splitlines():
            yield Finding("configuration", State.FAIL, line, "mend it; `check` shows the rest")
        return
    for remark in settings.warnings:
        yield Finding("configuration", State.WARN, remark, "see docs/configuration.md")
    if not settings.warnings:
        yield Finding("configuration", State.OK, f"{len(settings.feeds)} feeds")
    finding, store = check_database(lambda: Store(settings.database.url))
    yield finding
    yield from check_disk(store.database.path if store else None, Path(tempfile.gettempdir()))
    if store is not None:
        with closing(store):
            yield from _of_the_work(settings, store, offline)


def _of_the_work(settings: Settings, store: Store, offline: bool) -> Iterator[Finding]:
    from worker.adapters.doctoring import (
        Finding,
        State,
        check_channels,
        check_feeds,
        check_past,
    )
    from worker.adapters.outward import outward_of
    from worker.app import build

    now = datetime.now(UTC)
    try:
        outward = outward_of(settings.worker.network, os.environ)
    except ConfigError as error:
        yield Finding("network", State.FAIL, str(error), "mend worker.network or the environment")
        return
    disabled = {row["name"]: row["disabled"] for row in store.queries.channels() if row["disabled"]}
    yield from check_channels(settings, os.environ, disabled, outward.proxies)
    rows = store.queries.feeds()
    yield check_feeds(rows, now)
    written = [row["last_checked_at"] for row in rows if row["last_checked_at"]]
    if past := check_past(max(written, default=None), now):
        yield past
    if not offline:
        with closing(build(settings)) as app:
            urls = [feed.url for feed in settings.feeds if feed.enabled]
            yield from asyncio.run(_asked(app, urls))


async def _asked(app: App, urls: list[str]) -> list[Finding]:
    from worker.adapters.doctoring import check_network

    async with app.guarded_client() as client:
        return await check_network(urls, client, lambda: datetime.now(UTC))
