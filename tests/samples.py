"""Invented alerts for tests of what is shown and sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from worker.model import (
    Alert,
    AlertEvent,
    Change,
    ChangeKind,
    Condition,
    Confirmation,
    Evidence,
    Measure,
    Position,
    Quantity,
    Severity,
    Slot,
    Stance,
)

SLOT = Slot("FR", Measure.TROOPS)
BEFORE = Position(
    SLOT,
    Stance.OPEN,
    "2026-01-10",
    evidence=Evidence(
        quote="Paris could imagine sending soldiers once the guns fall silent.",
        article_url="https://daily.example/before?id=1&x=2",
        title="Paris weighs a force",
        source="The Daily Example",
        published="2026-01-10T09:00:00+00:00",
        language="en",
        speaker="Jean Exemple",
    ),
)
AFTER = Position(
    SLOT,
    Stance.COMMITTED,
    "2026-02-03",
    quantities=(Quantity(None, 5000, "soldiers"),),
    conditions=frozenset({Condition.CEASEFIRE, Condition.PARLIAMENT}),
)
EVIDENCE = Evidence(
    quote="Frankreich wird bis zu 5000 Soldaten entsenden, sobald die Waffen schweigen.",
    article_url="https://zeitung.example/a/1",
    title="Paris sagt Truppen zu",
    source="Beispielzeitung",
    published="2026-02-03T12:00:00+00:00",
    language="de",
    speaker="Marie Beispiel",
)


def sample_alert(**changes: Any) -> Alert:
    """A new pledge of France, with ``changes`` to its fields."""
    alert = Alert(
        id="7f0c2c1a-0000-5000-8000-000000000001",
        event=AlertEvent.RAISED,
        change=Change(ChangeKind.NEW_PLEDGE, SLOT, BEFORE, AFTER, ("open to committed",)),
        severity=Severity.HIGH,
        confirmation=Confirmation.CONFIRMED,
        origins=2,
        article=EVIDENCE.article_url,
        articles=("https://zeitung.example/a/1", "https://other.example/b"),
        evidence=EVIDENCE,
        raised_at=datetime(2026, 2, 3, 12, 5, tzinfo=UTC),
        reasons=("stance rose from open to committed",),
    )
    return replace(alert, **changes)


def hostile_alert(text: str) -> Alert:
    """An alert in which every string that comes from outside is ``text``."""
    evidence = Evidence(text, text, text, text, text, text, text)
    slot = Slot("FR", Measure.TROOPS, text)
    before = replace(BEFORE, slot=slot, evidence=evidence, as_of=text)
    after = replace(AFTER, slot=slot, evidence=evidence, as_of=text, location=text)
    return sample_alert(
        change=Change(ChangeKind.NEW_PLEDGE, slot, before, after, (text,)),
        evidence=evidence,
        rival=evidence,
        article=text,
        articles=(text, f"http://{text}", f"https://example.org/{text}"),
        reasons=(text,),
    )
