"""A shuffled week, judged by one machine and by three that are killed meanwhile, comes out the same.

Everything waits in the database before the first machine starts, so that both runs have the same
to judge; the order in which it was found is not that of its publication.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import update

from tests.acceptance.test_crash import BACKGROUND, STATES
from tests.acceptance.test_crash_scaled import Machines, at_work, until
from tests.integration.desk import open_app, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving
from tests.postgres import Server
from worker.adapters.store import tables
from worker.app import App
from worker.core.compare import Reason
from worker.model import Entry

OUTLETS, STORIES = 24, 7
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SAYS = (
    "{state} wird {number} Soldaten in die Ukraine entsenden, kündigte die Regierung an.",
    "{state} wird {number} Soldaten in die Ukraine entsenden, berichtete eine Zeitung.",
    "{state} schließt aus, Soldaten in die Ukraine zu entsenden, sagte der Regierungschef.",
    "{state} erwägt, Soldaten in die Ukraine zu entsenden, hieß es aus der Regierung.",
    "{state} wird der Ukraine {number} Millionen Euro geben, kündigte die Regierung an.",
    "{state} wird {number} Soldaten in die Ukraine entsenden und der Ukraine {number} Millionen Euro "
    "geben, kündigte die Regierung an.",
)
ELSEWHERE = (
    "Im Stadtrat wurde am Abend über die neue Brücke am Hafen beraten, deren Bau sich verzögert."
)


def publish(press: Press, chance: random.Random) -> None:
    """A week of eight states, told by many outlets; of some texts others have copies."""
    texts = []
    for number in range(OUTLETS * STORIES):
        told = chance.choice(SAYS).format(
            state=chance.choice(STATES[:8]), number=100 * chance.randint(1, 9)
        )
        kind = chance.random()
        text = ELSEWHERE if kind < 0.3 else chance.choice(texts) if kind < 0.4 and texts else told
        texts.append(text)
        feed = f"feed{number % OUTLETS:02}"
        press.add(feed, f"Bericht {number} der Redaktion", text)
        story = press.feeds[feed][-1]
        story.published -= timedelta(minutes=chance.randint(60, 7 * 24 * 60), seconds=number % 60)
        story.background = ELSEWHERE if text is ELSEWHERE else BACKGROUND


def wait_in(app: App, press: Press, chance: random.Random) -> None:
    """Put all stories into the database, shuffled; no feed is asked meanwhile."""
    now = datetime.now(UTC)
    app.store.feeds.sync(app.settings.feeds, now)
    found = [(feed, story) for feed in app.settings.feeds for story in press.feeds[feed.id]]
    chance.shuffle(found)
    for feed, story in found:
        url, published = press.url(feed.id, story.path), story.published.replace(microsecond=0)
        entry = Entry(feed.id, url, url, story.title, "", "", published)
        app.backfill(feed, [entry], seeding=False)
    with app.store.database.write() as connection:
        values = {"next_at": now + timedelta(days=1), "last_checked_at": now}
        connection.execute(update(tables.feed).values(**values))


def all_done(app: App) -> Callable[[], bool]:
    def look() -> bool:
        counts = app.store.queries.counts()
        return not counts["entries_waiting"] and not counts["articles_waiting"]

    return look


@dataclass(frozen=True)
class Outcome:
    """What a run made of the week, without when and by whom it was judged."""

    positions: dict[str, object]
    alerts: dict[str, object]
    held_back: Counter[tuple[object, ...]]
    told: set[str]


def outcome(app: App, told: set[str]) -> Outcome:
    alerts = app.alerts(limit=10**6)
    held = app.suppressed(limit=10**6)
    assert told == {alert.id for alert in alerts}, "every alert was told"
    return Outcome(
        positions={str(p.slot): p for p in app.positions()},
        alerts={alert.id: replace(alert, raised_at=LONG_AGO) for alert in alerts},
        held_back=Counter(
            (row["reason"], row["actor"], row["measure"], row["article"])
            for row in held
            if row["reason"] != Reason.GROUPED.value  # that goes by the clock
        ),
        told=told,
    )


def judged_by(
    number: int, folder: Path, url: str, press: Press, *, kills: tuple[str, ...] = ()
) -> Outcome:
    """The shuffled week judged by so many machines, one of them killed while at each of ``kills``."""
    with receiving(Receiver()) as receiver:
        worker = {"look_back_hours": 24 * 365, "concurrency": 6, "tick": "1s"}
        route = {"group_wait": "1s", "group_interval": "1s"}
        config = write_config(
            folder, press, {"hook": receiver.url}, worker=worker, route=route, database=url
        )
        app, machines = open_app(config), Machines(config)
        wait_in(app, press, random.Random(number))
        try:
            for _ in range(number):
                machines.start()
            for stage in kills:
                assert until(at_work(url, stage), 60)
                machines.kill(machines.running[0])
            assert until(all_done(app), 200)
            assert until(
                lambda: {a.id for a in app.alerts(limit=10**6)} <= set(receiver.alert_ids), 60
            )
            return outcome(app, set(receiver.alert_ids))
        finally:
            machines.clear()
            app.close()


def deadlocks(url: str) -> int:
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with psycopg.connect(url) as connection:
        (count,) = connection.execute(query).fetchone() or (-1,)
        return int(count)


@pytest.mark.postgres
@pytest.mark.crash
def test_three_machines_killed_meanwhile_make_the_same_of_a_week_as_one(
    tmp_path: Path, postgres: Server, postgres_url: str
) -> None:
    other = postgres.new_database()
    with publishing(Press()) as press:
        publish(press, random.Random(3))
        alone = judged_by(1, tmp_path / "one", postgres_url, press)
        kills = ("read", "judge")
        together = judged_by(3, tmp_path / "three", other, press, kills=kills)
    locked = deadlocks(other)
    postgres.drop(other)
    assert len(alone.alerts) > 20
    assert sum(alone.held_back.values()) > 40
    assert together == alone
    assert locked == 0
