"""The record of the ledger: one claim with when it was true and when it was known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from worker.core.spans import Span, parse_span
from worker.model import Condition, Evidence, Quantity, Slot, Stance, Status


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """One claim as stored: what it says, when it held, when and from whom it was known.

    ``as_of`` is the date from which it holds (true-from), ``known_from`` the moment the worker
    learnt it. ``estimated`` marks an ``as_of`` that no text states. ``dropped`` are conditions that
    the claim says no longer apply. ``retracted_at`` is set when the article was changed or
    withdrawn; the record stays for what was known before that moment. ``set_aside`` marks what its
    own article outweighs: it is kept and never counts.
    """

    id: str
    slot: Slot
    stance: Stance
    as_of: str
    published: str
    known_from: datetime
    article_key: str
    origin: str
    evidence: Evidence
    status: Status = Status.OFFICIAL
    quantity: Quantity | None = None
    conditions: frozenset[Condition] = frozenset()
    dropped: frozenset[Condition] = frozenset()
    location: str | None = None
    estimated: bool = False
    revision: int = 1
    extractor_version: str = ""
    confidence: float = 1.0
    rules: tuple[str, ...] = ()
    retracted_at: datetime | None = None
    set_aside: bool = False

    @property
    def span(self) -> Span:
        """The days that ``as_of`` covers."""
        return parse_span(self.as_of)

    @property
    def published_on(self) -> date:
        """The day on which the article appeared."""
        return parse_span(self.published).end

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The one quantity as a tuple, empty where none is told."""
        return (self.quantity,) if self.quantity else ()

    def live(self, known_at: datetime | None) -> bool:
        """Whether the record counted at ``known_at`` (``None``: today)."""
        if self.set_aside:
            return False
        if known_at is None:
            return self.retracted_at is None
        retracted = self.retracted_at is not None and self.retracted_at <= known_at
        return self.known_from <= known_at and not retracted


def record_id(article_key: str, revision: int, values: Iterable[object]) -> str:
    """A stable id for a claim of an article: the same text and reading give the same id."""
    told = "\x1f".join([article_key, str(revision), *map(str, values)])
    return hashlib.sha256(told.encode()).hexdigest()[:32]
