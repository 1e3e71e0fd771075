"""Every labelled article is well formed: it parses, its values are known, its evidence verbatim."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from worker.model import Condition, Measure, Stance, Status

GOLD = Path(__file__).parents[1] / "gold"
FILES = sorted(path for path in GOLD.glob("*/*.json"))
DATE = re.compile(r"20\d\d(-[01]\d(-[0-3]\d)?)?")
FIELDS = {
    "actor": re.compile(r"[A-Z]{2}|NATO|COALITION"),
    "measure": re.compile("|".join(Measure)),
    "stance": re.compile("|".join(Stance)),
    "status": re.compile("|".join(Status)),
    "as_of": DATE,
}


def _read(path: Path) -> dict[str, Any]:
    article: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return article


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_article_is_named_as_its_file_and_is_whole(path: Path) -> None:
    article = _read(path)
    assert article["id"] == path.stem
    assert re.fullmatch(r"[a-z]{2}", article["lang"])
    assert article["url"].startswith("https://example.org/")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", article["published"])
    assert article["title"].strip()
    assert article["text"].strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_evidence_is_verbatim_and_an_irrelevant_article_has_no_claim(path: Path) -> None:
    article = _read(path)
    whole = article["title"] + "\n\n" + article["text"]
    claims = article["claims"]
    assert all(claim["evidence"].strip() and claim["evidence"] in whole for claim in claims)
    assert article["relevant"] or not claims


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_values_of_a_claim_are_those_of_the_ontology(path: Path) -> None:
    article = _read(path)
    for claim in article["claims"]:
        for name, pattern in FIELDS.items():
            assert pattern.fullmatch(claim[name]), (name, claim)
        assert set(claim["conditions"]) <= set(Condition), claim
        assert claim["as_of"][:4] <= article["published"][:4], claim
        assert claim.get("location") in (None, "neighbouring_state"), claim
        _check_quantity(claim["quantity"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_slot_is_claimed_once_per_date_and_unit(path: Path) -> None:
    slots = [
        (c["actor"], c["measure"], c.get("item"), c["as_of"], (c["quantity"] or {}).get("unit"))
        for c in _read(path)["claims"]
    ]
    assert len(slots) == len(set(slots)), slots


def _check_quantity(quantity: dict[str, Any] | None) -> None:
    if quantity is None:
        return
    low, high = quantity["min"], quantity["max"]
    assert low is not None or high is not None, quantity
    assert low is None or high is None or low <= high, quantity
    assert re.fullmatch(r"[a-z]+|[A-Z]{3}", quantity["unit"]), quantity
