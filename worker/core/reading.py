"""What becomes of an entry whose page could not be read, and of alerts told in one message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from worker.errors import FetchError
from worker.model import Alert, AlertEvent

#: Waits after the first, second … failed try to fetch a page; then the feed's own text must do.
PAGE_RETRIES = (timedelta(minutes=1), timedelta(minutes=10))
#: Waits after failed tries to store or judge; a person looks at what fails after the last.
JUDGE_RETRIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
#: How long a host rests that says it is overloaded and names no time.
HOST_REST = timedelta(minutes=15)
_LONGEST_REST = timedelta(hours=24)


class NextStep(StrEnum):
    """What follows a failed fetch of a page."""

    RETRY = "retry"
    USE_FEED_TEXT = "use_feed_text"


@dataclass(frozen=True, slots=True)
class AfterFetchFailure:
    """How to go on after a failed fetch: ``at`` is the next try, ``host_rests_until`` for 429."""

    step: NextStep
    at: datetime
    host_rests_until: datetime | None = None


def after_fetch_failure(error: FetchError, attempts: int, now: datetime) -> AfterFetchFailure:
    """Decide after ``attempts`` failed tries (from 1) to fetch a page.

    A refusal (paywall, robots.txt, a page that is gone) will be the same in an hour, while the
    feed's own text is at hand: news is not held up by it. A busy host is left alone for a while.
    """
    busy = error.status in (429, 503)
    rest = now + _rest(error) if busy else None
    lasting = error.status is not None and 400 <= error.status < 500 and not busy
    if not error.retryable or lasting or attempts > len(PAGE_RETRIES):
        return AfterFetchFailure(NextStep.USE_FEED_TEXT, now, rest)
    at = now + PAGE_RETRIES[attempts - 1]
    return AfterFetchFailure(NextStep.RETRY, max(at, rest or at), rest)


def _rest(error: FetchError) -> timedelta:
    if error.retry_after is None:
        return HOST_REST
    return min(timedelta(seconds=min(max(error.retry_after, 1.0), 1e6)), _LONGEST_REST)


def judge_retry(attempts: int, now: datetime) -> datetime | None:
    """When an article is judged again after ``attempts`` failures (from 1); ``None``: no more."""
    if attempts > len(JUDGE_RETRIES):
        return None
    return now + JUDGE_RETRIES[attempts - 1]


def told_once(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """The events of one message, each alert once and as it last stood.

    What was raised and updated within one window is new to the reader, so it is told as raised;
    what was contradicted or withdrawn meanwhile keeps that mark.
    """
    latest: dict[str, Alert] = {}
    for alert in alerts:
        earlier = latest.get(alert.id)
        if earlier is not None and _is_still_new(earlier, alert):
            alert = replace(alert, event=AlertEvent.RAISED)
        latest[alert.id] = alert
    return tuple(latest.values())


def _is_still_new(earlier: Alert, later: Alert) -> bool:
    mild = (AlertEvent.UPDATED, AlertEvent.CONFIRMED)
    return earlier.event is AlertEvent.RAISED and later.event in mild
