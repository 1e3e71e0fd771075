"""Positions follow from records by status, date and distance, whatever the order they came in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ledger_language import record
from worker.core.ledger import LedgerRecord, derive_position, holding_record
from worker.model import Condition, Position, Quantity, Stance, Status

#: A shared machine may stall any one example.
UNHURRIED = settings(deadline=None, max_examples=100)
STANCES = st.sampled_from(["ruled_out", "reluctant", "undecided", "open", "committed", "delivered"])


def position(*records: LedgerRecord, **at: object) -> Position:
    found = derive_position(records, **at)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_nothing_is_known_of_an_empty_slot() -> None:
    assert derive_position([]) is None


def test_the_latest_official_claim_holds() -> None:
    old = record("DE troops undecided", "2026-01-05")
    new = record("DE troops open", "2026-02-05")
    assert position(new, old).stance is Stance.OPEN


def test_a_report_of_one_origin_does_not_replace_an_official_position() -> None:
    official = record("DE troops committed", "2026-01-05")
    report = record("DE troops ruled_out reported", "2026-02-05", origin="outlet:b")
    assert position(official, report).stance is Stance.COMMITTED


def test_two_independent_reports_replace_an_official_position() -> None:
    official = record("DE troops committed", "2026-01-05")
    one = record("DE troops ruled_out reported", "2026-02-05", origin="outlet:b")
    two = record("DE troops ruled_out reported", "2026-02-06", origin="wire:dpa")
    assert position(official, one, two).stance is Stance.RULED_OUT


def test_two_copies_of_one_report_replace_nothing() -> None:
    official = record("DE troops committed", "2026-01-05")
    one = record("DE troops ruled_out reported", "2026-02-05", origin="wire:dpa", key="x")
    two = record("DE troops ruled_out reported", "2026-02-06", origin="wire:dpa", key="y")
    assert position(official, one, two).stance is Stance.COMMITTED


def test_reports_far_apart_in_time_do_not_confirm_each_other() -> None:
    official = record("DE troops committed", "2026-01-05")
    one = record("DE troops ruled_out reported", "2026-02-05", origin="outlet:b")
    two = record("DE troops ruled_out reported", "2026-04-06", origin="wire:dpa")
    assert position(official, one, two).stance is Stance.COMMITTED


def test_a_repeated_draft_is_never_adopted() -> None:
    official = record("US guarantees reluctant", "2026-01-05")
    drafts = [
        record("US guarantees committed draft", f"2026-02-0{n}", origin=f"outlet:{n}")
        for n in range(1, 6)
    ]
    assert position(official, *drafts).stance is Stance.RELUCTANT


def test_a_draft_fills_an_empty_slot_as_a_draft() -> None:
    found = position(record("US monitoring committed draft", "2026-01-06"))
    assert (found.stance, found.status) == (Stance.COMMITTED, Status.DRAFT)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("DE troops committed reported", "DE troops reluctant"),
        ("DE troops delivered draft", "DE troops open reported"),
        ("DE troops open", "DE troops committed"),
        ("DE troops reluctant", "DE troops ruled_out"),
    ],
)
def test_where_dates_overlap_status_and_then_distance_from_zero_decide(
    weaker: str, stronger: str
) -> None:
    one = record(weaker, "2026-01-06", origin="outlet:w")
    other = record(stronger, "2026-01-06", origin="outlet:s")
    assert position(one, other).evidence == other.evidence


def test_a_stated_date_beats_an_estimated_one() -> None:
    stated = record("FR troops open", "2026-01-06")
    estimated = record("FR troops committed", "2026-01-06", origin="outlet:b", estimated=True)
    assert position(stated, estimated).stance is Stance.OPEN


def test_a_month_covers_each_of_its_days() -> None:
    month = record("FR command committed of 2026-02", "2026-03-04")
    day = record("FR command open", "2026-02-18")
    assert position(month, day).stance is Stance.COMMITTED


def test_a_month_does_not_reach_into_the_next() -> None:
    month = record("FR command committed of 2026-01", "2026-02-04")
    day = record("FR command open", "2026-02-01")
    assert position(month, day).stance is Stance.OPEN


def test_what_was_true_then_leaves_out_what_came_later() -> None:
    records = [record("DE troops undecided", "2026-01-05"), record("DE troops open", "2026-02-05")]
    assert position(*records, as_of="2026-02-01").stance is Stance.UNDECIDED
    assert position(*records, as_of="2026-02").stance is Stance.OPEN


def test_what_was_known_then_leaves_out_what_was_learnt_later() -> None:
    early = record("DE troops undecided", "2026-01-05")
    late = record("DE troops open of 2026-01-20", "2026-03-01")
    february = datetime(2026, 2, 1, tzinfo=UTC)
    assert position(early, late, known_at=february).stance is Stance.UNDECIDED
    assert position(early, late, as_of="2026-02-01").stance is Stance.OPEN


def test_a_retracted_claim_counts_only_until_it_was_retracted() -> None:
    march = datetime(2026, 3, 1, tzinfo=UTC)
    claim = record("DE troops open", "2026-02-05", retracted_at=march)
    assert derive_position([claim]) is None
    assert position(claim, known_at=datetime(2026, 2, 20, tzinfo=UTC)).stance is Stance.OPEN


def test_what_a_claim_leaves_unsaid_keeps_its_known_value() -> None:
    first = record("DK troops committed -800 soldiers if ceasefire,parliament", "2026-01-14")
    again = record("DK troops committed", "2026-02-14")
    found = position(first, again)
    assert found.quantities == (Quantity(None, 800.0, "soldiers"),)
    assert found.conditions == {Condition.CEASEFIRE, Condition.PARLIAMENT}
    assert found.as_of == "2026-02-14"


def test_quantities_in_different_units_are_kept_apart() -> None:
    soldiers = record("COALITION troops committed 15000-30000 soldiers", "2026-01-06")
    countries = record("COALITION troops committed 26 countries", "2026-01-20")
    found = position(soldiers, countries)
    assert found.quantities == (
        Quantity(26.0, 26.0, "countries"),
        Quantity(15000.0, 30000.0, "soldiers"),
    )


def test_a_refusal_keeps_no_number_of_the_pledge_before() -> None:
    pledge = record("BE air committed 4 aircraft if ceasefire", "2026-01-06")
    refusal = record("BE air ruled_out", "2026-06-24")
    found = position(pledge, refusal)
    assert (found.quantities, found.conditions) == ((), frozenset())


def test_a_stronger_stance_brings_its_own_conditions() -> None:
    considered = record("ES troops open if parliament", "2026-01-06")
    voted = record("ES troops committed if ceasefire", "2026-03-26")
    assert position(considered, voted).conditions == {Condition.CEASEFIRE}


def test_a_condition_said_to_be_dropped_is_dropped() -> None:
    first = record("DK troops committed if ceasefire,parliament", "2026-01-14")
    vote = record("DK troops committed drop parliament", "2026-02-14")
    assert position(first, vote).conditions == {Condition.CEASEFIRE}


def test_the_first_of_two_equal_statements_of_a_day_holds() -> None:
    first = record("DE troops committed", "2026-01-06", key="a")
    rival = record("DE troops ruled_out of 2026-01-06", "2026-01-07", key="b")
    assert holding_record([rival, first]) is first


def test_a_position_names_the_origins_that_carry_it() -> None:
    one = record("DE troops open", "2026-02-05", origin="wire:dpa")
    two = record("DE troops open", "2026-02-06", origin="outlet:b")
    assert position(one, two).origins == {"wire:dpa", "outlet:b"}


@st.composite
def ledgers(draw: st.DrawFn) -> list[LedgerRecord]:
    days = draw(st.lists(st.integers(1, 28), min_size=1, max_size=7))
    return [
        record(
            f"DE troops {draw(STANCES)} {draw(st.sampled_from(['official', 'reported', 'draft']))}",
            f"2026-0{draw(st.integers(1, 3))}-{day:02}",
            origin=f"outlet:{draw(st.integers(1, 3))}",
            key=f"k{n}",
        )
        for n, day in enumerate(days)
    ]


@UNHURRIED
@given(ledgers(), st.randoms())
def test_the_order_of_records_does_not_change_the_position(
    records: list[LedgerRecord], random: object
) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert derive_position(shuffled) == derive_position(records)


@UNHURRIED
@given(ledgers())
def test_a_draft_or_lone_report_never_outranks_an_official(records: list[LedgerRecord]) -> None:
    found = derive_position(records)
    officials = [r for r in records if r.status is Status.OFFICIAL]
    if officials and found is not None:
        assert found.status is not Status.DRAFT
