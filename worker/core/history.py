"""How the position of a slot came about: its steps over time, and who contradicts it today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from worker.core.ledger import CORROBORATION_DAYS, LedgerRecord, derive_position
from worker.core.spans import parse_span
from worker.core.stances import contradict
from worker.model import Position, Status


@dataclass(frozen=True, slots=True)
class Step:
    """A position and the day from which it held."""

    day: date
    position: Position


def steps(records: Iterable[LedgerRecord]) -> tuple[Step, ...]:
    """The positions that the records of one slot gave one after the other, as known today.

    Only what changes stance, numbers, conditions or status is a step; a restatement is none.
    """
    live = sorted((r for r in records if r.live(None)), key=lambda r: (r.span.start, r.id))
    found: list[Step] = []
    for number, record in enumerate(live):
        day = record.span.start
        if number + 1 < len(live) and live[number + 1].span.start == day and not found:
            continue
        if found and _restates(record, found[-1].position):
            continue
        position = derive_position(live, as_of=day.isoformat())
        if position is None or (found and _told(found[-1].position) == _told(position)):
            continue
        if found and found[-1].day == day:
            found.pop()
        found.append(Step(day, position))
    return tuple(found)


def _restates(record: LedgerRecord, position: Position) -> bool:
    """Whether a record cannot but repeat what holds; deriving for it would be in vain."""
    return (
        record.stance is position.stance
        and record.status.weight <= position.status.weight
        and not record.dropped
        and record.conditions <= position.conditions
        and (record.quantity is None or record.quantity in position.quantities)
    )


def _told(position: Position) -> tuple[object, ...]:
    return position.stance, position.quantities, position.conditions, position.status


def at(found: Sequence[Step], day: date) -> Position | None:
    """The position that held on a day."""
    held = None
    for step in found:
        if step.day > day:
            break
        held = step.position
    return held


def rivals(records: Iterable[LedgerRecord], position: Position) -> list[LedgerRecord]:
    """The claims of about the same time that contradict a position, the newest first."""
    near = parse_span(position.as_of).widened(CORROBORATION_DAYS)
    found = [
        r
        for r in records
        if r.live(None)
        and r.status is not Status.DRAFT
        and contradict(r.stance, position.stance)
        and near.overlaps(r.span)
    ]
    return sorted(found, key=lambda r: (r.span.start, r.published, r.id), reverse=True)


def confirmed(position: Position) -> bool:
    """Whether a position rests on an official statement or on two independent origins."""
    return position.status is Status.OFFICIAL or len(position.origins) > 1
