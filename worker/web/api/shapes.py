"""What the API gives, as the OpenAPI document describes it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from worker.core.history import confirmed
from worker.core.ledger import LedgerRecord
from worker.core.render import inert
from worker.model import (
    AlertEvent,
    ChangeKind,
    Condition,
    Confirmation,
    Evidence,
    Measure,
    Position,
    Quantity,
    Severity,
    Stance,
    Status,
)
from worker.ports.looking import SeenAlert


class QuantityOut(BaseModel):
    """A number or range with its unit; null is an open end."""

    min: float | None
    max: float | None
    unit: str = Field(description="soldiers, aircraft, … or a currency (ISO 4217)")

    @classmethod
    def of(cls, value: Quantity) -> QuantityOut:
        """The quantity as JSON."""
        return cls(min=value.min, max=value.max, unit=value.unit)


class ProofOut(BaseModel):
    """Where a claim was read; ``quote`` stands word for word in the article."""

    quote: str
    speaker: str | None
    article: str | None = Field(description="The address; null where it is no web address.")
    title: str
    source: str | None
    published: str | None
    language: str | None

    @classmethod
    def of(cls, value: Evidence) -> ProofOut:
        """The evidence as JSON."""
        return cls(
            quote=value.quote,
            speaker=value.speaker,
            article=inert.safe_url(value.article_url),
            title=value.title,
            source=value.source,
            published=value.published,
            language=value.language,
        )


class PositionOut(BaseModel):
    """What an actor's stance on a measure is."""

    actor: str = Field(description="ISO 3166-1 alpha-2, EU, UN, NATO or COALITION")
    measure: Measure
    item: str | None
    stance: Stance
    confirmed: bool = Field(description="By an official or two independent origins.")
    status: Status
    as_of: str = Field(description="YYYY, YYYY-MM or YYYY-MM-DD: from when it holds")
    quantities: list[QuantityOut]
    conditions: list[Condition]
    location: str | None
    origins: int
    proof: ProofOut | None

    @classmethod
    def of(cls, value: Position) -> PositionOut:
        """The position as JSON."""
        return cls(
            actor=value.slot.actor,
            measure=value.slot.measure,
            item=value.slot.item,
            stance=value.stance,
            confirmed=confirmed(value),
            status=value.status,
            as_of=value.as_of,
            quantities=[QuantityOut.of(q) for q in value.quantities],
            conditions=sorted(value.conditions),
            location=value.location,
            origins=len(value.origins),
            proof=ProofOut.of(value.evidence) if value.evidence else None,
        )


class ClaimOut(BaseModel):
    """One record of the ledger: what an article says, since when it holds, since when it is known."""

    id: str
    actor: str
    measure: Measure
    item: str | None
    stance: Stance
    status: Status
    as_of: str
    published: str
    known_from: datetime
    retracted_at: datetime | None
    quantity: QuantityOut | None
    conditions: list[Condition]
    location: str | None
    origin: str = Field(description="Who really reported it, e.g. wire:reuters")
    confidence: float
    rules: list[str]
    proof: ProofOut

    @classmethod
    def of(cls, value: LedgerRecord) -> ClaimOut:
        """The record as JSON."""
        return cls(
            id=value.id,
            actor=value.slot.actor,
            measure=value.slot.measure,
            item=value.slot.item,
            stance=value.stance,
            status=value.status,
            as_of=value.as_of,
            published=value.published,
            known_from=value.known_from,
            retracted_at=value.retracted_at,
            quantity=QuantityOut.of(value.quantity) if value.quantity else None,
            conditions=sorted(value.conditions),
            location=value.location,
            origin=value.origin,
            confidence=value.confidence,
            rules=list(value.rules),
            proof=ProofOut.of(value.evidence),
        )


class StateOut(BaseModel):
    """A position at one side of a change."""

    stance: Stance
    status: Status
    as_of: str
    quantities: list[QuantityOut]
    conditions: list[Condition]

    @classmethod
    def of(cls, value: Position) -> StateOut:
        """The position as JSON."""
        return cls(
            stance=value.stance,
            status=value.status,
            as_of=value.as_of,
            quantities=[QuantityOut.of(q) for q in value.quantities],
            conditions=sorted(value.conditions),
        )


class ChangeOut(BaseModel):
    """A change as it was told last."""

    id: str
    link: str = Field(description="Its page, for people.")
    actor: str
    measure: Measure
    item: str | None
    kind: ChangeKind
    event: AlertEvent
    severity: Severity
    confirmation: Confirmation
    open: bool = Field(description="False once a later position has replaced it.")
    raised_at: datetime
    updated_at: datetime
    before: StateOut | None
    after: StateOut
    origins: int
    articles: list[str]
    reasons: list[str]
    proof: ProofOut
    rival: ProofOut | None

    @classmethod
    def of(cls, seen: SeenAlert, base: str) -> ChangeOut:
        """The alert as JSON; ``base`` is the address that links begin with."""
        alert = seen.alert
        change = alert.change
        safe = (inert.safe_url(url) for url in alert.articles)
        return cls(
            id=alert.id,
            link=f"{base}/alert/{alert.id}",
            actor=change.slot.actor,
            measure=change.slot.measure,
            item=change.slot.item,
            kind=change.kind,
            event=alert.event,
            severity=alert.severity,
            confirmation=alert.confirmation,
            open=seen.state.open,
            raised_at=alert.raised_at,
            updated_at=seen.updated_at,
            before=StateOut.of(change.before) if change.before else None,
            after=StateOut.of(change.after),
            origins=alert.origins,
            articles=[url for url in safe if url],
            reasons=list(alert.reasons),
            proof=ProofOut.of(alert.evidence),
            rival=ProofOut.of(alert.rival) if alert.rival else None,
        )


class SourceOut(BaseModel):
    """A feed with its health and yield."""

    id: str
    title: str
    language: str
    country: str
    kind: str
    state: str
    failures: int
    dying: str | None
    last_success_at: datetime | None
    entries: int
    relevant: int
    claims: int
    alerts: int
    lag_minutes: float | None
    stub_rate: float | None


class Positions(BaseModel):
    """A page of positions; ``next`` is the address of the following one."""

    items: list[PositionOut]
    next: str | None


class Claims(BaseModel):
    """A page of claims; ``next`` is the address of the following one."""

    items: list[ClaimOut]
    next: str | None


class Changes(BaseModel):
    """A page of changes; ``next`` is the address of the following one."""

    items: list[ChangeOut]
    next: str | None


class Sources(BaseModel):
    """All feeds."""

    items: list[SourceOut]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str
