"""The position matrix as rows of cells for mail: as wide as a telephone, changed cells marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from worker.core.matrix import Cell, Matrix, position_matrix
from worker.core.render.colours import STANCE_COLOURS, STANCE_SIGNS
from worker.core.render.labels import actor_name, flag, word
from worker.model import Measure, Position, Slot, Stance, Status

#: What a telephone shows side by side, and what a reader scrolls through.
MAX_COLUMNS, MAX_ROWS = 7, 45


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One field: its sign, its colours, its stance in words, whether the digest changed it."""

    sign: str
    ground: str
    ink: str
    words: str
    changed: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One actor; a cell is None where nothing is known."""

    flag: str
    actor: str
    cells: tuple[BoardCell | None, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The matrix; ``heads`` are the measures in short, ``left_out`` rows and columns not shown."""

    heads: tuple[str, ...]
    measures: tuple[Measure, ...]
    rows: tuple[BoardRow, ...]
    left_out: int


def board_of(positions: Sequence[Position], changed: Collection[Slot], language: str) -> Board:
    """The matrix of ``positions``: the measures that changed come first, then those known best."""
    matrix = position_matrix(positions)
    measures = _columns(matrix, changed)
    fields = {(slot.actor, slot.measure) for slot in changed}
    rows = [
        BoardRow(
            flag(actor),
            actor_name(actor, language),
            tuple(_cell(matrix.cell(actor, m), (actor, m) in fields, language) for m in measures),
        )
        for actor in _rows(matrix, measures, {slot.actor for slot in changed})
    ]
    left_out = len(matrix.actors) - len(rows) + len(matrix.measures) - len(measures)
    heads = tuple(word(f"short.{measure}", language) for measure in measures)
    return Board(heads, measures, tuple(rows), left_out)


def _columns(matrix: Matrix, changed: Collection[Slot]) -> tuple[Measure, ...]:
    known = Counter(measure for _, measure in matrix.cells)
    moved = {slot.measure for slot in changed}
    best = sorted(matrix.measures, key=lambda m: (m not in moved, -known[m]))[:MAX_COLUMNS]
    return tuple(measure for measure in Measure if measure in best)


def _rows(matrix: Matrix, measures: Sequence[Measure], changed: Collection[str]) -> tuple[str, ...]:
    shown = [a for a in matrix.actors if any(matrix.cell(a, m) for m in measures)]
    best = sorted(shown, key=lambda a: a not in changed)[:MAX_ROWS]
    return tuple(actor for actor in shown if actor in best)


def _cell(cell: Cell | None, changed: bool, language: str) -> BoardCell | None:
    if cell is None:
        return None
    position = cell.position
    stance: Stance = cell.stance
    sign = STANCE_SIGNS[stance] + "*" * bool(position.conditions)
    sign += "~" * (position.status is not Status.OFFICIAL)
    ground, ink = STANCE_COLOURS[stance]
    return BoardCell(sign, ground, ink, word(f"stance.{stance}", language), changed)
