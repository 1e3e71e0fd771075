"""What a claim means for the alerts of its slot: raise, update, confirm, resolve, or silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from worker.core.alerting import AlertState, Policy, alert_id, severity_of
from worker.core.alertlife import (
    Context,
    joined,
    publish,
    quiet,
    raised_by,
    same_camp,
    suppress,
    with_event,
)
from worker.core.compare import NoChange, Reason, compare
from worker.core.contests import answered, contest, contradicted_report, denials, denials_beside
from worker.core.ledger import CORROBORATION_DAYS, LedgerRecord, founded, holding_record, merge
from worker.core.spans import parse_span
from worker.core.stances import camp
from worker.core.views import Overlay, Verdict
from worker.model import AlertEvent, Change, ChangeKind, Confirmation, Status


def tell(record: LedgerRecord, change: Change, view: Overlay, context: Context) -> Verdict:
    """What a change means for the alerts of its slot (``view`` already holds ``record``)."""
    state = _fitting(record, change, view, context.policy)
    if state is not None:
        return _follow(state, record, change, view, context)
    opposed = contradicted_report(record, change, view, context)
    if opposed is not None:
        return publish(answered(opposed, record), context)
    known = view.alert(alert_id(change))
    if known is not None:
        return quiet(joined(known, record), record, Reason.PART_OF_ALERT, context)
    raised = raised_by(record, change, view, context)
    denied = denials_beside(record, view, context)
    told = publish(raised, context) + denied
    return told + _resolve(raised, record, view, context, {s.id for s in denied.states})


def note(record: LedgerRecord, outcome: NoChange, view: Overlay, context: Context) -> Verdict:
    """What a claim that changes nothing means for the open alerts of its slot."""
    if outcome.reason is Reason.CONTESTS:
        return contest(record, outcome, view, context)
    if outcome.reason not in (Reason.RESTATEMENT, Reason.DRAFT_REPEATED):
        return suppress(record, outcome.reason, context, detail=outcome.detail)
    denied = denials(record, view, context)
    carried = [s for s in view.open_alerts(record.slot) if same_camp(s, record)]
    if not carried:
        settled = _settled(record, view, context)
        return denied + (
            settled or suppress(record, outcome.reason, context, detail=outcome.detail)
        )
    return denied + _corroborate(carried[-1], record, outcome, context)


def _settled(record: LedgerRecord, view: Overlay, context: Context) -> Verdict | None:
    """A second origin for what first only contested a report: now it is a change of its own."""
    if record.status is not Status.REPORTED or not _holds(record, view):
        return None
    for state in view.open_alerts(record.slot):
        contested = state.alert.change.kind is ChangeKind.CONTESTED and state.unconfirmed
        change = compare(record, state.alert.change.before) if contested else None
        if isinstance(change, Change):
            raised = raised_by(record, change, view, context)
            if raised.unconfirmed:
                return None
            return publish(raised, context) + _resolve(raised, record, view, context)
    return None


def _fitting(
    record: LedgerRecord, change: Change, view: Overlay, policy: Policy
) -> AlertState | None:
    """The open alert that tells this change already, if only in part."""
    for state in reversed(view.open_alerts(record.slot)):
        if same_camp(state, record) and _tells(state, record, change, policy):
            return state
    return None


def _tells(state: AlertState, record: LedgerRecord, change: Change, policy: Policy) -> bool:
    if state.unconfirmed and (record.status is Status.OFFICIAL or _close(state, record)):
        return True
    return _adds_detail(state, record, change, policy)


def _close(state: AlertState, record: LedgerRecord, days: int = CORROBORATION_DAYS) -> bool:
    return parse_span(state.alert.change.after.as_of).widened(days).overlaps(record.span)


def _adds_detail(state: AlertState, record: LedgerRecord, change: Change, policy: Policy) -> bool:
    """A first number or condition close upon the alert belongs to it; another number does not."""
    first = all(r.startswith(("first quantity", "condition added")) for r in change.reasons)
    alike = state.alert.change.after.status is record.status
    return first and alike and _close(state, record, policy.update_days)


def _follow(
    state: AlertState, record: LedgerRecord, change: Change, view: Overlay, context: Context
) -> Verdict:
    more = joined(state, record)
    if state.unconfirmed and _confirms(state, record):
        confirmed = _confirmed(more, record, context, change.reasons)
        return publish(confirmed, context) + _resolve(confirmed, record, view, context)
    if state.unconfirmed and not _adds(state, record):
        return quiet(more, record, _repeat_reason(state, record), context)
    url = record.evidence.article_url
    alert = replace(
        with_event(more, AlertEvent.UPDATED, url, *change.reasons),
        change=replace(state.alert.change, after=merge(state.alert.change.after, record)),
        evidence=record.evidence,
    )
    return publish(replace(more, alert=alert), context)


def _corroborate(
    state: AlertState, record: LedgerRecord, outcome: NoChange, context: Context
) -> Verdict:
    more = joined(state, record)
    if not state.unconfirmed:
        return quiet(more, record, outcome.reason, context, outcome.detail)
    if _confirms(state, record):
        return publish(_confirmed(more, record, context, ()), context)
    return quiet(more, record, _repeat_reason(state, record), context, outcome.detail)


def _confirms(state: AlertState, record: LedgerRecord) -> bool:
    """An official confirms; so does a second independent report, but never a draft."""
    if record.status is not Status.REPORTED:
        return record.status is Status.OFFICIAL
    return bool(state.origin_ids - {record.origin}) and _close(state, record)


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
    after = merge(state.alert.change.after, record)
    change = replace(state.alert.change, kind=state.kind, after=after)
    url = record.evidence.article_url
    alert = replace(
        with_event(state, AlertEvent.CONFIRMED, url, f"confirmed by {who}", *reasons),
        change=change,
        confirmation=Confirmation.CONFIRMED,
        severity=severity_of(change, context.policy),
        evidence=record.evidence,
        rival=None,
    )
    return replace(state, alert=alert)


def _resolve(
    state: AlertState,
    record: LedgerRecord,
    view: Overlay,
    context: Context,
    denied: Collection[str] = (),
) -> Verdict:
    """The open alerts whose position the new one has replaced, but those just ``denied``."""
    if not _holds(record, view):
        return Verdict()
    verdict = Verdict()
    for other in view.open_alerts(record.slot):
        if other.id != state.id and other.id not in denied:
            verdict += publish(_resolved(other, state, record), context)
    return verdict


def _holds(record: LedgerRecord, view: Overlay) -> bool:
    """Whether the position is now what the record says, and may rest on it."""
    known = [r for r in view.records(record.slot) if r.live(None)]
    holder = holding_record(known)
    if holder is None or camp(holder.stance) != camp(record.stance):
        return False
    return holder.id == record.id or any(r.id == record.id for r in founded(known))


def _resolved(other: AlertState, state: AlertState, record: LedgerRecord) -> AlertState:
    url = record.evidence.article_url
    alert = with_event(other, AlertEvent.RESOLVED, url, f"replaced by {state.id}")
    alert = replace(alert, change=replace(alert.change, kind=other.kind))
    return replace(other, alert=alert, open=False)
