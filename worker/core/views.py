"""What judging reads and what it hands back: the view of the ledger, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from worker.core.alerting import AlertState
from worker.core.compare import Reason
from worker.core.ledger import LedgerRecord
from worker.core.origins import KnownText, Sketch
from worker.model import Alert, Slot

#: How many records of a slot judging must see: more than one slot is told of in a season.
JUDGED_ON = 256


class LedgerView(Protocol):
    """What judging needs to read; implemented by the store and, in memory, by the replay."""

    def records(self, slot: Slot) -> Sequence[LedgerRecord]:
        """The records of a slot, retracted ones too; of a long history the newest by ``as_of``.

        At least ``JUDGED_ON`` of them, so that judging costs the same however long the history is.
        """

    def open_alerts(self, slot: Slot) -> Sequence[AlertState]:
        """The alerts of a slot that no later position has replaced, oldest first."""

    def alert(self, alert_id: str) -> AlertState | None:
        """The alert of that id, open or not."""

    def article_records(self, key: str) -> Sequence[LedgerRecord]:
        """All records of an article, of all its revisions."""

    def text(self, key: str) -> KnownText | None:
        """The article as it was last read."""

    def texts_like(self, sketch: Sketch, day: date, days: int) -> Sequence[KnownText]:
        """The articles published at most ``days`` before or after ``day`` that may be copies.

        At least those that have a mark of ``sketch``; of very many the likest.
        """


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Something that was not told, and why."""

    reason: Reason
    article_key: str
    at: datetime
    slot: Slot | None = None
    record_id: str | None = None
    alert_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an article; applied as a whole or not at all.

    ``records`` are new, ``retracted`` are known ones with ``retracted_at`` set, ``alerts`` are the
    events to tell in order, ``states`` the alerts as they then stand (also where nothing is told),
    ``suppressed`` what is not told and why, ``text`` what is kept of the article.
    """

    records: tuple[LedgerRecord, ...] = ()
    retracted: tuple[LedgerRecord, ...] = ()
    alerts: tuple[Alert, ...] = ()
    states: tuple[AlertState, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    text: KnownText | None = None

    def __add__(self, other: Verdict) -> Verdict:
        """Both verdicts, the later state of an alert replacing the earlier."""
        newer = {state.id for state in other.states}
        return Verdict(
            self.records + other.records,
            self.retracted + other.retracted,
            self.alerts + other.alerts,
            tuple(s for s in self.states if s.id not in newer) + other.states,
            self.suppressed + other.suppressed,
            other.text or self.text,
        )


@dataclass(frozen=True, slots=True)
class Overlay:
    """A view that also shows what a verdict not yet applied will have stored."""

    base: LedgerView
    verdict: Verdict

    def records(self, slot: Slot) -> list[LedgerRecord]:
        """The records of a slot, with those of the verdict."""
        return self._current(self.base.records(slot)) + [
            r for r in self.verdict.records if r.slot == slot
        ]

    def article_records(self, key: str) -> list[LedgerRecord]:
        """The records of an article, with those of the verdict."""
        return self._current(self.base.article_records(key)) + [
            r for r in self.verdict.records if r.article_key == key
        ]

    def open_alerts(self, slot: Slot) -> list[AlertState]:
        """The open alerts of a slot as they will then stand."""
        changed = {state.id for state in self.verdict.states}
        kept = [s for s in self.base.open_alerts(slot) if s.id not in changed]
        return kept + [s for s in self.verdict.states if s.alert.change.slot == slot and s.open]

    def alert(self, alert_id: str) -> AlertState | None:
        """The alert of that id as it will then stand."""
        pending = next((s for s in self.verdict.states if s.id == alert_id), None)
        return pending or self.base.alert(alert_id)

    def text(self, key: str) -> KnownText | None:
        """The article as it was last read."""
        return self.base.text(key)

    def texts_like(self, sketch: Sketch, day: date, days: int) -> Sequence[KnownText]:
        """The articles published around a day that may be copies."""
        return self.base.texts_like(sketch, day, days)

    def _current(self, records: Sequence[LedgerRecord]) -> list[LedgerRecord]:
        retracted = {r.id: r for r in self.verdict.retracted}
        return [retracted.get(r.id, r) for r in records]
