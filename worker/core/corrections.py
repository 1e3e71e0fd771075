"""Follow-ups of alerts whose article was changed or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from worker.core.alerting import AlertState
from worker.core.alertlife import Context, counted_origins, publish, with_event
from worker.core.compare import NoChange
from worker.core.ledger import LedgerRecord, merge
from worker.core.stances import camp
from worker.core.views import Overlay, Verdict
from worker.model import AlertEvent, Change, ChangeKind, Confirmation, Slot, Status


def orphan_of(slot: Slot, retracted: Sequence[LedgerRecord], view: Overlay) -> AlertState | None:
    """The open alert of a slot that rests on retracted claims and on nothing else."""
    gone = {r.id for r in retracted}
    for state in reversed(view.open_alerts(slot)):
        if gone.intersection(state.records) and not _left(state, view):
            return None if _out_of_sight(state, gone, view) else state
    return None


def _out_of_sight(state: AlertState, gone: set[str], view: Overlay) -> bool:
    """Whether a claim that carries the alert is too old to be seen: nothing says it is retracted."""
    seen = {r.id for r in view.records(state.alert.change.slot)}
    return bool(set(state.records) - seen - gone)


def corrected_to(
    state: AlertState, record: LedgerRecord, outcome: Change | NoChange, context: Context
) -> Verdict:
    """The alert once its article says something else: it goes on if that is a change too."""
    holds = isinstance(outcome, Change)
    after = outcome.after if isinstance(outcome, Change) else merge(None, record)
    url = record.evidence.article_url
    told = context.cause or f"the article now says: {record.stance.value}"
    alert = replace(
        with_event(state, AlertEvent.CORRECTED, url, told),
        change=replace(state.alert.change, kind=ChangeKind.CORRECTED, after=after),
        confirmation=_confirmation([record]),
        evidence=record.evidence,
        origins=1,
        rival=None,
    )
    kind = outcome.kind if isinstance(outcome, Change) else state.kind
    origins = counted_origins([record])
    return publish(AlertState(alert, kind, origins, (record.id,), open=holds), context)


def correct(retracted: Sequence[LedgerRecord], view: Overlay, context: Context) -> Verdict:
    """The follow-up of each open alert that a retracted claim carried."""
    gone = {r.id for r in retracted}
    verdict = Verdict()
    for slot in dict.fromkeys(r.slot for r in retracted):
        for state in view.open_alerts(slot):
            if gone.intersection(state.records) and not _out_of_sight(state, gone, view):
                verdict += _correct(state, _left(state, view), context)
    return verdict


def _left(state: AlertState, view: Overlay) -> list[LedgerRecord]:
    """The claims not retracted that still carry the alert."""
    told = camp(state.alert.change.after.stance)
    records = view.records(state.alert.change.slot)
    return [
        r
        for r in records
        if r.id in state.records and r.retracted_at is None and camp(r.stance) == told
    ]


def _correct(state: AlertState, left: list[LedgerRecord], context: Context) -> Verdict:
    if not left:
        told = context.cause or "the article was changed or withdrawn and no longer says so"
        alert = with_event(state, AlertEvent.CORRECTED, state.alert.article, told)
        alert = replace(alert, change=replace(alert.change, kind=ChangeKind.CORRECTED))
        return publish(replace(state, alert=alert, open=False), context)
    origins = counted_origins(left)
    alert = replace(state.alert, origins=max(1, len(origins)), confirmation=_confirmation(left))
    kept = replace(state, alert=alert, records=tuple(r.id for r in left), origin_ids=origins)
    if alert.confirmation is state.alert.confirmation:
        return Verdict(states=(kept,))
    told = "an article that confirmed it was changed or withdrawn"
    alert = with_event(kept, AlertEvent.CORRECTED, left[0].evidence.article_url, told)
    return publish(replace(kept, alert=alert), context)


def _confirmation(records: list[LedgerRecord]) -> Confirmation:
    official = any(r.status is Status.OFFICIAL for r in records)
    confirmed = official or len(counted_origins(records)) > 1
    return Confirmation.CONFIRMED if confirmed else Confirmation.UNCONFIRMED
