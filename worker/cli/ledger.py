"""Commands on what is known: ``positions`` and ``baseline``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.configuration import ConfigOption, extractor, load
from worker.cli.output import Format, FormatOption, console, emit, say, table
from worker.errors import UsageError
from worker.model import ACTOR_CODE, Evidence, Position

if TYPE_CHECKING:
    from worker.app import App

ActorOption = Annotated[
    str | None, typer.Option("--actor", metavar="CODE", help="Only this actor: DE, GB, EU …")
]

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
    if code and not ACTOR_CODE.fullmatch(code):
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
            say(_nothing_known(app, code, config))
    if format_ is Format.JSON:
        for position in found:
            emit(position_json(position))
    elif matrix:
        show_matrix(found)
    elif found:
        _show_positions(found)
    return 0


def _nothing_known(app: App, code: str | None, config: Path | None) -> str:
    """Why no position is shown; UsageError for a code that no actor has."""
    told = sorted({position.slot.actor for position in app.positions()})
    if code is not None:
        listed = {row["code"] for row in extractor(config).lexicon("en").of("actors")}
        if code not in {*listed, *told}:
            known = ", ".join(told or sorted(filter(None, listed)))
            raise UsageError(f"--actor {code}: no such actor; known: {known}")
        if told:
            return f"nothing is known of {code} then; positions are known of {', '.join(told)}"
    return "nothing is known (the ledger fills with `run` or `baseline load`)"


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
