"""What follows a page that could not be read, and how one message tells its alerts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.values import NOW, an_alert
from worker.core import reading
from worker.core.reading import NextStep, after_fetch_failure, judge_retry, told_once
from worker.errors import FetchError, FetchRefused
from worker.model import AlertEvent


def failed(attempts=1, kind=FetchError, **values):
    return after_fetch_failure(kind("no", **values), attempts, NOW)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 410, 451])
def test_a_refusal_is_not_waited_out_the_feeds_own_text_is_used(status):
    assert failed(status=status).step is NextStep.USE_FEED_TEXT


def test_a_forbidden_address_is_never_tried_again():
    assert failed(kind=FetchRefused).step is NextStep.USE_FEED_TEXT


@pytest.mark.parametrize("status", [None, 500, 502])
def test_a_passing_failure_is_tried_twice_more_before_the_feeds_text_must_do(status):
    waits = [failed(n, status=status) for n in (1, 2, 3)]
    assert [w.step for w in waits] == [NextStep.RETRY, NextStep.RETRY, NextStep.USE_FEED_TEXT]
    assert [w.at - NOW for w in waits[:2]] == [timedelta(minutes=1), timedelta(minutes=10)]
    assert waits[0].host_rests_until is None


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_host_is_left_alone_as_long_as_it_asks(status):
    told = failed(status=status, retry_after=3600.0)
    assert told.host_rests_until == told.at == NOW + timedelta(hours=1)
    assert failed(status=status).host_rests_until == NOW + reading.HOST_REST
    assert failed(status=status, retry_after=1e30).host_rests_until == NOW + timedelta(hours=24)


def test_judging_is_tried_three_times_more_then_a_person_looks():
    waits = [judge_retry(n, NOW) for n in range(1, 5)]
    assert waits[:3] == [NOW + wait for wait in reading.JUDGE_RETRIES]
    assert waits[3] is None


def events(*told):
    return told_once(replace(an_alert("NO"), event=event, origins=n) for n, event in told)


def test_what_is_raised_and_updated_within_one_message_is_told_once_as_new():
    (alert,) = events((1, AlertEvent.RAISED), (2, AlertEvent.UPDATED), (3, AlertEvent.CONFIRMED))
    assert (alert.event, alert.origins) == (AlertEvent.RAISED, 3)


@pytest.mark.parametrize("mark", [AlertEvent.CONTESTED, AlertEvent.CORRECTED, AlertEvent.RESOLVED])
def test_what_is_contradicted_within_one_message_keeps_that_mark(mark):
    (alert,) = events((1, AlertEvent.RAISED), (2, mark))
    assert alert.event is mark


def test_an_update_of_what_was_told_before_stays_an_update():
    (alert,) = events((2, AlertEvent.UPDATED))
    assert alert.event is AlertEvent.UPDATED


def test_alerts_keep_the_order_in_which_they_came():
    alerts = [an_alert("SE"), an_alert("NO"), an_alert("DK")]
    assert told_once(alerts) == tuple(alerts)
