"""Why the extractor read what it read: the marks of each sentence, the claims, and what lost and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.core.claims.extractor import Extractor, read_sentences
from worker.core.claims.marks import Marks
from worker.core.claims.reading import Reading
from worker.model import Article

#: Context words worth showing: they turn or weaken a stance.
_SHOWN = ("negation", "temper", "modal_open", "modal_must", "modal_will", "old_stance", "signing")


@dataclass(frozen=True, slots=True)
class Span:
    """A marked piece of the article: code-point offsets, what it is, and its value."""

    start: int
    end: int
    kind: str  # actor | measure | cue | context | condition
    label: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One sentence with its marks, the claims read in it, and the readings that lost."""

    text: str
    start: int
    spans: tuple[Span, ...]
    claims: tuple[str, ...]
    lost: tuple[str, ...]


def explain(extractor: Extractor, article: Article) -> Iterator[Explained]:
    """Explain the sentences of an article in which anything was marked."""
    text = article.full_text
    for sentence, reading in read_sentences(extractor, article):
        spans = tuple(sorted(_spans(reading.marks), key=lambda s: (s.start, s.end)))
        if spans:
            yield Explained(
                text[sentence.start : sentence.end],
                sentence.start,
                spans,
                tuple(_claims(reading)),
                tuple(_lost(reading, text)),
            )


def _spans(marks: Marks) -> Iterator[Span]:
    words = marks.words
    for actor in marks.actors:
        label = actor.code or "no government"
        yield Span(words[actor.start].start, words[actor.end - 1].end, "actor", label)
    for topic in marks.topics:
        yield Span(
            words[topic.start].start, words[topic.end - 1].end, "measure", topic.measure.value
        )
    for predicate in marks.predicates:
        label = predicate.stance.value if predicate.stance else predicate.kind
        for index in predicate.words:
            yield Span(words[index].start, words[index].end, "cue", label)
    for condition, start, end in marks.conditions:
        yield Span(words[start].start, words[end - 1].end, "condition", condition.value)
    for kind in _SHOWN:
        for hit in marks.context.get(kind, ()):
            yield Span(words[hit[0]].start, words[hit[-1]].end, "context", kind)


def _claims(reading: Reading) -> Iterator[str]:
    for finding in reading.findings:
        rules = ", ".join(finding.rules)
        yield f"{finding.actor} {finding.topic.measure} {finding.stance} — {rules}"


def _lost(reading: Reading, text: str) -> Iterator[str]:
    words = reading.marks.words
    for rejection in reading.rejections:
        topic = rejection.topic
        quote = text[words[topic.start].start : words[max(topic.start, topic.end - 1)].end]
        yield f"{topic.measure} “{quote}”: {rejection.reason}"
