"""Pictures of mails in a real Chromium, for docs/images: ``make mail-screenshots``.

All texts are invented. Each page is shown as a mail client shows it: the picture of the chart is in
the mail itself, and nothing is fetched.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.chromium import NoBrowser, running
from worker.core.overview import Overview, chart_days
from worker.core.render import render_email
from worker.core.threads import Occasion
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
    Status,
)

FOLDER = Path(__file__).parents[2] / "docs" / "images"
NOW = datetime(2026, 2, 8, 8, 0, tzinfo=UTC)
SIZES = {"phone": (375, 600), "desk": (800, 480)}
SCHEMES = ("light", "dark")


def position(actor: str, measure: str, stance: str, **more: Any) -> Position:
    return Position(Slot(actor, Measure(measure)), Stance(stance), "2026-02-05", **more)


def said(quote: str, source: str, language: str, speaker: str = "") -> Evidence:
    url = f"https://www.{source.lower().replace(' ', '-')}.example/2026/02/05/artikel"
    return Evidence(quote, url, "", source, "2026-02-05T09:00:00+00:00", language, speaker or None)


def alert(
    before: Position | None, after: Position, kind: str, evidence: Evidence, **more: Any
) -> Alert:
    values: dict[str, Any] = {
        "severity": Severity.HIGH,
        "confirmation": Confirmation.CONFIRMED,
        "origins": 2,
        "event": AlertEvent.RAISED,
        "raised_at": NOW - timedelta(days=1),
        "reasons": (f"stance: {before.stance} → {after.stance}",) if before else (),
    }
    return Alert(
        id=f"7f0c2c1a-0000-5000-8000-{sum(map(ord, str(after.slot))):012}",
        change=Change(ChangeKind(kind), after.slot, before, after),
        article=evidence.article_url,
        articles=(evidence.article_url or "", "https://www.morgenpost-beispiel.example/a/17"),
        evidence=evidence,
        **values | more,
    )


def belgium() -> Alert:
    return alert(
        position("BE", "air", "committed", conditions=frozenset({Condition.CEASEFIRE}),
                 evidence=said("Belgien will Flugzeuge stellen, sobald die Waffen ruhen.",
                               "Hafenbote", "de")),
        position("BE", "air", "ruled_out"),
        "withdrawn",
        said("Belgien zieht seine Zusage zurück, den ukrainischen Luftraum mit Kampfflugzeugen zu "
             "sichern.", "Hafenbote", "de", "Verteidigungsminister Jan Voorbeeld"),
        severity=Severity.CRITICAL,
    )  # fmt: skip


def france() -> Alert:
    return alert(
        position("FR", "troops", "open", evidence=said(
            "Paris could imagine sending soldiers once the guns fall silent.", "Daily Example", "en")),
        position("FR", "troops", "committed", quantities=(Quantity(None, 5000, "soldiers"),),
                 conditions=frozenset({Condition.CEASEFIRE, Condition.PARLIAMENT}),
                 status=Status.REPORTED),
        "new_pledge",
        said("La France enverra jusqu'à 5 000 soldats dès qu'un cessez-le-feu sera signé.",
             "Gazette Exemple", "fr"),
        confirmation=Confirmation.UNCONFIRMED, origins=1,
        rival=said("Il n'en est pas question, dit-on au ministère.", "Courrier Exemple", "fr"),
    )  # fmt: skip


def norway() -> Alert:
    before = position("NO", "funding", "committed", quantities=(Quantity(1e9, 1e9, "EUR"),))
    after = replace(before, quantities=(Quantity(2.5e9, 2.5e9, "EUR"),))
    evidence = said("Norge øker støtten til 2,5 milliarder euro.", "Fjordavisen", "no")
    return alert(before, after, "quantity_changed", evidence, severity=Severity.MEDIUM,
                 reasons=("quantity: 1000000000 EUR → 2500000000 EUR",))  # fmt: skip


def overview(alerts: list[Alert]) -> Overview:
    told = [alerts[n % len(alerts)] for n in (0, 1, 1, 2, 1, 0, 2, 1, 1, 0, 2, 2, 1)]
    days = [0, 0, 1, 2, 3, 3, 5, 6, 6, 8, 9, 11, 12]
    dated = [replace(a, raised_at=NOW - timedelta(days=d)) for a, d in zip(told, days, strict=True)]
    actors = [
        "COALITION",
        "EU",
        "GB",
        "FR",
        "DE",
        "PL",
        "NL",
        "BE",
        "DK",
        "NO",
        "SE",
        "FI",
        "EE",
        "LV",
        "LT",
        "IT",
        "ES",
        "PT",
        "CA",
        "AU",
        "TR",
        "US",
    ]
    stances = list(Stance)
    positions = [a.change.after for a in alerts]
    known = {p.slot for p in positions}
    for row, actor in enumerate(actors):
        for column, measure in enumerate(list(Measure)[:11]):
            mixed = (row * 7 + column * 5) % 11
            slot = Slot(actor, measure)
            if mixed < 7 and slot not in known:
                conditions = frozenset({Condition.CEASEFIRE}) if mixed % 3 == 0 else frozenset()
                status = Status.REPORTED if mixed == 4 else Status.OFFICIAL
                stance = stances[(mixed * 3 + row) % 7]
                positions.append(
                    Position(slot, stance, "2026-01", conditions=conditions, status=status)
                )
    return Overview(tuple(positions), chart_days(dated, NOW))


def mails() -> dict[str, dict[str, Any]]:
    """The mails by name: one alert in each language, and a digest."""
    told = Occasion(dashboard="https://watch.example", unsubscribe="mailto:watch@example.org")
    alerts = [belgium(), france(), norway()]
    digest = replace(told, overview=overview(alerts))
    return {
        "alert-de": render_email([belgium()], "de", told),
        "alert-en": render_email([france()], "en", told),
        "digest-de": render_email(alerts, "de", digest),
    }


def shown(mail: dict[str, Any]) -> str:
    """The page with its pictures put in place, as a client does."""
    html: str = mail["html"]
    for name, encoded in mail["images"].items():
        html = html.replace(f"cid:{name}@coalition-watch", f"data:image/png;base64,{encoded}")
    return html


@contextmanager
def page(browser: Browser, mail: dict[str, Any], size: str, scheme: str) -> Iterator[Page]:
    """A mail on a screen; asking the network for anything is an error."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        offline=True,
    )
    try:
        tab = context.new_page()
        tab.set_content(shown(mail))
        yield tab
    finally:
        context.close()


def main() -> int:
    """Write a picture of each mail on each screen, in light and dark."""
    FOLDER.mkdir(exist_ok=True)
    done = 0
    with running() as browser:
        for name, mail in mails().items():
            for size in SIZES:
                for scheme in SCHEMES:
                    with page(browser, mail, size, scheme) as tab:
                        path = FOLDER / f"mail-{name}-{size}-{scheme}.png"
                        tab.screenshot(path=str(path), full_page=True)
                        done += 1
    print(f"mail-screenshots: {done} pictures in {FOLDER}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoBrowser as error:
        sys.exit(f"mail-screenshots: {error}")
