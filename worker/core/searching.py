"""Search feeds asked about the past: the same query, a week at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

#: A search engine gives a hundred to 250 hits, so long spans are asked about in parts.
WINDOW = timedelta(days=7)


def past_searches(url: str, since: date, until: date) -> tuple[str, ...]:
    """The addresses that ask ``url``'s query of the days from ``since`` to ``until``.

    Google News (``/rss/search``) and GDELT (``/doc/doc``) can be asked so; of others, empty.
    """
    parts = urlsplit(url)
    if parts.path.endswith("/rss/search"):
        return tuple(_google(url, *window) for window in _windows(since, until))
    if parts.path.endswith("/doc/doc"):
        return tuple(_gdelt(url, *window) for window in _windows(since, until))
    return ()


def _windows(since: date, until: date) -> Iterator[tuple[date, date]]:
    """Spans of at most a week, first and last day."""
    while since <= until:
        last = min(since + WINDOW - timedelta(days=1), until)
        yield since, last
        since = last + timedelta(days=1)


def _google(url: str, first: date, last: date) -> str:
    values = dict(parse_qsl(urlsplit(url).query))
    day_after = last + timedelta(days=1)  # ``before`` leaves its own day out
    values["q"] = f"{values.get('q', '')} after:{first} before:{day_after}".strip()
    return _with(url, values)


def _gdelt(url: str, first: date, last: date) -> str:
    values = dict(parse_qsl(urlsplit(url).query))
    values.pop("timespan", None)
    values |= {"startdatetime": f"{first:%Y%m%d}000000", "enddatetime": f"{last:%Y%m%d}235959"}
    return _with(url, values)


def _with(url: str, values: dict[str, str]) -> str:
    return urlunsplit(urlsplit(url)._replace(query=urlencode(values)))
