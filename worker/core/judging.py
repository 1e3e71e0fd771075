"""An article and its claims against the ledger: what to store, what to tell, what to leave unsaid.

    records = the claims of the article, oldest first, each with its origin
    for each: position as of its own date → compare → change, or a named reason
    a change: fits an open alert → update or confirm it; else raise one and resolve what it replaces
    no change: corroborates, confirms or denies an open alert, or is only noted with its reason

Pure: the store applies a verdict in one transaction, the replay applies it in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from worker.core.alerting import Policy
from worker.core.compare import SAME_NUMBER, NoChange, Reason, compare
from worker.core.ledger import LedgerRecord, derive_position, holding_record, record_id
from worker.core.origins import (
    COPY_DAYS,
    KnownText,
    article_key,
    origin_of,
    sketch_of,
    text_digest,
)
from worker.core.spans import parse_day, parse_span
from worker.core.telling import Context, correct, note, tell
from worker.core.views import LedgerView, Overlay, Suppressed, Verdict
from worker.model import Analysis, Article, Change, Claim, Condition, Evidence, Slot, Status

__all__ = ["LedgerView", "Overlay", "Suppressed", "Verdict", "judge_article", "judge_withdrawal"]

_DROPS = "drops:"


def judge_article(
    article: Article,
    analysis: Analysis,
    *,
    view: LedgerView,
    now: datetime,
    policy: Policy | None = None,
    extractor_version: str = "",
    groups: Mapping[str, str] = MappingProxyType({}),
) -> Verdict:
    """What follows from one article.

    ``groups`` maps outlets to publisher groups (config/origins.yaml). An article read before with
    the same text changes nothing; with another text its missing claims are retracted and the
    alerts that rest on them corrected; with another extractor it is re-read silently.
    """
    policy = policy or Policy()
    text = _known_text(article, view, now, extractor_version, groups)
    before = view.text(text.article_key)
    if before and _same_reading(before, text):
        return Verdict(suppressed=(_about(text, Reason.KNOWN_ARTICLE, now),))
    reread = before is not None and before.digest == text.digest
    context = Context(policy, now, text.article_key, reread)
    verdict = Verdict(text=text)
    if not analysis.relevant:
        verdict += Verdict(suppressed=(_about(text, Reason.RELEVANCE, now),))
    claims = analysis.claims if analysis.relevant else ()
    return _judge_records(_records(article, analysis, claims, text, now), view, context, verdict)


def judge_withdrawal(
    key: str, *, view: LedgerView, now: datetime, policy: Policy | None = None
) -> Verdict:
    """What follows when an article is withdrawn: its claims are retracted, its alerts corrected."""
    context = Context(policy or Policy(), now, key, False)
    return _judge_records((), view, context, Verdict())


def _judge_records(
    records: Sequence[LedgerRecord], view: LedgerView, context: Context, verdict: Verdict
) -> Verdict:
    known = [r for r in view.article_records(context.article_key) if r.retracted_at is None]
    kept = {_reading(r) for r in known} & {_reading(r) for r in records}
    verdict += Verdict(
        retracted=tuple(
            replace(r, retracted_at=context.now) for r in known if _reading(r) not in kept
        )
    )
    for bundle in _bundles([r for r in records if _reading(r) not in kept]):
        verdict += _judge_bundle(bundle, Overlay(view, verdict), context)
    return verdict + correct(verdict.retracted, Overlay(view, verdict), context)


def _bundles(records: Sequence[LedgerRecord]) -> list[list[LedgerRecord]]:
    """The records of an article that say one thing in several units, together."""
    bundles: dict[tuple[object, ...], list[LedgerRecord]] = {}
    for record in records:
        key = (record.slot, record.as_of, record.stance, record.status)
        bundles.setdefault(key, []).append(record)
    return list(bundles.values())


def _judge_bundle(bundle: Sequence[LedgerRecord], view: Overlay, context: Context) -> Verdict:
    outcome: Change | NoChange | None = None
    lead = bundle[0]
    known = list(view.records(lead.slot))
    for record in bundle:
        told = _silence(record, context) or weigh(record, known, context.policy.quantity_tolerance)
        known.append(record)
        if isinstance(told, Change) and not isinstance(outcome, Change):
            lead, outcome = record, told
        outcome = _joint(outcome, told)
    assert outcome is not None
    stored = Verdict(records=tuple(bundle))
    after = Overlay(view.base, view.verdict + stored)
    if isinstance(outcome, NoChange):
        return stored + note(lead, outcome, after, context)
    return stored + tell(lead, outcome, after, context)


def _joint(one: Change | NoChange | None, other: Change | NoChange) -> Change | NoChange:
    if one is None or one is other:
        return other
    if isinstance(one, Change) and isinstance(other, Change):
        reasons = tuple(dict.fromkeys((*one.reasons, *other.reasons)))
        return replace(one, after=other.after, reasons=reasons)
    return other if isinstance(other, Change) else one


def _silence(record: LedgerRecord, context: Context) -> NoChange | None:
    """Why a claim is no news whatever it says; ``None`` where it may be."""
    policy = context.policy
    if context.reread:
        return NoChange(Reason.REREAD, "the same text read by another extractor")
    if record.span.days_until(record.published_on) > policy.background_days:
        return NoChange(Reason.BACKGROUND, f"held from {record.as_of}, told {record.published}")
    age = (context.now.date() - record.published_on).days * 24
    if policy.look_back_hours is not None and age > policy.look_back_hours:
        return NoChange(Reason.LOOK_BACK, f"published {record.published}")
    return None


def weigh(
    record: LedgerRecord, known: Sequence[LedgerRecord], tolerance: float = SAME_NUMBER
) -> Change | NoChange:
    """A record against all that is known of its slot: compared where it may hold, else why not."""
    before = derive_position(known, as_of=record.as_of)
    holder = holding_record([*known, record])
    assert holder is not None
    if holder is not record and holder.span.start > record.span.end:
        return NoChange(Reason.OLDER, f"known since {holder.as_of}: {holder.stance.value}")
    if before is None or holder is record or before.stance is record.stance:
        return compare(record, before, tolerance)
    if not parse_span(before.as_of).overlaps(record.span):
        return compare(record, before, tolerance)
    if before.stance.polarity == record.stance.polarity:
        return NoChange(Reason.OUTWEIGHED, f"{before.stance.value} holds for {before.as_of}")
    if record.status is Status.OFFICIAL and before.status is Status.OFFICIAL:
        return NoChange(Reason.CONTESTS, f"{before.stance.value} is known for {before.as_of}")
    return compare(record, before, tolerance)


def _known_text(
    article: Article,
    view: LedgerView,
    now: datetime,
    extractor_version: str,
    groups: Mapping[str, str],
) -> KnownText:
    key, sketch = article_key(article), sketch_of(article.full_text)
    published = article.published or now.date().isoformat()
    before, digest = view.text(key), text_digest(article)
    near = view.texts_near(parse_day(published), COPY_DAYS)
    return KnownText(
        article_key=key,
        digest=digest,
        origin=before.origin if before else origin_of(article, sketch, near, groups),
        published=published,
        revision=_revision(before, digest),
        extractor_version=extractor_version,
        sketch=sketch,
    )


def _revision(before: KnownText | None, digest: str) -> int:
    if before is None:
        return 1
    return before.revision if before.digest == digest else before.revision + 1


def _same_reading(before: KnownText, text: KnownText) -> bool:
    same_text = before.digest == text.digest
    return same_text and before.extractor_version == text.extractor_version


def _about(text: KnownText, reason: Reason, now: datetime) -> Suppressed:
    return Suppressed(reason, text.article_key, now)


def _records(
    article: Article,
    analysis: Analysis,
    claims: Sequence[Claim],
    text: KnownText,
    now: datetime,
) -> list[LedgerRecord]:
    """The records of an article, in the order of their dates, so that a told shift reads right."""
    records = [_record(article, analysis, claim, text, now) for claim in claims]
    unique = {record.id: record for record in records}
    return sorted(unique.values(), key=lambda r: (r.span, r.slot.actor, r.slot.measure, r.id))


def _record(
    article: Article, analysis: Analysis, claim: Claim, text: KnownText, now: datetime
) -> LedgerRecord:
    slot = Slot(claim.actor, claim.measure, claim.item)
    as_of = claim.as_of or text.published[:10]
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
        estimated=claim.as_of is None or article.published is None,
        revision=text.revision,
        extractor_version=text.extractor_version,
        confidence=claim.confidence,
        rules=claim.rules,
    )


def _dropped(claim: Claim) -> frozenset[Condition]:
    """The conditions a claim says no longer apply: the rules ``drops:<condition>``."""
    told = (rule.removeprefix(_DROPS) for rule in claim.rules if rule.startswith(_DROPS))
    return frozenset(Condition(name) for name in told)


def _reading(record: LedgerRecord) -> tuple[object, ...]:
    """What a claim says, apart from the words: a revision that says the same changes nothing."""
    return (
        record.slot,
        record.stance,
        record.as_of,
        record.quantity,
        record.conditions,
        record.dropped,
        record.status,
    )
