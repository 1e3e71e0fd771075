"""The identity, the loudness and the JSON of an alert."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tests.unit.ledger_language import Newsroom, record
from worker.core.alerting import Policy, alert_id, severity_of
from worker.core.compare import compare
from worker.core.ledger import derive_position
from worker.core.replay import replay
from worker.model import Change, Measure, Severity


def change(before: str | None, after: str, day: str = "2026-02-06", **more: Any) -> Change:
    known = derive_position([record(before, "2026-01-06")]) if before else None
    found = compare(record(after, day, **more), known)
    assert isinstance(found, Change)
    return found


def test_no_clock_and_no_article_is_in_the_identity() -> None:
    one = change("DE troops open", "DE troops committed", "2026-02-06", key="a", origin="x")
    other = change("DE troops open", "DE troops committed", "2026-02-09", key="b", origin="y")
    assert alert_id(one) == alert_id(other)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("DE troops undecided", "DE troops committed"),
        (None, "DE troops committed"),
        ("DE troops open", "DE troops delivered"),
        ("DE troops open", "DE troops committed 500 soldiers"),
        ("DE troops open", "DE troops committed if ceasefire"),
        ("FR troops open", "FR troops committed"),
        ("DE air open", "DE air committed"),
        ("DE troops open item Brigade", "DE troops committed item Brigade"),
        ("DE troops open 500 soldiers", "DE troops committed"),
    ],
)
def test_different_changes_never_share_an_identity(before: str | None, after: str) -> None:
    model = change("DE troops open", "DE troops committed")
    assert alert_id(change(before, after)) != alert_id(model)


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (None, "CN monitoring undecided", "low"),
        (None, "SE air open", "medium"),
        (None, "DK troops committed", "high"),
        ("BE air committed", "BE air ruled_out", "critical"),
        ("GB troops committed", "GB troops committed 6500 soldiers", "medium"),
        ("GB troops committed", "GB troops committed if parliament", "low"),
        ("DE troops open", "DE troops committed", "medium"),
        ("US guarantees committed", "US guarantees undecided", "high"),
        ("US guarantees committed", "US guarantees undecided reported", "high"),
        ("RO troops ruled_out", "RO troops open", "critical"),
    ],
)
def test_severity_follows_distance_measure_and_status(
    before: str | None, after: str, severity: str
) -> None:
    assert severity_of(change(before, after), Policy()).value == severity


def test_an_unofficial_change_is_never_louder_than_the_official_one() -> None:
    for before in (None, "DE troops ruled_out", "DE troops open"):
        official = severity_of(change(before, "DE troops committed"), Policy())
        reported = severity_of(change(before, "DE troops committed reported"), Policy())
        draft = severity_of(change(before, "DE troops committed draft"), Policy())
        assert official.rank >= reported.rank >= draft.rank


def test_weights_and_bounds_can_be_set() -> None:
    quiet = Policy(
        weights=MappingProxyType({Measure.TROOPS: 0.1}),
        actor_weights=MappingProxyType({"FR": 100.0}),
    )
    assert severity_of(change(None, "DK troops committed"), quiet) is Severity.LOW
    assert severity_of(change(None, "FR troops committed"), quiet) is Severity.CRITICAL


def test_a_line_has_exactly_the_keys_of_the_contract_in_order() -> None:
    newsroom = Newsroom()
    article = newsroom.article("2026-02-01", ["DK troops committed -800 soldiers if ceasefire"])
    (line,) = replay([article], newsroom.analyze)
    assert list(line) == [
        "alert_id", "event", "kind", "actor", "measure", "from", "to", "status", "severity",
        "origins", "article", "articles", "evidence", "reasons",
    ]  # fmt: skip
    assert line["from"] is None
    assert line["to"] == {
        "stance": "committed",
        "quantity": {"min": None, "max": 800, "unit": "soldiers"},
        "conditions": ["ceasefire"],
        "as_of": "2026-02-01",
    }
    assert (line["article"], line["articles"]) == (article.url, [article.url])


def test_the_item_of_an_alert_stands_in_its_reasons() -> None:
    newsroom = Newsroom()
    article = newsroom.article("2026-02-01", ["DE arms ruled_out item Taurus"])
    (line,) = replay([article], newsroom.analyze)
    assert "item: Taurus" in line["reasons"]


def test_the_identity_is_pinned_so_that_no_release_tells_everything_again() -> None:
    plain = change(None, "DK troops committed -800 soldiers if ceasefire,parliament")
    assert alert_id(plain) == "2949aefe-8d68-5a2d-9cb1-1b92969a94d6"
    assert alert_id(replace(plain, reasons=("else",))) == alert_id(plain)
