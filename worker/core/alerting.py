"""Alerts as values: their identity, how loud they are, and the JSON that tells them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from worker.core.doubt import REVIEW_BELOW
from worker.model import (
    Alert,
    Change,
    ChangeKind,
    Confirmation,
    Measure,
    Position,
    Severity,
    Stance,
    Status,
)

#: The namespace of alert ids; changing it would tell every known change once more.
NAMESPACE = uuid.UUID("6a6d3c1e-5d0f-5b0a-9c55-0c0a117107ed")

_WEIGHTS = {
    Measure.TROOPS: 1.5,
    Measure.GUARANTEES: 1.5,
    Measure.AIR: 1.0,
    Measure.NAVY: 1.0,
    Measure.AIR_DEFENCE: 1.0,
    Measure.COMMAND: 1.0,
    Measure.DECLARATION: 1.0,
    Measure.MONITORING: 0.75,
    Measure.ARMS: 0.75,
    Measure.FUNDING: 0.75,
    Measure.SANCTIONS: 0.75,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What is told, and how loudly; every number may be set in ``config/alerts.yaml``.

    ``background_days``: a claim that held longer than this before publication is no news.
    ``update_days``: within so many days a compatible claim updates the alert it fits.
    ``contest_days``: within so many days a contradiction denies or contests an unconfirmed report.
    ``review_below``: claims read with less confidence send their article to review as well.
    ``quantity_tolerance``: exact numbers closer than this share are one number told roundly.
    ``look_back_hours``: older articles fill the ledger silently (``None``: all may alert).
    ``weights`` multiply the stance distance (in ranks, at least 1); ``thresholds`` are the scores
    from which a severity holds; ``status_factor`` lowers what is not official.
    """

    background_days: int = 14
    update_days: int = 2
    contest_days: int = 7
    look_back_hours: float | None = None
    quantity_tolerance: float = 0.10
    review_below: float = REVIEW_BELOW
    min_severity: Severity = Severity.LOW
    weights: Mapping[Measure, float] = field(default_factory=lambda: MappingProxyType(_WEIGHTS))
    default_weight: float = 0.5
    actor_weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    status_factor: Mapping[Status, float] = field(
        default_factory=lambda: MappingProxyType(
            {Status.OFFICIAL: 1.0, Status.REPORTED: 0.7, Status.DRAFT: 0.6}
        )
    )
    thresholds: Mapping[Severity, float] = field(
        default_factory=lambda: MappingProxyType(
            {Severity.MEDIUM: 1.0, Severity.HIGH: 2.0, Severity.CRITICAL: 4.0}
        )
    )


@dataclass(frozen=True, slots=True)
class AlertState:
    """An alert as it stands: the last thing told, and what later claims are held against.

    ``kind`` is the kind it was raised with (``alert.change.kind`` may since be ``contested``,
    ``denied`` or ``corrected``); ``records`` are the ledger records that carry it.
    """

    alert: Alert
    kind: ChangeKind
    origin_ids: frozenset[str]
    records: tuple[str, ...]
    open: bool = True

    @property
    def id(self) -> str:
        """The id of the alert."""
        return self.alert.id

    @property
    def unconfirmed(self) -> bool:
        """Whether it still rests on one unofficial origin."""
        return self.alert.confirmation is Confirmation.UNCONFIRMED


def alert_id(change: Change) -> str:
    """The identity of a change: slot, kind, start, target stance, first quantity and conditions.

    No clock and no article is in it, so telling a change again finds the same alert, and two
    different changes never share one (docs/reliability.md, "Outbox").
    """
    slot, target = change.slot, position_values(change.after)
    values = [
        slot.actor,
        slot.measure.value,
        slot.item,
        change.kind.value,
        position_values(change.before) if change.before else None,
        target["stance"],
        [q.as_json() for q in change.after.quantities],
        target["conditions"],
    ]
    return str(uuid.uuid5(NAMESPACE, json.dumps(values, sort_keys=True)))


def position_values(position: Position) -> dict[str, Any]:
    """``{stance, quantity, conditions, as_of}``: a position as the contracts write it.

    Where several units are known, ``quantity`` is the one told last.
    """
    return {
        "stance": position.stance.value,
        "quantity": position.quantities[0].as_json() if position.quantities else None,
        "conditions": sorted(c.value for c in position.conditions),
        "as_of": position.as_of,
    }


def severity_of(change: Change, policy: Policy) -> Severity:
    """How loud a change is: stance distance × measure weight × how well founded it is."""
    distance = stance_distance(change)
    weight = policy.weights.get(change.slot.measure, policy.default_weight)
    weight *= policy.actor_weights.get(change.slot.actor, 1.0)
    score = distance * weight * policy.status_factor[change.after.status]
    reached = [s for s, limit in policy.thresholds.items() if score >= limit]
    return max(reached, key=lambda s: s.rank, default=Severity.LOW)


def stance_distance(change: Change) -> float:
    """How many ranks lie between before and after; a first stance counts from undecided.

    Another number weighs as much as one rank, a condition (or a first "undecided") half.
    """
    if change.kind is ChangeKind.QUANTITY_CHANGED:
        return 1.0
    start = change.before.stance if change.before else Stance.UNDECIDED
    return float(abs(change.after.stance.rank - start.rank)) or 0.5


def alert_line(alert: Alert) -> dict[str, Any]:
    """The JSON object that ``replay --format json`` promises for one alert event."""
    change = alert.change
    return {
        "alert_id": alert.id,
        "event": alert.event.value,
        "kind": change.kind.value,
        "actor": change.slot.actor,
        "measure": change.slot.measure.value,
        "from": position_values(change.before) if change.before else None,
        "to": position_values(change.after),
        "status": alert.confirmation.value,
        "severity": alert.severity.value,
        "origins": alert.origins,
        "article": alert.article,
        "articles": list(alert.articles),
        "evidence": alert.evidence.quote,
        "reasons": [*alert.reasons, *_more_reasons(alert)],
    }


def _more_reasons(alert: Alert) -> list[str]:
    item = alert.change.slot.item
    rival = alert.rival.quote if alert.rival else None
    return [f"item: {item}"] * bool(item) + [f"against: {rival}"] * bool(rival)
