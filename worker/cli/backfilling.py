"""``backfill``: what was published before a feed was watched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from worker.cli.configuration import ConfigOption
from worker.cli.ledger import opened
from worker.cli.output import Format, FormatOption, emit, say, warn
from worker.errors import FetchError, InputError, UsageError
from worker.model import Entry, Feed

if TYPE_CHECKING:
    from worker.app import App
    from worker.pipeline.backfill import Span


def backfill(
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.")],
    names: Annotated[list[str], typer.Option("--feed", metavar="ID", help="Which feeds.")],
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The last day (default: today).")
    ] = None,
    match: Annotated[
        str | None, typer.Option(metavar="REGEX", help="Only addresses or headlines like this.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many entries of a feed.")] = 2000,
    alerts: Annotated[
        bool, typer.Option("--alerts", help="Tell what is found; else it only fills the ledger.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what there is.")] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Queue the articles of an earlier time; `run` then reads them, and tells nothing of them."""
    with opened(config) as app:
        span = _span(since, until, match, app, alerts=alerts)
        feeds = [_feed(app, name) for name in names]
        failed = 0
        for feed in feeds:
            try:
                found = asyncio.run(_find(app, feed, span, limit))
            except (FetchError, InputError) as error:
                warn(f"{feed.id}: {error}")
                failed += 1
                continue
            new = 0 if dry_run else app.backfill(feed, found, seeding=not alerts)
            _tell(feed, found, None if dry_run else new, format_)
            if len(found) == limit:
                warn(f"{feed.id}: there is more than --limit {limit}")
    return int(failed > 0)


def _feed(app: App, name: str) -> Feed:
    for feed in app.settings.feeds:
        if feed.id == name:
            return feed
    raise UsageError(f"--feed {name}: no such feed is configured; `feeds` lists them")


def _span(since: str, until: str | None, match: str | None, app: App, *, alerts: bool) -> Span:
    from worker.pipeline.backfill import Span

    today = datetime.now(UTC).date()
    first, last = _day("--from", since), _day("--to", until) if until else today
    if not alerts:
        # What the look-back would tell is left to polling: a backfill is silent.
        silent = timedelta(days=app.settings.worker.look_back_hours // 24 + 1)
        last = min(last, today - silent)
    if first > last:
        hint = "" if alerts else " (later days are told by polling; or ask for --alerts)"
        raise UsageError(f"--from {first} is after the last day, {last}{hint}")
    try:
        return Span(first, last, re.compile(match, re.IGNORECASE) if match else None)
    except re.error as error:
        raise UsageError(f"--match {match}: not a regular expression: {error}") from error


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: must be a date such as 2026-01-31") from None


async def _find(app: App, feed: Feed, span: Span, limit: int) -> list[Entry]:
    from worker.pipeline.backfill import past_entries

    own = urlsplit(feed.url)
    hosts = [*app.store.feeds.hosts(feed.id), own.netloc]
    port = f":{own.port}" if own.port else ""
    hosts = list(dict.fromkeys(host + port if host == own.hostname else host for host in hosts))
    found: dict[str, Entry] = {}
    async with app.sources() as sources:
        async for entry in past_entries(sources, feed, span, hosts):
            found.setdefault(entry.key, entry)
            if len(found) >= limit:
                break
    return list(found.values())


def _tell(feed: Feed, found: Sequence[Entry], new: int | None, format_: Format) -> None:
    if format_ is Format.JSON:
        emit({"feed": feed.id, "found": len(found), "new": new})
        return
    for entry in found[:5]:
        say(f"  {entry.published:%Y-%m-%d}  {entry.title or entry.url}")
    queued = "nothing queued (--dry-run)" if new is None else f"{new} new, to be read by `run`"
    print(f"{feed.id}: {len(found)} found, {queued}")
