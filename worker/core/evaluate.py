"""Precision, recall and F1 of claims against labelled articles, with every error listed.

A claim counts as found when actor, measure and stance are exact. A found claim is then held against
its label for conditions, quantity, status, speaker and date. A predicted claim that is dated back
more than two weeks before publication, on a slot the article has a label for, is background: it is
never counted as spurious (docs/ontology.md).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from worker.errors import InputError
from worker.model import Analysis, Article, Claim, Measure, Stance

Key = tuple[str, str, str]
DETAILS = ("conditions", "quantity", "status", "speaker", "as_of")
_BACKGROUND_DAYS = 14


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """One label."""

    actor: str
    measure: str
    stance: str
    conditions: frozenset[str]
    quantity: tuple[float | None, float | None, str] | None
    status: str
    speaker: str | None
    as_of: str | None

    @property
    def key(self) -> Key:
        """What must be exact."""
        return self.actor, self.measure, self.stance


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """A labelled article."""

    id: str
    language: str
    article: Article
    relevant: bool
    claims: tuple[GoldClaim, ...]


@dataclass(slots=True)
class Score:
    """True positives, false positives, false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted that is right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """Share of the labelled that is found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return (
            2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 0.0
        )

    def as_json(self) -> dict[str, Any]:
        """Counts and figures."""
        return {
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
        }


@dataclass(frozen=True, slots=True)
class Error:
    """One miss, spurious claim or wrong stance, with its sentence."""

    article: str
    kind: str  # missed | spurious | stance | flip | verbatim | relevance
    label: str
    got: str
    evidence: str

    def as_json(self) -> dict[str, str]:
        """The fields."""
        return {
            "article": self.article,
            "kind": self.kind,
            "label": self.label,
            "got": self.got,
            "evidence": self.evidence,
        }


@dataclass(slots=True)
class Report:
    """All figures of one evaluation."""

    overall: Score = field(default_factory=Score)
    by_language: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    by_measure: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    by_stance: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    relevance: Score = field(default_factory=Score)
    details: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    matched_slots: int = 0
    flips: int = 0
    verbatim: list[int] = field(default_factory=lambda: [0, 0])
    errors: list[Error] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object; ``diff`` reads it back."""
        return {
            "overall": self.overall.as_json(),
            "languages": {k: v.as_json() for k, v in sorted(self.by_language.items())},
            "measures": {k: v.as_json() for k, v in sorted(self.by_measure.items())},
            "stances": {k: v.as_json() for k, v in sorted(self.by_stance.items())},
            "relevance": self.relevance.as_json(),
            "details": {k: _share(*v) for k, v in sorted(self.details.items())},
            "polarity_flips": {"flips": self.flips, "of": self.matched_slots},
            "verbatim": _share(*self.verbatim),
            "errors": [error.as_json() for error in self.errors],
            "found": self.found,
        }


def _share(right: int, total: int) -> dict[str, Any]:
    return {"right": right, "of": total, "share": round(right / total, 4) if total else None}


def read_gold(paths: Iterable[Path]) -> list[GoldArticle]:
    """Read labelled articles from files and folders; InputError names what is wrong with one."""
    found: list[GoldArticle] = []
    for path in paths:
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files:
            raise InputError(f"{path}: no .json file in this folder")
        found.extend(_gold(file) for file in files)
    return found


def _gold(file: Path) -> GoldArticle:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        article = Article(
            text=data["text"],
            title=data.get("title") or "",
            url=data.get("url"),
            published=data.get("published"),
            source=data.get("source"),
        )
        claims = tuple(_gold_claim(c) for c in data["claims"])
        return GoldArticle(
            data.get("id", file.stem), data["lang"], article, bool(data["relevant"]), claims
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file}: no labelled article ({type(error).__name__}: {error}); "
            "it must be a JSON object with lang, text, relevant and claims"
        ) from error


def _gold_claim(raw: dict[str, Any]) -> GoldClaim:
    quantity = raw.get("quantity")
    return GoldClaim(
        raw["actor"],
        Measure(raw["measure"]).value,
        Stance(raw["stance"]).value,
        frozenset(raw.get("conditions") or ()),
        (quantity["min"], quantity["max"], quantity["unit"]) if quantity else None,
        raw.get("status", "official"),
        raw.get("speaker"),
        raw.get("as_of"),
    )


def evaluate(gold: Sequence[GoldArticle], analyze: Callable[[Article], Analysis]) -> Report:
    """Hold an extractor against labelled articles."""
    report = Report()
    for item in gold:
        analysis = analyze(item.article)
        _relevance(report, item, analysis)
        _verbatim(report, item, analysis)
        _compare(report, item, analysis.claims)
    return report


def _relevance(report: Report, item: GoldArticle, analysis: Analysis) -> None:
    if analysis.relevant and item.relevant:
        report.relevance.tp += 1
    elif analysis.relevant != item.relevant:
        report.relevance.fp += analysis.relevant
        report.relevance.fn += item.relevant
        got = "relevant" if analysis.relevant else "not relevant"
        report.errors.append(Error(item.id, "relevance", "", got, item.article.title))


def _verbatim(report: Report, item: GoldArticle, analysis: Analysis) -> None:
    full = item.article.full_text
    for claim in analysis.claims:
        report.verbatim[1] += 1
        if claim.evidence and full[claim.start : claim.end] == claim.evidence:
            report.verbatim[0] += 1
        else:
            report.errors.append(Error(item.id, "verbatim", "", _text(claim), claim.evidence))


def _text(claim: Claim | GoldClaim) -> str:
    return f"{claim.actor} {claim.measure} {claim.stance} {claim.as_of or ''}".rstrip()


def _compare(report: Report, item: GoldArticle, claims: Sequence[Claim]) -> None:
    pairs, missed, spurious = _match(item.claims, claims)
    report.found[item.id] = sorted(" ".join(label.key) for label, _ in pairs)
    for label, claim in pairs:
        _count(report, item.language, label.measure, label.stance, "tp")
        _detail(report, label, claim)
    labelled = {(g.actor, g.measure) for g in item.claims}
    published = item.article.published
    spurious = [
        c
        for c in spurious
        if not ((c.actor, c.measure.value) in labelled and _background(c.as_of, published))
    ]
    for label in missed:
        _count(report, item.language, label.measure, label.stance, "fn")
    for claim in spurious:
        _count(report, item.language, claim.measure.value, claim.stance.value, "fp")
    report.matched_slots += len(pairs)
    _list_errors(report, item, missed, spurious)


def _match(
    labels: Sequence[GoldClaim], claims: Sequence[Claim]
) -> tuple[list[tuple[GoldClaim, Claim]], list[GoldClaim], list[Claim]]:
    """Pair labels and claims with equal keys, the same date first."""
    pairs: list[tuple[GoldClaim, Claim]] = []
    left, free = list(labels), list(claims)
    for same_date in (True, False):
        for label in list(left):
            for claim in free:
                key = (claim.actor, claim.measure.value, claim.stance.value)
                if key == label.key and (not same_date or claim.as_of == label.as_of):
                    pairs.append((label, claim))
                    left.remove(label)
                    free.remove(claim)
                    break
    return pairs, left, free


def _background(as_of: str | None, published: str | None) -> bool:
    if not as_of or not published:
        return False
    latest = as_of if len(as_of) == 10 else f"{as_of}-28" if len(as_of) == 7 else f"{as_of}-12-31"
    try:
        limit = date.fromisoformat(published[:10]) - timedelta(days=_BACKGROUND_DAYS)
        return date.fromisoformat(latest) < limit
    except ValueError:
        return False


def _count(report: Report, language: str, measure: str, stance: str, what: str) -> None:
    for score in (
        report.overall,
        report.by_language[language],
        report.by_measure[measure],
        report.by_stance[stance],
    ):
        setattr(score, what, getattr(score, what) + 1)


def _detail(report: Report, label: GoldClaim, claim: Claim) -> None:
    quantity = claim.quantity
    got = (quantity.min, quantity.max, quantity.unit) if quantity else None
    right = {
        "conditions": label.conditions == {c.value for c in claim.conditions},
        "quantity": label.quantity == got,
        "status": label.status == claim.status.value,
        "speaker": _same_speaker(label.speaker, claim.speaker),
        "as_of": _same_date(label.as_of, claim.as_of),
    }
    for name in DETAILS:
        report.details[name][0] += right[name]
        report.details[name][1] += 1


def _same_speaker(label: str | None, got: str | None) -> bool:
    if label is None or got is None:
        return label is got
    return label.split()[-1].casefold() == got.split()[-1].casefold()


def _same_date(label: str | None, got: str | None) -> bool:
    if label == got or label is None or got is None:
        return label == got
    if len(label) == len(got) == 10:
        return abs((date.fromisoformat(label) - date.fromisoformat(got)).days) <= 1
    return False


def _list_errors(
    report: Report, item: GoldArticle, missed: Sequence[GoldClaim], spurious: Sequence[Claim]
) -> None:
    rest = list(spurious)
    for label in missed:
        twin = next((c for c in rest if (c.actor, c.measure.value) == label.key[:2]), None)
        if twin is None:
            report.errors.append(Error(item.id, "missed", _text(label), "", ""))
            continue
        rest.remove(twin)
        flip = Stance(label.stance).polarity * twin.stance.polarity < 0
        report.flips += flip
        report.matched_slots += 1
        kind = "flip" if flip else "stance"
        report.errors.append(Error(item.id, kind, _text(label), _text(twin), twin.evidence))
    for claim in rest:
        report.errors.append(Error(item.id, "spurious", "", _text(claim), claim.evidence))


def diff(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[str]]:
    """Labelled claims gained and lost, and spurious claims gone and come, between two reports."""
    before, after = _keys(old), _keys(new)
    wrong_before, wrong_after = _wrong(old), _wrong(new)
    return {
        "gained": sorted((after - before).elements()),
        "lost": sorted((before - after).elements()),
        "spurious_gone": sorted((wrong_before - wrong_after).elements()),
        "spurious_come": sorted((wrong_after - wrong_before).elements()),
    }


def _keys(report: dict[str, Any]) -> Counter[str]:
    return Counter(f"{article} {key}" for article, keys in report["found"].items() for key in keys)


def _wrong(report: dict[str, Any]) -> Counter[str]:
    return Counter(
        f"{error['article']} {error['got']}"
        for error in report["errors"]
        if error["kind"] in {"spurious", "stance", "flip"}
    )
