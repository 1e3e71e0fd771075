"""Values of the model for tests of the store and the pipeline."""

from __future__ import annotations

from datetime import UTC, datetime

from worker.core.ledger import LedgerRecord
from worker.model import (
    Alert,
    AlertEvent,
    Change,
    ChangeKind,
    Confirmation,
    Entry,
    Evidence,
    Feed,
    FeedKind,
    Measure,
    Position,
    Quantity,
    Severity,
    Slot,
    Stance,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIDENCE = Evidence("„Wir entsenden.“", "http://a.example/1", "T", "A", "2026-03-01", "de", "X")


def a_feed(name: str, *, host: str | None = None) -> Feed:
    url = f"http://{host or f'{name}.example'}/{name}.xml"
    return Feed(name, url, name, "de", "DE", FeedKind.PRESS)


def an_entry(feed: str, key: str, *, published: datetime | None = NOW) -> Entry:
    return Entry(feed, key, f"http://{feed}.example/{key}", f"Title {key}", "", "", published)


def a_position(actor: str, stance: Stance = Stance.COMMITTED) -> Position:
    quantities = (Quantity(800, 800, "soldiers"),)
    return Position(
        Slot(actor, Measure.TROOPS), stance, "2026-03-01", quantities, evidence=EVIDENCE
    )


def an_alert(actor: str, number: int = 0) -> Alert:
    after = a_position(actor)
    change = Change(ChangeKind.NEW_PLEDGE, after.slot, None, after, ("no position was known",))
    return Alert(
        id=f"alert-{actor}-{number}",
        event=AlertEvent.RAISED,
        change=change,
        severity=Severity.HIGH,
        confirmation=Confirmation.CONFIRMED,
        origins=1,
        article="http://a.example/1",
        articles=("http://a.example/1",),
        evidence=EVIDENCE,
        raised_at=NOW,
    )


def a_record(actor: str) -> LedgerRecord:
    return LedgerRecord(
        id=f"record-{actor}",
        slot=Slot(actor, Measure.TROOPS),
        stance=Stance.COMMITTED,
        as_of="2026-03-01",
        published="2026-03-01",
        known_from=NOW,
        article_key="http://a.example/1",
        origin="outlet:a",
        evidence=EVIDENCE,
        quantity=Quantity(800, 800, "soldiers"),
    )
