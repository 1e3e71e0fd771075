"""The table of changes in docs/ontology.md, stance by stance, with the reasons that are given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ledger_language import record
from worker.core.compare import NoChange, Reason, compare, differs, show_quantity
from worker.core.ledger import derive_position
from worker.model import Change, ChangeKind, Quantity, Stance

#: A shared machine may stall any one example.
UNHURRIED = settings(deadline=None, max_examples=100)
STANCES = st.sampled_from(list(Stance))


def outcome(before: str | None, after: str, tolerance: float = 0.1) -> Change | NoChange:
    known = derive_position([record(before, "2026-01-06")]) if before else None
    return compare(record(after, "2026-02-06"), known, tolerance)


def kind(before: str | None, after: str) -> str:
    found = outcome(before, after)
    return found.kind.value if isinstance(found, Change) else found.reason.value


#: Rows: before; columns: after, from opposed to delivered. The letters are those of CELLS.
TABLE = {
    None: "p p p p p n n",
    "opposed": "= s s s s n n",
    "ruled_out": "w = s s s n n",
    "reluctant": "w w = s s n n",
    "undecided": "w w w = s n n",
    "open": "w w w w = n n",
    "committed": "x x x x w = s",
    "delivered": "x x x x w = =",
}
CELLS = {
    "p": "new_position",
    "n": "new_pledge",
    "s": "strengthened",
    "w": "weakened",
    "x": "withdrawn",
    "=": "restatement",
}


@pytest.mark.parametrize("before", TABLE)
def test_every_cell_of_the_table_of_stances(before: str | None) -> None:
    wanted = [CELLS[letter] for letter in TABLE[before].split()]
    found = [
        kind(f"DE troops {before}" if before else None, f"DE troops {s.value}") for s in Stance
    ]
    assert found == wanted


def test_the_reason_names_both_stances() -> None:
    found = outcome("DE troops open", "DE troops committed")
    assert isinstance(found, Change)
    assert found.reasons == ("stance: open → committed",)


def test_the_reasons_name_number_and_condition() -> None:
    found = outcome(
        "ES troops committed 600-1000 soldiers", "ES troops committed 400 soldiers if mandate"
    )
    assert isinstance(found, Change)
    assert found.reasons == (
        "quantity: 600–1000 soldiers → 400 soldiers",
        "condition added: mandate",
    )


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        ((100, 100), (110, 110), False),
        ((100, 100), (112, 112), True),
        ((2000, 9999), (6000, 6000), False),
        ((600, 1000), (400, 400), True),
        ((None, 800), (500, 500), False),
        ((None, 800), (900, 900), True),
        ((5, None), (4, 4), True),
        ((5, None), (50, 60), False),
        ((None, 800), (801, None), True),
        ((15000, 30000), (18000, 22000), False),
    ],
)
def test_when_two_quantities_are_different_news(
    one: tuple[float | None, float | None],
    other: tuple[float | None, float | None],
    different: bool,
) -> None:
    first, second = Quantity(*one, "soldiers"), Quantity(*other, "soldiers")
    assert differs(first, second) is different
    assert differs(second, first) is different


def test_the_tolerance_of_exact_numbers_can_be_set() -> None:
    before, after = "CA funding committed 100 CAD", "CA funding committed 120 CAD"
    assert isinstance(outcome(before, after, 0.1), Change)
    assert outcome(before, after, 0.3) == NoChange(Reason.RESTATEMENT, "committed was known")


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(6500, 6500, "soldiers"), "6500 soldiers"),
        (Quantity(2000, 9999, "soldiers"), "2000–9999 soldiers"),
        (Quantity(None, 800, "soldiers"), "up to 800 soldiers"),
        (Quantity(60e9, None, "EUR"), "at least 60000000000 EUR"),
        (Quantity(1.5, 1.5, "EUR"), "1.5 EUR"),
    ],
)
def test_quantities_in_words(quantity: Quantity, words: str) -> None:
    assert show_quantity(quantity) == words


def test_a_repeated_draft_is_named_as_such() -> None:
    found = outcome("US monitoring committed", "US monitoring committed draft")
    assert isinstance(found, NoChange)
    assert found.reason is Reason.DRAFT_REPEATED


@UNHURRIED
@given(STANCES, STANCES)
def test_no_change_of_stance_passes_without_a_name(before: Stance, after: Stance) -> None:
    found = outcome(f"DE troops {before.value}", f"DE troops {after.value}")
    if before is after or (before, after) == (Stance.DELIVERED, Stance.COMMITTED):
        assert isinstance(found, NoChange)
    else:
        assert isinstance(found, Change)
        rose = found.kind in (ChangeKind.NEW_PLEDGE, ChangeKind.STRENGTHENED)
        assert rose is (after.rank > before.rank)
        assert found.reasons
