"""The evaluation counts as the ontology says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from worker.core.evaluate import GoldArticle, diff, evaluate, read_gold
from worker.errors import InputError
from worker.model import Analysis, Article, Claim, Measure, Stance

TEXT = "France will send troops. Italy will not."
FRANCE = Claim(
    "FR", Measure.TROOPS, Stance.COMMITTED, "France will send troops.", 2, 26, as_of="2026-03-11"
)


def _gold(
    tmp_path: Path, claims: str = '[{"actor":"FR","measure":"troops","stance":"committed"}]'
) -> list[GoldArticle]:
    path = tmp_path / "a.json"
    path.write_text(
        f'{{"id":"a","lang":"en","title":"","text":"{TEXT}","published":"2026-03-11","relevant":true,"claims":{claims}}}',
        encoding="utf-8",
    )
    return read_gold([tmp_path])


def _report(gold: list[GoldArticle], *claims: Claim) -> dict[str, object]:
    def analyze(_: Article) -> Analysis:
        return Analysis("en", True, claims)

    return evaluate(gold, analyze).as_json()


def test_an_exact_claim_is_a_true_positive(tmp_path: Path) -> None:
    report = _report(_gold(tmp_path), FRANCE)
    assert report["overall"] == {
        "tp": 1,
        "fp": 0,
        "fn": 0,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
    }
    assert report["verbatim"] == {"right": 1, "of": 1, "share": 1.0}


def test_a_refusal_read_as_a_pledge_is_a_flip(tmp_path: Path) -> None:
    report = _report(_gold(tmp_path), replace(FRANCE, stance=Stance.RULED_OUT))
    assert report["polarity_flips"] == {"flips": 1, "of": 1}


def test_evidence_that_is_not_verbatim_is_an_error(tmp_path: Path) -> None:
    report = _report(_gold(tmp_path), replace(FRANCE, evidence="France sends troops."))
    assert report["verbatim"] == {"right": 0, "of": 1, "share": 0.0}


def test_background_on_a_labelled_slot_is_never_spurious(tmp_path: Path) -> None:
    old = replace(FRANCE, stance=Stance.OPEN, as_of="2025-09")
    report = _report(_gold(tmp_path), FRANCE, old)
    assert report["overall"]["fp"] == 0  # type: ignore[index]
    other = replace(old, actor="IT")
    assert _report(_gold(tmp_path), FRANCE, other)["overall"]["fp"] == 1  # type: ignore[index]


def test_a_diff_lists_gains_and_losses(tmp_path: Path) -> None:
    gold = _gold(tmp_path)
    found, lost = _report(gold, FRANCE), _report(gold)
    assert diff(lost, found)["gained"] == ["a FR troops committed"]
    assert diff(found, lost)["lost"] == ["a FR troops committed"]


@pytest.mark.parametrize(
    "claims", ['[{"actor":"FR"}]', '[{"actor":"FR","measure":"boots","stance":"open"}]']
)
def test_a_wrong_label_is_refused_with_its_file(tmp_path: Path, claims: str) -> None:
    with pytest.raises(InputError, match=r"a\.json"):
        _gold(tmp_path, claims)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.json file"):
        read_gold([tmp_path])
