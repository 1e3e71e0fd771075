"""The real program, killed at random points: nothing that was published is lost.

``CW_CRASH_KILLS`` sets how often it is killed (``make crash``: 200 times, 12,000 alerts),
``CW_CRASH_ALERTS`` how many alerts there are, if not sixty for each kill.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from tests.integration.desk import ENVIRON, open_app, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving
from worker.adapters.store import tables
from worker.app import App

KILLS = int(os.environ.get("CW_CRASH_KILLS", "4"))
ALERTS = int(os.environ.get("CW_CRASH_ALERTS", KILLS * 60))
ROOT = Path(__file__).parents[2]
WAITING = ("pending", "leased")
STATES = (
    *("Norwegen", "Schweden", "Dänemark", "Finnland", "Estland", "Lettland", "Litauen", "Polen"),
    *("Spanien", "Portugal", "Italien", "Griechenland", "Kroatien", "Slowenien", "Rumänien"),
    *("Bulgarien", "Irland", "Belgien", "Luxemburg", "Kanada", "Australien", "Japan", "Island"),
    *("Österreich", "Tschechien"),
)
PLEDGES = (
    "{state} wird {number} Soldaten in die Ukraine entsenden, kündigte die Regierung an.",
    "{state} wird {number} ukrainische Soldaten ausbilden, kündigte die Regierung an.",
    "{state} wird der Ukraine {number} Flugabwehrsysteme liefern, kündigte die Regierung an.",
    "{state} wird der Ukraine {number} Millionen Euro geben, kündigte die Regierung an.",
)
BACKGROUND = (
    "Die Koalition der Willigen berät seit Monaten über Sicherheitsgarantien für die Ukraine."
)


def publish(press: Press, changes: int) -> None:
    """A hundred feeds, one for each state and pledge, whose number changes ``changes`` times."""
    slots = [(state, pledge) for state in STATES for pledge in PLEDGES]
    for number, (state, pledge) in enumerate(slots):
        for change in range(changes):
            told = pledge.format(state=state, number=100 * (change % 7 + 1))
            age = timedelta(days=changes - change, hours=1)
            press.add(f"feed{number:03}", f"{state} und die Ukraine ({change})", told, age=age)
            press.feeds[f"feed{number:03}"][-1].background = BACKGROUND


def environment() -> dict[str, str]:
    """Compiled modules are kept, so that two hundred starts do not compile them two hundred times;
    no dashboard, which has no part in this."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **ENVIRON, "COALITION_WATCH_WEB__ENABLED": "false"}


class Worker(subprocess.Popen[str]):
    """The program as a process of its own session, so that its children can be counted.

    Its log goes to a file: into a pipe that nobody reads it would stop at the 300th line.
    """

    def __init__(self, config: Path, *arguments: str):
        self.log = config / f"{time.monotonic_ns()}.log"
        with self.log.open("w") as stderr:
            super().__init__(
                [sys.executable, "-m", "worker", "run", "--config", str(config), *arguments],
                cwd=ROOT,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )


#: Seconds a worker may take on a loaded machine until it answers signals.
STARTS_IN = 5.0


def finish(process: Worker, seconds: float) -> tuple[int, str, str]:
    try:
        out, _ = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return process.returncode, out, process.log.read_text("utf-8")


def killed(process: Worker, after: float) -> bool:
    """Kill the process after so many seconds; ``False`` if it had ended by itself."""
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True
    return False


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def gone(group: int, seconds: float = 10.0) -> bool:
    """Whether every process of a group has ended, within so many seconds."""
    end = time.monotonic() + seconds
    while alive(group) and time.monotonic() < end:
        time.sleep(0.1)
    return not alive(group)


def run_until(config: Path, done: Callable[[], bool], *, seconds: float) -> int:
    """Let the worker run until ``done``: a retry or a breaker's pause may take minutes."""
    process = Worker(config)
    started = time.monotonic()
    end = started + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.5)
    importing = time.monotonic() - started < STARTS_IN  # it takes no signals yet
    process.send_signal(signal.SIGTERM)
    code, _, err = finish(process, 30)
    assert code == 0 or (importing and code == -signal.SIGTERM), err
    return process.pid


def nothing_waits(app: App) -> bool:
    """Whether all has been told, and no work rests that workers have died over."""
    counts = app.store.queries.counts()
    waiting = ("entries_waiting", "articles_waiting", "deliveries_waiting")
    feed = tables.feed
    with app.store.database.read() as connection:
        suspects = connection.execute(select(feed.c.id).where(feed.c.begun > 0)).first()
    return suspects is None and not any(counts[name] for name in waiting)


@contextmanager
def world(folder: Path, changes: int, seed: int) -> Iterator[tuple[Path, Press, Receiver]]:
    chance = random.Random(seed)
    with publishing(Press()) as press, receiving(Receiver(chance=chance)) as receiver:
        publish(press, changes)
        worker = {"look_back_hours": 24 * 365, "concurrency": 16, "tick": "1s"}
        worker["first_look_back"] = 0  # all that a feed shows, however old
        route = {"group_by": ["actor", "measure"], "group_wait": "1s", "group_interval": "1s"}
        hooks = {"hook": receiver.url}
        yield write_config(folder, press, hooks, worker=worker, route=route), press, receiver


@dataclass
class Pace:
    """How long a life should be, so that the kills are spread over all of the work.

    ``awake`` is how long a start takes until the first request, ``works`` what there is to do:
    each article is read once and told once.
    """

    awake: float
    works: int
    chance: random.Random
    done: int = 0
    worked: float = 0.0

    def life(self, kills_left: int) -> float:
        """Seconds until the next kill; one in five comes while the worker still starts."""
        if self.chance.random() < 0.2:
            return self.chance.uniform(0.1, self.awake)
        each = self.worked / self.done if self.done else 0.02
        wanted = (self.works - self.done) * each / max(kills_left, 1)
        return self.awake + self.chance.uniform(0.0, 2.0) * min(max(wanted, 0.5), 20.0)

    def lived(self, seconds: float, press: Press, told: set[str]) -> None:
        """Learn from a life that has ended."""
        self.worked += max(seconds - self.awake, 0.0)
        self.done = sum(path.endswith(".html") for path in list(press.asked)) + len(told)


def time_to_wake(config: Path, press: Press) -> float:
    """Start the worker and kill it at its first request; seconds until that."""
    process, begun = Worker(config), time.monotonic()
    while not press.asked and process.poll() is None:
        time.sleep(0.02)
    awake = time.monotonic() - begun
    assert killed(process, 0.0), "it ended by itself"
    return awake


def told_articles(receiver: Receiver) -> set[str]:
    """The articles that alerts were told of; each article of this press is an alert of its own."""
    return {urlsplit(alert["article"]).path for alert in receiver.alerts}


def told_apart(receiver: Receiver) -> int:
    """How many alerts were told by more than one message, a message sent twice counting once."""
    messages: dict[str, set[str]] = {}
    for message, body in zip(receiver.ids, receiver.bodies, strict=True):
        for alert in body["data"].get("alerts", ()):
            messages.setdefault(alert["alert_id"], set()).add(message)
    return sum(len(ids) > 1 for ids in messages.values())


def kill_often(config: Path, press: Press, receiver: Receiver, published: set[str]) -> list[int]:
    """Kill the worker KILLS times, while there is work; the process groups that there were.

    Rounds go stage by stage, the running worker does all stages at a time. When all is told, a
    round would end by itself, so that nothing is left to kill.
    """
    chance, groups, kills, told = random.Random(3), list[int](), 1, False
    pace = Pace(time_to_wake(config, press), 2 * len(published), chance)
    while kills < KILLS:
        process = Worker(config, *([] if told else chance.choice(([], ["--once"]))))
        groups.append(process.pid)
        life, begun = pace.life(KILLS - kills), time.monotonic()
        kills += killed(process, life)
        pace.lived(time.monotonic() - begun, press, articles := told_articles(receiver))
        told = articles >= published
        if kills % 10 == 0:
            print(f"{kills} kills, {pace.done}/{pace.works} works, life {life:.1f} s", flush=True)
    return groups


@pytest.mark.crash
def test_killed_at_random_points_the_worker_loses_no_alert(tmp_path):
    changes = max(1, ALERTS // 100)
    with world(tmp_path / "killed", changes, seed=2) as (config, press, receiver):
        published = {story.path for stories in press.feeds.values() for story in stories}
        begun = time.monotonic()
        receiver.hangs, receiver.stalls = 0.02, 20.0  # it is given up after fifteen
        groups = kill_often(config, press, receiver, published)
        at_last, took = len(told_articles(receiver)), time.monotonic() - begun
        receiver.stalls = 0.0
        app = open_app(config)
        patience = 300 + len(published) * 0.5
        groups.append(run_until(config, lambda: nothing_waits(app), seconds=patience))
        settled = time.monotonic() - begun - took
        repeats = len(receiver.ids) - len(set(receiver.ids))
        left = app.deliveries(states=[*WAITING, "dead"])
        committed = {alert.id for alert in app.alerts(limit=10**6)}
        set_aside = [row["detail"] for row in app.review()]
        app.close()

    lost = published - told_articles(receiver)
    print(
        f"\n{KILLS} kills, {len(published)} alerts in {len(set(receiver.ids))} messages, "
        f"{receiver.refused} refused, {receiver.lost_answers} answers lost, {receiver.stalled} of "
        f"them hanging: lost {len(lost)}, sent twice {repeats}; {at_last} told after {took:.0f} s "
        f"of kills, all after {settled:.0f} s more"
    )
    assert len(published) >= 100 * changes
    assert lost == set()
    assert committed == set(receiver.alert_ids)
    assert len(committed) == len(published)
    assert told_apart(receiver) == 0
    assert (left, set_aside) == ([], [])
    assert repeats <= KILLS + receiver.lost_answers
    assert all(gone(group) for group in groups)


@pytest.mark.slow
def test_sigterm_drains_and_ends_within_its_time(tmp_path):
    with world(tmp_path, 1, seed=4) as (config, _, receiver):
        process = Worker(config)
        end = time.monotonic() + 60
        while not receiver.bodies and time.monotonic() < end:
            time.sleep(0.05)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code, _, err = finish(process, 30)
        assert (code, "Traceback" in err) == (0, False), err
        assert time.monotonic() - begun < 30
        assert gone(process.pid)
        app = open_app(config)
        assert app.deliveries(states=["leased"]) == []
        app.close()
        code, _, err = finish(Worker(config, "--once"), 90)
        assert code == 0, err
        assert len(set(receiver.alert_ids)) == 100


@pytest.mark.slow
def test_a_second_worker_is_refused_with_one_clear_line(tmp_path):
    with world(tmp_path, 1, seed=5) as (config, _, receiver):
        first = Worker(config)
        end = time.monotonic() + 60
        while not receiver.bodies and time.monotonic() < end:
            time.sleep(0.05)
        code, out, err = finish(Worker(config, "--once"), 60)
        first.send_signal(signal.SIGTERM)
        finish(first, 30)
    told = [line for line in err.splitlines() if "another worker" in line]
    assert (code, out, len(told)) == (2, "", 1)
    assert f"process {first.pid}" in told[0]
