"""The position matrix on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from worker.core.matrix import Cell, position_matrix, short_quantity
from worker.core.render.labels import actor_name, flag, word
from worker.model import Measure, Position, Stance, Status

#: A mark beside the colour, for those who see none; strongest refusal to strongest commitment.
MARKS = {
    Stance.OPPOSED: ("✖✖", "bold white on red"),
    Stance.RULED_OUT: ("✖", "red"),
    Stance.RELUCTANT: ("▽", "dark_orange"),
    Stance.UNDECIDED: ("?", "yellow"),
    Stance.OPEN: ("△", "cyan"),
    Stance.COMMITTED: ("✔", "green"),
    Stance.DELIVERED: ("✔✔", "bold white on green"),
}


#: Headings narrow enough for sixteen columns side by side.
HEADS = {
    Measure.TROOPS: "troops",
    Measure.AIR: "air",
    Measure.NAVY: "navy",
    Measure.MINE_CLEARANCE: "mines",
    Measure.MONITORING: "monitor",
    Measure.INTELLIGENCE: "intel",
    Measure.LOGISTICS: "logist",
    Measure.AIR_DEFENCE: "air def",
    Measure.ARMS: "arms",
    Measure.TRAINING: "train",
    Measure.FUNDING: "money",
    Measure.SANCTIONS: "sanct",
    Measure.GUARANTEES: "guarant",
    Measure.COMMAND: "command",
    Measure.DECLARATION: "declar",
    Measure.INDUSTRY: "industr",
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
            shown.add_column(HEADS[measure], justify="center", no_wrap=True)
        for actor in matrix.actors:
            cells = [matrix.cell(actor, measure) for measure in measures]
            if any(cells):
                name = f"{flag(actor)} {actor_name(actor, 'en')}".strip()
                shown.add_row(name, *map(_cell, cells))
        yield shown


def legend() -> Text:
    """What the marks of the matrix mean."""
    text = Text()
    for stance, (mark, style) in MARKS.items():
        text.append(mark, style=style)
        text.append(f" {word(f'stance.{stance}', 'en')}  ")
    return text.append("* conditional  ~ not official")


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("·", style="dim")
    position = cell.position
    mark, style = MARKS[cell.stance]
    mark += "*" if position.conditions else ""
    mark += "" if position.status is Status.OFFICIAL else "~"
    text = Text(mark, style=style)
    if position.quantities:
        text.append(f"\n{short_quantity(position.quantities[0])}", style="dim")
    return text
