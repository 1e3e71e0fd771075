"""What people who look (dashboard, API, exports) need of the store; every method is one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from worker.core.alerting import AlertState
from worker.core.feedback import Feedback
from worker.core.ledger import LedgerRecord
from worker.core.routing import Silence
from worker.model import Alert, Article, Slot

Row = dict[str, Any]
Rows = list[Row]


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are wanted; ``None`` asks for any. ``text`` is part of the quote's article."""

    actors: tuple[str, ...] = ()
    measure: str | None = None
    kind: str | None = None
    severity: str | None = None
    confirmation: str | None = None
    state: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which records of the ledger are wanted; ``None`` asks for any."""

    actor: str | None = None
    measure: str | None = None
    stance: str | None = None
    status: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page of a list ends, so that the next one begins there.

    ``at`` and ``id`` are those of the last row shown; ``None`` asks for the first page.
    """

    limit: int = 50
    at: datetime | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """An alert with when it was last told anew."""

    state: AlertState
    updated_at: datetime

    @property
    def alert(self) -> Alert:
        """The alert as last told."""
        return self.state.alert


@dataclass(frozen=True, slots=True)
class Hit:
    """One find of a search: ``kind`` is ``article`` or ``claim``; ``snippet`` marks hits by ⟦ ⟧."""

    kind: str
    title: str
    url: str | None
    source: str | None
    published: str | None
    snippet: str
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes whenever the ledger or an alert does: the newest moment of each."""

    known: datetime | None
    retracted: datetime | None
    loaded: datetime | None
    told: datetime | None


class Looking(Protocol):
    """Reading views for people; none takes a lock, none scans a table that grows but as told."""

    def stamp(self) -> Stamp:
        """What the ledger's freshness is; cheap."""

    def slots(self) -> list[Slot]:
        """Every slot of which something was ever said."""

    def changed_slots(self, since: datetime) -> set[Slot]:
        """The slots with a record known or retracted at ``since`` or later."""

    def records(
        self,
        slots: Sequence[Slot],
        *,
        limit: int,
        as_of: str | None = None,
        known_at: datetime | None = None,
    ) -> Mapping[Slot, list[LedgerRecord]]:
        """The newest ``limit`` records of each slot by date, up to ``as_of``, known at ``known_at``."""

    def claims(self, wanted: ClaimFilter, page: Page) -> list[LedgerRecord]:
        """Records of the ledger, the one known last first."""

    def claim(self, record_id: str) -> LedgerRecord | None:
        """One record of the ledger."""

    def carriers(self, state: AlertState) -> list[LedgerRecord]:
        """The records that carry an alert, as they came in."""

    def alerts(self, wanted: AlertFilter, page: Page) -> list[SeenAlert]:
        """Alerts, the one raised last first."""

    def alert(self, alert_id: str) -> SeenAlert | None:
        """One alert by its id."""

    def contested(self) -> set[Slot]:
        """The slots with an open alert that two sides contradict each other."""

    def articles(self, keys: Sequence[str]) -> Mapping[str, Article]:
        """The stored articles of these addresses."""

    def origins(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Who really reported the articles of these addresses."""

    def handovers(self, alert_id: str) -> Rows:
        """The deliveries that told an alert: channel, state, attempts, error, times."""

    def feedback(self, alert_id: str) -> Rows:
        """What people said of an alert, the oldest first."""

    def suppressed(self, reason: str | None, actor: str | None, page: Page) -> Rows:
        """What was held back and why, the newest first."""

    def suppressed_counts(self) -> Mapping[str, int]:
        """How much was held back for each reason."""

    def search(self, text: str, *, limit: int) -> list[Hit]:
        """Claims and articles that have all words of ``text``, the newest first."""

    def sources(self) -> Rows:
        """Every feed with its health and yield; scans entries and articles."""

    def counts(self) -> Mapping[str, int]:
        """How much of everything there is and waits; scans."""

    def lags(self) -> Mapping[str, datetime | None]:
        """Since when the longest waiting work of each stage is due; ``polled``: the last poll."""

    def channels(self) -> Rows:
        """The channels that have failed or are disabled."""

    def dead_letters(self, *, limit: int) -> Rows:
        """Deliveries that were given up, the newest first."""

    def notes(self, *, limit: int) -> Rows:
        """Operational notes, the newest first."""

    def silences(self, now: datetime) -> list[Silence]:
        """The silences that hold."""

    def review(self, *, limit: int) -> Rows:
        """The articles that wait for a person."""

    def schema(self) -> str:
        """The revision of the database's schema."""


class Writing(Protocol):
    """What a person who has signed in may do."""

    def give_feedback(self, feedback: Feedback) -> list[Alert]:
        """Keep a person's word on an alert; UsageError where it changes nothing."""

    def add_silence(self, silence: Silence) -> None:
        """Hold back what fits until it ends."""

    def end_silence(self, silence_id: str) -> bool:
        """End a silence now; ``False`` if none of that id holds."""
