"""Commands that ask what is known and told: ``positions``, ``alerts``, ``suppressed``, ``baseline``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.configuration import ConfigOption, load
from worker.cli.output import Format, FormatOption, console, emit, say, table
from worker.errors import UsageError
from worker.model import Alert, Evidence, Position

if TYPE_CHECKING:
    from worker.app import App

ActorOption = Annotated[
    str | None, typer.Option("--actor", metavar="CODE", help="Only this actor: DE, GB, EU …")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")]
_ACTOR = re.compile(r"[A-Z]{2}|NATO|COALITION")

alerts = typer.Typer(help="What was told.", invoke_without_command=True)
baseline = typer.Typer(help="The positions known before the first article.", no_args_is_help=True)


@contextmanager
def opened(config: Path | None) -> Iterator[App]:
    """The worker's data as configured, closed afterwards."""
    from worker.app import build

    app = build(load(config))
    try:
        yield app
    finally:
        app.close()


def actor_code(text: str | None) -> str | None:
    """An actor's code as stored; UsageError for what is none."""
    code = text.upper() if text else None
    if code and not _ACTOR.fullmatch(code):
        raise UsageError(
            f"--actor {text}: must be an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION"
        )
    return code


def positions(
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="What was true then.")] = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="DATE", help="What was known then.")
    ] = None,
    actor: ActorOption = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Actors × measures, coloured by stance.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The ledger: who holds which position, with the proof."""
    day, moment, code = _day(as_of), _moment(known_at), actor_code(actor)
    with opened(config) as app:
        found = app.positions(as_of=day, known_at=moment, actor=code)
    if not found:
        say("nothing is known (the ledger fills with `run` or `baseline load`)")
    if format_ is Format.JSON:
        for position in found:
            emit(position_json(position))
    elif matrix:
        show_matrix(found)
    elif found:
        _show_positions(found)
    return 0


def _day(text: str | None) -> str | None:
    from worker.core.spans import parse_span

    if text is not None:
        try:
            parse_span(text)
        except ValueError as error:
            raise UsageError(f"--as-of: {error}") from None
    return text


def _moment(text: str | None) -> datetime | None:
    """A day means all that was known by its end."""
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--known-at {text}: must be a date such as 2026-02-01 or a time such as "
            "2026-02-01T12:00+00:00"
        ) from None
    if len(text) == 10:
        told = datetime.combine(told, time.max)
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def position_json(position: Position) -> dict[str, Any]:
    """A position as one JSON object, with its proof."""
    slot = position.slot
    return {
        "actor": slot.actor,
        "measure": slot.measure.value,
        "item": slot.item,
        "stance": position.stance.value,
        "quantities": [quantity.as_json() for quantity in position.quantities],
        "conditions": sorted(position.conditions),
        "status": position.status.value,
        "location": position.location,
        "as_of": position.as_of,
        "origins": len(position.origins),
        "proof": _proof(position.evidence) if position.evidence else None,
    }


def _proof(evidence: Evidence) -> dict[str, Any]:
    return {
        "evidence": evidence.quote,
        "speaker": evidence.speaker,
        "article": evidence.article_url,
        "title": evidence.title,
        "source": evidence.source,
        "published": evidence.published,
        "language": evidence.language,
    }


def _show_positions(found: Sequence[Position]) -> None:
    from worker.core.render.labels import quantity_label

    rows = [
        (
            position.slot.actor,
            position.slot.measure,
            position.slot.item,
            position.stance,
            ", ".join(quantity_label(quantity, "en") for quantity in position.quantities),
            ", ".join(sorted(position.conditions)),
            position.status,
            position.as_of,
            position.evidence.quote if position.evidence else "",
        )
        for position in found
    ]
    columns = ("actor", "measure", "item", "stance", "quantity", "conditions", "status", "as of")
    table("Positions", (*columns, "evidence"), rows)


def show_matrix(found: Sequence[Position]) -> None:
    """Print actors × measures, each cell coloured and marked by its stance."""
    from worker.cli.matrix import legend, matrix_tables

    screen = console()
    for part in matrix_tables(found, screen.width):
        screen.print(part)
    screen.print(legend())


@alerts.callback()
def list_alerts(
    context: typer.Context,
    actor: ActorOption = None,
    limit: LimitOption = 100,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The newest alerts first, each as last told."""
    if context.invoked_subcommand:
        return 0
    with opened(config) as app:
        found = app.alerts(limit=limit, actor=actor_code(actor))
    if format_ is Format.JSON:
        for alert in found:
            emit(alert_json(alert))
    else:
        show_alerts(found)
    return 0


def alert_json(alert: Alert) -> dict[str, Any]:
    """An alert as ``replay`` writes it, with its item and when it was raised."""
    from worker.core.alerting import alert_line

    more = {"item": alert.change.slot.item, "raised_at": alert.raised_at.isoformat()}
    return {**alert_line(alert), **more}


def show_alerts(found: Sequence[Alert]) -> None:
    """Print alerts as a table."""
    from worker.core.render.labels import actor_name

    rows = [
        (
            alert.raised_at,
            alert.severity,
            actor_name(alert.change.slot.actor, "en"),
            "/".join(filter(None, (alert.change.slot.measure, alert.change.slot.item))),
            alert.change.kind,
            f"{_stance(alert.change.before)} → {_stance(alert.change.after)}",
            alert.confirmation,
            alert.origins,
            alert.evidence.quote,
            alert.id[:8],
        )
        for alert in found
    ]
    columns = (
        "raised",
        "severity",
        "actor",
        "measure",
        "kind",
        "change",
        "status",
        "n",
        "evidence",
    )
    table("Alerts", (*columns, "id"), rows, empty="none yet")


def _stance(position: Position | None) -> str:
    return position.stance.value if position else "–"


@alerts.command("render")
def render_alert(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="An alert's id or its beginning.")],
    channel: Annotated[
        str | None, typer.Option(help="As this configured channel gets it (default: plain text).")
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Show an alert as a channel would get it."""
    from worker.core.render import render_payload, render_text

    settings = load(config)
    to = settings.channel(channel) if channel else None
    with opened(config) as app:
        alert = app.store.queries.alert(alert_id)
    if alert is None:
        raise UsageError(f"no alert, or more than one, has an id that begins with {alert_id!r}")
    if to is None:
        print(render_text(alert))
    else:
        emit(render_payload(to.type, [alert], to.language).payload)
    return 0


def suppressed(
    reason: Annotated[str | None, typer.Option(help="Only what this reason held back.")] = None,
    limit: LimitOption = 100,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """What was held back, and why."""
    from worker.core.compare import Reason

    allowed = [known.value for known in Reason]
    if reason is not None and reason not in allowed:
        raise UsageError(f"--reason {reason}: must be one of: {', '.join(allowed)}")
    with opened(config) as app:
        found = app.suppressed(limit=limit, reason=reason)
    if format_ is Format.JSON:
        for row in found:
            emit(row)
        return 0
    columns = ("at", "reason", "slot", "detail", "article")
    rows = [
        [row.get(key) for key in ("at", "reason", "slot", "detail", "article_key")] for row in found
    ]
    table("Held back", columns, rows)
    return 0


@baseline.command("load")
def load_baseline(
    file: Annotated[
        Path | None, typer.Argument(help="Another baseline.yaml than the configured one.")
    ] = None,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Load the reviewed positions into the ledger; those already there are left as they are."""
    with opened(config) as app:
        added = app.load_baseline(file)
    if format_ is Format.JSON:
        emit({"added": added})
    else:
        print(f"{added} positions added")
    return 0
