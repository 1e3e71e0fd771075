"""One claim against the position known before: a change with reasons, or a named reason why not.

The rules are the table in docs/ontology.md, "Changes".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from worker.core.details import (
    SAME_NUMBER,
    condition_reasons,
    differs,
    quantity_reasons,
    show_quantity,
)
from worker.core.ledger import LedgerRecord, merge
from worker.model import Change, ChangeKind, Position, Stance, Status

__all__ = [
    "SAME_NUMBER",
    "NoChange",
    "Reason",
    "compare",
    "differs",
    "quantity_reasons",
    "show_quantity",
]


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
        *quantity_reasons(before.quantities, record.quantity, tolerance),
        *condition_reasons(before.conditions, record.conditions, record.dropped),
    ]
    if not told:
        return NoChange(Reason.RESTATEMENT, "delivered before; the pledge names nothing else")
    return _change(ChangeKind.NEW_PLEDGE, record, before, after, ["after a delivery", *told])


def _detail_change(
    record: LedgerRecord, before: Position, after: Position, tolerance: float
) -> Change | NoChange:
    quantity = quantity_reasons(before.quantities, record.quantity, tolerance)
    conditions = condition_reasons(before.conditions, record.conditions, record.dropped)
    if quantity:
        return _change(ChangeKind.QUANTITY_CHANGED, record, before, after, [*quantity, *conditions])
    if conditions:
        return _change(ChangeKind.CONDITIONS_CHANGED, record, before, after, conditions)
    if record.status is Status.DRAFT:
        return NoChange(Reason.DRAFT_REPEATED, "a repeated draft adopts nothing")
    return NoChange(Reason.RESTATEMENT, f"{record.stance.value} was known")


def _change(
    kind: ChangeKind,
    record: LedgerRecord,
    before: Position | None,
    after: Position,
    reasons: list[str],
) -> Change:
    return Change(kind, record.slot, before, after, tuple(reasons))
