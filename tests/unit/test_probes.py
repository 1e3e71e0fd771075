"""The probe suite: every sentence yields exactly the claims the ontology reads in it."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import pytest

from worker.core.claims import default_extractor
from worker.core.claims.extractor import analyze_sentences
from worker.model import Article

PROBES = Path(__file__).resolve().parents[1] / "probes"
LANGUAGES = sorted(path.stem for path in PROBES.glob("??.tsv"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if line.strip() and not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@lru_cache
def _known() -> frozenset[tuple[str, str]]:
    return frozenset((r["language"], r["sentence"]) for r in _rows(PROBES / "known_failures.tsv"))


def _expected(text: str) -> list[str]:
    if text.strip() == "-":
        return []
    parts = [part.split("+")[0].split("#")[0] for part in text.split(";")]
    return sorted(" ".join(part.split()[:3]) for part in parts if part.strip())


def outcome(language: str, sentence: str) -> list[str]:
    """The claims read in a probe, whatever its relevance alone would be."""
    article = Article(text=sentence, published="2026-03-11", language=language)
    claims = analyze_sentences(default_extractor(), article, language)
    return sorted(f"{c.actor} {c.measure.value} {c.stance.value}" for c in claims)


@pytest.mark.parametrize("language", LANGUAGES)
def test_probes_hold_but_for_the_known_failures(language: str) -> None:
    broken, mended = [], []
    for row in _rows(PROBES / f"{language}.tsv"):
        sentence = row["sentence"]
        right = outcome(language, sentence) == _expected(row["expected"])
        known = (language, sentence) in _known()
        if not right and not known:
            got = "; ".join(outcome(language, sentence)) or "-"
            broken.append(
                f"[{row['phenomenon']}] {sentence}\n    want {row['expected']}\n    got  {got}"
            )
        if right and known:
            mended.append(sentence)
    assert not broken, "probes broken:\n" + "\n".join(broken)
    assert not mended, "take off known_failures.tsv:\n" + "\n".join(mended)
