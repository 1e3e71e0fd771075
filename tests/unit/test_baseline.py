"""The baseline is refused with file, line and reason where it is wrong, and cared for by people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.unit.ledger_language import parse_claim
from worker.core.baseline import load_baseline
from worker.core.baseline_care import accept_baseline, diff_baselines, propose_baseline
from worker.core.ledger import derive_position
from worker.errors import ConfigError
from worker.model import Analysis, Article, Condition, Measure, Quantity, Slot, Stance

SEEDS = Path(__file__).parents[2] / "seeds"
DOCUMENTS = {p.name: p.read_text("utf-8") for p in SEEDS.glob("*.txt")}
TEXT = (SEEDS / "baseline.yaml").read_text("utf-8")
SMALL = """\
version: 1
documents:
  - file: a.txt
    published: 2026-01-06
    positions:
      - actor: NO
        measure: funding
        stance: committed
        quantity: {min: 4, max: 4, unit: NOK}
        as_of: 2025-12
        evidence: Oslo pays four crowns.
"""
A = {"a.txt": "It was said: Oslo pays four crowns. So be it."}


def test_every_position_of_the_seed_gold_is_in_the_reviewed_baseline() -> None:
    records = load_baseline(TEXT, "baseline.yaml", DOCUMENTS)
    gold = yaml.safe_load((SEEDS.parent / "tests" / "gold" / "seeds.json").read_text("utf-8"))
    wanted = [
        (f"seed:{doc['file']}", c["actor"], c["measure"], c["stance"], c["as_of"], c["evidence"],
         c["status"], c["speaker"], sorted(c["conditions"]), c["quantity"])
        for doc in gold for c in doc["claims"]
    ]  # fmt: skip
    found = [
        (r.article_key, r.slot.actor, r.slot.measure.value, r.stance.value, r.as_of,
         r.evidence.quote, r.status.value, r.evidence.speaker,
         sorted(c.value for c in r.conditions), r.quantity.as_json() if r.quantity else None)
        for r in records
    ]  # fmt: skip
    assert sorted(map(str, found)) == sorted(map(str, wanted))


@pytest.mark.parametrize(
    ("slot", "stance", "quantities", "conditions"),
    [
        (("FR", "troops"), "committed", [(2000, 9999, "soldiers")], {"ceasefire"}),
        (("US", "guarantees"), "committed", [], {"renewed_attack"}),
        (("IT", "troops"), "ruled_out", [], set()),
        (("PL", "troops"), "reluctant", [], set()),
        (("DE", "troops"), "undecided", [], set()),
        (("NL", "troops"), "undecided", [], {"parliament", "ceasefire"}),
        (
            ("COALITION", "troops"),
            "committed",
            [(15000, 30000, "soldiers"), (26, 26, "countries")],
            {"ceasefire"},
        ),
        (("RU", "troops"), "opposed", [], set()),
    ],
)
def test_the_positions_that_follow_from_the_seeds(
    slot: tuple[str, str],
    stance: str,
    quantities: list[tuple[float, float, str]],
    conditions: set[str],
) -> None:
    wanted = Slot(slot[0], Measure(slot[1]))
    records = load_baseline(TEXT, "baseline.yaml", DOCUMENTS)
    found = derive_position(r for r in records if r.slot == wanted)
    assert found is not None
    assert found.stance is Stance(stance)
    assert list(found.quantities) == [Quantity(*q) for q in quantities]
    assert found.conditions == {Condition(c) for c in conditions}


def test_norway_is_no_falsehood_and_a_bare_date_is_a_text() -> None:
    (record,) = load_baseline(SMALL, "b.yaml", A)
    assert (record.slot.actor, record.published, record.as_of) == ("NO", "2026-01-06", "2025-12")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (
            "committed",
            "comitted",
            8,
            "stance: 'comitted' is not known; allowed: opposed, ruled_out",
        ),
        ("funding", "money", 7, "measure: 'money' is not known; allowed: troops, air"),
        ("actor: NO", "actor: Norway", 6, "actor: 'Norway' is no actor; allowed: an ISO 3166-1"),
        ("pays four", "pays five", 11, "evidence: not verbatim in a.txt"),
        ("2025-12", "2025-13", 10, "as_of: '2025-13' is no date"),
        ("2025-12", "December", 10, "as_of: 'December' is no date: YYYY, YYYY-MM or YYYY-MM-DD"),
        ("unit: NOK", "unit: crowns", 9, "unit: 'crowns' is no unit; allowed: soldiers"),
        ("min: 4", "min: 5", 9, "quantity: min 5 is above max 4"),
        ("min: 4, max: 4", "min: null, max: null", 9, "quantity: min or max must be a number"),
        ("min: 4", "min: four", 9, "min: a number or null is needed here, not 'four'"),
        ("stance:", "stanse:", 8, "unknown key 'stanse'; allowed:"),
        ("        stance: committed\n", "", 6, "missing: stance"),
        ("file: a.txt", "file: c.txt", 3, "file: no seed document 'c.txt'; there are: a.txt"),
        ("version: 1", "version: 7", 1, "version: 7 is not known; allowed: 1"),
        ("{min: 4, max: 4, unit: NOK}", "four crowns", 9, "quantity: a mapping of keys"),
        ("{min", "{{min", 10, "no YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_reason(
    old: str, new: str, line: int, reason: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_baseline(SMALL.replace(old, new, 1), "b.yaml", A)
    message = str(refused.value)
    assert message.startswith(f"b.yaml, line {line}: ")
    assert reason in message
    assert "\n" not in message


def test_a_position_that_stands_twice_is_refused() -> None:
    position = SMALL[SMALL.index("      - actor") :]
    with pytest.raises(ConfigError, match=r"NO/funding of seed:a\.txt stands here twice"):
        load_baseline(SMALL + position, "b.yaml", A)


@pytest.mark.parametrize("text", ["", "- a", "a: [", "\t", "x", "&a [*a]", "version: 1"])
def test_what_is_no_baseline_at_all_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^b\.yaml, line \d+: "):
        load_baseline(text, "b.yaml", A)


def proposal(*claims: str) -> str:
    text = "It was said. " + " ".join(f"{words}." for words in claims)
    article = Article(text=text, published="2026-01-06", source="Outlet", language="de")
    analysis = Analysis("de", True, tuple(parse_claim(words) for words in claims))
    return propose_baseline({"n.txt": article}, lambda _: analysis)


N = {"n.txt": "NO troops open. DE air committed 4 aircraft if ceasefire of 2025-11."}


def test_a_proposal_can_be_loaded_as_it_is() -> None:
    told = "DE air committed 4 aircraft if ceasefire of 2025-11"
    norway, germany = load_baseline(proposal("NO troops open", told), "p.yaml", N)
    assert (norway.slot.actor, norway.estimated, norway.as_of) == ("NO", True, "2026-01-06")
    assert (germany.as_of, germany.estimated) == ("2025-11", False)
    assert germany.quantity == Quantity(4.0, 4.0, "aircraft")


def test_an_undated_document_gives_no_positions_and_says_so() -> None:
    text = propose_baseline({"n.txt": Article(text="x")}, lambda _: Analysis("de", True))
    assert "# n.txt: no date is known" in text
    assert load_baseline(text, "p.yaml", N) == []


def test_the_difference_of_two_baselines_is_told_by_slot() -> None:
    documents = {"n.txt": "NO troops open. NO troops committed. DE air open. FR air open."}
    reviewed = load_baseline(proposal("NO troops open", "DE air open"), "r.yaml", documents)
    other = load_baseline(proposal("NO troops committed", "FR air open"), "p.yaml", documents)
    told = [
        (
            str(d.slot),
            d.reviewed and d.reviewed.stance.value,
            d.proposed and d.proposed.stance.value,
        )
        for d in diff_baselines(reviewed, other)
    ]
    assert told == [
        ("DE/air", "open", None),
        ("FR/air", None, "open"),
        ("NO/troops", "open", "committed"),
    ]
    assert diff_baselines(reviewed, reviewed) == []


def test_accepting_a_proposal_records_who_and_when_and_keeps_the_history() -> None:
    at = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
    first = accept_baseline(SMALL, "p.yaml", A, earlier=None, at=at, by="Ada")
    second = accept_baseline(SMALL, "p.yaml", A, earlier=first, at=at, by="Ben", note="re-read")
    assert load_baseline(second, "b.yaml", A) == load_baseline(SMALL, "b.yaml", A)
    assert yaml.safe_load(second)["accepted"] == [
        {"at": "2026-02-01T09:30:00+00:00", "by": "Ada", "positions": 1},
        {"at": "2026-02-01T09:30:00+00:00", "by": "Ben", "positions": 1, "note": "re-read"},
    ]


def test_a_wrong_proposal_is_not_accepted() -> None:
    at = datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(ConfigError, match="line 11: evidence: not verbatim"):
        accept_baseline(SMALL, "p.yaml", {"a.txt": "else"}, earlier=None, at=at, by="Ada")
