"""Partial dates cover what they name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.core.spans import Span, parse_day, parse_span, shifted


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-02-11", "2026-02-11", "2026-02-11"),
        ("2026-02-11T23:59:00+01:00", "2026-02-11", "2026-02-11"),
        (" 2026-02-11 08:00 ", "2026-02-11", "2026-02-11"),
    ],
)
def test_what_a_date_covers(text: str, start: str, end: str) -> None:
    assert parse_span(text) == Span(date.fromisoformat(start), date.fromisoformat(end))
    assert parse_day(text) == date.fromisoformat(end)


@pytest.mark.parametrize("text", ["", "26", "2026-13", "2026-02-30", "0000", "soon", "2026-2-1"])
def test_what_is_no_date_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is no date"):
        parse_span(text)


@given(st.dates(), st.integers(-10_000, 10_000))
@settings(deadline=None)
def test_a_shift_stays_within_the_years_there_are(day: date, days: int) -> None:
    moved = shifted(day, days)
    assert date.min <= moved <= date.max
    assert (moved - day).days == days or moved in (date.min, date.max)


def test_spans_overlap_by_a_single_day() -> None:
    january, first = parse_span("2026-01"), parse_span("2026-01-31")
    assert january.overlaps(first)
    assert not january.overlaps(parse_span("2026-02-01"))
    assert january.widened(1).overlaps(parse_span("2026-02-01"))
    assert january.days_until(date(2026, 2, 14)) == 14
