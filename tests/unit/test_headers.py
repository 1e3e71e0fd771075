"""What response headers say about coming again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from worker.core.headers import max_age, parse_http_date, retry_after

NOW = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
IN_TWO_MINUTES = "Wed, 14 Jan 2026 12:02:00 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (IN_TWO_MINUTES, 120.0),
        ("Wednesday, 14-Jan-26 12:02:00 GMT", 120.0),
        ("Wed Jan 14 12:02:00 2026", 120.0),
        ("Wed, 14 Jan 2026 11:00:00 GMT", 0.0),
        ("99999999999", 30 * 86_400.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Wed, 99 Jan 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after_takes_seconds_and_the_three_date_forms(
    value: str, seconds: float | None
) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_a_date_is_measured_by_the_hosts_own_clock() -> None:
    headers = {"date": "Wed, 14 Jan 2026 12:01:00 GMT", "retry-after": IN_TWO_MINUTES}
    assert retry_after(headers, NOW) == 60.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600.0),
        ({"cache-control": 'MAX-AGE="600"', "age": "100"}, 500.0),
        ({"cache-control": "max-age=60", "age": "100"}, 0.0),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "no-store"}, None),
        ({"expires": IN_TWO_MINUTES}, 120.0),
        ({"expires": IN_TWO_MINUTES, "cache-control": "max-age=5"}, 5.0),
        ({"expires": "0"}, None),
        ({"cache-control": "max-age=x"}, None),
        ({}, None),
    ],
)
def test_freshness_is_max_age_less_age_else_expires(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert max_age(headers, NOW) == seconds


def test_a_date_without_zone_is_utc() -> None:
    assert parse_http_date("Wed, 14 Jan 2026 12:02:00 -0000") == datetime(
        2026, 1, 14, 12, 2, tzinfo=UTC
    )
