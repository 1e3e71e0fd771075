"""``feedback``: what people think of alerts, and the labelled cases that come of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.baselines import write_whole
from worker.cli.configuration import ConfigOption
from worker.cli.ledger import actor_code, opened
from worker.cli.output import Format, FormatOption, emit, say, table
from worker.cli.told import LimitOption, alert_json, show_alerts
from worker.errors import ConfigError, UsageError
from worker.model import UNITS, Alert, Condition, Measure, Quantity, Slot, Stance, Status

if TYPE_CHECKING:
    from worker.app import App
    from worker.core.feedback import Correction, Opinion

feedback = typer.Typer(help="What people think of alerts.", no_args_is_help=True)

AlertArgument = Annotated[
    str, typer.Argument(metavar="ALERT", help="An alert's id or its beginning.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Whose word it is.")]
NoteOption = Annotated[str, typer.Option("--note", help="A remark kept with it.")]
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)?(-)?(\d+(?:\.\d+)?)? ([A-Z]{3}|[a-z]+)")


@feedback.command("confirm")
def confirm(
    alert: AlertArgument,
    by: ByOption,
    note: NoteOption = "",
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The alert reads its article rightly; nothing changes, the case is kept for the gold."""
    from worker.core.feedback import Opinion

    return _give(alert, Opinion.CONFIRM, by, note, format_, config)


@feedback.command("dismiss")
def dismiss(
    alert: AlertArgument,
    by: ByOption,
    note: NoteOption = "",
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The alert is wrong: its claims leave the ledger, and whoever got it gets a follow-up."""
    from worker.core.feedback import Opinion

    return _give(alert, Opinion.DISMISS, by, note, format_, config)


@feedback.command("correct")
def correct(
    alert: AlertArgument,
    by: ByOption,
    note: NoteOption = "",
    actor: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    measure: Annotated[Measure | None, typer.Option()] = None,
    item: Annotated[str | None, typer.Option(help="'none' where it is about no one item.")] = None,
    stance: Annotated[Stance | None, typer.Option()] = None,
    status: Annotated[Status | None, typer.Option()] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE")] = None,
    condition: Annotated[list[str] | None, typer.Option(help="Or 'none'.")] = None,
    quantity: Annotated[
        str | None,
        typer.Option(
            help="'500 soldiers', '200-400 soldiers', '-800 soldiers', '5- ships', 'none'."
        ),
    ] = None,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The alert should say something else: the ledger is put right and the alert corrected."""
    from worker.core.feedback import Correction, Opinion

    code, day = actor_code(actor), _day(as_of)
    with opened(config) as app:
        slot = _slot(app, alert, code, measure, item)
    told = Correction(slot, stance, status, day, _conditions(condition), _quantities(quantity))
    if told == Correction():
        raise UsageError(
            "say what is right: --actor, --measure, --item, --stance, --status, --as-of, "
            "--condition or --quantity"
        )
    return _give(alert, Opinion.CORRECT, by, note, format_, config, told)


def _slot(
    app: App, alert_id: str, actor: str | None, measure: Measure | None, item: str | None
) -> Slot | None:
    if actor is None and measure is None and item is None:
        return None
    known = app.store.queries.alert(alert_id)
    if known is None:
        raise UsageError(f"no alert, or more than one, has an id that begins with {alert_id!r}")
    slot = known.change.slot
    named = slot.item if item is None else None if item == "none" else item
    return Slot(actor or slot.actor, measure or slot.measure, named)


def _day(text: str | None) -> str | None:
    from worker.core.spans import parse_span

    try:
        return text and str(parse_span(text) and text)
    except ValueError as error:
        raise UsageError(f"--as-of: {error}") from None


def _conditions(names: list[str] | None) -> frozenset[Condition] | None:
    if not names:
        return None
    try:
        return frozenset(Condition(name) for name in names if name != "none")
    except ValueError:
        allowed = ", ".join(c.value for c in Condition)
        raise UsageError(f"--condition {' '.join(names)}: allowed: {allowed}, none") from None


def _quantities(text: str | None) -> tuple[Quantity, ...] | None:
    if text is None or text == "none":
        return None if text is None else ()
    found = _QUANTITY.fullmatch(text)
    if not found or not (found[1] or found[3]) or (bool(found[3]) and not found[2]):
        raise UsageError(f"--quantity {text}: must be such as '500 soldiers' or '200-400 soldiers'")
    low, dash, high, unit = found.groups()
    if unit not in UNITS and not unit.isupper():
        raise UsageError(f"--quantity {text}: units: {', '.join(UNITS)} or a currency such as EUR")
    least = float(low) if low else None
    return (Quantity(least, (float(high) if high else None) if dash else least, unit),)


def _give(
    alert: str,
    opinion: Opinion,
    by: str,
    note: str,
    format_: Format,
    config: Path | None,
    correction: Correction | None = None,
) -> int:
    from worker.core.feedback import Feedback

    with opened(config) as app:
        told = app.give_feedback(Feedback(alert, opinion, by, note, correction))
    _show(told, format_)
    return 0


def _show(told: list[Alert], format_: Format) -> None:
    if format_ is Format.JSON:
        for each in told:
            emit(alert_json(each))
        return
    print("kept" + (f"; told because of it: {len(told)}" if told else ""))
    if told:
        show_alerts(told)


@feedback.command("list")
def list_feedback(
    limit: LimitOption = 100, format_: FormatOption = Format.TEXT, config: ConfigOption = None
) -> int:
    """What people said, the newest first."""
    with opened(config) as app:
        found = app.feedback(limit=limit)
    if format_ is Format.JSON:
        for row in found:
            emit(row)
        return 0
    columns = ("at", "by", "verdict", "alert", "was", "corrected to", "note")
    table("Feedback", columns, map(_row, found), empty="none yet")
    return 0


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    told, right = row["told"], row["correction"] or {}
    was = f"{told['actor']} {told['measure']} {told['to']['stance']}"
    said = " ".join(f"{name}={value}" for name, value in right.items())
    return row["at"], row["by"], row["verdict"], row["alert_id"][:8], was, said, row["remark"]


@feedback.command("export")
def export(
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to, a file each (default: JSON lines).")
    ] = None,
    config: ConfigOption = None,
) -> int:
    """The articles that people spoke about as labelled cases, in the format of the gold.

    Claims that nobody has looked at are as the extractor read them: `checked` is false.
    """
    with opened(config) as app:
        cases = list(app.labelled_cases())
    if out is None:
        for case in cases:
            emit(case)
        return 0
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error}") from None
    for case in cases:
        text = json.dumps(case, ensure_ascii=False, indent=1, default=str) + "\n"
        write_whole(out / f"{case['id']}.json", text)
    say(f"{len(cases)} labelled cases in {out}")
    return 0
