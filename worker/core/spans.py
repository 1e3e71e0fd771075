"""Partial dates as spans of days: ``2026``, ``2026-02`` and ``2026-02-11`` cover what they name."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days that a partial date covers, both ends included."""

    start: date
    end: date

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a day."""
        return self.start <= other.end and other.start <= self.end

    def days_until(self, day: date) -> int:
        """How many days lie between the end of the span and ``day`` (negative if it is inside)."""
        return (day - self.end).days

    def widened(self, days: int) -> Span:
        """The span with ``days`` more on both sides."""
        return Span(shifted(self.start, -days), shifted(self.end, days))


def shifted(day: date, days: int) -> date:
    """``day`` moved by a number of days, within the years that a date can have."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)


@lru_cache(maxsize=8192)
def parse_span(text: str) -> Span:
    """The span of ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or an ISO 8601 date-time.

    Raises ``ValueError`` naming the text where it is none of these.
    """
    found = _PARTIAL.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no date: YYYY, YYYY-MM or YYYY-MM-DD is allowed")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        return _span(year, month, day)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date: {error}") from error


def _span(year: int, month: int | None, day: int | None) -> Span:
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 1
        return Span(date(year, month, 1), date(year, month, last))
    return Span(date(year, month, day), date(year, month, day))


def parse_day(text: str) -> date:
    """The last day of a partial date: the day by which what it dates has happened."""
    return parse_span(text).end
