"""Article to analysis: language, sentences, relevance, claims; the only door to this package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from worker.core.claims.clean import (
    asked_paragraphs,
    beginning_at,
    behind_place,
    is_interview,
    is_question,
    kept,
    without_dateline,
)
from worker.core.claims.dates import Told, find_dates
from worker.core.claims.details import (
    conditions_of,
    dropped_conditions,
    item_of,
    location_of,
    same_paragraph,
    speaker_of_claim,
)
from worker.core.claims.discourse import Discourse
from worker.core.claims.language import detect
from worker.core.claims.lexicon import LANGUAGES, Lexicon, load_lexicon
from worker.core.claims.lists import pledgers_of_item
from worker.core.claims.marks import mark
from worker.core.claims.officeholders import in_office, unknown_holders
from worker.core.claims.quantities import Found, find_quantities, in_currency, pick
from worker.core.claims.reader import read
from worker.core.claims.reading import Finding, Reading
from worker.core.claims.relevance import coverage
from worker.core.claims.text import Sentence, sentences
from worker.core.claims.topics import bare_sums
from worker.model import Analysis, Article, Claim, Measure, Quantity, Status

#: Longer texts are cut here: about 10,000 words, four times a long live blog.
MAX_CHARS = 60_000


@dataclass(frozen=True, slots=True)
class _Read:
    sentence: Sentence
    reading: Reading
    quantities: list[Found]
    title: bool


class Extractor:
    """Reads claims out of articles; ``lexicon_dirs`` hold tables laid over the built-in ones."""

    def __init__(self, lexicon_dirs: Sequence[Path] = ()) -> None:
        self._dirs = tuple(lexicon_dirs)
        self._lexicons: dict[str, Lexicon] = {}

    def lexicon(self, language: str) -> Lexicon:
        """The compiled tables of a language, loaded on first use."""
        if language not in self._lexicons:
            self._lexicons[language] = load_lexicon(language, self._dirs)
        return self._lexicons[language]

    def analyze(self, article: Article) -> Analysis:
        """Judge one article; never raises for what a text contains."""
        text = article.full_text[:MAX_CHARS]
        language = detect(text, article.language)
        if language not in LANGUAGES:
            return Analysis(language, False, review="unsupported_language")
        drafts, reads = _drafts(article, language, self.lexicon(language))
        verdict = coverage([item.reading.marks for item in reads], len(drafts))
        if not verdict.relevant:
            return Analysis(language, False)
        marks = [item.reading.marks for item in reads]
        holders = unknown_holders(marks, self.lexicon(language), article.published)
        return Analysis(language, True, _distinct(drafts), office_holders=holders)


@lru_cache(maxsize=1)
def default_extractor() -> Extractor:
    """The extractor with the built-in tables only."""
    return Extractor()


def analyze_sentences(extractor: Extractor, article: Article, language: str) -> tuple[Claim, ...]:
    """The claims of a text in a given language, without the question whether it is coverage."""
    drafts, _ = _drafts(article, language, extractor.lexicon(language))
    return _distinct(drafts)


def read_sentences(extractor: Extractor, article: Article) -> Iterator[tuple[Sentence, Reading]]:
    """The sentences of an article as they were read, for explanations."""
    text = article.full_text[:MAX_CHARS]
    language = detect(text, article.language)
    if language in LANGUAGES:
        day = _day(_date(article.published))
        for item in _reads(text, len(article.title), language, extractor.lexicon(language), day):
            yield item.sentence, item.reading


def _drafts(article: Article, language: str, lexicon: Lexicon) -> tuple[list[Claim], list[_Read]]:
    text = article.full_text[:MAX_CHARS]
    published = _date(article.published)
    reads = list(_reads(text, len(article.title), language, lexicon, _day(published)))
    drafts = [
        claim
        for index in range(len(reads))
        for claim in _claims(index, reads, text, published)
        if in_office(claim, reads[index].reading.marks, lexicon, published)
    ]
    return drafts, reads


def _date(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _day(published: date | None) -> str:
    return published.isoformat() if published else ""


def _reads(
    text: str, title: int, language: str, lexicon: Lexicon, day: str = ""
) -> Iterator[_Read]:
    paragraph = -1
    parts = kept(text, sentences(text, language, lexicon.abbreviations), lexicon)
    discourse = Discourse(interview=is_interview(text, parts))
    asked = asked_paragraphs(text, parts) if discourse.interview else frozenset()
    for sentence in parts:
        opens = sentence.paragraph != paragraph
        if opens:
            paragraph = sentence.paragraph
            sentence = without_dateline(text, sentence, language)
        marks = mark(sentence, lexicon, day)
        if opens and sentence.start > title and (start := behind_place(marks)):
            sentence = beginning_at(start, text, sentence, language)
            marks = mark(sentence, lexicon, day)
        quantities = find_quantities(marks, language)
        marks.money = [(f.start, f.end) for f in quantities if f.quantity.unit.isupper()]
        marks.money += bare_sums(marks)
        item = pledgers_of_item(text[sentence.start : sentence.end], discourse)
        question = is_question(text, sentence) or sentence.paragraph in asked
        reading = read(marks, language, discourse, question, item)
        yield _Read(sentence, reading, quantities, sentence.start < title)


def _claims(
    index: int, reads: Sequence[_Read], text: str, published: date | None
) -> Iterator[Claim]:
    item = reads[index]
    if not item.reading.findings:
        return
    sentence = item.sentence
    evidence = text[sentence.start : sentence.end]
    told = find_dates(item.reading.marks, published) if published else []
    near = same_paragraph(index, [r.sentence.paragraph for r in reads])
    following = reads[index + 1].reading if index + 1 in near else None
    neighbours = [reads[n].reading for n in near]
    drops = [f"drops:{c.value}" for c in sorted(dropped_conditions(item.reading))]
    for finding in item.reading.findings:
        clause, measure = finding.clause, finding.topic.measure
        quantity = pick(item.quantities, measure, clause.start, clause.end, finding.at)
        yield Claim(
            actor=finding.actor,
            measure=measure,
            stance=finding.stance,
            evidence=evidence,
            start=sentence.start,
            end=sentence.end,
            conditions=conditions_of(finding, item.reading, following, evidence),
            quantity=_wanted(quantity, finding),
            status=finding.status,
            speaker=speaker_of_claim(finding, item.reading, neighbours),
            as_of=_as_of(finding, told, published, item.reading),
            location=location_of(finding, item.reading),
            item=item_of(finding, item.reading, text),
            rules=tuple(dict.fromkeys([*filter(None, finding.rules), *drops])),
            confidence=max(0.05, finding.confidence - (0.2 if item.title else 0.0)),
        )


def _wanted(quantity: Quantity | None, finding: Finding) -> Quantity | None:
    """Refusals keep no number: the number is that of the thing refused."""
    if quantity is None or finding.stance.rank < 0:
        return None
    return in_currency(quantity, finding.actor)


def _as_of(
    finding: Finding, told: Sequence[Told], published: date | None, reading: Reading
) -> str | None:
    if published is None:
        return None
    spoken = [t for t in told if not t.weekday and _when_said(t, finding, reading)]
    if len(spoken) == 1:
        return spoken[0].value
    if {"intention", "modal"} & set(finding.rules):
        return published.isoformat()  # "wird im Mai entsenden" tells of the deed, not of the stance
    dated = [t for t in told if not t.weekday]
    inside = [t for t in dated if t.start in finding.clause]
    if not inside and len(dated) == 1 and "governed" in finding.rules:
        inside = dated  # "Ob …, hatte Merz Mitte Dezember offen gelassen"
    if inside and not ("present" in finding.rules and _covers(inside[0].value, published)):
        return inside[0].value
    return published.isoformat()


def _covers(value: str, day: date) -> bool:
    """Whether a partial date has the day in it: "this year" tells when a pledge is kept."""
    return day.isoformat().startswith(value)


def _when_said(told: Told, finding: Finding, reading: Reading) -> bool:
    """Whether a date stands beside the verb of saying ("In January Merz said that …")."""
    if finding.clause.opener != "subordinator" or told.start in finding.clause:
        return False
    return any(told.start in reading.clauses[a.clause] for a in reading.attributions)


def _distinct(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """One claim per slot and date: the strongest evidence wins, then the earlier sentence."""
    best: dict[tuple[str, Measure, str | None, str | None], Claim] = {}
    for claim in claims:
        key = (claim.actor, claim.measure, claim.item, claim.as_of)
        known = best.get(key)
        if known is None or _weight(claim) > _weight(known):
            best[key] = claim
    kept: list[Claim] = []
    for claim in sorted(best.values(), key=lambda c: (*(-w for w in _weight(c)), c.start)):
        if not any(_told_again(claim, other) for other in kept):
            kept.append(claim)
    return tuple(sorted(kept, key=lambda c: (c.start, c.actor, c.measure.value)))


#: "On Tuesday" and the day of the article are one day's news within so many days.
_SAME_NEWS = timedelta(days=2)


def _told_again(claim: Claim, other: Claim) -> bool:
    """Whether two claims tell one stance of one slot, dated a day or two apart or by the month."""
    slots = [(c.actor, c.measure, c.item, c.stance, _unit(c)) for c in (claim, other)]
    if slots[0] != slots[1] or claim.as_of is None or other.as_of is None:
        return False
    if _apart(claim.quantity, other.quantity) and claim.as_of != other.as_of:
        return False  # "this year it gave 500 million already": another sum of another day
    if claim.as_of.startswith(other.as_of) or other.as_of.startswith(claim.as_of):
        return True
    first, second = _date(claim.as_of), _date(other.as_of)
    return first is not None and second is not None and abs(first - second) <= _SAME_NEWS


def _apart(one: Quantity | None, two: Quantity | None) -> bool:
    """Whether two numbers in one unit cannot be the same."""
    if one is None or two is None or one.unit.islower():
        return False
    return (one.min, one.max) != (two.min, two.max)


def _unit(claim: Claim) -> str | None:
    return claim.quantity.unit if claim.quantity is not None else None


def _weight(claim: Claim) -> tuple[float, int]:
    return (
        round(claim.confidence + 0.05 * (claim.quantity is not None), 3),
        {Status.OFFICIAL: 2, Status.REPORTED: 1, Status.DRAFT: 0}[claim.status],
    )
