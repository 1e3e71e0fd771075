"""Precision and recall of alerts against changes labelled by hand, with every error listed.

The articles are replayed in date order from the baseline, once with the labelled claims (does the
ledger judge rightly?) and once with an extractor (does the whole chain?). An alert counts as right
when article, event, kind, actor, measure and confirmation are exact; ``resolved`` follow-ups are
consequences and not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.core.alerting import Policy
from worker.core.ledger import LedgerRecord
from worker.core.replay import MemoryLedger, replay
from worker.core.yamlnodes import Place, read_yaml
from worker.errors import InputError
from worker.model import (
    Analysis,
    Article,
    ChangeKind,
    Claim,
    Condition,
    Measure,
    Quantity,
    Stance,
    Status,
)

EVENTS = ("raised", "updated", "confirmed", "contested", "corrected")

#: Article, event, kind, actor, measure, confirmation.
Told = tuple[str, str, str, str, str, str]
#: Article, reason, actor, measure.
Unsaid = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class ExpectedChanges:
    """The labels: what is told, and what is not and why."""

    told: tuple[Told, ...]
    unsaid: tuple[Unsaid, ...]


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What was told against what should have been."""

    right: tuple[Told, ...]
    spurious: tuple[Told, ...]
    missed: tuple[Told, ...]
    unsaid_right: int
    unsaid_wrong: tuple[Unsaid, ...]

    @property
    def precision(self) -> float:
        """Share of the alerts told that are right."""
        told = len(self.right) + len(self.spurious)
        return len(self.right) / told if told else 0.0

    @property
    def recall(self) -> float:
        """Share of the labelled alerts that were told."""
        labelled = len(self.right) + len(self.missed)
        return len(self.right) / labelled if labelled else 0.0

    def as_json(self) -> dict[str, Any]:
        """Figures and errors."""
        return {
            "right": len(self.right),
            "spurious": [" ".join(t) for t in self.spurious],
            "missed": [" ".join(t) for t in self.missed],
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "silence": {
                "right": self.unsaid_right,
                "wrong": [" ".join(u) for u in self.unsaid_wrong],
            },
        }


def load_changes(text: str, path: str) -> ExpectedChanges:
    """Read labelled changes; ConfigError names file, line and what is allowed."""
    root = read_yaml(text, path).fields(("version", "articles"))
    if root["version"].value() != 1:
        root["version"].refuse(f"{root['version'].value()!r} is not known; allowed: 1")
    told: list[Told] = []
    unsaid: list[Unsaid] = []
    for place in root["articles"].items():
        fields = place.fields(("article", "alerts", "silent"))
        name = fields["article"].text()
        told += [_told(line, name) for line in fields["alerts"].items()]
        unsaid += [_unsaid(line, name) for line in fields["silent"].items()]
    return ExpectedChanges(tuple(told), tuple(unsaid))


def _told(place: Place, article: str) -> Told:
    words = place.text().split()
    confirmation = words.pop() if words[-1:] == ["unconfirmed"] else "confirmed"
    if len(words) != 4:
        place.refuse("EVENT KIND ACTOR MEASURE [unconfirmed] is needed here")
    event, kind, actor, measure = words
    _known(place, event, EVENTS)
    _known(place, kind, [k.value for k in ChangeKind])
    _known(place, measure, [m.value for m in Measure])
    return article, event, kind, actor, measure, confirmation


def _unsaid(place: Place, article: str) -> Unsaid:
    words = place.text().split()
    if len(words) != 3:
        place.refuse("REASON ACTOR MEASURE is needed here")
    reason, actor, measure = words
    _known(place, measure, [m.value for m in Measure])
    return article, reason, actor, measure


def _known(place: Place, word: str, allowed: Sequence[str]) -> None:
    if word not in allowed:
        place.refuse(f"{word!r} is not known; allowed: {', '.join(allowed)}")


def evaluate_changes(
    articles: Mapping[str, Article],
    analyze: Callable[[Article], Analysis],
    expected: ExpectedChanges,
    baseline: Sequence[LedgerRecord],
    policy: Policy | None = None,
) -> ChangeReport:
    """Replay articles (by id) and hold what is told, and what is not, against the labels."""
    ids = {article.url: name for name, article in articles.items()}
    ledger = MemoryLedger(baseline)
    lines = list(replay(articles.values(), analyze, policy=policy, ledger=ledger))
    told = Counter(_line(line, ids) for line in lines if line["event"] in EVENTS)
    wanted = Counter(expected.told)
    unsaid = Counter(
        (ids[s.article_key], s.reason.value, s.slot.actor, s.slot.measure.value)
        for s in ledger.suppressed
        if s.slot is not None
    )
    silent = Counter(expected.unsaid)
    return ChangeReport(
        right=_flat(told & wanted),
        spurious=_flat(told - wanted),
        missed=_flat(wanted - told),
        unsaid_right=sum((unsaid & silent).values()),
        unsaid_wrong=tuple(sorted((silent - unsaid).elements())),
    )


def _flat(counted: Counter[Told]) -> tuple[Told, ...]:
    return tuple(sorted(counted.elements()))


def _line(line: Mapping[str, Any], ids: Mapping[str | None, str]) -> Told:
    article = ids[line["article"]]
    return article, line["event"], line["kind"], line["actor"], line["measure"], line["status"]


def gold_analysis(raw: Mapping[str, Any], article: Article) -> Analysis:
    """The labels of an article as the extractor would hand them over.

    ``raw`` is the JSON object of a labelled article; InputError where a label cannot be read.
    """
    try:
        claims = tuple(_gold_claims(raw["claims"], article))
        return Analysis(str(raw["lang"]), bool(raw["relevant"]), claims)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{article.url}: no labels ({type(error).__name__}: {error})") from error


def _gold_claims(labels: Iterable[Mapping[str, Any]], article: Article) -> Iterable[Claim]:
    for label in labels:
        quote, quantity = label["evidence"], label.get("quantity")
        start = max(0, article.full_text.find(quote))
        yield Claim(
            actor=label["actor"],
            measure=Measure(label["measure"]),
            stance=Stance(label["stance"]),
            evidence=quote,
            start=start,
            end=start + len(quote),
            conditions=frozenset(map(Condition, label.get("conditions") or ())),
            quantity=Quantity(**quantity) if quantity else None,
            status=Status(label.get("status", "official")),
            speaker=label.get("speaker"),
            as_of=label.get("as_of"),
            location=label.get("location"),
            item=label.get("item"),
        )
