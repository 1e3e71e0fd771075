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
from worker.core.alertlife import Context, suppress
from worker.core.compare import SAME_NUMBER, NoChange, Reason, compare
from worker.core.corrections import correct, corrected_to, orphan_of
from worker.core.ledger import LedgerRecord, derive_position, holding_record, merge
from worker.core.origins import KnownText
from worker.core.records import (
    admitted,
    known_text,
    reading,
    records_of,
    same_reading,
    settled_by_people,
)
from worker.core.spans import parse_span
from worker.core.stances import contradict
from worker.core.telling import note, tell
from worker.core.views import LedgerView, Overlay, Suppressed, Verdict
from worker.model import Analysis, Article, Change, Status

__all__ = [
    "LedgerView",
    "Overlay",
    "Suppressed",
    "Verdict",
    "judge_article",
    "judge_record",
    "judge_withdrawal",
]


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
    text = known_text(article, view, now, extractor_version, groups)
    before = view.text(text.article_key)
    if before and same_reading(before, text):
        return Verdict(suppressed=(_about(text, Reason.KNOWN_ARTICLE, now),))
    reread = before is not None and before.digest == text.digest
    context = Context(policy, now, text.article_key, reread)
    verdict = Verdict(text=text)
    if not analysis.relevant:
        verdict += Verdict(suppressed=(_about(text, Reason.RELEVANCE, now),))
    known = view.article_records(text.article_key)
    records = admitted(records_of(article, analysis, text, now), known)
    return _judge_records(records, view, context, verdict, settled_by_people(article, known))


def judge_withdrawal(
    key: str, *, view: LedgerView, now: datetime, policy: Policy | None = None
) -> Verdict:
    """What follows when an article is withdrawn: its claims are retracted, its alerts corrected."""
    context = Context(policy or Policy(), now, key, False)
    return _judge_records((), view, context, Verdict())


def _judge_records(
    records: Sequence[LedgerRecord],
    view: LedgerView,
    context: Context,
    verdict: Verdict,
    settled: frozenset[str] = frozenset(),
) -> Verdict:
    """``settled`` are the ids of claims that a person has set right: they are not retracted."""
    stored = view.article_records(context.article_key)
    known = [r for r in stored if r.retracted_at is None and r.id not in settled]
    kept = {reading(r) for r in known} & {reading(r) for r in records}
    verdict += Verdict(
        retracted=tuple(
            replace(r, retracted_at=context.now) for r in known if reading(r) not in kept
        )
    )
    for bundle in _bundles([r for r in records if reading(r) not in kept]):
        lead = next(r for r in records if (r.slot, r.as_of) == (bundle[0].slot, bundle[0].as_of))
        if (lead.stance, lead.status) != (bundle[0].stance, bundle[0].status):
            verdict += _outweighed(bundle, lead, context)
        else:
            verdict += _judge_bundle(bundle, Overlay(view, verdict), context)
    followed = correct(verdict.retracted, Overlay(view, verdict), context)
    return verdict + (replace(followed, alerts=()) if context.reread else followed)


def judge_record(record: LedgerRecord, view: Overlay, context: Context) -> Verdict:
    """What follows from one claim that no article has just brought (a person's correction)."""
    return _judge_bundle([record], view, context)


def _outweighed(bundle: Sequence[LedgerRecord], lead: LedgerRecord, context: Context) -> Verdict:
    """Of one article, one stance a day counts: the lesser is kept and tells nothing."""
    detail = f"the article itself says {lead.stance.value}, {lead.status.value}"
    verdict = Verdict(records=tuple(replace(record, set_aside=True) for record in bundle))
    for record in bundle:
        verdict += suppress(record, Reason.OUTWEIGHED, context, detail=detail)
    return verdict


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
            lead = record
        outcome = _joint(outcome, told, record)
    assert outcome is not None
    stored = Verdict(records=tuple(bundle))
    after = Overlay(view.base, view.verdict + stored)
    orphan = orphan_of(lead.slot, view.verdict.retracted, after)
    if orphan is not None and not context.reread:
        return stored + corrected_to(orphan, lead, outcome, context)
    if isinstance(outcome, NoChange):
        return stored + note(lead, outcome, after, context)
    return stored + tell(lead, outcome, after, context)


def _joint(
    one: Change | NoChange | None, other: Change | NoChange, record: LedgerRecord
) -> Change | NoChange:
    """What the records of a bundle say together: a change if any of them is one."""
    if not isinstance(one, Change):
        return other if one is None or isinstance(other, Change) else one
    if one is other:
        return one
    more = other.reasons if isinstance(other, Change) else ()
    reasons = tuple(dict.fromkeys((*one.reasons, *more)))
    return replace(one, after=merge(one.after, record), reasons=reasons)


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
    if before is None or before.stance is record.stance:
        return compare(record, before, tolerance)
    if not parse_span(before.as_of).overlaps(record.span):
        return compare(record, before, tolerance)
    opposed = contradict(before.stance, record.stance)
    further = abs(record.stance.rank) > abs(before.stance.rank)
    if opposed and not further and record.status is before.status is Status.OFFICIAL:
        return NoChange(Reason.CONTESTS, f"{before.stance.value} is known for {before.as_of}")
    if holder is record or opposed:
        return compare(record, before, tolerance)
    return NoChange(Reason.OUTWEIGHED, f"{before.stance.value} holds for {before.as_of}")


def _about(text: KnownText, reason: Reason, now: datetime) -> Suppressed:
    return Suppressed(reason, text.article_key, now)
