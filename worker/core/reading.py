"""When pages are read, again and no more, and how alerts are told in one message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from worker.errors import FetchError
from worker.model import Alert, AlertEvent, Article, TextSource

#: Waits after the first, second … failed try to fetch a page; then the feed's own text must do.
PAGE_RETRIES = (timedelta(minutes=1), timedelta(minutes=10))
#: Waits after failed tries to store or judge; a person looks at what fails after the last.
JUDGE_RETRIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
#: How long a host rests that says it is overloaded and names no time.
HOST_REST = timedelta(minutes=15)
#: A relevant article is read again so long after it was first seen: corrections come without notice.
REREADS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
#: A live blog is read again this often, for a day; its feed shows it only once.
LIVE_EVERY = timedelta(minutes=30)
LIVE_FOR = timedelta(hours=24)
#: A later reading with less than this share of the text is a teaser or a wall, not a correction.
REREAD_LEAST_SHARE = 0.6
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


def reread_at(done: int, first_seen: datetime, now: datetime, *, live: bool) -> datetime | None:
    """When an article is read again after ``done`` re-readings; ``None``: no more."""
    if live:
        return now + LIVE_EVERY if now - first_seen < LIVE_FOR else None
    later = [first_seen + wait for wait in REREADS[done:] if first_seen + wait > now]
    return later[0] if later else None


def is_better_or_same(new: Article, known: Article) -> bool:
    """Whether a later reading of an article may replace the known one.

    A page that meanwhile shows a wall, a teaser or nothing says nothing about its claims.
    """
    whole = new.text_source in (TextSource.PAGE, TextSource.JSON_LD)
    return whole and len(new.text) >= REREAD_LEAST_SHARE * len(known.text)


def is_headline_only(article: Article) -> bool:
    """Whether nothing but the headline is known of an article (a search engine hides its address)."""
    text = article.text.strip()
    return article.text_source is TextSource.FEED_SUMMARY and article.title.startswith(text)


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
