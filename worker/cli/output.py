"""What the commands print: JSON lines or tables on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="text for people, json for JSON lines on stdout.")
]


def emit(value: Mapping[str, Any]) -> None:
    """Print one JSON line."""
    line = json.dumps(value, ensure_ascii=False, default=_plain)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        line = json.dumps(value, default=_plain)
    sys.stdout.write(line + "\n")


def _plain(value: object) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    return str(value)


def say(text: str) -> None:
    """Tell a person something beside the result."""
    print(text, file=sys.stderr)


def warn(text: str) -> None:
    """Tell a person what they should know, one line."""
    say(f"coalition-watch: {text}")


def console() -> Console:
    """A terminal for tables; where there is none, lines are wide enough to be read by a program."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 200
    return Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Iterable[object]], *, empty: str = "nothing"
) -> None:
    """Print a table; every cell is made one clean line first."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    console().print(shown if shown.row_count else f"{title}: {empty}")


def _cell(value: object) -> str:
    from worker.core.render.inert import line

    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return line(str(value), 400)


@contextmanager
def steps(total: int, label: str) -> Iterator[Iterator[None]]:
    """Show progress over ``total`` steps on a terminal's stderr; ``next`` of it is one step."""
    if not sys.stderr.isatty() or total < 10:
        yield iter(lambda: None, object())
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn(label), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True)
    )
    with bar:
        task = bar.add_task(label, total=total)
        yield iter(lambda: bar.advance(task), object())
