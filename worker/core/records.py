"""The claims of an article as records of the ledger: dated, with their origin and proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from worker.core.ledger import LedgerRecord, precedence, record_id
from worker.core.origins import (
    COPY_DAYS,
    KnownText,
    article_key,
    origin_of,
    sketch_of,
    text_digest,
)
from worker.core.spans import Span, parse_day, parse_span
from worker.core.views import LedgerView
from worker.model import Analysis, Article, Claim, Condition, Evidence, Slot

_DROPS = "drops:"
#: The extractor version of a claim as a person has corrected it, and the rule of one refused.
BY_PERSON = "feedback"
REFUSED = "feedback:refused"


def known_text(
    article: Article,
    view: LedgerView,
    now: datetime,
    extractor_version: str,
    groups: Mapping[str, str],
) -> KnownText:
    """What is kept of an article: its origin, revision and sketch."""
    key, sketch = article_key(article), sketch_of(article.full_text)
    published = _published(article, now)
    before, digest = view.text(key), text_digest(article)
    if before is None:
        near = view.texts_like(sketch, parse_day(published), COPY_DAYS)
        origin = origin_of(article, sketch, near, groups)
    else:
        origin = before.origin
    return KnownText(
        article_key=key,
        digest=digest,
        origin=origin,
        published=published,
        revision=_revision(before, digest),
        extractor_version=extractor_version,
        sketch=sketch,
    )


def _revision(before: KnownText | None, digest: str) -> int:
    if before is None:
        return 1
    return before.revision if before.digest == digest else before.revision + 1


def same_reading(before: KnownText, text: KnownText) -> bool:
    """Whether an article was read before, word for word and by the same extractor."""
    same_text = before.digest == text.digest
    return same_text and before.extractor_version == text.extractor_version


def records_of(
    article: Article,
    analysis: Analysis,
    text: KnownText,
    now: datetime,
) -> list[LedgerRecord]:
    """The records of an article by date, so that a told shift reads right; of a date the
    weightiest first, so that a lesser one beside it tells nothing.
    """
    claims = analysis.claims if analysis.relevant else ()
    records = [_record(article, analysis, claim, text, now) for claim in claims]
    told: dict[object, LedgerRecord] = {}
    for record in sorted(records, key=_order):
        told.setdefault(_one_number(record), record)
    return list(told.values())


def _one_number(record: LedgerRecord) -> object:
    """What one article can say only once: a number per unit, of one stance and day."""
    if record.quantity is None:
        return record.id
    unit = record.quantity.unit
    return record.slot, record.as_of, record.stance, record.status, unit


def _order(record: LedgerRecord) -> tuple[Span, str, tuple[int, ...], str]:
    status, stated, distance = precedence(record)
    weight = (-status, -stated, -distance, record.stance.rank)
    return record.span, str(record.slot), weight, f"{record.quantity}{sorted(record.conditions)}"


def _record(
    article: Article, analysis: Analysis, claim: Claim, text: KnownText, now: datetime
) -> LedgerRecord:
    slot = Slot(claim.actor, claim.measure, claim.item)
    as_of = _as_of(claim, text)
    evidence = Evidence(
        quote=claim.evidence,
        article_url=article.url,
        title=article.title,
        source=article.source,
        published=article.published,
        language=analysis.language,
        speaker=claim.speaker,
    )
    values = (slot, claim.stance, as_of, claim.quantity, sorted(claim.conditions), claim.status)
    return LedgerRecord(
        id=record_id(text.article_key, text.revision, (*values, text.extractor_version)),
        slot=slot,
        stance=claim.stance,
        as_of=as_of,
        published=text.published,
        known_from=now,
        article_key=text.article_key,
        origin=text.origin,
        evidence=evidence,
        status=claim.status,
        quantity=claim.quantity,
        conditions=claim.conditions,
        dropped=_dropped(claim),
        location=claim.location,
        estimated=as_of != claim.as_of or article.published is None,
        revision=text.revision,
        extractor_version=text.extractor_version,
        confidence=claim.confidence,
        rules=claim.rules,
    )


def admitted(records: Sequence[LedgerRecord], known: Sequence[LedgerRecord]) -> list[LedgerRecord]:
    """The records but those that a person has refused before, read out of the same words."""
    refused = {(reading(r), r.evidence.quote) for r in known if REFUSED in r.rules}
    return [r for r in records if (reading(r), r.evidence.quote) not in refused]


def settled_by_people(article: Article, known: Sequence[LedgerRecord]) -> frozenset[str]:
    """The ids of corrected claims whose words the article still has: no reading retracts them."""
    text = article.full_text
    return frozenset(
        r.id for r in known if r.extractor_version == BY_PERSON and r.evidence.quote in text
    )


def _published(article: Article, now: datetime) -> str:
    """The date of publication; one that is missing, unreadable or yet to come is today."""
    today = now.date()
    try:
        day = parse_day(article.published or "")
    except ValueError:
        return today.isoformat()
    return article.published or "" if (day - today).days <= 1 else today.isoformat()


def _as_of(claim: Claim, text: KnownText) -> str:
    """The date from which a claim holds; it cannot lie after the day that tells it."""
    day = text.day.isoformat()
    try:
        return claim.as_of if claim.as_of and parse_span(claim.as_of).start <= text.day else day
    except ValueError:
        return day


def _dropped(claim: Claim) -> frozenset[Condition]:
    """The conditions a claim says no longer apply: the rules ``drops:<condition>``."""
    told = (rule.removeprefix(_DROPS) for rule in claim.rules if rule.startswith(_DROPS))
    return frozenset(Condition(name) for name in told)


def reading(record: LedgerRecord) -> tuple[object, ...]:
    """What a claim says, apart from the words: a revision that says the same changes nothing.

    A claim dated by its article alone is the same claim in an edition of another day.
    """
    undated = record.span.end == record.published_on
    return (
        record.slot,
        record.stance,
        None if undated else record.as_of,
        record.quantity,
        record.conditions,
        record.dropped,
        record.status,
    )
