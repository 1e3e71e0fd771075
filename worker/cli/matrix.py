"""The position matrix on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from worker.core.matrix import Cell, position_matrix, short_quantity
from worker.core.render.colours import STANCE_SIGNS
from worker.core.render.labels import actor_name, flag, word
from worker.model import Position, Stance, Status

#: How a terminal shows each stance beside its sign; strongest refusal to strongest commitment.
STYLES = {
    Stance.OPPOSED: "bold white on red",
    Stance.RULED_OUT: "red",
    Stance.RELUCTANT: "dark_orange",
    Stance.UNDECIDED: "yellow",
    Stance.OPEN: "cyan",
    Stance.COMMITTED: "green",
    Stance.DELIVERED: "bold white on green",
}
_NAME_WIDTH = 28
_CELL_WIDTH = 10


def matrix_tables(positions: Iterable[Position], width: int) -> Iterator[Table]:
    """Actors × measures, in as many tables below each other as ``width`` needs.

    A cell has the stance's mark, the first quantity in short, and what the legend explains.
    """
    matrix = position_matrix(positions)
    at_once = max(1, (width - _NAME_WIDTH) // _CELL_WIDTH)
    for start in range(0, len(matrix.measures), at_once):
        measures = matrix.measures[start : start + at_once]
        shown = Table(show_lines=False, pad_edge=False, header_style="bold")
        shown.add_column("", no_wrap=True)
        for measure in measures:
            shown.add_column(word(f"short.{measure}", "en"), justify="center", no_wrap=True)
        for actor in matrix.actors:
            cells = [matrix.cell(actor, measure) for measure in measures]
            if any(cells):
                name = f"{flag(actor)} {actor_name(actor, 'en')}".strip()
                shown.add_row(name, *map(_cell, cells))
        yield shown


def legend() -> Text:
    """What the marks of the matrix mean."""
    text = Text()
    for stance, style in STYLES.items():
        text.append(STANCE_SIGNS[stance], style=style)
        text.append(f" {word(f'stance.{stance}', 'en')}  ")
    return text.append("* conditional  ~ not official")


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("·", style="dim")
    position = cell.position
    mark, style = STANCE_SIGNS[cell.stance], STYLES[cell.stance]
    mark += "*" if position.conditions else ""
    mark += "" if position.status is Status.OFFICIAL else "~"
    text = Text(mark, style=style)
    if position.quantities:
        text.append(f"\n{short_quantity(position.quantities[0])}", style="dim")
    return text
