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
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

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


def start(config: Path, *arguments: str) -> subprocess.Popen[str]:
    """The program as a process of its own session, so that its children can be counted."""
    return subprocess.Popen(
        [sys.executable, "-m", "worker", "run", "--config", str(config), *arguments],
        cwd=ROOT,
        env={**os.environ, **ENVIRON},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


#: Seconds a worker may take on a loaded machine until it answers signals.
STARTS_IN = 5.0


def finish(process: subprocess.Popen[str], seconds: float) -> tuple[int, str, str]:
    try:
        out, err = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return process.returncode, out, err


def killed(process: subprocess.Popen[str], after: float) -> bool:
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
    process = start(config)
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


@pytest.mark.crash
def test_killed_at_random_points_the_worker_loses_no_alert(tmp_path):
    changes = max(1, ALERTS // 100)
    with world(tmp_path / "reference", changes, seed=1) as (config, press, steady):
        steady.chance = None
        process, begun = start(config, "--once"), time.monotonic()
        while not press.asked and process.poll() is None:
            time.sleep(0.02)
        awake = time.monotonic() - begun
        code, _, err = finish(process, 60 + changes * 30)
        assert code == 0, err
        expected = Counter(steady.alert_ids)

    with world(tmp_path / "killed", changes, seed=2) as (config, _, receiver):
        chance, kills, groups, told = random.Random(3), 0, list[int](), False
        receiver.hangs = 0.05
        # On a busy machine a life must be long enough to get beyond its own start.
        longest = max(min(4.0 + changes / 4, 8.0), awake + 4.0)
        while kills < KILLS:
            # Rounds go stage by stage, the running worker does all stages at a time.
            # When all is told, a round would end by itself, so that nothing is left to kill.
            process = start(config, *([] if told else chance.choice(([], ["--once"]))))
            groups.append(process.pid)
            if killed(process, chance.uniform(0.5, longest)):
                kills += 1
            else:
                told = set(receiver.alert_ids) >= set(expected)
        receiver.hangs = 0.0
        process = start(config, "--once")
        groups.append(process.pid)
        code, _, err = finish(process, 60 + changes * 30)
        assert code == 0, err
        app = open_app(config)
        groups.append(run_until(config, lambda: nothing_waits(app), seconds=900))
        repeats = len(receiver.ids) - len(set(receiver.ids))
        left = app.deliveries(states=[*WAITING, "dead"])
        committed = {alert.id for alert in app.alerts(limit=10**6)}
        app.close()

    lost = set(expected) - set(receiver.alert_ids)
    print(
        f"\n{kills} kills, {len(expected)} alerts, {receiver.refused} refused, "
        f"{receiver.lost_answers} answers lost: lost {len(lost)}, sent twice {repeats}; "
        f"lives of {longest:.0f} s at most"
    )
    assert len(expected) >= 100 * changes
    assert committed - set(receiver.alert_ids) == set()
    assert lost == set()
    assert left == []
    assert kills == KILLS
    assert repeats <= kills + receiver.lost_answers
    assert all(gone(group) for group in groups)


@pytest.mark.slow
def test_sigterm_drains_and_ends_within_its_time(tmp_path):
    with world(tmp_path, 1, seed=4) as (config, _, receiver):
        process = start(config)
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
        code, _, err = finish(start(config, "--once"), 90)
        assert code == 0, err
        assert len(set(receiver.alert_ids)) == 100


@pytest.mark.slow
def test_a_second_worker_is_refused_with_one_clear_line(tmp_path):
    with world(tmp_path, 1, seed=5) as (config, _, receiver):
        first = start(config)
        end = time.monotonic() + 60
        while not receiver.bodies and time.monotonic() < end:
            time.sleep(0.05)
        code, out, err = finish(start(config, "--once"), 60)
        first.send_signal(signal.SIGTERM)
        finish(first, 30)
    told = [line for line in err.splitlines() if "another worker" in line]
    assert (code, out, len(told)) == (2, "", 1)
    assert f"process {first.pid}" in told[0]
