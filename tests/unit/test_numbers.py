"""Numbers are read in the notation of each language."""

from __future__ import annotations

import pytest

from worker.core.claims.quantities import parse_digits


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("6.500", "de", 6500),
        ("6,500", "en", 6500),
        ("1,7", "de", 1.7),
        ("1.7", "en", 1.7),
        ("1.200.000", "de", 1_200_000),
        ("1\u202f200", "fr", 1200),
        ("1’200", "de", 1200),
        ("500", "pl", 500),
        ("0,5", "ru", 0.5),
    ],
)
def test_digits(text: str, language: str, value: float) -> None:
    assert parse_digits(text, language) == value
