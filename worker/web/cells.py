"""The matrix as it is shown: which actors and measures, and what each cell says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from worker.core.history import confirmed
from worker.core.matrix import BODIES, Cell, position_matrix, short_quantity
from worker.core.spans import parse_span
from worker.model import Measure, Position, Slot, Stance
from worker.web.regions import in_region


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of the matrix is wanted; empty or ``None`` asks for all."""

    region: str | None = None
    measure: str | None = None
    stance: str | None = None
    since: date | None = None

    def fits(self, position: Position) -> bool:
        """Whether a position belongs to that part."""
        return (
            (self.region is None or in_region(position.slot.actor, self.region))
            and (self.measure is None or position.slot.measure == self.measure)
            and (self.stance is None or position.stance == self.stance)
            and (self.since is None or parse_span(position.as_of).end >= self.since)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One actor and its cells by measure; ``None`` where nothing is known."""

    actor: str
    cells: tuple[Shown | None, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: ``marks`` are the classes that its sign shows, ``quantity`` short for the column."""

    position: Position
    confirmed: bool
    contested: bool
    items: int
    quantity: str

    @property
    def stance(self) -> Stance:
        """The stance shown."""
        return self.position.stance


@dataclass(frozen=True, slots=True)
class Board:
    """The rows and columns shown."""

    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]

    @property
    def count(self) -> int:
        """How many cells say something."""
        return sum(cell is not None for row in self.rows for cell in row.cells)


def shown_matrix(
    positions: Iterable[Position],
    wanted: Filter,
    contested: set[Slot],
    name: Callable[[str], str],
) -> Board:
    """Actors × measures; bodies first, then states by their name in the reader's language."""
    matrix = position_matrix(filter(wanted.fits, positions))
    disputed = {(slot.actor, slot.measure) for slot in contested}
    actors = sorted(matrix.actors, key=lambda a: _order(a, name))
    rows = tuple(
        Row(a, tuple(_shown(matrix.cell(a, m), (a, m) in disputed) for m in matrix.measures))
        for a in actors
    )
    return Board(matrix.measures, rows)


def _order(actor: str, name: Callable[[str], str]) -> tuple[int, str]:
    return (BODIES.index(actor), "") if actor in BODIES else (len(BODIES), name(actor))


def _shown(cell: Cell | None, contested: bool) -> Shown | None:
    if cell is None:
        return None
    position = cell.position
    quantity = short_quantity(position.quantities[0]) if position.quantities else ""
    return Shown(position, confirmed(position), contested, cell.items, quantity)
