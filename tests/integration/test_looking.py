"""What people ask of the store, alike on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.integration.values import NOW, a_record, an_alert
from worker.adapters.store import Store, tables
from worker.core.alerting import AlertState
from worker.core.views import Verdict
from worker.model import Evidence, Measure, Slot
from worker.ports.looking import AlertFilter, ClaimFilter, Page
from worker.web.board import Board


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = (
        request.getfixturevalue("postgres_url")
        if request.param == "postgres"
        else f"sqlite:///{tmp_path}/watch.db"
    )
    found = Store(url)
    yield found
    found.close()


def quoted(actor: str, quote: str, hours: int = 0, measure: Measure = Measure.TROOPS):
    record = a_record(actor)
    evidence = Evidence(quote, f"http://a.example/{actor}", "T", "A", "2026-03-01", "de")
    return replace(
        record,
        id=f"{actor}-{measure}-{hours}",
        slot=Slot(actor, measure),
        evidence=evidence,
        known_from=NOW + timedelta(hours=hours),
    )


def test_the_slots_are_found_in_order_without_a_scan(store):
    records = [quoted(a, "q", measure=m) for a in ("FR", "DE") for m in (Measure.AIR, Measure.ARMS)]
    store.ledger.apply(Verdict(records=tuple(records)), NOW)
    assert [str(slot) for slot in store.looking.slots()] == [
        "DE/air",
        "DE/arms",
        "FR/air",
        "FR/arms",
    ]


def test_claims_are_found_by_their_words_whatever_the_case(store):
    store.ledger.apply(Verdict(records=(quoted("DE", "Berlin schickt Soldaten."),)), NOW)
    [hit] = store.looking.search("SOLDATEN berl", limit=5)
    assert (hit.kind, hit.slot) == ("claim", Slot("DE", Measure.TROOPS))
    assert "⟦Soldaten⟧" in hit.snippet
    assert store.looking.search("Soldaten Paris", limit=5) == []


def test_articles_are_found_and_lost_with_their_text(store):
    row = {
        "url": "http://a.example/1",
        "title": "Heading",
        "text": "The minister spoke of harbours.",
        "sort_at": NOW,
        "first_seen": NOW,
        "text_source": "page",
        "revision": 1,
        "content_hash": "x",
        "fetched_at": NOW,
        "seeding": False,
        "state": "done",
        "next_at": NOW,
    }
    with store.database.write() as connection:
        connection.execute(insert(tables.article), row)
    assert [h.title for h in store.looking.search("minister harbours", limit=5)] == ["Heading"]
    with store.database.write() as connection:
        connection.execute(tables.article.delete())
    assert store.looking.search("minister harbours", limit=5) == []


@pytest.mark.parametrize("asked", ["'", "a' | b", "\\", "!x", "a:*", "&", "((", '"a" OR "b"'])
def test_no_word_of_a_search_is_taken_for_a_command(store, asked):
    assert store.looking.search(asked, limit=5) == []


def test_lists_of_claims_are_paged_from_the_newest(store):
    records = tuple(quoted("DE", "q", hours=n) for n in range(5))
    store.ledger.apply(Verdict(records=records), NOW)
    first = store.looking.claims(ClaimFilter(actor="DE"), Page(limit=3))
    rest = store.looking.claims(
        ClaimFilter(actor="DE"), Page(limit=3, at=first[-1].known_from, id=first[-1].id)
    )
    assert [r.id for r in first + rest] == [r.id for r in reversed(records)]


def test_an_alert_is_seen_with_its_records_and_what_is_filtered_away_is_not(store):
    record, alert = a_record("NO"), an_alert("NO")
    state = AlertState(alert, alert.change.kind, frozenset({"outlet:a"}), (record.id,))
    store.ledger.apply(Verdict(records=(record,), states=(state,)), NOW)
    [seen] = store.looking.alerts(AlertFilter(actors=("NO",), severity="high"), Page())
    assert store.looking.carriers(seen.state) == [record]
    assert store.looking.alerts(AlertFilter(measure="air"), Page()) == []
    assert store.looking.alert("nothing") is None


def test_the_board_follows_what_is_known_and_what_is_retracted(store):
    board = Board(store.looking)
    assert board.positions() == []
    record = quoted("DE", "q")
    store.ledger.apply(Verdict(records=(record,)), NOW)
    assert [p.slot.actor for p in board.positions()] == ["DE"]
    store.ledger.apply(Verdict(records=(quoted("FR", "q", hours=1),)), NOW)
    assert {p.slot.actor for p in board.positions()} == {"DE", "FR"}
    gone = replace(record, retracted_at=NOW + timedelta(hours=2))
    store.ledger.apply(Verdict(retracted=(gone,)), NOW)
    assert {p.slot.actor for p in board.positions()} == {"FR"}
    assert {p.slot.actor for p in board.positions(known_at=NOW)} == {"DE"}


def test_the_origin_of_an_article_is_read_from_its_text(store):
    assert store.looking.origins(["http://nowhere.example/"]) == {}


def test_the_views_of_the_system_answer_on_an_empty_store(store):
    assert store.looking.lags()["polled"] is None
    assert store.looking.counts()["claims"] == 0
    assert store.looking.suppressed_counts() == {}
    assert store.looking.sources() == []
    assert store.looking.stamp().known is None
