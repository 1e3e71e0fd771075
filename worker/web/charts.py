"""Charts as plain geometry; the templates under ``charts/`` draw it as SVG.

All lengths are in user units of the drawing. Nothing here knows words or colours: a segment names
its stance, the style sheet its colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10

from worker.core.history import Step
from worker.model import Position, Quantity, Stance

WIDTH = 760
LABEL = 170
LANE = 26
TOP = 22


@dataclass(frozen=True, slots=True)
class Axis:
    """Days laid out from left to right between ``left`` and ``right``."""

    first: date
    last: date
    left: float = LABEL
    right: float = WIDTH - 8

    def x(self, day: date) -> float:
        """Where a day lies; days outside are put at the edge."""
        span = max((self.last - self.first).days, 1)
        share = min(max((day - self.first).days / span, 0.0), 1.0)
        return round(self.left + share * (self.right - self.left), 1)

    @property
    def ticks(self) -> list[tuple[float, date]]:
        """Beginnings of months (or of quarters or years) so that about eight are named."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = next((s for s in (1, 2, 3, 6, 12, 24, 60) if months / s <= 8), 120)
        found = []
        for number in range(months + 1):
            month = self.first.month - 1 + number
            day = date(self.first.year + month // 12, month % 12 + 1, 1)
            if (month % 12) % min(step, 12) == 0 and self.first <= day <= self.last:
                found.append((self.x(day), day))
        return found[:: max(1, ceil(len(found) / 9))]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a lane during which one position held."""

    x: float
    width: float
    day: date
    position: Position


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a chart: what it is about, and its segments from left to right."""

    key: str
    y: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Rows of stances over time."""

    axis: Axis
    lanes: tuple[Lane, ...]

    @property
    def height(self) -> float:
        """The height of the drawing."""
        return TOP + LANE * len(self.lanes) + 22


def spanning(histories: Iterable[Sequence[Step]], today: date) -> Axis:
    """An axis from the first step, at least a quarter ago, to today."""
    days = [steps[0].day for steps in histories if steps]
    first = min([*days, today - timedelta(days=90)])
    return Axis(first.replace(day=1), max([today, *days]))


def lanes(rows: Sequence[tuple[str, Sequence[Step]]], today: date) -> Lanes:
    """Stances over time, a lane for each row."""
    axis = spanning([steps for _, steps in rows], today)
    drawn = (
        Lane(key, TOP + LANE * number, _segments(steps, axis))
        for number, (key, steps) in enumerate(rows)
    )
    return Lanes(axis, tuple(drawn))


def _segments(steps: Sequence[Step], axis: Axis) -> tuple[Segment, ...]:
    ends = [step.day for step in steps[1:]] + [axis.last]
    return tuple(
        Segment(axis.x(step.day), max(axis.x(end) - axis.x(step.day), 3.0), step.day, step.position)
        for step, end in zip(steps, ends, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """Values laid out from bottom to top."""

    top: float
    low: float
    high: float
    unit_height: float

    def y(self, value: float) -> float:
        """Where a value lies."""
        share = value / self.top if self.top else 0.0
        return round(self.low - share * (self.low - self.high), 1)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """Round values to name at the side."""
        step = _round_step(self.top / 4) if self.top else 1.0
        count = floor(self.top / step + 1e-9)
        return [(self.y(step * n), step * n) for n in range(count + 1)]


def scale(values: Iterable[float], low: float, high: float) -> Scale:
    """A scale from nothing to a round number above the largest value."""
    largest = max(values, default=0.0)
    step = _round_step(largest / 4) if largest else 1.0
    return Scale(ceil(largest / step) * step if largest else 1.0, low, high, low - high)


def _round_step(rough: float) -> float:
    if rough <= 0:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    return next(power * f for f in (1, 2, 5, 10) if power * f >= rough)


@dataclass(frozen=True, slots=True)
class Band:
    """A quantity over time: the outline between its least and most, and its corners to point at."""

    unit: str
    axis: Axis
    scale: Scale
    outline: str
    upper: str
    points: tuple[tuple[float, float, date, Quantity], ...]

    height = 190.0


def band(steps: Sequence[Step], unit: str, axis: Axis) -> Band | None:
    """How a quantity of ``unit`` developed; an open end is drawn at the end that is known."""
    corners = []
    for step in steps:
        told = next((q for q in step.position.quantities if q.unit == unit), None)
        low, high = _ends(told) if told and step.position.stance.rank > 0 else (0.0, 0.0)
        corners.append((step.day, low, high, told))
    if not any(high for _, _, high, _ in corners):
        return None
    sized = scale((high for _, _, high, _ in corners), 160, 16)
    upper = _stairs([(day, high) for day, _, high, _ in corners], axis, sized)
    lower = _stairs([(day, low) for day, low, _, _ in corners], axis, sized)
    points = tuple((axis.x(d), sized.y(high), d, told) for d, _, high, told in corners if told)
    return Band(unit, axis, sized, _path([*upper, *reversed(lower)], True), _path(upper), points)


def _ends(told: Quantity) -> tuple[float, float]:
    low = told.min if told.min is not None else told.max
    high = told.max if told.max is not None else told.min
    return low or 0.0, high or 0.0


def _stairs(
    corners: Sequence[tuple[date, float]], axis: Axis, sized: Scale
) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for day, value in corners:
        if points:
            points.append((axis.x(day), points[-1][1]))
        points.append((axis.x(day), sized.y(value)))
    return [*points, (axis.x(axis.last), points[-1][1])] if points else []


def _path(points: Sequence[tuple[float, float]], closed: bool = False) -> str:
    told = "L".join(f"{x:g} {y:g}" for x, y in points)
    return f"M{told}{'Z' if closed else ''}"


@dataclass(frozen=True, slots=True)
class Layer:
    """One stance of a stacked area."""

    stance: Stance
    outline: str


@dataclass(frozen=True, slots=True)
class Stack:
    """How many actors held which stance over time, one layer upon the other."""

    axis: Axis
    scale: Scale
    layers: tuple[Layer, ...]
    #: The day and the number of actors by stance, for the table beside the chart.
    rows: tuple[tuple[date, dict[Stance, int]], ...]

    height = 250.0


def stack(rows: Sequence[tuple[date, dict[Stance, int]]], axis: Axis) -> Stack:
    """Stances counted at the days given, the strongest at the bottom."""
    order = sorted(Stance, key=lambda s: -s.rank)
    totals = [sum(counts.values()) for _, counts in rows]
    sized = scale((float(t) for t in totals), 220, 12)
    below = [0.0] * len(rows)
    layers = []
    for stance in order:
        above = [b + counts.get(stance, 0) for b, (_, counts) in zip(below, rows, strict=True)]
        if above != below:
            outline = [(axis.x(d), sized.y(v)) for (d, _), v in zip(rows, above, strict=True)]
            base = [(axis.x(d), sized.y(v)) for (d, _), v in zip(rows, below, strict=True)]
            layers.append(Layer(stance, _path([*outline, *reversed(base)], True)))
        below = above
    return Stack(axis, sized, tuple(layers), tuple(rows))


@dataclass(frozen=True, slots=True)
class Sums:
    """The sum of what actors pledge, least and most, over time."""

    unit: str
    axis: Axis
    scale: Scale
    outline: str
    upper: str
    lower: str
    rows: tuple[tuple[date, float, float, int], ...]

    height = 250.0


def sums(rows: Sequence[tuple[date, float, float, int]], unit: str, axis: Axis) -> Sums:
    """Sums at the days given: (day, least, most, number of actors)."""
    sized = scale((most for _, _, most, _ in rows), 220, 12)
    upper = [(axis.x(d), sized.y(most)) for d, _, most, _ in rows]
    lower = [(axis.x(d), sized.y(least)) for d, least, _, _ in rows]
    outline = _path([*upper, *reversed(lower)], True)
    return Sums(unit, axis, sized, outline, _path(upper), _path(lower), tuple(rows))


def month_ends(first: date, last: date) -> list[date]:
    """The last day of each month between two days, and the last day itself."""
    found = []
    year, month = first.year, first.month
    while (year, month) < (last.year, last.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        found.append(date(year, month, 1) - timedelta(days=1))
    return [*found, last]
