"""The position matrix: actors × measures, one cell per stance; for the terminal and the dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worker.model import Measure, Position, Quantity, Stance

#: Bodies before states, as they speak for many.
BODIES = ("COALITION", "EU", "NATO", "UN")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one field: the position, and whether items of the slot hold others beside it."""

    position: Position
    items: int = 0

    @property
    def stance(self) -> Stance:
        """The stance shown."""
        return self.position.stance


@dataclass(frozen=True, slots=True)
class Matrix:
    """``cells`` by actor and measure; only actors and measures of which something is known."""

    actors: tuple[str, ...]
    measures: tuple[Measure, ...]
    cells: Mapping[tuple[str, Measure], Cell]

    def cell(self, actor: str, measure: Measure) -> Cell | None:
        """The field of one actor and measure, if anything is known of it."""
        return self.cells.get((actor, measure))


def position_matrix(positions: Iterable[Position]) -> Matrix:
    """Arrange positions: bodies first, then states by code; measures in the order of the ontology.

    Where a slot has positions on single items beside one on the whole, the whole is shown; without
    one, the strongest item is.
    """
    cells: dict[tuple[str, Measure], Cell] = {}
    for position in positions:
        key = position.slot.actor, position.slot.measure
        cells[key] = _joined(cells.get(key), position)
    actors = {actor for actor, _ in cells}
    measures = {measure for _, measure in cells}
    return Matrix(
        actors=tuple(sorted(actors, key=_actor_order)),
        measures=tuple(measure for measure in Measure if measure in measures),
        cells=cells,
    )


def _joined(cell: Cell | None, position: Position) -> Cell:
    if cell is None:
        return Cell(position)
    both = (cell.position, position)
    shown = max(both, key=lambda p: (p.slot.item is None, abs(p.stance.rank), p.as_of))
    return Cell(shown, cell.items + 1)


def _actor_order(actor: str) -> tuple[int, str]:
    return (BODIES.index(actor), actor) if actor in BODIES else (len(BODIES), actor)


def short_quantity(quantity: Quantity) -> str:
    """A number for a narrow column: ``15k–30k``, ``≤20k``, ``≥5``, ``1.5bn``."""
    low, high = quantity.min, quantity.max
    if low is None or high is None:
        return f"≤{_short(high)}" if high is not None else f"≥{_short(low or 0)}"
    return _short(low) if low == high else f"{_short(low)}–{_short(high)}"


def _short(value: float) -> str:
    for size, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:g}"
