"""Contradictions: official against official, official against report, report against report.

Both quotes are kept and told; no side silently replaces the other.
"""

from __future__ import annotations

from dataclasses import replace

from worker.core.alerting import AlertState, alert_id
from worker.core.alertlife import (
    Context,
    joined,
    publish,
    quiet,
    raised_by,
    same_camp,
    with_event,
)
from worker.core.compare import NoChange, Reason
from worker.core.ledger import LedgerRecord, derive_position, merge
from worker.core.spans import parse_span
from worker.core.stances import camp, contradict
from worker.core.views import Overlay, Verdict
from worker.model import AlertEvent, Change, ChangeKind, Status


def contest(record: LedgerRecord, outcome: NoChange, view: Overlay, context: Context) -> Verdict:
    """Two officials contradict each other: the alert that told the one is followed by the other."""
    told = [s for s in view.open_alerts(record.slot) if not same_camp(s, record)]
    if told:
        return publish(_against(told[-1], record, ChangeKind.CONTESTED, outcome.detail), context)
    before = derive_position(r for r in view.records(record.slot) if r.id != record.id)
    after = merge(None, record)
    change = Change(ChangeKind.CONTESTED, record.slot, before, after, (outcome.detail,))
    known = view.alert(alert_id(change))
    if known is not None:
        return quiet(joined(known, record), record, Reason.PART_OF_ALERT, context)
    raised = raised_by(record, change, view, context)
    rival = before.evidence if before else None
    return publish(replace(raised, alert=replace(raised.alert, rival=rival)), context)


def contradicted_report(
    record: LedgerRecord, change: Change, view: Overlay, context: Context
) -> AlertState | None:
    """The report that this claim contradicts before anyone official has confirmed it.

    Such a claim withdraws nothing that was ever official: it denies the report, or contests it.
    A draft does neither.
    """
    before = change.before
    if before is None or Status.OFFICIAL is before.status or Status.DRAFT is record.status:
        return None
    for state in reversed(view.open_alerts(record.slot)):
        told = state.alert.change.after.stance
        known = camp(told) == camp(before.stance) and contradict(told, record.stance)
        if known and _answers(state, record, context):
            return state
    return None


def denials(record: LedgerRecord, view: Overlay, context: Context) -> Verdict:
    """An official restating the position denies the unconfirmed report that spoke against it."""
    verdict = Verdict()
    if record.status is Status.OFFICIAL:
        for state in view.open_alerts(record.slot):
            if not same_camp(state, record) and _answers(state, record, context):
                verdict += publish(answered(state, record), context)
    return verdict


def denials_beside(record: LedgerRecord, view: Overlay, context: Context) -> Verdict:
    """An official who takes a position of his own denies the reports that it contradicts."""
    verdict = Verdict()
    for state in view.open_alerts(record.slot):
        spoken = contradict(state.alert.change.after.stance, record.stance)
        if record.status is Status.OFFICIAL and spoken and _answers(state, record, context):
            verdict += publish(answered(state, record), context)
    return verdict


def _answers(state: AlertState, record: LedgerRecord, context: Context) -> bool:
    """Whether a claim answers an unconfirmed alert: soon after it, by another, not said before."""
    report = parse_span(state.alert.change.after.as_of)
    days_after = (record.span.start - report.end).days
    close = record.span.overlaps(report) or 0 <= days_after <= context.policy.contest_days
    official = record.status is Status.OFFICIAL
    said = {ChangeKind.DENIED} if official else {ChangeKind.DENIED, ChangeKind.CONTESTED}
    another = official or record.origin not in state.origin_ids
    return state.unconfirmed and close and another and state.alert.change.kind not in said


def answered(state: AlertState, record: LedgerRecord) -> AlertState:
    """The unconfirmed alert with the voice that speaks against it."""
    if record.status is Status.OFFICIAL:
        told = f"denied by an official: {record.stance.value}"
        return _against(state, record, ChangeKind.DENIED, told)
    told = f"contradicted by another origin: {record.stance.value}"
    return _against(state, record, ChangeKind.CONTESTED, told)


def _against(state: AlertState, record: LedgerRecord, kind: ChangeKind, told: str) -> AlertState:
    more = joined(state, record, carries=False)
    alert = with_event(more, AlertEvent.CONTESTED, record.evidence.article_url, told)
    change = replace(alert.change, kind=kind)
    return replace(more, alert=replace(alert, change=change, rival=record.evidence))
