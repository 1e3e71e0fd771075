"""The small steps of an alert's life that telling, contesting and correcting share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from worker.core.alerting import AlertState, Policy, alert_id, severity_of
from worker.core.compare import Reason
from worker.core.ledger import LedgerRecord, corroborating, founded
from worker.core.stances import camp
from worker.core.views import Overlay, Suppressed, Verdict
from worker.model import Alert, AlertEvent, Change, Confirmation, Status


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for a whole article: the policy, the clock, the article, a silent re-reading.

    ``cause`` says why an alert is corrected, where it is not that its article was changed.
    """

    policy: Policy
    now: datetime
    article_key: str
    reread: bool = False
    cause: str | None = None


def raised_by(record: LedgerRecord, change: Change, view: Overlay, context: Context) -> AlertState:
    """The alert that a change raises; unconfirmed unless an official stands behind it, or another
    origin has said the same before (in an article that only contested another alert).
    """
    known = [r for r in view.records(record.slot) if r.live(None)]
    official = record.status is Status.OFFICIAL
    backed = official or any(r.id == record.id for r in founded(known))
    behind = [record] if official or not backed else corroborating(record, known)
    origins = counted_origins(behind)
    alert = Alert(
        id=alert_id(change),
        event=AlertEvent.RAISED,
        change=change,
        severity=severity_of(change, context.policy),
        confirmation=Confirmation.CONFIRMED if backed else Confirmation.UNCONFIRMED,
        origins=max(1, len(origins)),
        article=record.evidence.article_url,
        articles=_urls(record),
        evidence=record.evidence,
        raised_at=context.now,
        reasons=change.reasons,
    )
    return AlertState(alert, change.kind, origins, tuple(r.id for r in behind))


def counted_origins(records: list[LedgerRecord]) -> frozenset[str]:
    """The independent origins of records; a draft counts for none."""
    return frozenset(r.origin for r in records if r.status is not Status.DRAFT)


def joined(state: AlertState, record: LedgerRecord, *, carries: bool = True) -> AlertState:
    """The alert with one article more; ``carries``: whether the article says the same."""
    articles = tuple(dict.fromkeys((*state.alert.articles, *_urls(record))))
    if not carries:
        return replace(state, alert=replace(state.alert, articles=articles))
    origins = state.origin_ids | counted_origins([record])
    alert = replace(state.alert, articles=articles, origins=max(1, len(origins)))
    return replace(state, alert=alert, origin_ids=origins, records=(*state.records, record.id))


def _urls(record: LedgerRecord) -> tuple[str, ...]:
    return (record.evidence.article_url,) if record.evidence.article_url else ()


def with_event(state: AlertState, event: AlertEvent, url: str | None, *reasons: str) -> Alert:
    """The alert as told once more: what happened, which article set it off, and why."""
    return replace(state.alert, event=event, article=url or state.alert.article, reasons=reasons)


def publish(state: AlertState, context: Context) -> Verdict:
    """The event to be told, unless it is too low to tell; the state is kept either way."""
    severity, least = state.alert.severity, context.policy.min_severity
    if severity.rank >= least.rank:
        return Verdict(alerts=(state.alert,), states=(state,))
    held = Suppressed(
        Reason.BELOW_SEVERITY,
        context.article_key,
        context.now,
        slot=state.alert.change.slot,
        alert_id=state.id,
        detail=f"{severity.value} < {least.value}",
    )
    return Verdict(states=(state,), suppressed=(held,))


def quiet(
    state: AlertState, record: LedgerRecord, reason: Reason, context: Context, detail: str = ""
) -> Verdict:
    """The alert kept with one article more, and nothing told."""
    told = suppress(record, reason, context, alert=state.id, detail=detail)
    return Verdict(states=(state,)) + told


def suppress(
    record: LedgerRecord,
    reason: Reason,
    context: Context,
    *,
    alert: str | None = None,
    detail: str = "",
) -> Verdict:
    """The note that a claim told nothing, and why."""
    entry = Suppressed(
        reason, context.article_key, context.now, record.slot, record.id, alert, detail
    )
    return Verdict(suppressed=(entry,))


def same_camp(state: AlertState, record: LedgerRecord) -> bool:
    """Whether a claim says what the alert says: a pledge or its delivery, a refusal, a doubt."""
    return camp(state.alert.change.after.stance) == camp(record.stance)
