"""``review`` and ``notes``: what people should look at."""

from __future__ import annotations

from typing import Annotated

import typer

from worker.cli.configuration import ConfigOption
from worker.cli.ledger import opened
from worker.cli.output import Format, FormatOption, emit, table, warn
from worker.cli.told import LimitOption

review = typer.Typer(help="Articles that a person should look at.", invoke_without_command=True)


@review.callback()
def list_review(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Those done, too.")] = False,
    limit: LimitOption = 100,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Articles that failed, are in no supported language, or were read with little confidence."""
    if context.invoked_subcommand:
        return 0
    with opened(config) as app:
        found = app.review(limit=limit, state=None if all_ else "open")
    if format_ is Format.JSON:
        for row in found:
            emit(row)
        return 0
    columns = ("id", "at", "reason", "title", "detail", "url", "state", "done_by", "remark")
    shown = columns if all_ else columns[:-3]
    table("To review", shown, (map(row.get, shown) for row in found), empty="nothing waits")
    return 0


@review.command("done")
def done(
    ids: Annotated[list[int], typer.Argument(metavar="ID", help="Items as `review` lists them.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who has looked at them.")],
    note: Annotated[str, typer.Option(help="What came of it.")] = "",
    config: ConfigOption = None,
) -> int:
    """Mark items as done; they stay listed with `review --all`."""
    with opened(config) as app:
        count = app.review_done(ids, by, note)
    print(f"{count} done")
    if count < len(set(ids)):
        warn(f"{len(set(ids)) - count} of the ids named were not open")
        return 1
    return 0


def notes(
    kind: Annotated[str | None, typer.Option(help="Only notes of this kind.")] = None,
    limit: LimitOption = 100,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """What the operator should know: lost feeds, blind spots, unknown office-holders."""
    with opened(config) as app:
        found = app.notes(limit=limit, kind=kind)
    if format_ is Format.JSON:
        for row in found:
            emit(row)
        return 0
    columns = ("at", "kind", "subject", "detail")
    table("Notes", columns, (map(row.get, columns) for row in found), empty="none")
    return 0
