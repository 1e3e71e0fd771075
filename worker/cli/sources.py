"""Commands that look after sources: ``feeds`` and what is under it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.configuration import ConfigOption, config_dir
from worker.cli.ledger import opened
from worker.cli.output import Format, FormatOption, emit, say, table
from worker.errors import FetchError, UsageError
from worker.model import Feed, FeedKind

if TYPE_CHECKING:
    from worker.app import App
    from worker.pipeline.sources import Found, Step

feeds = typer.Typer(help="The sources and how they are.", invoke_without_command=True)

IdOption = Annotated[str | None, typer.Option("--id", help="Default: made from the host.")]
TitleOption = Annotated[str | None, typer.Option(help="Default: the feed's own.")]
LanguageOption = Annotated[str, typer.Option(help="ISO 639 code of the texts.")]
CountryOption = Annotated[str, typer.Option(help="ISO 3166-1 code of the publisher, or EU, UN.")]
KindOption = Annotated[FeedKind, typer.Option(help="Who publishes it.")]
HighOption = Annotated[bool, typer.Option("--high", help="Ask every 15 minutes.")]
GroupOption = Annotated[str | None, typer.Option("--group", help="The publisher's group.")]
_COLUMNS = {
    "id": "id",
    "state": "state",
    "status": "last_status",
    "last success": "last_success_at",
    "fails": "failures",
    "entries": "entries",
    "relevant": "relevant",
    "claims": "claims",
    "alerts": "alerts",
    "lag": "lag_minutes",
    "stubs": "stub_rate",
}


@feeds.callback()
def list_feeds(
    context: typer.Context,
    problems: Annotated[bool, typer.Option("--problems", help="Only those with one.")] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """How the sources are: last success, failures in a row, yield, median lag in minutes, stubs."""
    if context.invoked_subcommand:
        return 0
    with opened(config) as app:
        found = app.source_health()
        known = {row["id"] for row in found}
        fresh = [feed for feed in app.settings.feeds if feed.id not in known]
    found += [{**dataclasses.asdict(feed), "state": "not polled yet"} for feed in fresh]
    if problems:
        found = [row for row in found if _problem(row)]
    if format_ is Format.JSON:
        for row in found:
            emit(row)
        return 0
    rows = ([*map(row.get, _COLUMNS.values()), _problem(row)] for row in found)
    table("Feeds", (*_COLUMNS, "problem"), rows, empty="none")
    return 0


def _problem(row: Mapping[str, Any]) -> str | None:
    dying = row.get("dying")
    found = dying or row.get("disabled") or row.get("last_error") or row.get("remark")
    return f"dying: {found}" if dying else found


@feeds.command("test")
def try_one(
    target: Annotated[str, typer.Argument(metavar="URL|ID", help="An address or a feed's id.")],
    articles: Annotated[int, typer.Option(min=0, max=20, help="How many to read.")] = 3,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Try a feed step by step (fetched, parsed, extracted, judged); nothing is stored."""
    with opened(config) as app:
        feed = _target(app, target)
        return asyncio.run(_try(app, feed, articles, format_))


def _target(app: App, target: str) -> Feed:
    named = {feed.id: feed for feed in app.settings.feeds}
    if target in named:
        return named[target]
    if not target.lower().startswith(("http://", "https://")):
        raise UsageError(
            f"{target}: neither the id of a configured feed nor an http:// or https:// address"
        )
    configured = {feed.url: feed for feed in app.settings.feeds}
    return configured.get(target) or _unnamed(target)


def _unnamed(url: str) -> Feed:
    return Feed("new", url, "", "", "", FeedKind.PRESS)


async def _try(app: App, feed: Feed, articles: int, format_: Format) -> int:
    from worker.pipeline.sources import try_feed

    failed = False
    async with app.sources() as sources:
        async for step in try_feed(sources, feed, app.would_say, articles=articles):
            failed = failed or (not step.ok and step.name in ("fetched", "parsed"))
            if format_ is Format.JSON:
                emit({"step": step.name, "ok": step.ok, "told": step.told, **step.values})
            else:
                _show(step)
    return int(failed)


def _show(step: Step) -> None:
    from worker.core.render.inert import line

    print(f"{'✔' if step.ok else '✖'} {step.name:<9} {line(step.told, 400)}")
    for entry in step.values.get("newest", ()):
        print(f"            {_dated(entry['published'])}  {line(entry['title'], 100)}")
    for claim in step.values.get("claims", ()):
        told = f"{claim['actor']} {claim['measure']} {claim['stance']}: “{claim['evidence']}”"
        print(f"            {line(told, 300)}")


def _dated(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "undated         "


@feeds.command("add")
def add_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a site that has some.")],
    id_: IdOption = None,
    title: TitleOption = None,
    language: LanguageOption = "en",
    country: CountryOption = "EU",
    kind: KindOption = FeedKind.PRESS,
    high: HighOption = False,
    group: GroupOption = None,
    choose: Annotated[int, typer.Option(min=1, help="Which, where there are several.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Find the feed of an address, try it, show its newest entries, write it to feeds.yaml."""
    from worker.settings.feedlist import append_feeds, feed_from, free_id

    path = config_dir(config) / "feeds.yaml"
    if not url.lower().startswith(("http://", "https://")):
        url = f"https://{url}"
    with opened(config) as app:
        found = asyncio.run(_find(app, url))
        taken = {feed.id for feed in app.settings.feeds}
        known = {feed.url: feed.id for feed in app.settings.feeds}
    chosen = _chosen(url, found, choose)
    if chosen.url in known:
        raise UsageError(f"{chosen.url} is configured already, as {known[chosen.url]}")
    values = {
        "id": id_ or free_id(chosen.url, taken),
        "url": chosen.url,
        "title": title or chosen.title,
        "language": language,
        "country": country.upper(),
        "kind": kind.value,
        "priority": "high" if high else "normal",
        "publisher_group": group,
    }
    feed = feed_from(values, path)
    if not dry_run:
        append_feeds(path, [feed])
    _tell_added(feed, chosen, found, path if not dry_run else None, format_)
    return 0


async def _find(app: App, url: str) -> list[Found]:
    from worker.pipeline.sources import find_feeds

    async with app.sources() as sources:
        return await find_feeds(sources, _unnamed(url))


def _chosen(url: str, found: Sequence[Found], number: int) -> Found:
    if not found:
        raise FetchError(f"{url}: no feed there, none named by the page, none at the usual places")
    if number > len(found):
        raise UsageError(f"--choose {number}: there are {len(found)}")
    return found[number - 1]


def _tell_added(
    feed: Feed, chosen: Found, found: Sequence[Found], path: Path | None, format_: Format
) -> None:
    newest = list(chosen.parsed.entries)[:5]
    if format_ is Format.JSON:
        others = [each.url for each in found if each is not chosen]
        titles = [{"published": entry.published, "title": entry.title} for entry in newest]
        emit({**dataclasses.asdict(feed), "written": path, "others": others, "newest": titles})
        return
    rows = [(_dated(entry.published), entry.title) for entry in newest]
    table(f"{chosen.title} · {chosen.url}", ("published", "newest"), rows, empty="no entries yet")
    for number, each in enumerate(found, 1):
        if each is not chosen:
            say(f"also there (--choose {number}): {each.title} · {each.url}")
    print(f"{feed.id}: {'written to ' + str(path) if path else 'not written (--dry-run)'}")
