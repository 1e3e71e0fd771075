"""The store at 10³ and 10⁶ claims on both engines: look-up, insert, newest-N, a claim of due work.

Each figure is the median of many calls, and its growth from the small to the large store within
this run. A slot holds ten records at either size, as in the goals only the store grows.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import JSON, Table, Text, TextClause, bindparam, insert, text

from tests import postgres
from worker.adapters.store import Store, tables
from worker.adapters.store.codec import record_row, state_row
from worker.core.alerting import AlertState
from worker.core.ledger import LedgerRecord, derive_position
from worker.core.views import Verdict
from worker.model import (
    Alert,
    AlertEvent,
    Change,
    ChangeKind,
    Confirmation,
    Evidence,
    Measure,
    Severity,
    Slot,
    Stance,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PER_SLOT = 10
SIZES = (1_000, int(os.environ.get("CW_STORE_CLAIMS", "1000000")))
CALLS = 200


def record(number: int) -> LedgerRecord:
    """One invented record; ten in a row share a slot."""
    slot = Slot("DE", Measure.ARMS, f"item {number // PER_SLOT}")
    day = (NOW - timedelta(days=number % 700)).date().isoformat()
    quote = "Die Regierung sagte zu, im kommenden Jahr weitere Systeme zu liefern."
    evidence = Evidence(quote, "http://x.example", "T", "X", day)
    return LedgerRecord(
        id=f"r{number}",
        slot=slot,
        stance=Stance.COMMITTED,
        as_of=day,
        published=day,
        known_from=NOW,
        article_key=f"http://x.example/{number}",
        origin="outlet:x",
        evidence=evidence,
    )


#: The row that all claims are written after, told apart by its number.
PATTERN = 987_654_321
_DAYS = 700


def fill(store: Store, size: int) -> None:
    """Insert ``size`` claims, half as many finished entries and a twentieth as many alerts.

    The database makes the rows itself: a million through the driver would take a quarter of an hour.
    """
    with store.database.write() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE day (number integer, day text)"))
        days = [{"n": n, "d": record(n).as_of} for n in range(_DAYS)]
        connection.execute(text("INSERT INTO day VALUES (:n, :d)"), days)
        for table, values, every in ((tables.claim, _claim(), 1), (tables.entry, _entry(), 2)):
            connection.execute(_copies(table, values, every, store.database.is_sqlite), {"n": size})
        alerts = [alert_row(n) for n in range(0, size, 20)]
        connection.execute(insert(tables.alert), alerts)
        connection.execute(text("DROP TABLE day"))


def _claim() -> dict[str, Any]:
    return {name: value for name, value in record_row(record(PATTERN)).items() if value is not None}


def _entry() -> dict[str, Any]:
    return entry_row(PATTERN)


def _copies(table: Table, values: dict[str, Any], every: int, sqlite: bool) -> TextClause:
    """A statement that writes the pattern row once for each ``every``-th number below ``:n``."""
    shown, bound = [], {}
    for name, value in values.items():
        kind = table.c[name].type
        written = json.dumps(value) if isinstance(kind, JSON) else value
        bound[name] = bindparam(name, written, type_=Text() if isinstance(written, str) else kind)
        if isinstance(written, str):
            numbered = f"replace(CAST(:{name} AS text), '{PATTERN}', CAST(s.n AS text))"
            slot = f"replace({numbered}, '{PATTERN // PER_SLOT}', CAST(s.n / {PER_SLOT} AS text))"
            dated = f"replace({slot}, '{record(PATTERN).as_of}', day.day)"
            shown.append(
                f"CAST({dated} AS json)" if isinstance(kind, JSON) and not sqlite else dated
            )
        else:
            shown.append(f":{name}")
    return text(
        f"INSERT INTO {table.name} ({', '.join(values)}) "
        f"WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + {every} FROM s WHERE n + {every} < :n) "
        f"SELECT {', '.join(shown)} FROM s JOIN day ON day.number = s.n % {_DAYS}"
    ).bindparams(*bound.values())


def entry_row(number: int) -> dict[str, object]:
    """A finished entry."""
    url = f"http://x.example/{number}"
    texts = {"feed_id": "x", "key": url, "url": url, "host": "x.example", "title": "T"}
    times = {"first_seen": NOW, "sort_at": NOW, "next_at": NOW}
    return {**texts, **times, "summary": "", "content": "", "seeding": False, "state": "done"}


def alert_row(number: int) -> dict[str, object]:
    """An alert, raised a second after the one before it."""
    told = record(number)
    after = derive_position([told])
    assert after is not None
    change = Change(ChangeKind.NEW_PLEDGE, told.slot, None, after, ("no position was known",))
    url = told.evidence.article_url
    raised = NOW + timedelta(seconds=number)
    alert = Alert(
        id=f"a{number}",
        event=AlertEvent.RAISED,
        change=change,
        severity=Severity.HIGH,
        confirmation=Confirmation.CONFIRMED,
        origins=1,
        article=url,
        articles=(url or "",),
        evidence=told.evidence,
        raised_at=raised,
    )
    state = AlertState(alert, ChangeKind.NEW_PLEDGE, frozenset({told.origin}), (told.id,))
    return state_row(state, raised)


def steps(store: Store, size: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured, by name."""
    chance, fresh = random.Random(1), iter(range(10 * size, 20 * size))

    def look_up() -> object:
        return store.ledger.records(record(chance.randrange(size)).slot)

    def add() -> object:
        return store.ledger.apply(Verdict(records=(record(next(fresh)),)), NOW)

    yield "look-up of a slot", look_up
    yield "insert of a claim", add
    yield "newest 50 alerts", lambda: store.queries.alerts(limit=50)
    yield (
        "claim of due entries",
        lambda: store.articles.claim_entries(NOW, busy=(), limit=8, lease_for=timedelta(minutes=1)),
    )


def filled(size: int, url: str) -> Store:
    """A store of ``size`` claims."""
    store = Store(url)
    with store.database.write() as connection:
        connection.execute(insert(tables.feed).values(feed_row()))
    fill(store, size)
    if not store.database.is_sqlite:  # as its own housekeeping does after a while
        with store.database.write() as connection:
            connection.execute(text("ANALYZE"))
    return store


def compare(small: Callable[[], object], large: Callable[[], object]) -> tuple[float, float]:
    """The median milliseconds of both, called in turn, so that a busy disk meets both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(CALLS):
        for step, times in zip((small, large), taken, strict=True):
            begun = time.perf_counter()
            step()
            times.append(time.perf_counter() - begun)
    return median(taken[0]) * 1000, median(taken[1]) * 1000


def feed_row() -> dict[str, object]:
    """The feed of all entries."""
    names = dict.fromkeys(("configured_url", "url"), "http://x.example/feed")
    kinds = {"language": "de", "country": "DE", "kind": "press", "priority": "normal"}
    state = {"host": "x.example", "state": "paused", "next_at": NOW}
    return {"id": "x", "title": "X", **names, **kinds, **state}


def told(kind: str, stores: list[Store]) -> None:
    """Print a line per step and the goal it is held against."""
    goals = {"newest 50 alerts": 1.5}
    pairs = zip(
        *(steps(store, size) for store, size in zip(stores, SIZES, strict=True)), strict=True
    )
    for (name, small), (_, large) in pairs:
        before, after = compare(small, large)
        goal, growth = goals.get(name, 1.2), after / before
        print(
            f"{kind:10} {name:20} {before:7.3f} ms at 10³ · {after:7.3f} ms at 10⁶ · "
            f"× {growth:.2f} (goal ≤ {goal}) {'met' if growth <= goal else 'MISSED'}"
        )
    for store in stores:
        store.close()


def main() -> None:
    """Print the figures of both engines, and how much disk the large store takes."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{size}.db" for size in SIZES]
        told(
            "SQLite", [filled(size, f"sqlite:///{f}") for size, f in zip(SIZES, files, strict=True)]
        )
        print(f"SQLite     {files[1].stat().st_size / 2**20:,.0f} MiB at 10⁶")
    durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    with postgres.running(durable) as server:
        urls = [server.new_database(empty=True) for _ in SIZES]
        stores = [filled(size, url) for size, url in zip(SIZES, urls, strict=True)]
        with stores[1].database.read() as connection:
            query = text("SELECT pg_database_size(current_database())")
            size = connection.execute(query).scalar_one()
        told("PostgreSQL", stores)
        print(f"PostgreSQL {size / 2**20:,.0f} MiB at 10⁶")
