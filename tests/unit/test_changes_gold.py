"""The changes of the dev gold, labelled by hand, are told: with labelled claims almost all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from worker.core.baseline import load_baseline
from worker.core.evaluate_changes import (
    ChangeReport,
    evaluate_changes,
    gold_analysis,
    load_changes,
)
from worker.core.ledger import LedgerRecord
from worker.core.replay import replay
from worker.errors import ConfigError, InputError
from worker.model import Analysis, Article

ROOT = Path(__file__).parents[2]
CHANGES = ROOT / "tests" / "gold" / "changes" / "dev.yaml"


def baseline() -> list[LedgerRecord]:
    path = ROOT / "seeds" / "baseline.yaml"
    documents = {p.name: p.read_text("utf-8") for p in path.parent.glob("*.txt")}
    return load_baseline(path.read_text("utf-8"), str(path), documents)


def gold() -> tuple[dict[str, Article], dict[str | None, Analysis]]:
    articles: dict[str, Article] = {}
    analyses: dict[str | None, Analysis] = {}
    for path in sorted((ROOT / "tests" / "gold" / "dev").glob("*.json")):
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        article = Article(
            text=raw["text"],
            title=raw["title"],
            url=raw["url"],
            published=raw["published"],
            source=raw["source"],
            language=raw["lang"],
        )
        articles[path.stem], analyses[article.url] = article, gold_analysis(raw, article)
    return articles, analyses


@pytest.fixture(scope="module")
def report() -> ChangeReport:
    articles, analyses = gold()
    expected = load_changes(CHANGES.read_text("utf-8"), str(CHANGES))
    return evaluate_changes(articles, lambda a: analyses[a.url], expected, baseline())


def test_with_labelled_claims_the_labelled_changes_are_told(report: ChangeReport) -> None:
    assert report.precision >= 0.98, report.as_json()
    assert report.recall >= 0.98, report.as_json()


def test_every_silence_of_the_labels_has_its_labelled_reason(report: ChangeReport) -> None:
    assert report.unsaid_wrong == ()
    assert report.unsaid_right > 30


def test_every_claim_of_the_gold_is_labelled_as_told_or_silent() -> None:
    _, analyses = gold()
    expected = load_changes(CHANGES.read_text("utf-8"), str(CHANGES))
    claims = sum(len(analysis.claims) for analysis in analyses.values() if analysis.relevant)
    assert len(expected.told) + len(expected.unsaid) == claims


def test_a_replay_of_the_gold_is_the_same_byte_for_byte_in_any_order_of_files() -> None:
    articles, analyses = gold()
    runs = [
        json.dumps(list(replay(order, lambda a: analyses[a.url], baseline())))
        for order in (list(articles.values()), list(articles.values())[::-1])
    ]
    assert runs[0] == runs[1]


def test_a_wrong_extractor_is_found_out() -> None:
    articles, _ = gold()
    expected = load_changes(CHANGES.read_text("utf-8"), str(CHANGES))
    deaf = evaluate_changes(articles, lambda a: Analysis("en", True), expected, baseline())
    assert (deaf.recall, len(deaf.missed)) == (0.0, len(expected.told))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("version: 1\narticles:\n  - article: a\n    alerts: [raised soared DE troops]\n    silent: []",
         "line 4: alerts: 'soared' is not known"),
        ("version: 1\narticles:\n  - article: a\n    alerts: [raised]\n    silent: []",
         "line 4: alerts: EVENT KIND ACTOR MEASURE"),
        ("version: 2\narticles: []", "line 1: version: 2 is not known; allowed: 1"),
        ("", "line 1: the file is empty"),
    ],
)  # fmt: skip
def test_wrong_labels_are_refused_with_line_and_reason(text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_changes(text, "dev.yaml")
    assert reason in str(refused.value)


def test_an_unreadable_label_is_named() -> None:
    article = Article(text="x", url="https://example.org/a")
    with pytest.raises(InputError, match=r"https://example\.org/a: no labels"):
        gold_analysis({"lang": "en", "relevant": True, "claims": [{"actor": "DE"}]}, article)
