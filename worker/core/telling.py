"""The life of an alert: raised → updated → confirmed / contested / corrected → resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from worker.core.alerting import AlertState, Policy, alert_id, severity_of
from worker.core.compare import NoChange, Reason
from worker.core.ledger import (
    CORROBORATION_DAYS,
    LedgerRecord,
    camp,
    derive_position,
    merge,
)
from worker.core.spans import parse_span
from worker.core.views import Overlay, Suppressed, Verdict
from worker.model import (
    Alert,
    AlertEvent,
    Change,
    ChangeKind,
    Confirmation,
    Status,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for a whole article: the policy, the clock, the article, a silent re-reading."""

    policy: Policy
    now: datetime
    article_key: str
    reread: bool


def tell(record: LedgerRecord, change: Change, view: Overlay, context: Context) -> Verdict:
    """What a change means for the alerts of its slot (``view`` already holds ``record``)."""
    state = _fitting(record, change, view, context.policy)
    if state is not None:
        return _follow(state, record, change, view, context)
    known = view.alert(alert_id(change))
    if known is not None:
        return _quiet(_joined(known, record), record, Reason.PART_OF_ALERT, context)
    raised = _raise(record, change, context)
    return _publish(raised, context) + _resolve(raised, record, view, context)


def note(record: LedgerRecord, outcome: NoChange, view: Overlay, context: Context) -> Verdict:
    """What a claim that changes nothing means for the open alerts of its slot."""
    if outcome.reason is Reason.CONTESTS:
        return _contest(record, outcome, view, context)
    if outcome.reason not in (Reason.RESTATEMENT, Reason.DRAFT_REPEATED):
        return _suppress(record, outcome.reason, context, detail=outcome.detail)
    denied = _denied(record, view, context)
    carried = [s for s in view.open_alerts(record.slot) if _same_camp(s, record)]
    if not carried:
        return denied + _suppress(record, outcome.reason, context, detail=outcome.detail)
    return denied + _corroborate(carried[-1], record, outcome, context)


def correct(retracted: Sequence[LedgerRecord], view: Overlay, context: Context) -> Verdict:
    """The follow-up of each open alert that rests on a retracted claim and on nothing else."""
    gone = {r.id for r in retracted}
    verdict = Verdict()
    for slot in dict.fromkeys(r.slot for r in retracted):
        live = {r.id: r for r in view.records(slot) if r.retracted_at is None}
        for state in view.open_alerts(slot):
            if gone.intersection(state.records):
                verdict += _correct_one(state, gone, live, context)
    return verdict


def _correct_one(
    state: AlertState, gone: set[str], live: dict[str, LedgerRecord], context: Context
) -> Verdict:
    left = [live[i] for i in state.records if i in live and i not in gone]
    told = next((r for r in left if camp(r.stance) == camp(state.alert.change.after.stance)), None)
    if told is None:
        alert = _event(
            state.alert, AlertEvent.CORRECTED, context, "the article was changed or withdrawn"
        )
        alert = replace(alert, change=replace(alert.change, kind=ChangeKind.CORRECTED))
        return _publish(replace(state, alert=alert, open=False), context)
    origins = frozenset(r.origin for r in left if r.status is not Status.DRAFT)
    kept = replace(state, records=tuple(r.id for r in left), origin_ids=origins)
    return Verdict(states=(kept,))


def _fitting(
    record: LedgerRecord, change: Change, view: Overlay, policy: Policy
) -> AlertState | None:
    """The open alert that tells this change already, if only in part."""
    for state in reversed(view.open_alerts(record.slot)):
        if not _same_camp(state, record):
            continue
        if state.unconfirmed and _confirms_or_repeats(state, record):
            return state
        if _adds_detail(state, record, change, policy):
            return state
    return None


def _confirms_or_repeats(state: AlertState, record: LedgerRecord) -> bool:
    told = parse_span(state.alert.change.after.as_of).widened(CORROBORATION_DAYS)
    return record.status is Status.OFFICIAL or told.overlaps(record.span)


def _adds_detail(state: AlertState, record: LedgerRecord, change: Change, policy: Policy) -> bool:
    """A first number or condition close upon the alert belongs to it; another number does not."""
    near = parse_span(state.alert.change.after.as_of).widened(policy.update_days)
    first = all(
        reason.startswith(("first quantity", "condition added")) for reason in change.reasons
    )
    official = state.alert.change.after.status is record.status
    return first and official and near.overlaps(record.span)


def _follow(
    state: AlertState, record: LedgerRecord, change: Change, view: Overlay, context: Context
) -> Verdict:
    joined = _joined(state, record)
    if state.unconfirmed and _confirms(state, record):
        confirmed = _confirmed(joined, record, context, change.reasons)
        return _publish(confirmed, context) + _resolve(confirmed, record, view, context)
    if state.unconfirmed and not _adds(state, record):
        return _quiet(joined, record, _repeat_reason(state, record), context)
    after = merge(state.alert.change.after, record)
    alert = _event(joined.alert, AlertEvent.UPDATED, context, *change.reasons)
    alert = replace(alert, change=replace(alert.change, after=after))
    return _publish(replace(joined, alert=alert), context)


def _corroborate(
    state: AlertState, record: LedgerRecord, outcome: NoChange, context: Context
) -> Verdict:
    joined = _joined(state, record)
    if not state.unconfirmed:
        return _quiet(joined, record, outcome.reason, context, outcome.detail)
    if _confirms(state, record):
        return _publish(_confirmed(joined, record, context, ()), context)
    return _quiet(joined, record, _repeat_reason(state, record), context, outcome.detail)


def _confirms(state: AlertState, record: LedgerRecord) -> bool:
    """An official confirms; so does a second independent report, but never a draft."""
    if record.status is not Status.REPORTED:
        return record.status is Status.OFFICIAL
    told = parse_span(state.alert.change.after.as_of).widened(CORROBORATION_DAYS)
    return bool(state.origin_ids - {record.origin}) and told.overlaps(record.span)


def _adds(state: AlertState, record: LedgerRecord) -> bool:
    known = {q.unit for q in state.alert.change.after.quantities}
    return record.quantity is not None and record.quantity.unit not in known


def _repeat_reason(state: AlertState, record: LedgerRecord) -> Reason:
    if record.status is Status.DRAFT:
        return Reason.DRAFT_REPEATED
    return Reason.SAME_ORIGIN if record.origin in state.origin_ids else Reason.CORROBORATES


def _confirmed(
    state: AlertState, record: LedgerRecord, context: Context, reasons: Iterable[str]
) -> AlertState:
    who = "an official" if record.status is Status.OFFICIAL else "a second independent origin"
    change = replace(
        state.alert.change, kind=state.kind, after=merge(state.alert.change.after, record)
    )
    alert = replace(
        _event(state.alert, AlertEvent.CONFIRMED, context, f"confirmed by {who}", *reasons),
        change=change,
        confirmation=Confirmation.CONFIRMED,
        severity=severity_of(change, context.policy),
        evidence=record.evidence,
    )
    return replace(state, alert=alert)


def _contest(record: LedgerRecord, outcome: NoChange, view: Overlay, context: Context) -> Verdict:
    """Two officials contradict each other: the alert that told the one is followed by the other."""
    told = [s for s in view.open_alerts(record.slot) if not _same_camp(s, record)]
    if told:
        state = _joined(told[-1], record, carries=False)
        alert = _event(state.alert, AlertEvent.CONTESTED, context, outcome.detail)
        change = replace(alert.change, kind=ChangeKind.CONTESTED)
        return _publish(
            replace(state, alert=replace(alert, change=change, rival=record.evidence)), context
        )
    before = derive_position(r for r in view.records(record.slot) if r.id != record.id)
    change = Change(
        ChangeKind.CONTESTED, record.slot, before, merge(None, record), (outcome.detail,)
    )
    known = view.alert(alert_id(change))
    if known is not None:
        return _quiet(_joined(known, record), record, Reason.PART_OF_ALERT, context)
    raised = _raise(record, change, context)
    rival = before.evidence if before else None
    return _publish(replace(raised, alert=replace(raised.alert, rival=rival)), context)


def _denied(record: LedgerRecord, view: Overlay, context: Context) -> Verdict:
    """An official restating the position denies the unconfirmed report that spoke against it."""
    if record.status is not Status.OFFICIAL:
        return Verdict()
    verdict = Verdict()
    for state in view.open_alerts(record.slot):
        if state.unconfirmed and not _same_camp(state, record) and _answers(state, record, context):
            verdict += _publish(_denial(state, record, context), context)
    return verdict


def _answers(state: AlertState, record: LedgerRecord, context: Context) -> bool:
    report = parse_span(state.alert.change.after.as_of)
    fresh = record.span.start <= report.widened(context.policy.denial_days).end
    return (
        record.span.end >= report.start and fresh and state.alert.event is not AlertEvent.CONTESTED
    )


def _denial(state: AlertState, record: LedgerRecord, context: Context) -> AlertState:
    joined = _joined(state, record, carries=False)
    alert = _event(joined.alert, AlertEvent.CONTESTED, context, "denied by an official")
    change = replace(alert.change, kind=ChangeKind.DENIED)
    return replace(joined, alert=replace(alert, change=change, rival=record.evidence))


def _raise(record: LedgerRecord, change: Change, context: Context) -> AlertState:
    confirmed = record.status is Status.OFFICIAL
    alert = Alert(
        id=alert_id(change),
        event=AlertEvent.RAISED,
        change=change,
        severity=severity_of(change, context.policy),
        confirmation=Confirmation.CONFIRMED if confirmed else Confirmation.UNCONFIRMED,
        origins=1,
        article=record.evidence.article_url,
        articles=_urls(record),
        evidence=record.evidence,
        raised_at=context.now,
        reasons=change.reasons,
    )
    origins = frozenset() if record.status is Status.DRAFT else frozenset({record.origin})
    return AlertState(alert, change.kind, origins, (record.id,))


def _resolve(state: AlertState, record: LedgerRecord, view: Overlay, context: Context) -> Verdict:
    """The open alerts whose position the new one has replaced."""
    position = derive_position(view.records(record.slot))
    if position is None or camp(position.stance) != camp(record.stance):
        return Verdict()
    verdict = Verdict()
    for other in view.open_alerts(record.slot):
        if other.id != state.id:
            alert = _event(other.alert, AlertEvent.RESOLVED, context, f"replaced by {state.id}")
            alert = replace(alert, change=replace(alert.change, kind=other.kind))
            verdict += _publish(replace(other, alert=alert, open=False), context)
    return verdict


def _joined(state: AlertState, record: LedgerRecord, *, carries: bool = True) -> AlertState:
    """The alert with one article more; ``carries``: whether the article says the same."""
    articles = tuple(dict.fromkeys((*state.alert.articles, *_urls(record))))
    counts = carries and record.status is not Status.DRAFT
    origins = state.origin_ids | {record.origin} if counts else state.origin_ids
    alert = replace(
        state.alert,
        article=record.evidence.article_url or state.alert.article,
        articles=articles,
        origins=max(1, len(origins)),
    )
    records = (*state.records, record.id) if carries else state.records
    return replace(state, alert=alert, origin_ids=origins, records=records)


def _urls(record: LedgerRecord) -> tuple[str, ...]:
    return (record.evidence.article_url,) if record.evidence.article_url else ()


def _event(alert: Alert, event: AlertEvent, context: Context, *reasons: str) -> Alert:
    return replace(alert, event=event, reasons=reasons)


def _publish(state: AlertState, context: Context) -> Verdict:
    """The event to be told, unless it is too low to tell; the state is kept either way."""
    if state.alert.severity.rank < context.policy.min_severity.rank:
        held = Suppressed(
            Reason.BELOW_SEVERITY,
            context.article_key,
            context.now,
            slot=state.alert.change.slot,
            alert_id=state.id,
            detail=f"{state.alert.severity.value} < {context.policy.min_severity.value}",
        )
        return Verdict(states=(state,), suppressed=(held,))
    return Verdict(alerts=(state.alert,), states=(state,))


def _quiet(
    state: AlertState, record: LedgerRecord, reason: Reason, context: Context, detail: str = ""
) -> Verdict:
    told = _suppress(record, reason, context, alert=state.id, detail=detail)
    return Verdict(states=(state,)) + told


def _suppress(
    record: LedgerRecord,
    reason: Reason,
    context: Context,
    *,
    alert: str | None = None,
    detail: str = "",
) -> Verdict:
    entry = Suppressed(
        reason, context.article_key, context.now, record.slot, record.id, alert, detail
    )
    return Verdict(suppressed=(entry,))


def _same_camp(state: AlertState, record: LedgerRecord) -> bool:
    return camp(state.alert.change.after.stance) == camp(record.stance)
