"""What people say of an alert: it is right, it is wrong, or it should say something else.

A verdict on an alert is one on the claims that carry it. What is dismissed or corrected is
retracted from the ledger and never read out of the same sentence again; the alert gets a follow-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from worker.core.alerting import AlertState, Policy
from worker.core.alertlife import Context
from worker.core.corrections import correct
from worker.core.judging import judge_record
from worker.core.ledger import LedgerRecord, record_id
from worker.core.records import BY_PERSON, REFUSED
from worker.core.views import LedgerView, Overlay, Verdict
from worker.errors import UsageError
from worker.model import Article, Condition, Quantity, Slot, Stance, Status


class Opinion(StrEnum):
    """What a person thinks of an alert."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a claim says in truth; ``None`` leaves a value as it was read.

    ``quantities`` is empty where the sentence tells no number.
    """

    slot: Slot | None = None
    stance: Stance | None = None
    status: Status | None = None
    as_of: str | None = None
    conditions: frozenset[Condition] | None = None
    quantities: tuple[Quantity, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """The values given, by name."""
        told = {
            "actor": self.slot.actor if self.slot else None,
            "measure": self.slot.measure.value if self.slot else None,
            "item": self.slot.item if self.slot else None,
            "stance": self.stance,
            "status": self.status,
            "as_of": self.as_of,
            "conditions": None if self.conditions is None else sorted(self.conditions),
            "quantities": None
            if self.quantities is None
            else [quantity.as_json() for quantity in self.quantities],
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Feedback:
    """The word of one person on one alert; ``correction`` goes with ``Opinion.CORRECT`` only."""

    alert_id: str
    opinion: Opinion
    by: str
    remark: str = ""
    correction: Correction | None = None


def carriers(state: AlertState, view: LedgerView) -> list[LedgerRecord]:
    """The claims, none of them retracted, that carry an alert."""
    records = view.records(state.alert.change.slot)
    return [r for r in records if r.id in state.records and r.retracted_at is None]


def judge_feedback(
    feedback: Feedback, *, view: LedgerView, now: datetime, policy: Policy | None = None
) -> Verdict:
    """What follows from a person's word on an alert.

    That an alert is right changes nothing: it reads its article rightly, and what was an
    unconfirmed report stays one. UsageError where there is no such alert or nothing to correct.
    """
    state = view.alert(feedback.alert_id)
    if state is None:
        raise UsageError(f"no alert {feedback.alert_id}")
    if feedback.opinion is Opinion.CONFIRM:
        return Verdict()
    wrong = carriers(state, view)
    if not wrong:
        raise UsageError(
            f"alert {state.id}: no claim carries it any more; nothing is left to change"
        )
    fixed = _corrected(wrong, feedback.correction, now) if feedback.correction else []
    told = "corrected" if fixed else "dismissed"
    because = f": {feedback.remark}" if feedback.remark else ""
    verdict = Verdict(retracted=tuple(_refused(record, now) for record in wrong))
    for record in fixed:
        context = _context(record, policy, now, f"{told} by {feedback.by}{because}")
        verdict += judge_record(record, Overlay(view, verdict), context)
    context = _context(wrong[0], policy, now, f"{told} by {feedback.by}{because}")
    return verdict + correct(verdict.retracted, Overlay(view, verdict), context)


def _context(record: LedgerRecord, policy: Policy | None, now: datetime, cause: str) -> Context:
    return Context(policy or Policy(), now, record.article_key, cause=cause)


def _refused(record: LedgerRecord, now: datetime) -> LedgerRecord:
    return replace(record, retracted_at=now, rules=(*record.rules, REFUSED))


def _corrected(
    wrong: Sequence[LedgerRecord], told: Correction, now: datetime
) -> list[LedgerRecord]:
    """The claims as a person reads them, once for each article and number."""
    fixed = [_fixed(record, told, now) for record in wrong]
    if all(_said(new) == _said(old) for new, old in zip(fixed, wrong, strict=True)):
        raise UsageError("the correction says what the alert says already")
    return list({record.id: record for record in fixed}.values())


def _fixed(record: LedgerRecord, told: Correction, now: datetime) -> LedgerRecord:
    quantity = record.quantity
    if told.quantities is not None:
        quantity = told.quantities[0] if told.quantities else None
    fixed = replace(
        record,
        slot=told.slot or record.slot,
        stance=told.stance or record.stance,
        status=told.status or record.status,
        as_of=told.as_of or record.as_of,
        estimated=record.estimated and told.as_of is None,
        conditions=record.conditions if told.conditions is None else told.conditions,
        quantity=quantity,
        known_from=now,
        extractor_version=BY_PERSON,
        confidence=1.0,
    )
    values = (BY_PERSON, *_said(fixed))
    return replace(fixed, id=record_id(record.article_key, record.revision, values))


def _said(record: LedgerRecord) -> tuple[object, ...]:
    return (
        record.slot,
        record.stance,
        record.status,
        record.as_of,
        tuple(sorted(record.conditions)),
        record.quantity,
    )


def labelled_case(
    article: Article,
    relevant: bool,
    records: Iterable[LedgerRecord],
    given: Sequence[Mapping[str, Any]],
    name: str,
) -> dict[str, Any]:
    """An article as the gold labels one (docs/ontology.md), with what people said of its alerts.

    ``records`` are all of the article; ``feedback`` tells an annotator which claims a person has
    looked at: the rest is as the extractor read it.
    """
    live = [r for r in records if r.live(None)]
    claims = sorted(map(_label, live), key=lambda c: article.full_text.find(c["evidence"]))
    language = next((r.evidence.language for r in live), None) or article.language
    return {
        "id": name,
        "lang": language,
        "source": article.source,
        "url": article.url,
        "published": (article.published or "")[:10] or None,
        "title": article.title,
        "text": article.text,
        "relevant": relevant,
        "claims": claims,
        "feedback": list(given),
    }


def _label(record: LedgerRecord) -> dict[str, Any]:
    return {
        "actor": record.slot.actor,
        "measure": record.slot.measure.value,
        "stance": record.stance.value,
        "conditions": sorted(c.value for c in record.conditions),
        "quantity": record.quantity.as_json() if record.quantity else None,
        "status": record.status.value,
        "speaker": record.evidence.speaker,
        "as_of": record.as_of,
        "location": record.location,
        "item": record.slot.item,
        "evidence": record.evidence.quote,
        "checked": record.extractor_version == BY_PERSON,
    }
