"""What the headers of an HTTP response say about coming again (RFC 9110, RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Nobody is made to wait longer than this on a host's word.
_LONGEST = 30 * 86_400.0


def parse_http_date(value: str) -> datetime | None:
    """An HTTP date in any of its three forms as UTC, or ``None`` where it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, given as seconds or as a date; ``None`` if unsaid.

    A date is compared with the host's own ``Date`` where it sends one, so a host whose clock is
    wrong still gets the pause it means.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", value):
        return min(float(value), _LONGEST)
    until = parse_http_date(value) if value else None
    if until is None:
        return None
    host_now = parse_http_date(headers.get("date", "")) or now
    return min(max((until - host_now).total_seconds(), 0.0), _LONGEST)


def max_age(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which the response stays fresh (``max-age`` less ``Age``, else ``Expires``)."""
    directives = _directives(headers.get("cache-control", ""))
    if "no-store" in directives or "no-cache" in directives:
        return None
    stated = directives.get("max-age", "")
    if re.fullmatch(r"\d{1,12}", stated):
        age = headers.get("age", "").strip()
        spent = float(age) if re.fullmatch(r"\d{1,12}", age) else 0.0
        return min(max(float(stated) - spent, 0.0), _LONGEST)
    expires = parse_http_date(headers.get("expires", ""))
    if expires is None:
        return None
    host_now = parse_http_date(headers.get("date", "")) or now
    return min(max((expires - host_now).total_seconds(), 0.0), _LONGEST)


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value[:2000].split(","))
    return {name.strip().lower(): rest.strip().strip('"') for name, _, rest in pairs}
