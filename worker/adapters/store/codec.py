"""Values of the model as JSON columns, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from worker.core.alerting import AlertState
from worker.core.ledger import LedgerRecord
from worker.core.origins import KnownText
from worker.core.views import Suppressed
from worker.model import Alert
from worker.ports import ReadAhead

_RECORD = TypeAdapter(LedgerRecord)
_ALERT = TypeAdapter(Alert)
_STATE = TypeAdapter(AlertState)
_TEXT = TypeAdapter(KnownText)
_AHEAD = TypeAdapter(ReadAhead)


def record_row(record: LedgerRecord) -> dict[str, Any]:
    """The row of the claim table that keeps ``record``."""
    return {
        "id": record.id,
        "actor": record.slot.actor,
        "measure": record.slot.measure.value,
        "item": record.slot.item or "",
        "stance": record.stance.value,
        "status": record.status.value,
        "as_of": record.as_of,
        "published": record.published,
        "known_from": record.known_from,
        "retracted_at": record.retracted_at,
        "article_key": record.article_key,
        "origin": record.origin,
        "record": _RECORD.dump_python(record, mode="json"),
    }


def record_of(value: Any) -> LedgerRecord:
    """The ledger record kept in a row."""
    return _RECORD.validate_python(value)


def record_of_text(text: str | bytes) -> LedgerRecord:
    """The ledger record of a row's JSON as text; twice as quick as from objects."""
    return _RECORD.validate_json(text)


def alert_json(alert: Alert) -> Any:
    """An alert as JSON."""
    return _ALERT.dump_python(alert, mode="json")


def alert_of(value: Any) -> Alert:
    """The alert kept as JSON."""
    return _ALERT.validate_python(value)


def state_row(state: AlertState, now: datetime) -> dict[str, Any]:
    """The row of the alert table that keeps ``state``."""
    alert = state.alert
    slot = alert.change.slot
    return {
        "id": alert.id,
        "state": "open" if state.open else "closed",
        "event": alert.event.value,
        "kind": alert.change.kind.value,
        "actor": slot.actor,
        "measure": slot.measure.value,
        "item": slot.item or "",
        "severity": alert.severity.value,
        "confirmation": alert.confirmation.value,
        "raised_at": alert.raised_at,
        "updated_at": now,
        "alert_state": _STATE.dump_python(state, mode="json"),
    }


def state_of(value: Any) -> AlertState:
    """The alert state kept as JSON."""
    return _STATE.validate_python(value)


def text_row(text: KnownText) -> dict[str, Any]:
    """The row that keeps what is known of an article's text."""
    return {
        "article_key": text.article_key,
        "day": text.day,
        "text": _TEXT.dump_python(text, mode="json"),
    }


def text_of(value: Any) -> KnownText:
    """The known text kept as JSON."""
    return _TEXT.validate_python(value)


def ahead_json(ahead: ReadAhead) -> Any:
    """What was read ahead as JSON."""
    return _AHEAD.dump_python(ahead, mode="json")


def ahead_of(value: Any) -> ReadAhead | None:
    """What was read ahead, kept as JSON."""
    return None if value is None else _AHEAD.validate_python(value)


def suppressed_row(item: Suppressed) -> dict[str, Any]:
    """The row that tells what was held back and why."""
    slot = item.slot
    return {
        "at": item.at,
        "reason": item.reason.value,
        "detail": item.detail,
        "actor": slot.actor if slot else None,
        "measure": slot.measure.value if slot else None,
        "item": slot.item if slot else None,
        "article": item.article_key,
        "claim_id": item.record_id,
        "alert_id": item.alert_id,
    }
