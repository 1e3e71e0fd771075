"""The position matrix on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from worker.core.matrix import Cell, position_matrix
from worker.core.render.inert import line
from worker.core.render.labels import actor_name, flag, quantity_label, word
from worker.model import Position, Stance, Status

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


def matrix_table(positions: Iterable[Position]) -> Table:
    """Actors × measures; a cell has the stance's mark, its first quantity and what it hangs on."""
    matrix = position_matrix(positions)
    shown = Table(title="Positions", title_justify="left", show_lines=False, pad_edge=False)
    shown.add_column("", no_wrap=True)
    for measure in matrix.measures:
        shown.add_column(word(f"measure.{measure}", "en"), justify="center", overflow="fold")
    for actor in matrix.actors:
        cells = (matrix.cell(actor, measure) for measure in matrix.measures)
        shown.add_row(f"{flag(actor)} {actor_name(actor, 'en')}".strip(), *map(_cell, cells))
    shown.caption = (
        "  ".join(f"{mark} {word(f'stance.{stance}', 'en')}" for stance, (mark, _) in MARKS.items())
        + "  * conditional  ~ not official"
    )
    return shown


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("·", style="dim")
    position = cell.position
    mark, style = MARKS[cell.stance]
    mark += "*" if position.conditions else ""
    mark += "" if position.status is Status.OFFICIAL else "~"
    text = Text(mark, style=style)
    if position.quantities:
        text.append(f"\n{line(quantity_label(position.quantities[0], 'en'), 24)}", style="dim")
    return text
