"""One claim against the position known before: a change with reasons, or a named reason why not.

The rules are the table in docs/ontology.md, "Changes".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from worker.core.ledger import LedgerRecord, merge
from worker.model import Change, ChangeKind, Position, Quantity, Stance, Status

#: Two exact numbers no further apart than this share of the larger are one number told roundly.
SAME_NUMBER = 0.10


class Reason(StrEnum):
    """Why a claim, or an alert, was not told."""

    RESTATEMENT = "restatement"
    DRAFT_REPEATED = "draft_repeated"
    OLDER = "older"
    OUTWEIGHED = "outweighed"
    BACKGROUND = "background"
    SAME_ORIGIN = "same_origin"
    CORROBORATES = "corroborates"
    PART_OF_ALERT = "part_of_alert"
    CONTESTS = "contests"
    REREAD = "reread"
    KNOWN_ARTICLE = "known_article"
    RELEVANCE = "relevance"
    UNDATED = "undated"
    LOOK_BACK = "look_back"
    BELOW_SEVERITY = "below_severity"
    SILENCED = "silenced"
    QUIET_HOURS = "quiet_hours"
    RATE_LIMIT = "rate_limit"
    GROUPED = "grouped"
    NO_ROUTE = "no_route"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class NoChange:
    """A claim that changes nothing, and why; ``detail`` says it in words."""

    reason: Reason
    detail: str = ""


def compare(
    record: LedgerRecord, before: Position | None, tolerance: float = SAME_NUMBER
) -> Change | NoChange:
    """What ``record`` changes in ``before``, its slot's position as of the claim's own date.

    ``tolerance`` is the share by which two exact numbers may differ and still be the same news.
    """
    after = merge(before, record)
    if before is None:
        kind = _first_kind(record.stance)
        return _change(kind, record, None, after, [f"no position was known: {record.stance.value}"])
    if record.stance is not before.stance:
        return _stance_change(record, before, after, tolerance)
    return _detail_change(record, before, after, tolerance)


def _first_kind(stance: Stance) -> ChangeKind:
    pledged = stance.rank >= Stance.COMMITTED.rank
    return ChangeKind.NEW_PLEDGE if pledged else ChangeKind.NEW_POSITION


def _stance_change(
    record: LedgerRecord, before: Position, after: Position, tolerance: float
) -> Change | NoChange:
    if before.stance is Stance.DELIVERED and record.stance is Stance.COMMITTED:
        return _pledge_after_delivery(record, before, after, tolerance)
    kind = _stance_kind(before.stance, record.stance)
    return _change(kind, record, before, after, [_stance_reason(before, record)])


def _stance_kind(before: Stance, after: Stance) -> ChangeKind:
    pledge = Stance.COMMITTED.rank
    if after.rank > before.rank:
        new = before.rank < pledge <= after.rank
        return ChangeKind.NEW_PLEDGE if new else ChangeKind.STRENGTHENED
    lost = before.rank >= pledge and after.rank <= Stance.UNDECIDED.rank
    return ChangeKind.WITHDRAWN if lost else ChangeKind.WEAKENED


def _stance_reason(before: Position, record: LedgerRecord) -> str:
    return f"stance: {before.stance.value} → {record.stance.value}"


def _pledge_after_delivery(
    record: LedgerRecord, before: Position, after: Position, tolerance: float
) -> Change | NoChange:
    """After a delivery a pledge is news only if it promises something else."""
    told = [
        *quantity_reasons(before.quantities, record, tolerance),
        *_condition_reasons(before, record),
    ]
    if not told:
        return NoChange(Reason.RESTATEMENT, "delivered before; the pledge names nothing else")
    return _change(ChangeKind.NEW_PLEDGE, record, before, after, ["after a delivery", *told])


def _detail_change(
    record: LedgerRecord, before: Position, after: Position, tolerance: float
) -> Change | NoChange:
    quantity = quantity_reasons(before.quantities, record, tolerance)
    conditions = _condition_reasons(before, record)
    if quantity:
        return _change(ChangeKind.QUANTITY_CHANGED, record, before, after, [*quantity, *conditions])
    if conditions:
        return _change(ChangeKind.CONDITIONS_CHANGED, record, before, after, conditions)
    if record.status is Status.DRAFT:
        return NoChange(Reason.DRAFT_REPEATED, "a repeated draft adopts nothing")
    return NoChange(Reason.RESTATEMENT, f"{record.stance.value} was known")


def quantity_reasons(
    known: Iterable[Quantity], record: LedgerRecord, tolerance: float = SAME_NUMBER
) -> list[str]:
    """Why the number of ``record`` is news against the numbers known; empty where it is not."""
    if record.quantity is None:
        return []
    told = record.quantity
    same_unit = next((q for q in known if q.unit == told.unit), None)
    if same_unit is None:
        return [f"first quantity in {told.unit}: {show_quantity(told)}"]
    if not differs(same_unit, told, tolerance):
        return []
    return [f"quantity: {show_quantity(same_unit)} → {show_quantity(told)}"]


def differs(one: Quantity, other: Quantity, tolerance: float = SAME_NUMBER) -> bool:
    """Whether two quantities in one unit are different news.

    Ranges differ if they do not overlap, exact values if they are further
    apart than ``tolerance`` of the larger.
    """
    if _exact(one) and _exact(other):
        assert one.min is not None
        assert other.min is not None
        return abs(one.min - other.min) > tolerance * max(abs(one.min), abs(other.min))
    low = max(_low(one), _low(other))
    return low > min(_high(one), _high(other))


def _exact(quantity: Quantity) -> bool:
    return quantity.min is not None and quantity.min == quantity.max


def _low(quantity: Quantity) -> float:
    return float("-inf") if quantity.min is None else quantity.min


def _high(quantity: Quantity) -> float:
    return float("inf") if quantity.max is None else quantity.max


def show_quantity(quantity: Quantity) -> str:
    """A quantity in words: ``6500 soldiers``, ``2000–9999 soldiers``, ``up to 800 soldiers``."""
    low, high = quantity.as_json()["min"], quantity.as_json()["max"]
    if low is not None and high is not None:
        return f"{low} {quantity.unit}" if low == high else f"{low}–{high} {quantity.unit}"
    if high is not None:
        return f"up to {high} {quantity.unit}"
    return f"at least {low} {quantity.unit}"


def _condition_reasons(before: Position, record: LedgerRecord) -> list[str]:
    added = sorted(c.value for c in record.conditions - before.conditions)
    dropped = sorted(c.value for c in record.dropped & before.conditions)
    return [f"condition added: {c}" for c in added] + [f"condition dropped: {c}" for c in dropped]


def _change(
    kind: ChangeKind,
    record: LedgerRecord,
    before: Position | None,
    after: Position,
    reasons: list[str],
) -> Change:
    return Change(kind, record.slot, before, after, tuple(reasons))
