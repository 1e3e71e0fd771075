"""Three machines over one PostgreSQL, killed, suspended, cut off and with wrong clocks.

Nothing that was published is lost, no host is asked by two at a time, every tick is done once, and
a message comes twice at most for each process that was killed or suspended. ``CW_SCALED_ROUNDS``
sets how often all of it happens (``make crash-scaled``: sizes of the reliability page).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import psycopg
import pytest
from sqlalchemy import update

from tests.acceptance.test_crash import BACKGROUND, PLEDGES, STATES, WAITING
from tests.integration.desk import ENVIRON, open_app, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving
from tests.postgres import Server
from worker.adapters.store import tables
from worker.app import App

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("CW_SCALED_ROUNDS", "0"))
FULL = ROUNDS > 0
#: Seconds a process is suspended, longer than until it is taken for dead; and the spans for which
#: the database is away.
SUSPENDED = 60.0 if FULL else 17.0
AWAY = (8.0, 45.0) if FULL else (4.0,)
#: Each machine is heard of once for each of its queues.
WORKERS = 2
STAGES = ("poll", "read", "judge", "deliver")
SKEW = 3600.0


@dataclass
class WatchedPress(Press):
    """Answers slowly and tells when two requests to one host were under way at a time."""

    delay: float = 0.1
    under_way: Counter[str] = field(default_factory=Counter)
    overlaps: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def answer(self, path: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        host = path.split("/")[1].removesuffix(".xml")  # every feed has a host of its own
        with self.lock:
            if self.under_way[host] and host != "robots.txt":
                self.overlaps.append(path)
            self.under_way[host] += 1
        try:
            time.sleep(self.delay)
            return super().answer(path, validator)
        finally:
            with self.lock:
                self.under_way[host] -= 1


def publish(press: Press, feeds: int) -> None:
    """One feed for each state and pledge, with one story."""
    slots = [(state, pledge) for pledge in PLEDGES for state in STATES][:feeds]
    for number, (state, pledge) in enumerate(slots):
        told = pledge.format(state=state, number=300)
        press.add(f"feed{number:03}", f"{state} und die Ukraine", told)
        press.feeds[f"feed{number:03}"][-1].background = BACKGROUND


def publish_more(press: Press, app: App) -> None:
    """Every feed has another story, with another number, and is due at once."""
    for name, stories in press.feeds.items():
        told = stories[0].text.replace("300", str(300 + 200 * len(stories)))
        press.add(name, f"{stories[0].title} ({len(stories)})", told)
        stories[-1].background = BACKGROUND
    with app.store.database.write() as connection:
        connection.execute(update(tables.feed).values(next_at=datetime.now(UTC)))


@dataclass
class Machines:
    """Processes of the worker; the last of three has a clock that goes an hour ahead."""

    config: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    harmed: int = 0

    def start(self) -> None:
        skew = SKEW if len(self.running) == 2 else 0.0
        self.running.append(
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.acceptance.skewed", str(skew)),
                    *("run", "--config", str(self.config)),
                ],
                cwd=ROOT,
                env={**os.environ, **ENVIRON},
                stdout=subprocess.DEVNULL,
                stderr=(self.config / f"log{len(self.running)}").open("ab"),
                start_new_session=True,
            )
        )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process and start another in its place."""
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.harmed += 1
        self.running.remove(process)
        self.start()

    @contextmanager
    def suspended(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        process.send_signal(signal.SIGSTOP)
        self.harmed += 1
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def stop(self) -> list[int]:
        """Ask all to end; their exit codes within the time that draining may take."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self.running]

    def clear(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


def audit(url: str) -> None:
    """Have the database write down every tick that somebody wins."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE ticked (at timestamptz)")
        connection.execute(
            "CREATE FUNCTION note_tick() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO ticked VALUES (NEW.at); RETURN NEW; END $$"
        )
        connection.execute(
            "CREATE TRIGGER note AFTER INSERT OR UPDATE ON tick "
            "FOR EACH ROW EXECUTE FUNCTION note_tick()"
        )


def at_work(url: str, stage: str) -> Callable[[], bool]:
    """Whether some machine is at work on a stage."""
    query = "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND args->>'stage' = %s"

    def look() -> bool:
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query, [stage]).fetchone() is not None

    return look


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return met


def done(app: App, alerts: int) -> Callable[[], bool]:
    """Whether everything has been read, judged and told."""

    def waits() -> bool:
        counts = app.store.queries.counts()
        stages = ("entries_waiting", "articles_waiting", "deliveries_waiting")
        return counts["alerts"] < alerts or any(counts[name] for name in stages)

    def look() -> bool:
        # Looked at in the direction in which works go: none can slip past in between.
        later = datetime.now(UTC) + timedelta(days=1)
        return not waits() and not app.store.groups.due(later) and not waits()

    return look


def left_over(url: str) -> str:
    """What still waits and why, for whoever reads that this test failed."""
    queries = {
        "entries": "SELECT id, host, state, attempts, begun, next_at, lease_until, error FROM entry "
        "WHERE state = 'pending'",
        "articles": "SELECT id, attempts, begun, sort_at, next_at, lease_until, error FROM article "
        "WHERE state = 'pending'",
        "deliveries": "SELECT id, state, attempts, next_at, lease_until FROM delivery "
        "WHERE state IN ('pending', 'leased')",
        "groups": "SELECT * FROM alert_group WHERE flushed_at IS NULL",
        "jobs": "SELECT id, status, lock, worker_id FROM procrastinate_jobs",
        "workers": "SELECT id, last_heartbeat FROM procrastinate_workers",
        "turns": "SELECT * FROM host_turn WHERE lease_until > clock_timestamp()",
        "now": "SELECT clock_timestamp()",
    }
    with psycopg.connect(url, autocommit=True) as connection:
        told = {name: connection.execute(query).fetchall()[:9] for name, query in queries.items()}
    return "\n".join(f"{name}: {row}" for name, rows in told.items() for row in rows)


@contextmanager
def world(folder: Path, url: str, feeds: int) -> Iterator[tuple[Machines, WatchedPress, Receiver]]:
    with publishing(WatchedPress()) as press, receiving(Receiver(hangs=0.1)) as receiver:
        publish(press, feeds)
        worker = {"look_back_hours": 24 * 365, "concurrency": 6, "tick": "1s"}
        route = {"group_by": ["actor", "measure"], "group_wait": "1s", "group_interval": "1s"}
        hooks = {"hook": receiver.url}
        config = write_config(folder, press, hooks, worker=worker, route=route, database=url)
        machines = Machines(config)
        try:
            yield machines, press, receiver
        finally:
            machines.clear()


def away(postgres: Server, seconds: float) -> None:
    postgres.stop()
    time.sleep(seconds)
    postgres.start()


@contextmanager
def at_least(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    time.sleep(max(0.0, seconds - (time.monotonic() - begun)))


def heard_of(url: str, *, within: int = 3600) -> int:
    """How many workers were heard of in so many seconds, and since the database was started."""
    query = (
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > "
        "greatest(pg_postmaster_start_time(), clock_timestamp() - make_interval(secs => %s))"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        (count,) = connection.execute(query, [within]).fetchone() or (0,)
        return int(count)


def killed_at_every_stage(
    app: App, press: WatchedPress, machines: Machines, url: str, *, spare: int
) -> list[str]:
    """Kill a machine while each stage is at work, round by round; the stages that were met.

    The first ``spare`` machines are not killed.
    """
    chance, seen = random.Random(5), []
    for stage in STAGES * max(ROUNDS, 1):
        if stage == "poll":  # everything was polled before, so there is to be something new
            publish_more(press, app)
        if until(at_work(url, stage), 30):
            seen.append(stage)
            machines.kill(chance.choice(machines.running[spare:]))
    return seen


@pytest.mark.postgres
@pytest.mark.crash
def test_three_machines_that_are_killed_suspended_and_cut_off_lose_nothing(
    tmp_path: Path, postgres: Server, postgres_url: str
) -> None:
    feeds = 100 if FULL else 24
    audit(postgres_url)
    with world(tmp_path, postgres_url, feeds) as (machines, press, receiver):
        app = open_app(machines.config)
        for _ in range(3):
            machines.start()
        assert until(at_work(postgres_url, "read"), 60)
        if FULL:
            for span in AWAY:
                with machines.suspended(machines.running[0]), at_least(SUSPENDED):
                    away(postgres, span)
            seen = killed_at_every_stage(app, press, machines, postgres_url, spare=0)
        else:  # one after the other, lest waits add up: a killed one is waited for 15 seconds
            away(postgres, AWAY[0])
            assert until(lambda: heard_of(postgres_url) == 3 * WORKERS, 60)
            with machines.suspended(machines.running[0]), at_least(SUSPENDED):
                seen = killed_at_every_stage(app, press, machines, postgres_url, spare=1)
        assert until(done(app, feeds), 400 if FULL else 300), left_over(postgres_url)
        assert until(
            lambda: heard_of(postgres_url, within=5) == 3 * WORKERS, 60
        )  # before, none heeds signals
        codes = machines.stop()
        told, sent = Counter(receiver.alert_ids), Counter(receiver.ids)
        committed = {alert.id for alert in app.alerts(limit=10**6)}
        left = app.deliveries(states=[*WAITING, "dead"])
        review = [row for row in app.review() if row["reason"] in ("poison", "failed")]
        with psycopg.connect(postgres_url) as connection:
            ticks = [at for (at,) in connection.execute("SELECT at FROM ticked")]
        app.close()

    repeats = sent.total() - len(sent)
    print(
        f"\n{machines.harmed} processes killed or suspended, the database away {AWAY} s: "
        f"{len(committed)} alerts, lost {len(committed - set(told))}, sent twice {repeats}; "
        f"{len(press.overlaps)} overlapping requests, {len(ticks)} ticks, "
        f"{len(ticks) - len(set(ticks))} done twice"
    )
    assert set(seen) == set(STAGES)
    assert codes == [0, 0, 0]
    assert len(committed) >= feeds
    assert committed - set(told) == set()
    assert (left, review, press.overlaps) == ([], [], [])
    assert repeats <= machines.harmed
    assert len(ticks) == len(set(ticks)) > 10
