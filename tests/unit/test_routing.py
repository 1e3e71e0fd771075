"""Where an alert goes and when: the semantics of Alertmanager, and quiet that is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.ledger_language import Newsroom
from worker.core.clocks import Digest, QuietHours
from worker.core.compare import Reason
from worker.core.judging import judge_article
from worker.core.replay import MemoryLedger
from worker.core.routing import (
    Desk,
    GroupState,
    Handover,
    Held,
    Route,
    Silence,
    Told,
    hand_over,
    labels_of,
    repeat_due,
    take,
)
from worker.model import Alert, AlertEvent, Severity

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WAIT, INTERVAL = timedelta(seconds=30), timedelta(minutes=5)


def alert(words: str = "DE troops committed", language: str = "de") -> Alert:
    newsroom = Newsroom()
    article = newsroom.article("2026-02-03", [words], language=language)
    verdict = judge_article(article, newsroom.analyze(article), view=MemoryLedger(), now=NOW)
    return verdict.alerts[0]


def match(**labels: str) -> MappingProxyType[str, frozenset[str]]:
    return MappingProxyType({k: frozenset(v.split("|")) for k, v in labels.items()})


def names(root: Route, words: str = "DE troops committed") -> list[str | None]:
    return [route.name for route in take(root, labels_of(alert(words)))]


def one(given: Alert, root: Route, desk: Desk | None = None, now: datetime = NOW) -> Handover:
    (handover,), held = hand_over(given, root, desk or Desk(), now)
    assert held is None
    return handover


TREE = Route(
    name="root",
    channels=("console",),
    routes=(
        Route(name="germany", match=match(actor="DE"), channels=("slack",)),
        Route(
            name="troops",
            match=match(measure="troops"),
            routes=(Route(name="refusals", match=match(stance="ruled_out|opposed")),),
        ),
    ),
)


@pytest.mark.parametrize(
    ("words", "route"),
    [
        ("DE troops committed", "germany"),
        ("FR troops committed", "troops"),
        ("FR troops ruled_out", "refusals"),
        ("FR air committed", "root"),
    ],
)
def test_the_first_matching_child_takes_an_alert_else_the_node_itself(
    words: str, route: str
) -> None:
    assert names(TREE, words) == [route]


def test_continue_lets_the_next_sibling_take_it_too() -> None:
    going_on = replace(TREE.routes[0], go_on=True)
    tree = replace(TREE, routes=(going_on, *TREE.routes[1:]))
    assert names(tree) == ["germany", "troops"]


def test_what_a_route_leaves_unset_it_takes_from_the_route_above() -> None:
    (route,) = take(TREE, labels_of(alert("FR troops ruled_out")))
    assert (route.channels, route.group_wait) == (("console",), WAIT)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("actor", "DE"), ("measure", "troops"), ("kind", "new_pledge"), ("severity", "high"),
        ("status", "official"), ("language", "de"), ("stance", "committed"), ("item", ""),
    ],
)  # fmt: skip
def test_routes_match_by_every_label(label: str, value: str) -> None:
    hit = Route(name="hit", match=match(**{label: value}))
    miss = Route(name="miss", match=match(**{label: "else"}))
    assert names(Route(name="root", routes=(miss, hit))) == ["hit"]


def test_an_alert_that_no_channel_takes_is_held_with_its_reason() -> None:
    assert hand_over(alert(), Route(), Desk(), NOW) == (
        (),
        Held(Reason.NO_ROUTE, "no route with a channel takes it"),
    )


def test_a_silence_holds_back_what_it_matches_until_it_ends() -> None:
    silence = Silence("s1", match(actor="DE"), "Ada", "known", NOW, NOW + timedelta(hours=1))
    desk = Desk(silences=(silence,))
    held = Held(Reason.SILENCED, "s1 by Ada: known")
    assert hand_over(alert(), TREE, desk, NOW) == ((), held)
    assert hand_over(alert("FR troops committed"), TREE, desk, NOW)[1] is None
    for outside in (NOW - timedelta(seconds=1), NOW + timedelta(hours=1)):
        assert hand_over(alert(), TREE, desk, outside)[1] is None


def test_a_new_group_waits_for_company() -> None:
    assert one(alert(), TREE) == Handover(
        "slack", "germany:{actor=DE,measure=troops}", NOW + WAIT, "germany"
    )


def grouped(given: Alert, **state: Any) -> Handover:
    key = ("slack", "germany:{actor=DE,measure=troops}")
    return one(given, TREE, Desk(groups={key: GroupState(**state)}))


def test_a_second_alert_joins_the_flush_that_is_planned() -> None:
    planned = NOW + timedelta(seconds=10)
    found = grouped(alert(), flush_at=planned)
    assert (found.flush_at, found.reason) == (planned, Reason.GROUPED)


def test_after_a_flush_the_group_waits_its_interval() -> None:
    flushed = NOW - timedelta(minutes=1)
    found = grouped(alert(), flushed_at=flushed, loudest=Severity.CRITICAL)
    assert found.flush_at == flushed + INTERVAL


def test_a_higher_severity_is_not_held_back_by_the_pause_of_a_lower_one() -> None:
    flushed = NOW - timedelta(minutes=1)
    found = grouped(alert(), flushed_at=flushed, loudest=Severity.LOW)
    assert found.flush_at == NOW + WAIT


def test_a_higher_severity_comes_before_a_flush_planned_late() -> None:
    late = NOW + timedelta(hours=6)
    assert grouped(alert(), flush_at=late).flush_at == NOW + WAIT


def test_grouping_is_by_the_labels_named() -> None:
    route = Route(name="all", channels=("c",), group_by=("severity",))
    assert one(alert(), route).group_key == "all:{severity=high}"


def test_one_channel_reached_by_two_routes_is_told_per_group_once() -> None:
    twice = Route(name="r", channels=("c",), go_on=True)
    tree = Route(name="root", routes=(twice, twice))
    assert len(hand_over(alert(), tree, Desk(), NOW)[0]) == 1


QUIET = QuietHours(time(22, 0), time(7, 0), BERLIN)
NIGHT = datetime(2026, 2, 3, 23, 30, tzinfo=BERLIN)


def test_quiet_hours_put_an_alert_off_to_their_end() -> None:
    route = Route(name="r", channels=("c",), quiet_hours=QUIET)
    found = one(alert(), route, now=NIGHT)
    assert found.flush_at == datetime(2026, 2, 4, 7, 0, tzinfo=BERLIN)
    assert found.reason is Reason.QUIET_HOURS


def test_what_is_critical_breaks_the_quiet() -> None:
    route = Route(name="r", channels=("c",), quiet_hours=QUIET)
    loud = replace(alert(), severity=Severity.CRITICAL)
    assert one(loud, route, now=NIGHT).flush_at == NIGHT + WAIT


def test_an_alert_just_before_the_quiet_hours_whose_wait_ends_in_them_waits() -> None:
    route = Route(name="r", channels=("c",), quiet_hours=QUIET)
    before = datetime(2026, 2, 3, 21, 59, 50, tzinfo=BERLIN)
    assert one(alert(), route, now=before).reason is Reason.QUIET_HOURS


@pytest.mark.parametrize(
    ("quiet", "moment", "end"),
    [
        (QUIET, "2026-02-03T22:00", "2026-02-04T07:00"),
        (QUIET, "2026-02-04T06:59", "2026-02-04T07:00"),
        (QUIET, "2026-02-04T07:00", None),
        (QUIET, "2026-03-28T23:00", "2026-03-29T07:00"),
        (QuietHours(time(12), time(14), BERLIN), "2026-02-04T13:00", "2026-02-04T14:00"),
        (QuietHours(time(12), time(14), BERLIN), "2026-02-04T11:59", None),
    ],
)
def test_when_quiet_hours_end(quiet: QuietHours, moment: str, end: str | None) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=BERLIN)
    wanted = datetime.fromisoformat(end).replace(tzinfo=BERLIN) if end else None
    assert quiet.end_of(at) == wanted


def hour(*severities: Severity) -> Desk:
    return Desk(told=tuple(Told("c", NOW - timedelta(minutes=30), s) for s in severities))


LIMITED = Route(name="r", channels=("c",), max_per_hour=2)


def test_more_than_the_hour_allows_overflows_into_a_digest() -> None:
    found = one(alert(), LIMITED, hour(Severity.HIGH, Severity.HIGH))
    assert found.group_key == "r:digest"
    assert found.reason is Reason.RATE_LIMIT
    assert found.flush_at == datetime(2026, 2, 4, 8, 0, tzinfo=UTC)


def test_lesser_alerts_take_no_room_from_a_louder_one() -> None:
    found = one(alert(), LIMITED, hour(Severity.LOW, Severity.MEDIUM, Severity.HIGH))
    assert found.reason is None


def test_what_was_told_over_an_hour_ago_or_elsewhere_does_not_count() -> None:
    old = Told("c", NOW - timedelta(minutes=61), Severity.HIGH)
    elsewhere = Told("d", NOW, Severity.HIGH)
    desk = Desk(told=(old, old, elsewhere, elsewhere))
    assert one(alert(), LIMITED, desk).reason is None


def test_a_digest_route_collects_until_its_hour() -> None:
    weekly = Digest("week", time(8, 0), "monday", BERLIN)
    route = Route(name="weekly", channels=("mail",), digest=weekly)
    found = one(alert(), route)
    monday = datetime(2026, 2, 9, 8, 0, tzinfo=BERLIN)
    assert (found.group_key, found.flush_at) == ("weekly:digest", monday)


@pytest.mark.parametrize(
    ("digest", "now", "following"),
    [
        (Digest("day", time(8), timezone=BERLIN), "2026-02-03T07:59", "2026-02-03T08:00"),
        (Digest("day", time(8), timezone=BERLIN), "2026-02-03T08:00", "2026-02-04T08:00"),
        (Digest("day", time(8), timezone=BERLIN), "2026-03-28T12:00", "2026-03-29T08:00"),
        (Digest("day", time(2, 30), timezone=BERLIN), "2026-03-28T12:00", "2026-03-29T03:30"),
        (Digest("week", time(8), "tuesday", BERLIN), "2026-02-03T09:00", "2026-02-10T08:00"),
        (Digest("week", time(8), "tuesday", BERLIN), "2026-02-03T07:00", "2026-02-03T08:00"),
    ],
)
def test_the_next_digest_also_across_a_change_of_the_clocks(
    digest: Digest, now: str, following: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=BERLIN)
    assert digest.next_after(at) == datetime.fromisoformat(following).replace(tzinfo=BERLIN)


def test_a_resolved_alert_is_told_only_where_a_route_asks_for_it() -> None:
    resolved = replace(alert(), event=AlertEvent.RESOLVED)
    _, held = hand_over(resolved, TREE, Desk(), NOW)
    assert held is not None
    assert held.reason is Reason.RESOLVED
    asking = Route(name="r", channels=("c",), send_resolved=True)
    assert one(resolved, asking).channel == "c"


def test_a_follow_up_goes_where_its_alert_went() -> None:
    first = alert()
    confirmed = replace(first, event=AlertEvent.CONFIRMED)
    assert one(first, TREE).group_key == one(confirmed, TREE).group_key


def test_an_open_alert_is_repeated_only_where_and_when_a_route_says_so() -> None:
    daily = Route(repeat=timedelta(days=1))
    assert repeat_due(daily, NOW - timedelta(days=1), NOW)
    assert not repeat_due(daily, NOW - timedelta(hours=23), NOW)
    assert not repeat_due(Route(), NOW - timedelta(days=365), NOW)
