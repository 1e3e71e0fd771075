"""Commands on what was told and what was held back: ``alerts`` and ``suppressed``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from worker.cli.configuration import ConfigOption
from worker.cli.feedout import feed_of_alerts
from worker.cli.ledger import ActorOption, actor_code, opened
from worker.cli.output import Format, FormatOption, console, emit, table
from worker.cli.preview import render_alert
from worker.errors import UsageError
from worker.model import Alert

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")]

alerts = typer.Typer(help="What was told.", invoke_without_command=True)


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
    from worker.cli.alerttable import alert_table

    console().print(alert_table(found) if found else "Alerts: none yet")


alerts.command("render")(render_alert)
alerts.command("feed")(feed_of_alerts)


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
    columns = ("at", "reason", "actor", "measure", "item", "detail", "article")
    rows = (map(row.get, columns) for row in found)
    table("Held back", columns, rows)
    return 0
