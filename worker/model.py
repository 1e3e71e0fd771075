"""The frozen values that flow through the worker, in the field's terms (see docs/ontology.md).

The chain is feed → entry → article → claim → (position) → change → alert → delivery. Every value
is immutable; what changes is stored anew. Times are timezone-aware UTC ``datetime``s; dates that
may be partial (``as_of``) are strings ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

#: How an actor is written: a state by ISO 3166-1 alpha-2, EU, UN, NATO or COALITION.
ACTOR_CODE = re.compile(r"[A-Z]{2}|NATO|COALITION")


class Measure(StrEnum):
    """What a state may do for Ukraine's security."""

    TROOPS = "troops"
    AIR = "air"
    NAVY = "navy"
    MINE_CLEARANCE = "mine_clearance"
    MONITORING = "monitoring"
    INTELLIGENCE = "intelligence"
    LOGISTICS = "logistics"
    AIR_DEFENCE = "air_defence"
    ARMS = "arms"
    TRAINING = "training"
    FUNDING = "funding"
    SANCTIONS = "sanctions"
    GUARANTEES = "guarantees"
    COMMAND = "command"
    DECLARATION = "declaration"
    INDUSTRY = "industry"


class Stance(StrEnum):
    """How an actor stands to a measure; ``rank`` orders them from −3 to 3."""

    OPPOSED = "opposed"
    RULED_OUT = "ruled_out"
    RELUCTANT = "reluctant"
    UNDECIDED = "undecided"
    OPEN = "open"
    COMMITTED = "committed"
    DELIVERED = "delivered"

    @property
    def rank(self) -> int:
        """The place on the scale, −3 (opposed) to 3 (delivered)."""
        return _RANKS[self]

    @property
    def polarity(self) -> int:
        """−1 for a refusal or hesitation, 0 for undecided, 1 for any readiness."""
        return (self.rank > 0) - (self.rank < 0)


_RANKS = {stance: rank for rank, stance in enumerate(Stance, start=-3)}


class Condition(StrEnum):
    """What a stance is made to depend on."""

    CEASEFIRE = "ceasefire"
    PEACE_AGREEMENT = "peace_agreement"
    PARLIAMENT = "parliament"
    US_BACKSTOP = "us_backstop"
    MANDATE = "mandate"
    ALLIES = "allies"
    REQUEST = "request"
    RENEWED_ATTACK = "renewed_attack"
    OTHER = "other"


class Status(StrEnum):
    """How well founded a claim is."""

    OFFICIAL = "official"
    REPORTED = "reported"
    DRAFT = "draft"

    @property
    def weight(self) -> int:
        """3 for official, 2 for reported, 1 for draft: the higher outranks the lower."""
        return {"official": 3, "reported": 2, "draft": 1}[self.value]


class ChangeKind(StrEnum):
    """What a claim does to the position known before it."""

    NEW_PLEDGE = "new_pledge"
    NEW_POSITION = "new_position"
    STRENGTHENED = "strengthened"
    WEAKENED = "weakened"
    WITHDRAWN = "withdrawn"
    QUANTITY_CHANGED = "quantity_changed"
    CONDITIONS_CHANGED = "conditions_changed"
    CONTESTED = "contested"
    DENIED = "denied"
    CORRECTED = "corrected"


class FeedKind(StrEnum):
    """Who publishes a feed."""

    WIRE = "wire"
    PUBLIC = "public"
    PRESS = "press"
    OFFICIAL = "official"
    SEARCH = "search"


class Severity(StrEnum):
    """How loud an alert is; ``rank`` orders them."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (low) to 3 (critical)."""
        return list(Severity).index(self)


class Confirmation(StrEnum):
    """Whether an alert rests on an official statement or a second independent origin."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class AlertEvent(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    UPDATED = "updated"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    CORRECTED = "corrected"
    RESOLVED = "resolved"


class TextSource(StrEnum):
    """Where the text of an article came from."""

    PAGE = "page"
    JSON_LD = "json_ld"
    FEED_CONTENT = "feed_content"
    FEED_SUMMARY = "feed_summary"


#: The units of a quantity; any other three-letter upper-case code is a currency (ISO 4217).
UNITS = (
    "soldiers",
    "countries",
    "aircraft",
    "ships",
    "vehicles",
    "systems",
    "missiles",
    "drones",
    "shells",
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or range with its unit; ``None`` for an open end."""

    min: float | None
    max: float | None
    unit: str

    def as_json(self) -> dict[str, Any]:
        """The JSON object of the contracts; whole numbers are written without a fraction."""
        return {"min": _whole(self.min), "max": _whole(self.max), "unit": self.unit}


def _whole(value: float | None) -> int | float | None:
    if value is None or value != int(value):
        return value
    return int(value)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as configured."""

    id: str
    url: str
    title: str
    language: str
    country: str
    kind: FeedKind
    priority: str = "normal"
    publisher_group: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, as parsed; ``key`` identifies it within its feed (guid or link)."""

    feed_id: str
    key: str
    url: str
    title: str
    summary: str
    content: str
    published: datetime | None
    source: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """The main text behind an entry; paragraphs are separated by blank lines."""

    text: str
    title: str = ""
    url: str | None = None
    published: str | None = None
    source: str | None = None
    language: str | None = None
    origin: str | None = None
    text_source: TextSource = TextSource.PAGE

    @property
    def full_text(self) -> str:
        """Title, a blank line, text: what the offsets of a claim count in."""
        return f"{self.title}\n\n{self.text}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that tells an actor's stance on a measure, with the words that prove it.

    ``start`` and ``end`` are code-point offsets of ``evidence`` in ``Article.full_text``.
    """

    actor: str
    measure: Measure
    stance: Stance
    evidence: str
    start: int
    end: int
    conditions: frozenset[Condition] = frozenset()
    quantity: Quantity | None = None
    status: Status = Status.OFFICIAL
    speaker: str | None = None
    as_of: str | None = None
    location: str | None = None
    item: str | None = None
    rules: tuple[str, ...] = ()
    confidence: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """The JSON object that ``analyze --format json`` promises for a claim; ``item`` where there is one."""
        named = {"item": self.item} if self.item else {}
        return {
            "actor": self.actor,
            "measure": self.measure.value,
            "stance": self.stance.value,
            "conditions": sorted(c.value for c in self.conditions),
            "quantity": self.quantity.as_json() if self.quantity else None,
            "status": self.status.value,
            "speaker": self.speaker,
            "as_of": self.as_of,
            "location": self.location,
            **named,
            "evidence": self.evidence,
            "start": self.start,
            "end": self.end,
            "rules": list(self.rules),
            "confidence": round(self.confidence, 3),
        }


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """A name that a text gives a governing role and the tables do not know so.

    ``told`` says what is amiss, ``words`` are those around the name.
    """

    actor: str
    name: str
    told: str
    words: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the extractor made of one article."""

    language: str
    relevant: bool
    claims: tuple[Claim, ...] = ()
    #: Why a person should look at it (``unsupported_language``, ``low_confidence``, ``failed`` …).
    review: str | None = None
    notes: tuple[str, ...] = ()
    office_holders: tuple[OfficeHolder, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """What a position is about: an actor, a measure and, where named, one item of it."""

    actor: str
    measure: Measure
    item: str | None = None

    def __str__(self) -> str:
        return "/".join(filter(None, (self.actor, self.measure.value, self.item)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a claim was read: enough to show a person the proof."""

    quote: str
    article_url: str | None
    title: str
    source: str | None
    published: str | None
    language: str | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """What is known of one slot at a time."""

    slot: Slot
    stance: Stance
    as_of: str
    quantities: tuple[Quantity, ...] = ()
    conditions: frozenset[Condition] = frozenset()
    status: Status = Status.OFFICIAL
    location: str | None = None
    evidence: Evidence | None = None
    origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """How a claim differs from the position known before it, and why it was judged so."""

    kind: ChangeKind
    slot: Slot
    before: Position | None
    after: Position
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """What a person is told about a change; several articles about one change are one alert."""

    id: str
    event: AlertEvent
    change: Change
    severity: Severity
    confirmation: Confirmation
    origins: int
    article: str | None
    articles: tuple[str, ...]
    evidence: Evidence
    raised_at: datetime
    reasons: tuple[str, ...] = ()
    #: A second quote where two statements contradict each other.
    rival: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One hand-over of a rendered payload to one channel; ``id`` is also the message id there."""

    id: str
    channel: str
    payload: dict[str, Any]
    attempts: int = 0
    alert_ids: tuple[str, ...] = ()
    #: What the channel said when it took the first message of the thread that this one joins.
    thread: Mapping[str, Any] | None = None
