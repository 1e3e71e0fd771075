"""Pages of the dashboard at 10³ and 10⁶ claims: server time of each, cold and warm, and its size.

Sixty-six actors × sixteen measures hold the claims, so at the large size a slot has about a thousand.
``CW_DASHBOARD_CLAIMS=100000 python -m bench dashboard`` is quicker. "cpu" is the processor time of an
answer, client included, which other work on the machine does not change; "wall" is what the
``Server-Timing`` header says; "cold" is the first asking once the board is warm.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from sqlalchemy import insert

from tests.integration.values import a_record, an_alert
from tests.integration.watched import NOW, Watched, dashboard, watched
from worker.adapters.store import tables
from worker.adapters.store.codec import record_row, state_row
from worker.core.alerting import AlertState
from worker.model import Change, Condition, Measure, Slot, Stance, Status
from worker.web.board import WARMING

ACTORS = [
    "DE",
    "FR",
    "GB",
    "PL",
    "NL",
    "BE",
    "LU",
    "IE",
    "AT",
    "CH",
    "NO",
    "SE",
    "FI",
    "DK",
    "IS",
    "EE",
    "LV",
    "LT",
    "ES",
    "PT",
    "IT",
    "GR",
    "CY",
    "MT",
    "TR",
    "CZ",
    "SK",
    "HU",
    "RO",
    "BG",
    "SI",
    "HR",
    "UA",
    "MD",
    "AL",
    "BA",
    "ME",
    "MK",
    "RS",
    "XK",
    "US",
    "CA",
    "AU",
    "NZ",
    "JP",
    "KR",
    "RU",
    "BY",
    "GE",
    "AM",
    "AZ",
    "KZ",
    "IN",
    "CN",
    "BR",
    "ZA",
    "EU",
    "NATO",
    "UN",
    "COALITION",
]
SIZES = (1_000, int(os.environ.get("CW_DASHBOARD_CLAIMS", "1000000")))
CALLS = 15
BATCH = 5_000
PATHS = (
    "/",
    "/?region=north&stance=committed",
    "/actor/DE",
    "/measure/troops",
    "/alerts",
    "/alerts?measure=air&confirmation=confirmed",
    "/alert/{alert}",
    "/map?measure=troops",
    "/trends?measure=troops",
    "/search?q=patrouille+soldaten",
    "/suppressed",
    "/sources",
    "/system",
    "/api/v1/positions",
    "/api/v1/claims?actor=IS",
    "/changes.atom",
)


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Invented claims: stances that last for months, three quarters official, some numbers."""
    dice = random.Random(7)
    pattern = record_row(a_record("DE"))
    for number in range(count):
        actor, measure = dice.choice(ACTORS), dice.choice(list(Measure))
        age = int(dice.random() ** 2 * 900)
        day = (NOW - timedelta(days=age)).date().isoformat()
        stance = list(Stance)[(age // 90 + ACTORS.index(actor)) % len(Stance)]
        status = Status.OFFICIAL if dice.random() < 0.75 else Status.REPORTED
        known = NOW - timedelta(days=age, seconds=dice.randrange(80_000))
        quote = f"Die Regierung {actor} erwägt Soldaten, Patrouille und Gerät Nummer {number}."
        changed = {
            "actor": actor,
            "measure": measure.value,
            "stance": stance.value,
            "status": status.value,
            "as_of": day,
            "published": day,
            "known_from": known,
            "article_key": f"http://x.example/{number % 50_000}",
            "origin": f"outlet:{number % 300}",
        }
        record = {
            **pattern["record"],
            **changed,
            "id": f"r{number}",
            "slot": {"actor": actor, "measure": measure.value, "item": None},
            "known_from": known.isoformat(),
            "evidence": {**pattern["record"]["evidence"], "quote": quote},
            "quantity": {"min": 100.0, "max": 100.0 * dice.randrange(1, 90), "unit": "soldiers"}
            if dice.random() < 0.2
            else None,
            "conditions": [Condition.CEASEFIRE.value] if dice.random() < 0.3 else [],
        }
        yield {**pattern, **changed, "id": f"r{number}", "record": record}


def alerts(count: int) -> Iterator[dict[str, Any]]:
    """Invented changes of random slots."""
    dice = random.Random(3)
    for number in range(count):
        alert = an_alert("DE", number)
        slot = Slot(dice.choice(ACTORS), dice.choice(list(Measure)))
        after = replace(alert.change.after, slot=slot)
        change = Change(alert.change.kind, slot, None, after, alert.change.reasons)
        raised = NOW - timedelta(minutes=37 * number)
        alert = replace(alert, id=f"a-{number}", change=change, raised_at=raised)
        state = AlertState(alert, change.kind, frozenset({"outlet:1"}), (f"r{number}",))
        yield state_row(state, raised)


def fill(desk: Watched, count: int) -> None:
    """Put claims, changes and what was held back into the store."""
    held = {"reason": "restatement", "actor": "DE", "measure": "troops", "item": None}
    rest = (
        {**held, "at": NOW - timedelta(seconds=n), "article": f"http://x.example/{n}"}
        for n in range(count // 2)
    )
    for table, many in (
        (tables.claim, rows(count)),
        (tables.alert, alerts(max(count // 200, 200))),
        (tables.suppressed, rest),
    ):
        batch: list[dict[str, Any]] = []
        for row in many:
            batch.append(row)
            if len(batch) == BATCH:
                _store(desk, table, batch)
                batch = []
        _store(desk, table, batch)


def _store(desk: Watched, table: Any, batch: list[dict[str, Any]]) -> None:
    if batch:
        with desk.app.store.database.write() as connection:
            connection.execute(insert(table), batch)


def took(answer: httpx.Response) -> float:
    """The server time of an answer in milliseconds."""
    assert answer.status_code == 200, (answer.url, answer.status_code)
    found = re.search(r"dur=([\d.]+)", answer.headers["server-timing"])
    assert found is not None
    return float(found[1])


def asked(site: httpx.Client, paths: Iterable[str]) -> tuple[list[float], list[float], int]:
    """Processor and server time of each answer in milliseconds, and the size of the last in bytes."""
    cpu, wall, size = [], [], 0
    for path in paths:
        began = time.process_time()
        answer = site.get(path)
        cpu.append((time.process_time() - began) * 1000)
        wall.append(took(answer))
        size = len(answer.content)
    return cpu, wall, size


def warmed() -> float:
    """Wait for the board to be warm; the processor time it took, in seconds."""
    began = time.process_time()
    for thread in threading.enumerate():
        if thread.name == WARMING:
            thread.join()
    return time.process_time() - began


def show(name: str, cold: str, figures: tuple[list[float], list[float], int]) -> None:
    """One line of the table."""
    cpu, wall, size = figures
    kilobytes = size / 1000
    print(
        f"{name:46} {cold:>8} {median(cpu):8.1f} {max(cpu):8.1f} {median(wall):8.1f} {kilobytes:8.1f}"
    )


def measure(count: int) -> None:
    """Fill a store and ask for every page."""
    with (
        tempfile.TemporaryDirectory() as folder,
        watched(Path(folder) / "w", web=", per_minute: 1000000") as desk,
    ):
        fill(desk, count)
        with dashboard(desk.app) as address, httpx.Client(base_url=address, timeout=300) as site:
            print(f"-- {count:,} claims; warming the board took {warmed():.1f} s of processor time")
            print(f"{'page; ms':46}     cold      cpu     most     wall       kB")
            for path in PATHS:
                shown = path.format(alert="a-5")
                cold, _, _ = asked(site, [shown])
                show(path, f"{cold[0]:.1f}", asked(site, [shown] * CALLS))
            days = [(NOW - timedelta(days=11 + 17 * n)).date() for n in range(CALLS)]
            show("slider, each day new: as of", "", asked(site, [f"/?as_of={d}" for d in days]))
            show(
                "slider, each day new: known at", "", asked(site, [f"/?known_at={d}" for d in days])
            )


def main() -> None:
    """Measure both sizes."""
    for size in SIZES:
        measure(size)
