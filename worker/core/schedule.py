"""When a feed is asked again, and what its answer changes: the polling etiquette as pure rules.

The rules are those of docs/reliability.md (Polling etiquette). ``after_poll`` takes what is known
of a feed, what the last request brought and ``now``, and returns what is known afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: A quiet feed is asked less often, but never beyond four times its usual interval: the official
#: source that publishes once a week is the very one that must be heard within hours.
QUIET_FACTOR = 4
BUSY_DEFAULT = timedelta(hours=4)
ERROR_FIRST = timedelta(hours=1)
ERROR_LONGEST = timedelta(days=3.2)
#: A permanent redirect is believed after this long of the same answer.
MOVE_AFTER = timedelta(days=3)
JITTER = 0.1
#: As RSS names them in ``skipDays``.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often feeds are asked: ``quick`` those of high priority or whose headers welcome it.

    No wish of a feed makes the wait longer than ``ceiling``.
    """

    normal: timedelta = timedelta(minutes=60)
    quick: timedelta = timedelta(minutes=15)
    ceiling: timedelta = timedelta(hours=24)


INTERVALS = Intervals()


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between two polls.

    ``url`` is the address now in use, ``interval`` the adaptive one in seconds, ``failures`` the
    failed polls in a row. ``etag`` and ``last_modified`` are kept byte for byte.
    """

    url: str
    next_check_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    interval: float | None = None
    failures: int = 0
    parse_failed: bool = False
    moved_to: str | None = None
    moved_since: datetime | None = None
    disabled: str | None = None
    last_checked_at: datetime | None = None
    last_success_at: datetime | None = None
    last_changed_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    #: What was odd about the last body that could be read all the same.
    remark: str | None = None
    #: The feed's own wishes as last read: minutes between two requests, hours and days to skip.
    ttl_minutes: int | None = None
    skip: str = ""

    @property
    def never_read(self) -> bool:
        """Whether no poll has brought a readable feed yet."""
        return self.last_success_at is None


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one request for a feed brought.

    ``status`` is ``None`` where no answer came. ``error`` tells a failed fetch, ``parse_error`` a
    body that is no feed. ``max_age`` (seconds) and ``ttl_minutes`` are the feed's own wishes.
    """

    status: int | None = None
    error: str | None = None
    parse_error: str | None = None
    changed: bool = False
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    max_age: float | None = None
    ttl_minutes: int | None = None
    skip_hours: Collection[int] = ()
    skip_days: Collection[str] = ()
    remark: str | None = None
    retry_after: float | None = None
    permanent_url: str | None = None
    #: Whether the body was new and has been read.
    parsed: bool = False

    @property
    def fetched(self) -> bool:
        """Whether the server gave the feed or said that it has not changed."""
        return self.error is None


def after_poll(
    state: FeedState,
    result: PollResult,
    *,
    high_priority: bool,
    now: datetime,
    jitter: float,
    intervals: Intervals = INTERVALS,
) -> FeedState:
    """What is known of a feed after ``result``; ``jitter`` in −1…1 moves the next poll by 10 %."""
    common = replace(state, last_checked_at=now, last_status=result.status)
    if not result.fetched:
        return _after_failed_fetch(common, result, now, jitter)
    moved = _follow_move(common, result, now)
    if result.parse_error is not None:
        return _after_unreadable(moved, result, now, jitter)
    moved, result = _with_wishes(moved, result)
    wait = next_interval(moved, result, high_priority, intervals)
    wished = min(_wished(result), intervals.ceiling)
    return _after_success(moved, result, wait, now + max(_jittered(wait, jitter), wished), now)


def _with_wishes(state: FeedState, result: PollResult) -> tuple[FeedState, PollResult]:
    """Wishes stand in the body, so they hold on while the feed answers that it is unchanged."""
    if result.parsed:
        skip = (*sorted(f"{hour:02}" for hour in result.skip_hours), *sorted(result.skip_days))
        return replace(state, ttl_minutes=result.ttl_minutes, skip=" ".join(skip)), result
    words = state.skip.split()
    return state, replace(
        result,
        ttl_minutes=state.ttl_minutes if result.ttl_minutes is None else result.ttl_minutes,
        skip_hours=result.skip_hours or {int(word) for word in words if word.isdigit()},
        skip_days=result.skip_days or {word for word in words if not word.isdigit()},
    )


def _after_failed_fetch(
    state: FeedState, result: PollResult, now: datetime, jitter: float
) -> FeedState:
    failures = state.failures + 1
    wait = _failure_wait(result, failures)
    gone = "the feed is gone for good (410)" if result.status == 410 else state.disabled
    return replace(
        state,
        failures=failures,
        disabled=gone,
        last_error=result.error,
        next_check_at=now + _jittered(wait, jitter if result.retry_after is None else abs(jitter)),
    )


def _failure_wait(result: PollResult, failures: int) -> timedelta:
    """How long a feed rests after a failed fetch."""
    if result.status in (429, 503):
        asked = BUSY_DEFAULT if result.retry_after is None else _seconds(result.retry_after)
        return min(asked, ERROR_LONGEST)
    if result.status == 403:
        return BUSY_DEFAULT
    return error_wait(failures)


def error_wait(failures: int) -> timedelta:
    """The rest after ``failures`` failures in a row (from 1): an hour, doubling to 3.2 days."""
    return min(ERROR_FIRST * (1 << min(failures - 1, 10)), ERROR_LONGEST)


def _after_unreadable(
    state: FeedState, result: PollResult, now: datetime, jitter: float
) -> FeedState:
    # The validators stay those of the last body that could be read: with the new ones the
    # server would answer 304 from now on and the feed's entries would be lost.
    failures = state.failures + 1
    return replace(
        state,
        failures=failures,
        parse_failed=True,
        last_error=result.parse_error,
        next_check_at=now + _jittered(error_wait(failures), jitter),
    )


def _after_success(
    state: FeedState, result: PollResult, wait: timedelta, next_check: datetime, now: datetime
) -> FeedState:
    if result.status == 304:
        known = replace(state, last_success_at=state.last_success_at if state.parse_failed else now)
    else:
        known = replace(
            state,
            etag=result.etag,
            last_modified=result.last_modified,
            body_hash=result.body_hash,
            parse_failed=False,
            last_success_at=now,
            remark=result.remark if result.parsed else state.remark,
        )
    return replace(
        known,
        failures=0,
        interval=wait.total_seconds(),
        last_error=state.last_error if known.parse_failed else None,
        last_changed_at=now if result.changed else state.last_changed_at,
        next_check_at=outside(next_check, result.skip_hours, result.skip_days),
    )


def next_interval(
    state: FeedState, result: PollResult, high_priority: bool, intervals: Intervals = INTERVALS
) -> timedelta:
    """The interval that fits how often the feed changes: the floor on news, slowly longer else."""
    welcome = result.max_age is not None and 0 < result.max_age <= intervals.quick.total_seconds()
    floor = intervals.quick if high_priority or welcome else intervals.normal
    if result.changed or state.interval is None:
        wait = floor
    else:
        wait = timedelta(seconds=state.interval * 1.2)
    wait = min(max(wait, floor), floor * QUIET_FACTOR)
    return min(max(wait, _wished(result)), intervals.ceiling)


def _wished(result: PollResult) -> timedelta:
    """The least interval that the feed itself asks for (``ttl``, ``max-age``, ``Expires``)."""
    ttl = timedelta(minutes=min(result.ttl_minutes or 0, 10_000))
    return max(ttl, _seconds(result.max_age or 0))


def outside(
    when: datetime, skip_hours: Collection[int], skip_days: Collection[str] = ()
) -> datetime:
    """The first time from ``when`` on whose hour and day (UTC) are not to be skipped.

    A feed that forbids every hour or day is asked all the same, or it would fall silent for good.
    """
    for hours in range(7 * 24):
        moved = when + timedelta(hours=hours)
        if moved.hour not in skip_hours and DAYS[moved.weekday()] not in skip_days:
            return when if hours == 0 else moved.replace(minute=0, second=0, microsecond=0)
    return when


def _follow_move(state: FeedState, result: PollResult, now: datetime) -> FeedState:
    """Remember a permanent redirect, and believe it once it has been the answer for three days."""
    target = result.permanent_url
    if target is None or target == state.url:
        return replace(state, moved_to=None, moved_since=None)
    if target != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=target, moved_since=now)
    if now - state.moved_since < MOVE_AFTER:
        return state
    return replace(state, url=target, moved_to=None, moved_since=None)


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=min(max(value, 0.0), ERROR_LONGEST.total_seconds()))


def _jittered(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1 + JITTER * jitter)
