"""The polling etiquette (docs/reliability.md), rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.dying import dying, newly_dying
from worker.core.schedule import (
    DAYS,
    FeedState,
    Intervals,
    PollResult,
    after_poll,
    outside,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://news.example/feed"
FRESH = FeedState(URL, NOW)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ok(**fields):
    return PollResult(status=200, **fields)


def failed(status=None, **fields):
    return PollResult(status=status, error="no answer", **fields)


def polled(state, result, *, high=False, now=NOW, jitter=0.0):
    return after_poll(state, result, high_priority=high, now=now, jitter=jitter)


def wait(result, state=FRESH, **options):
    return polled(state, result, **options).next_check_at - NOW


def test_a_feed_is_asked_every_hour_and_one_of_high_priority_every_quarter():
    assert wait(ok(changed=True)) == HOUR
    assert wait(ok(changed=True), high=True) == 15 * MINUTE


def test_a_feed_whose_headers_allow_it_is_asked_every_quarter():
    assert wait(ok(changed=True, max_age=300)) == 15 * MINUTE


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (ok(ttl_minutes=180), 3 * HOUR),
        (ok(max_age=7200), 2 * HOUR),
        (ok(ttl_minutes=99999), 24 * HOUR),
        (ok(max_age=1e12), 24 * HOUR),
        (ok(ttl_minutes=-5), HOUR),
    ],
)
def test_the_feeds_own_wish_is_the_least_interval_up_to_a_day(result, expected):
    assert wait(result, high=False) == expected


def test_a_wish_is_never_undercut_by_the_jitter():
    assert wait(ok(ttl_minutes=180), jitter=-1.0) == 3 * HOUR


def test_a_quiet_feed_is_asked_less_often_and_news_brings_it_back():
    state, waits = FRESH, []
    for _ in range(12):
        after = polled(state, ok())
        waits.append(after.next_check_at - NOW)
        state = after
    assert waits == sorted(waits)
    assert waits[-1] == 4 * HOUR
    assert wait(ok(changed=True), state) == HOUR


def test_hours_to_skip_are_skipped():
    assert outside(NOW, {12, 13}) == NOW.replace(hour=14)
    assert outside(NOW + 30 * MINUTE, {12}) == NOW.replace(hour=13)
    assert outside(NOW, set()) == NOW
    assert polled(FRESH, ok(skip_hours={13, 14})).next_check_at == NOW.replace(hour=15)


def test_a_feed_that_forbids_every_hour_is_asked_all_the_same():
    assert outside(NOW, set(range(24))) == NOW


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_sets_its_own_pause_or_gets_four_hours(status):
    assert wait(failed(status, retry_after=7200)) == 2 * HOUR
    assert wait(failed(status)) == 4 * HOUR
    assert wait(failed(status, retry_after=7200), jitter=-1.0) >= 2 * HOUR


def test_forbidden_rests_four_hours_every_time():
    state = replace(FRESH, failures=6)
    assert wait(failed(403), state) == 4 * HOUR


@pytest.mark.parametrize("status", [None, 404, 500])
def test_errors_are_backed_off_from_an_hour_to_just_over_three_days_never_for_good(status):
    state, waits = FRESH, []
    for _ in range(12):
        state = polled(state, failed(status))
        waits.append((state.next_check_at - NOW) / HOUR)
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 64]
    assert set(waits[7:]) == {76.8}
    assert state.disabled is None


def test_gone_disables_the_feed_and_says_why():
    assert "410" in polled(FRESH, failed(410)).disabled


def test_success_after_failures_starts_anew():
    state = polled(replace(FRESH, failures=5), ok(changed=True))
    assert (state.failures, state.next_check_at) == (0, NOW + HOUR)


def test_validators_are_saved_after_a_readable_body_only():
    old = replace(FRESH, etag='"1"', last_modified="Mon", body_hash="a")
    read = polled(old, ok(etag='W/"2"', last_modified="Tue", body_hash="b"))
    assert (read.etag, read.last_modified, read.body_hash) == ('W/"2"', "Tue", "b")
    unread = polled(old, ok(etag='W/"2"', last_modified="Tue", parse_error="no feed"))
    assert (unread.etag, unread.last_modified, unread.body_hash) == ('"1"', "Mon", "a")
    assert unread.parse_failed
    assert unread.last_error == "no feed"


def test_a_feed_that_stays_unreadable_is_asked_ever_less_often():
    first = polled(FRESH, ok(parse_error="no feed"))
    second = polled(first, ok(parse_error="no feed"))
    assert (first.failures, second.failures) == (1, 2)
    assert second.next_check_at - NOW == 2 * (first.next_check_at - NOW)
    assert polled(second, ok(changed=True)).failures == 0


def test_not_modified_does_not_clear_an_earlier_parse_failure():
    broken = polled(FRESH, ok(parse_error="no feed"))
    later = polled(broken, PollResult(status=304))
    assert later.parse_failed
    assert later.last_error == "no feed"
    assert not polled(later, ok()).parse_failed


def test_not_modified_keeps_the_validators():
    state = polled(replace(FRESH, etag='"1"', body_hash="a"), PollResult(status=304))
    assert (state.etag, state.body_hash) == ('"1"', "a")


def test_a_permanent_redirect_is_kept_after_three_days_of_the_same_answer():
    there = "https://new.example/feed"
    state = polled(FRESH, ok(permanent_url=there))
    assert (state.url, state.moved_to) == (URL, there)
    state = polled(state, ok(permanent_url=there), now=NOW + timedelta(days=2.9))
    assert state.url == URL
    state = polled(state, ok(permanent_url=there), now=NOW + timedelta(days=3))
    assert (state.url, state.moved_to) == (there, None)


def test_another_answer_in_between_starts_the_three_days_anew():
    there = "https://new.example/feed"
    state = polled(FRESH, ok(permanent_url=there))
    state = polled(state, ok(), now=NOW + timedelta(days=1))
    state = polled(state, ok(permanent_url=there), now=NOW + timedelta(days=3.5))
    assert (state.url, state.moved_since) == (URL, NOW + timedelta(days=3.5))


def test_a_failed_poll_between_does_not_break_the_three_days():
    there = "https://new.example/feed"
    state = polled(FRESH, ok(permanent_url=there))
    state = polled(state, failed(), now=NOW + timedelta(days=1))
    assert polled(state, ok(permanent_url=there), now=NOW + timedelta(days=3)).url == there


RESULTS = st.builds(
    PollResult,
    status=st.sampled_from([None, 200, 304, 403, 404, 410, 429, 500, 503]),
    error=st.none() | st.just("broken"),
    parse_error=st.none() | st.just("no feed"),
    changed=st.booleans(),
    max_age=st.none() | st.floats(0, 1e15),
    ttl_minutes=st.none() | st.integers(-(10**9), 10**9),
    skip_hours=st.sets(st.integers(0, 23)),
    retry_after=st.none() | st.floats(0, 1e15),
)


@given(st.lists(RESULTS, min_size=1, max_size=20), st.booleans(), st.floats(-1, 1))
def test_whatever_a_feed_answers_it_is_asked_again_within_days_and_not_at_once(
    results, high, jitter
):
    state = FRESH
    for result in results:
        state = polled(state, result, high=high, jitter=jitter)
        # A Retry-After of a second is the only thing that may bring a poll sooner.
        if result.error is None or result.retry_after is None:
            assert state.next_check_at - NOW >= 13 * MINUTE
        assert state.next_check_at - NOW <= timedelta(days=3.2 * 1.1 + 1)


def test_the_configured_intervals_are_used():
    own = Intervals(timedelta(minutes=20), timedelta(minutes=5), timedelta(hours=1))
    options = {"now": NOW, "jitter": 0.0, "intervals": own}
    waits = [
        after_poll(FRESH, result, high_priority=high, **options).next_check_at - NOW
        for result, high in ((ok(), False), (ok(), True), (ok(ttl_minutes=300), False))
    ]
    assert waits == [20 * MINUTE, 5 * MINUTE, HOUR]


def test_wishes_hold_on_while_the_feed_answers_that_it_is_unchanged():
    wish = PollResult(status=200, parsed=True, ttl_minutes=180, skip_hours={15, 16})
    state = polled(FRESH, wish)
    assert (state.ttl_minutes, state.skip) == (180, "15 16")
    unchanged = polled(state, PollResult(status=304))
    assert unchanged.next_check_at >= NOW + timedelta(minutes=180)
    assert unchanged.next_check_at.hour not in (15, 16)
    freed = polled(unchanged, ok(parsed=True))
    assert (freed.ttl_minutes, freed.skip) == (None, "")


def test_days_to_skip_are_skipped_but_never_all_of_them():
    saturday = datetime(2026, 1, 17, 9, 30, tzinfo=UTC)
    monday = datetime(2026, 1, 19, 0, 0, tzinfo=UTC)
    assert outside(saturday, (), ("Saturday", "Sunday")) == monday
    assert outside(saturday, (), DAYS) == saturday


def test_a_feed_that_fails_for_days_is_dying_and_that_is_new_once():
    state = replace(FRESH, last_success_at=NOW, last_checked_at=NOW)
    told, now = [], NOW
    for _ in range(12):
        now = state.next_check_at
        later = polled(state, failed(500), now=now)
        told.append((now - NOW, newly_dying(state, later, now)))
        state = later
    reasons = [(when, why) for when, why in told if why]
    assert len(reasons) == 1
    assert timedelta(days=3) < reasons[0][0] < timedelta(days=7)
    assert "failures in a row" in reasons[0][1]


def test_a_feed_that_never_answered_is_dying_after_a_day_of_trying():
    state, now = FRESH, NOW
    for _ in range(5):
        assert dying(state, now) is None
        now = state.next_check_at
        state = polled(state, failed(500), now=now)
    assert "never readable" in dying(state, now)


def test_a_feed_that_answers_and_brings_nothing_for_a_month_is_dying():
    state = replace(FRESH, last_success_at=NOW, last_changed_at=NOW - timedelta(days=31))
    assert "nothing new" in dying(state, NOW)
    assert dying(replace(state, last_changed_at=NOW - timedelta(days=29)), NOW) is None
