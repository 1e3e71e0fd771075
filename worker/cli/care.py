"""Commands that look after sources, channels and configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.checking import problems_of
from worker.cli.configuration import ConfigOption, config_dir, load
from worker.cli.ledger import actor_code, opened
from worker.cli.output import Format, FormatOption, emit, say, steps, table, warn
from worker.cli.told import LimitOption
from worker.errors import UsageError
from worker.model import ChangeKind, Measure, Severity, Stance, Status

if TYPE_CHECKING:
    from worker.settings import Settings

deliveries = typer.Typer(help="What was handed over.", invoke_without_command=True)
routes = typer.Typer(help="Which alert goes where.", no_args_is_help=True)
_STATES = ("pending", "leased", "sent", "dead", "cancelled")


@deliveries.callback()
def list_deliveries(
    context: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option(help=f"Only these: {', '.join(_STATES)}.")
    ] = None,
    limit: LimitOption = 100,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The newest deliveries first, with their last outcome."""
    if context.invoked_subcommand:
        return 0
    return _list(state or [], limit, format_, config)


@deliveries.command("list")
def list_again(
    state: Annotated[
        list[str] | None, typer.Option(help=f"Only these: {', '.join(_STATES)}.")
    ] = None,
    limit: LimitOption = 100,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The newest deliveries first, with their last outcome."""
    return _list(state or [], limit, format_, config)


def _list(states: Sequence[str], limit: int, format_: Format, config: Any) -> int:
    for state in states:
        if state not in _STATES:
            raise UsageError(f"--state {state}: must be one of: {', '.join(_STATES)}")
    with opened(config) as app:
        found = app.deliveries(limit=limit, states=states)
    if format_ is Format.JSON:
        for row in found:
            emit(row)
        return 0
    keys = ("id", "channel", "state", "attempts", "created_at", "next_at", "error")
    columns = ("id", "channel", "state", "attempts", "created", "next", "problem")
    table("Deliveries", columns, (map(row.get, keys) for row in found), empty="none yet")
    return 0


@deliveries.command("retry")
def retry(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Send dead letters again with the next round."""
    if bool(ids) == all_:
        raise UsageError("name the deliveries to send again, or say --all")
    with opened(config) as app:
        count = app.retry_deliveries(ids or ())
    if format_ is Format.JSON:
        emit({"retried": count})
    else:
        print(f"{count} dead letters will be sent again")
    if ids and count < len(ids):
        warn(f"{len(ids) - count} of the ids named are no dead letters")
        return 1
    return 0


@routes.command("test")
def try_routes(
    actor: Annotated[str, typer.Option(metavar="CODE")] = "DE",
    measure: Annotated[Measure, typer.Option()] = Measure.TROOPS,
    kind: Annotated[ChangeKind, typer.Option()] = ChangeKind.NEW_PLEDGE,
    stance: Annotated[Stance, typer.Option()] = Stance.COMMITTED,
    severity: Annotated[Severity, typer.Option()] = Severity.HIGH,
    status: Annotated[Status, typer.Option()] = Status.OFFICIAL,
    language: Annotated[str, typer.Option()] = "de",
    item: Annotated[str, typer.Option()] = "",
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Show which routes a change would take."""
    labels = {
        "actor": actor_code(actor) or "",
        "measure": measure.value,
        "kind": kind.value,
        "stance": stance.value,
        "severity": severity.value,
        "status": status.value,
        "language": language,
        "item": item,
    }
    found = list(_taken(load(config), labels))
    if format_ is Format.JSON:
        for row in found:
            emit(row)
    else:
        columns = ("route", "channels", "group by", "waits", "digest", "quiet hours", "per hour")
        table("Routes taken", columns, [tuple(row.values()) for row in found], empty="none")
    return 0


def _taken(settings: Settings, labels: dict[str, str]) -> Iterator[dict[str, Any]]:
    from worker.core.routing import take
    from worker.settings.derived import route_of

    for route in take(route_of(settings.route), labels):
        digest, quiet = route.digest, route.quiet_hours
        yield {
            "route": route.name,
            "channels": ", ".join(route.channels or ()),
            "group_by": ", ".join(route.group_by or ()),
            "group_wait": str(route.group_wait),
            "digest": f"every {digest.every} at {digest.at:%H:%M} {digest.timezone}"
            if digest
            else "",
            "quiet_hours": f"{quiet.start:%H:%M}–{quiet.end:%H:%M} {quiet.timezone}"
            if quiet
            else "",
            "max_per_hour": route.max_per_hour or "",
        }


def check(format_: FormatOption = Format.TEXT, config: ConfigOption = None) -> int:
    """Validate all configuration and the lexicon, resolve secrets, name every mistake."""
    found = problems_of(config_dir(config), steps)
    for problem in found.problems:
        if format_ is Format.JSON:
            emit({"problem": problem})
        else:
            say(problem)
    for warning in found.warnings:
        warn(f"note: {warning}")
    if format_ is Format.JSON:
        emit({"ok": not found.problems, "problems": len(found.problems), **found.counts})
    else:
        counts = ", ".join(f"{count} {what}" for what, count in found.counts.items())
        verdict = f"{len(found.problems)} mistakes" if found.problems else "all in order"
        print(f"check: {verdict} ({counts})")
    return 2 if found.problems else 0
