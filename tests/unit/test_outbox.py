"""The transition rules of the outbox (docs/reliability.md, Outbox)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core import outbox
from worker.core.outbox import Breaker, DeliveryState, Gate
from worker.errors import DeliveryError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEADLINE = NOW + outbox.DEADLINE


def fail(attempts, *, now=NOW, jitter=0.0, deadline=DEADLINE, **error):
    error.setdefault("retryable", True)
    return outbox.after_failure(
        DeliveryError("no", **error), attempts=attempts, deadline=deadline, now=now, jitter=jitter
    )


def test_waits_follow_the_promised_schedule():
    waits = [outbox.retry_delay(n, 0.0) for n in range(11)]
    hours = timedelta(hours=1)
    assert waits == [
        timedelta(0),
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(n * hours for n in (2, 5, 10, 14, 20, 24)),
        None,
    ]


@given(st.lists(st.floats(0, 1), min_size=10, max_size=10))
def test_all_waits_together_stay_below_76_hours_whatever_the_jitter(jitters):
    waits = [outbox.retry_delay(n, jitter) for n, jitter in enumerate(jitters)]
    assert sum(waits, timedelta()) < outbox.DEADLINE
    for n, wait in enumerate(waits):
        assert 0.8 * outbox.RETRY_DELAYS[n] - 1e-5 <= wait.total_seconds() <= outbox.RETRY_DELAYS[n]


def test_a_transient_failure_waits_for_its_next_attempt():
    outcome = fail(1)
    assert (outcome.state, outcome.next_at) == (DeliveryState.PENDING, NOW + timedelta(seconds=5))


def test_the_tenth_failure_is_a_dead_letter():
    assert fail(9).state is DeliveryState.PENDING
    assert fail(10).state is DeliveryState.DEAD


@pytest.mark.parametrize(("attempts", "state"), [(1, "pending"), (2, "pending"), (3, "dead")])
def test_a_refusal_is_dead_after_three_attempts(attempts, state):
    outcome = fail(attempts, retryable=False, status=400)
    assert outcome.state == state
    assert not outcome.counts_for_breaker


def test_gone_disables_the_channel_at_once():
    outcome = fail(1, retryable=False, status=410, disable=True)
    assert outcome.state is DeliveryState.DEAD
    assert outcome.disable_channel


def test_retry_after_is_honoured_but_never_beyond_the_deadline():
    assert fail(1, retry_after=600.0).next_at == NOW + timedelta(minutes=10)
    assert fail(3, retry_after=5.0).next_at == NOW + timedelta(minutes=30)
    assert fail(1, retry_after=1e7).next_at == DEADLINE


def test_a_failure_at_the_deadline_is_dead():
    assert fail(2, now=DEADLINE).state is DeliveryState.DEAD


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        *((status, False) for status in (400, 401, 404, 410, 422)),
        *((status, True) for status in (408, 425, 429, 500, 503, 599)),
    ],
)
def test_http_statuses_that_may_pass_with_time(status, retryable):
    assert outbox.http_retryable(status) is retryable


@pytest.mark.parametrize(("code", "retryable"), [(421, True), (451, True), (550, False)])
def test_smtp_codes_that_may_pass_with_time(code, retryable):
    assert outbox.smtp_retryable(code) is retryable


def breaker_after(failures, breaker=None, now=NOW):
    breaker = breaker or Breaker()
    for _ in range(failures):
        breaker = breaker.after_failure(now)
    return breaker


def test_five_failures_open_the_breaker_for_a_minute_then_one_probe():
    assert breaker_after(4).gate(NOW) is Gate.CLOSED
    breaker = breaker_after(5)
    assert breaker.gate(NOW + timedelta(seconds=59)) is Gate.OPEN
    assert breaker.gate(NOW + timedelta(seconds=60)) is Gate.PROBE


def test_each_failed_probe_doubles_the_pause_up_to_half_an_hour():
    breaker, now, pauses = breaker_after(5), NOW, []
    for _ in range(7):
        pauses.append((breaker.open_until - now).total_seconds())
        now = breaker.open_until
        breaker = breaker.after_failure(now)
    assert pauses == [60, 120, 240, 480, 960, 1800, 1800]


def test_a_success_closes_the_breaker():
    assert breaker_after(7).after_success() == Breaker()


def test_only_an_open_breaker_lets_a_delivery_expire():
    late = DEADLINE + timedelta(days=2)
    assert outbox.expired_behind_breaker(Gate.OPEN, deadline=DEADLINE, now=late)
    assert not outbox.expired_behind_breaker(Gate.CLOSED, deadline=DEADLINE, now=late)
    assert not outbox.expired_behind_breaker(Gate.PROBE, deadline=DEADLINE, now=late)
    assert not outbox.expired_behind_breaker(Gate.OPEN, deadline=DEADLINE, now=NOW)


def test_a_lease_ends_at_its_time_and_no_lease_never_expires():
    assert outbox.lease_expired(NOW, NOW)
    assert not outbox.lease_expired(NOW + timedelta(seconds=1), NOW)
    assert not outbox.lease_expired(None, NOW)
