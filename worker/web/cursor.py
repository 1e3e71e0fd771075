"""The mark of a page of a list: where it ended, so that the next one begins there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from worker.errors import UsageError
from worker.ports.looking import Page

#: Microseconds since 1970 and the id of the last row shown.
PATTERN = r"^[0-9]{1,16}_[0-9A-Za-z-]{1,64}$"
_MARK = re.compile(PATTERN)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def mark_of(at: datetime, key: object) -> str:
    """The mark of a page that ends with the row ``key`` of the time ``at``."""
    return f"{(at - _START) // _MICRO}_{key}"


def page_after(mark: str | None, limit: int) -> Page:
    """The page that begins after a mark; UsageError for what is none."""
    if not mark:
        return Page(limit=limit)
    if not _MARK.fullmatch(mark):
        raise UsageError("before: must be the mark of a page, as the link to it gives it")
    at, _, key = mark.partition("_")
    return Page(limit=limit, at=_START + int(at) * _MICRO, id=key)
