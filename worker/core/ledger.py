"""The ledger: every claim kept with when it was true and when it was known, and what follows.

Records are never changed but by being retracted. A position is derived from the records of one
slot by one pure function, so what was true then (``as_of``) and what was known then (``known_at``)
are two arguments of it and never a second store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from worker.core.details import condition_reasons, quantity_reasons
from worker.core.ledgerrecord import LedgerRecord, record_id
from worker.core.spans import parse_span
from worker.core.stances import camp, keeps
from worker.model import Condition, Position, Quantity, Stance, Status

__all__ = [
    "CORROBORATION_DAYS",
    "LedgerRecord",
    "corroborating",
    "derive_position",
    "founded",
    "holding_record",
    "merge",
    "precedence",
    "record_id",
]

#: Two reports confirm each other only if they date the stance at most this many days apart.
CORROBORATION_DAYS = 30


def founded(records: Sequence[LedgerRecord]) -> list[LedgerRecord]:
    """The records that may hold a position: official ones, and reports of two independent origins.

    A draft is never among them: repeating a draft adopts nothing.
    """
    reports: dict[str, list[LedgerRecord]] = defaultdict(list)
    for record in records:
        if record.status is Status.REPORTED:
            reports[camp(record.stance)].append(record)
    told = {c: alike for c, alike in reports.items() if len({r.origin for r in alike}) > 1}
    return [
        r
        for r in records
        if r.status is Status.OFFICIAL
        or (r.status is Status.REPORTED and _corroborated(r, told.get(camp(r.stance), ())))
    ]


def _corroborated(record: LedgerRecord, alike: Sequence[LedgerRecord]) -> bool:
    near = record.span.widened(CORROBORATION_DAYS)
    return any(r.origin != record.origin and near.overlaps(r.span) for r in alike)


def corroborating(record: LedgerRecord, known: Iterable[LedgerRecord]) -> list[LedgerRecord]:
    """The records, drafts aside, that say what ``record`` says of about the same time."""
    near = record.span.widened(CORROBORATION_DAYS)
    return [
        r
        for r in known
        if r.status is not Status.DRAFT
        and camp(r.stance) == camp(record.stance)
        and near.overlaps(r.span)
    ]


def derive_position(
    records: Iterable[LedgerRecord],
    *,
    as_of: str | None = None,
    known_at: datetime | None = None,
) -> Position | None:
    """The position that the records of one slot give, or ``None`` where nothing is known.

    ``as_of`` asks what was true by the end of that (partial) date, ``known_at`` what was known at
    that moment. The order of ``records`` does not matter. Rules: docs/ontology.md, "Changes".
    """
    known = _known(records, as_of, known_at)
    if not known:
        return None
    usable = _weighty(known)
    return _fold(_holder(usable), usable, known)


def holding_record(
    records: Iterable[LedgerRecord],
    *,
    as_of: str | None = None,
    known_at: datetime | None = None,
) -> LedgerRecord | None:
    """The record whose stance the position of these records has."""
    known = _known(records, as_of, known_at)
    return _holder(_weighty(known)) if known else None


def _known(
    records: Iterable[LedgerRecord], as_of: str | None, known_at: datetime | None
) -> list[LedgerRecord]:
    last = parse_span(as_of).end if as_of else date.max
    return [r for r in records if r.live(known_at) and r.span.start <= last]


def _weighty(known: Sequence[LedgerRecord]) -> Sequence[LedgerRecord]:
    """The records that a position may rest on: founded ones, without pledges of what is done.

    A promise told again after it was kept says nothing weaker; it lowers no position.
    """
    usable = founded(known) or known
    if not {Stance.DELIVERED, Stance.COMMITTED} <= {r.stance for r in usable}:
        return usable
    kept: list[LedgerRecord] = []
    position: Position | None = None
    for record in sorted(usable, key=_sequence):
        if position is None or not _promises_what_is_done(record, position):
            kept.append(record)
            position = merge(position, record)
    return kept


def _promises_what_is_done(record: LedgerRecord, before: Position) -> bool:
    if (before.stance, record.stance) != (Stance.DELIVERED, Stance.COMMITTED):
        return False
    return not (
        quantity_reasons(before.quantities, record.quantity)
        or condition_reasons(before.conditions, record.conditions, record.dropped)
    )


def _sequence(record: LedgerRecord) -> tuple[date, tuple[int, bool, int], str, str]:
    return record.span.start, precedence(record), record.published, record.id


def precedence(record: LedgerRecord) -> tuple[int, bool, int]:
    """What decides where dates overlap: status, then a stated date, then distance from 0."""
    return record.status.weight, not record.estimated, abs(record.stance.rank)


def _holder(records: Sequence[LedgerRecord]) -> LedgerRecord:
    """The record that holds: the latest, and by precedence among those that may be as late.

    At equal rank the one published, then known, first stays: nothing is overwritten silently.
    """
    latest = max(r.span.start for r in records)
    rivals = sorted((r for r in records if r.span.end >= latest), key=_seniority)
    return max(rivals, key=lambda r: (precedence(r), r.span.start))


def _seniority(record: LedgerRecord) -> tuple[str, datetime, int, str]:
    return record.published, record.known_from, record.stance.rank, record.id


def _fold(
    holder: LedgerRecord, usable: Sequence[LedgerRecord], known: Sequence[LedgerRecord]
) -> Position:
    earlier = sorted(
        (r for r in usable if r is not holder and not _outweighed(r, holder)),
        key=_sequence,
    )
    told = [*earlier, holder]
    position: Position | None = None
    for record in told[_run_start(told) :]:
        position = merge(position, record)
    assert position is not None
    return replace(position, origins=_origins(holder, known))


def _run_start(told: Sequence[LedgerRecord]) -> int:
    """Where the run of stances begins of which the last record keeps numbers and conditions."""
    first = len(told) - 1
    while first > 0 and keeps(told[first - 1].stance, told[first].stance):
        first -= 1
    return first


def _outweighed(record: LedgerRecord, holder: LedgerRecord) -> bool:
    overlapping = record.span.overlaps(holder.span)
    return overlapping and record.stance.polarity != holder.stance.polarity


def _origins(holder: LedgerRecord, known: Sequence[LedgerRecord]) -> frozenset[str]:
    near = holder.span.widened(CORROBORATION_DAYS)
    return frozenset(
        r.origin for r in known if camp(r.stance) == camp(holder.stance) and near.overlaps(r.span)
    )


def merge(before: Position | None, record: LedgerRecord) -> Position:
    """The position after ``record``: its own values, and of ``before`` what it leaves unsaid."""
    return Position(
        slot=record.slot,
        stance=record.stance,
        as_of=record.as_of,
        quantities=_quantities(before, record),
        conditions=_conditions(before, record),
        status=record.status,
        location=record.location,
        evidence=record.evidence,
        origins=frozenset({record.origin}),
    )


def _quantities(before: Position | None, record: LedgerRecord) -> tuple[Quantity, ...]:
    """One quantity per unit, the one told last first."""
    told = record.quantities
    if before is None or not keeps(before.stance, record.stance):
        return told
    units = {q.unit for q in told}
    return told + tuple(q for q in before.quantities if q.unit not in units)


def _conditions(before: Position | None, record: LedgerRecord) -> frozenset[Condition]:
    """Same stance: what is not mentioned stays. A new stance brings its own, if it names any."""
    if before is None or not keeps(before.stance, record.stance):
        return record.conditions
    if before.stance is not record.stance and record.conditions:
        return record.conditions
    return (before.conditions - record.dropped) | record.conditions
