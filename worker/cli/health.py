"""``health``: whether the worker over this database is keeping up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.configuration import ConfigOption
from worker.cli.ledger import opened
from worker.cli.output import Format, FormatOption, emit, warn

if TYPE_CHECKING:
    from collections.abc import Iterable


def health(
    late: Annotated[
        int, typer.Option(min=1, metavar="MINUTES", help="How late a feed may be asked.")
    ] = 15,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Whether the worker keeps up: exit code 1 while a feed has been due for longer than --late."""
    with opened(config) as app:
        feeds, waiting = app.feeds(), app.store.queries.counts()
    overdue = overdue_feeds(feeds, datetime.now(UTC), timedelta(minutes=late))
    result = {
        "healthy": not overdue,
        "overdue_feeds": len(overdue),
        "entries_waiting": waiting["entries_waiting"],
        "articles_waiting": waiting["articles_waiting"],
        "deliveries_waiting": waiting["deliveries_waiting"],
        "dead_letters": waiting["dead_letters"],
    }
    if format_ is Format.JSON:
        emit(result)
    else:
        print(" · ".join(f"{name.replace('_', ' ')} {value}" for name, value in result.items()))
    if overdue:
        warn(
            f"{len(overdue)} feeds have been due for over {late} minutes: {', '.join(overdue[:5])}"
        )
    return int(bool(overdue))


def overdue_feeds(rows: Iterable[dict[str, Any]], now: datetime, late: timedelta) -> list[str]:
    """The active feeds that should have been asked more than ``late`` ago."""
    return [row["id"] for row in rows if row["state"] == "active" and row["next_at"] < now - late]
