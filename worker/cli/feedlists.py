"""``feeds import`` and ``feeds export``: lists of feeds as other programs keep them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from worker.cli.configuration import ConfigOption, config_dir, load
from worker.cli.output import Format, FormatOption, emit, warn
from worker.cli.sources import CountryOption, KindOption, LanguageOption
from worker.core.urls import web_url
from worker.errors import InputError, UsageError
from worker.model import Feed, FeedKind


def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="OPML")],
    language: LanguageOption = "en",
    country: CountryOption = "EU",
    kind: KindOption = FeedKind.PRESS,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Add the feeds of an OPML file; what it does not state comes from the options."""
    from worker.core.opml import read_opml
    from worker.settings.feedlist import append_feeds, feed_from, free_id

    try:
        outlines = read_opml(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: cannot read it ({error.strerror})") from error
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    path = config_dir(config) / "feeds.yaml"
    configured = load(config).feeds
    taken = {feed.id for feed in configured}
    urls = {web_url(feed.url) for feed in configured}
    defaults = {"language": language, "country": country.upper(), "kind": kind.value}
    added: list[Feed] = []
    for outline in outlines:
        if outline.url in urls:
            continue
        name = free_id(outline.url, taken)
        stated = {"id": name, "url": outline.url, "title": outline.title or name}
        added.append(feed_from({**defaults, **outline.values, **stated}, path))
        taken.add(name)
    if added:
        append_feeds(path, added)
    known = len(outlines) - len(added)
    if format_ is Format.JSON:
        emit({"added": [feed.id for feed in added], "known": known})
    else:
        print(f"{len(added)} feeds added to {path}, {known} were there already")
    return 0


def export_feeds(
    file: Annotated[Path | None, typer.Argument(metavar="[OPML]", help="Default: stdout.")] = None,
    config: ConfigOption = None,
) -> int:
    """Write the configured feeds as OPML."""
    from worker.core.opml import write_opml

    configured = load(config).feeds
    document = write_opml(configured, datetime.now(UTC))
    if file is None:
        print(document.decode("utf-8"), end="")
        return 0
    try:
        file.write_bytes(document)
    except OSError as error:
        raise UsageError(f"{file}: cannot write it ({error.strerror})") from error
    warn(f"{len(configured)} feeds written to {file}")
    return 0
