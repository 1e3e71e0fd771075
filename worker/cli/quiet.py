"""``silences``: what is not told for a while, by whose word and why."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.configuration import ConfigOption
from worker.cli.ledger import opened
from worker.cli.output import Format, FormatOption, emit, table
from worker.errors import UsageError
from worker.model import ACTOR_CODE, ChangeKind, Measure, Severity, Stance, Status

if TYPE_CHECKING:
    from worker.core.routing import Silence

silences = typer.Typer(help="What is not told for a while, and why.", no_args_is_help=True)

_VALUES: Mapping[str, Sequence[str]] = {
    "measure": [m.value for m in Measure],
    "kind": [k.value for k in ChangeKind],
    "stance": [s.value for s in Stance],
    "severity": [s.value for s in Severity],
    "status": [s.value for s in Status],
}
_DURATION = re.compile(r"(\d{1,5})([mhdw])")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}


@silences.command("add")
def add(
    match: Annotated[
        list[str], typer.Argument(metavar="LABEL=VALUE", help="As in routes: actor=DE,FR …")
    ],
    lasting: Annotated[str, typer.Option("--for", metavar="TIME", help="30m, 12h, 2d, 1w.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who silences it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """Hold back alerts that fit all labels given; `suppressed --reason silenced` shows them."""
    from worker.core.routing import Silence

    now = datetime.now(UTC)
    matchers = MappingProxyType(dict(map(matcher, match)))
    silence = Silence(str(uuid.uuid4()), matchers, by, reason, now, now + _duration(lasting))
    with opened(config) as app:
        app.store.silences.add(silence)
    if format_ is Format.JSON:
        emit(_row(silence))
    else:
        print(f"{silence.id}: silenced until {silence.ends_at:%Y-%m-%d %H:%M} UTC")
    return 0


def matcher(text: str) -> tuple[str, frozenset[str]]:
    """The label and the values of ``LABEL=VALUE,VALUE``; UsageError names what is allowed."""
    from worker.core.routing import LABELS

    label, equals, values = text.partition("=")
    if not equals or label not in LABELS:
        raise UsageError(f"{text}: must be LABEL=VALUE; labels: {', '.join(LABELS)}")
    given = [value.strip() for value in values.split(",")]
    if label == "actor":
        given = [value.upper() for value in given]
    for value in given:
        _check(text, label, value)
    return label, frozenset(given)


def _check(text: str, label: str, value: str) -> None:
    allowed = _VALUES.get(label)
    if allowed is not None and value not in allowed:
        raise UsageError(f"{text}: {value!r} is no {label}; allowed: {', '.join(allowed)}")
    if label == "actor" and not ACTOR_CODE.fullmatch(value):
        raise UsageError(
            f"{text}: an actor is an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION"
        )
    if not value:
        raise UsageError(f"{text}: a value is missing")


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if not found or not int(found[1]):
        raise UsageError(f"--for {text}: must be a time such as 30m, 12h, 2d or 1w")
    return timedelta(minutes=int(found[1]) * _MINUTES[found[2]])


@silences.command("list")
def list_silences(
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
) -> int:
    """The silences that hold, the one that ends first comes first."""
    after = None if all_ else datetime.now(UTC)
    with opened(config) as app:
        found = app.store.silences.list(ending_after=after)
    rows = [_row(silence) for silence in found]
    if format_ is Format.JSON:
        for row in rows:
            emit(row)
        return 0
    keys = ("id", "match", "by", "reason", "starts_at", "ends_at")
    shown = ([_words(row[key]) if key == "match" else row[key] for key in keys] for row in rows)
    table("Silences", ("id", "match", "by", "reason", "from", "until"), shown, empty="none")
    return 0


def _row(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "match": {label: sorted(values) for label, values in silence.match.items()},
        "by": silence.author,
        "reason": silence.reason,
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
    }


def _words(match: Mapping[str, Sequence[str]]) -> str:
    return " ".join(f"{label}={','.join(values)}" for label, values in match.items())


@silences.command("expire")
def expire(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID", help="A silence's id or its beginning.")
    ],
    config: ConfigOption = None,
) -> int:
    """End silences now."""
    now = datetime.now(UTC)
    with opened(config) as app:
        active = [silence.id for silence in app.store.silences.list(ending_after=now)]
        for given in ids:
            fitting = [known for known in active if known.startswith(given)]
            if len(fitting) != 1:
                raise UsageError(f"{given}: no silence that holds, or more than one, begins so")
            app.store.silences.expire(fitting[0], now)
            print(f"{fitting[0]}: ended")
    return 0
