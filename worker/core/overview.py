"""What a digest shows beside its alerts: who stands where, and how much has changed of late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from worker.model import Alert, Change, ChangeKind, Position

#: Days that the chart of a digest spans.
CHART_DAYS = 14


class Direction(StrEnum):
    """Where a change leads: towards doing the measure, away from it, or neither."""

    UP = "up"
    DOWN = "down"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Day:
    """The changes told of on one day (UTC)."""

    day: date
    up: int = 0
    down: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.up + self.down + self.other


@dataclass(frozen=True, slots=True)
class Overview:
    """All known positions, and the changes of each of the last days, the oldest first."""

    positions: tuple[Position, ...]
    days: tuple[Day, ...]


def direction(change: Change) -> Direction:
    """Where a change leads; a first position counts by its side, a change of number by its sign."""
    if change.kind in (ChangeKind.CONTESTED, ChangeKind.DENIED, ChangeKind.CORRECTED):
        return Direction.OTHER
    start = change.before.stance.rank if change.before else 0
    step = change.after.stance.rank - start
    if step == 0 and change.before:
        step = _numbers(change)
    return Direction.UP if step > 0 else Direction.DOWN if step < 0 else Direction.OTHER


def _numbers(change: Change) -> int:
    before = (
        {q.unit: q.max or q.min or 0 for q in change.before.quantities} if change.before else {}
    )
    steps = (
        (q.max or q.min or 0) - before[q.unit] for q in change.after.quantities if q.unit in before
    )
    step = next((step for step in steps if step), 0.0)
    return (step > 0) - (step < 0)


def chart_days(alerts: Iterable[Alert], now: datetime, days: int = CHART_DAYS) -> tuple[Day, ...]:
    """The alerts of the last ``days`` days by day and direction, days without any included."""
    counted = Counter((a.raised_at.date(), direction(a.change)) for a in alerts)
    first = now.date() - timedelta(days=days - 1)
    return tuple(
        Day(day, *(counted[day, d] for d in Direction))
        for day in (first + timedelta(days=n) for n in range(days))
    )
