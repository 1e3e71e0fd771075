"""Scale: 1, 2 and 4 processes over one PostgreSQL, and what a backlog costs the queue.

``CW_SCALE_HOSTS`` × ``CW_SCALE_ENTRIES`` articles are polled, read and judged from a local press
that answers after half a second, as publishers do; the embedded engine on SQLite is the measure.
``CW_SCALE_CORES`` gives each process so many cores of its own (a control group, so root only),
as machines have: without it all of them compete for what there is. ``CW_SCALE_RELEVANT`` is the
share of articles that speak of the coalition, a tenth; with 1 each one changes the same position,
which is the worst that the ledger's one lane can meet.
Then 1,000 and 100,000 waiting entries are put into both databases, and what the engines ask of
them at every step is timed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Select, func, insert, select

from bench.cage import cage, spent
from bench.store import feed_row
from tests import postgres
from tests.integration.desk import ENVIRON, write_config
from tests.integration.newsroom import Press, publishing
from worker.adapters.store import Store, tables

HOSTS = int(os.environ.get("CW_SCALE_HOSTS", "60"))
ENTRIES = int(os.environ.get("CW_SCALE_ENTRIES", "10"))
PROCESSES = tuple(map(int, os.environ.get("CW_SCALE_PROCESSES", "1,2,4").split(",")))
RELEVANT = float(os.environ.get("CW_SCALE_RELEVANT", "0.1"))
CORES = float(os.environ.get("CW_SCALE_CORES", "0"))
BACKLOGS = (1_000, 100_000)
LATENCY = float(os.environ.get("CW_SCALE_LATENCY", "0.5"))
#: Seconds after which a run is given up.
PATIENCE = float(os.environ.get("CW_SCALE_PATIENCE", "600"))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LEASE = timedelta(minutes=15)
CALLS = 30
TEXT = (
    "Norwegen wird 300 Soldaten in die Ukraine entsenden, kündigte die Regierung an. Die Koalition "
    "der Willigen berät seit Monaten über Sicherheitsgarantien für die Ukraine."
)


STATES = ("Norwegen", "Schweden", "Dänemark", "Finnland", "Polen", "Spanien", "Italien", "Kanada")
#: Some three kilobytes of what most of a paper is about.
ELSEWHERE = " ".join(
    f"Im Stadtrat wurde am Abend zum {number}. Mal über die neue Brücke am Hafen beraten, deren Bau "
    "sich verzögert, weil die Kosten gestiegen sind und zwei Gutachten einander widersprechen."
    for number in range(2, 20)
)


class SlowPress(Press):
    """Answers after half a second; its threads sleep, so this costs no processor."""

    def answer(self, path: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        time.sleep(LATENCY)
        return super().answer(path, validator)


def crowd(press: Press) -> None:
    """Hosts with articles that differ."""
    for host in range(HOSTS):
        for number in range(ENTRIES):
            told = f"{_story(host * ENTRIES + number)} ({host}/{number})"
            press.add(f"feed{host:03}", f"Bericht {number} von {host}", told)
            press.feeds[f"feed{host:03}"][-1].background = ELSEWHERE


def _story(number: int) -> str:
    """The article of that number; those on the coalition come at even distances."""
    if int((number + 1) * RELEVANT) == int(number * RELEVANT):
        return "Aus dem Rathaus."
    same = RELEVANT == 1
    return TEXT if same else TEXT.replace("Norwegen", STATES[number % len(STATES)])


def configured(folder: Path, press: Press, database: str) -> Path:
    """The configuration of one run; no dashboard, nobody is told."""
    worker = {"concurrency": 8, "tick": "1s", "look_back_hours": 1}
    config = write_config(folder, press, {}, worker=worker, database=database)
    settings = json.loads((config / "settings.yaml").read_text())
    settings["web"] = {"enabled": False}
    (config / "settings.yaml").write_text(json.dumps(settings))
    return config


@contextmanager
def machines(config: Path, number: int) -> Iterator[list[int]]:
    """So many processes of the worker, each with its own cores if it has any; their ids."""
    with ExitStack() as stack:
        yield [stack.enter_context(machine(config)) for _ in range(number)]


@contextmanager
def machine(config: Path) -> Iterator[int]:
    """One process of the worker."""
    command = [sys.executable, "-m", "worker", "run", "--config", str(config)]
    with cage(CORES) if CORES else nullcontext() as group:
        process = subprocess.Popen(
            [*_entering(group), *command],
            env={**os.environ, **ENVIRON},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(40)


def _entering(group: Path | None) -> list[str]:
    """What a command starts with, so that it runs in a group from its first moment."""
    if group is None:
        return []
    return ["/bin/sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh"]


@dataclass(frozen=True)
class Rate:
    """Articles a second, and seconds of processor for one, in the workers and in the server.

    ``reading`` is the same for polling and reading alone, which need no turn at the ledger.
    """

    speed: float
    reading: float
    workers: float
    server: float

    def __str__(self) -> str:
        server = f", {self.server * 1000:.0f} ms in the server" if self.server else ""
        cost = f"{self.workers * 1000:.0f} ms of processor each{server}"
        return f"{self.speed:6.1f} articles/s (read: {self.reading:.1f}) · {cost}"


def rate(config: Path, url: str, number: int, server: int | None = None) -> Rate:
    """How fast articles are read and judged, from the first one that is on."""
    store = Store(url)
    judged = select(func.count()).where(tables.article.c.state == "done")
    stored = select(func.count()).select_from(tables.article)

    def done(what: Select[tuple[int]] = judged) -> int:
        with store.database.read() as connection:
            return int(connection.execute(what).scalar_one())

    wanted = HOSTS * ENTRIES
    with machines(config, number) as processes:

        def worked() -> tuple[float, float]:
            return sum(map(spent, processes)), spent(server) if server else 0.0

        while not (first := done(stored)):
            time.sleep(0.1)
        begun, before, read = time.monotonic(), worked(), 0.0
        while (last := done()) < wanted and time.monotonic() - begun < PATIENCE:
            if not read and done(stored) == wanted:
                read = time.monotonic() - begun
            time.sleep(0.2)
        taken, after = time.monotonic() - begun, worked()
    store.close()
    costs = [(new - old) / last for new, old in zip(after, before, strict=True)]
    return Rate(last / taken, (wanted - first) / (read or taken), *costs)


def throughput(server: postgres.Server) -> None:
    """Print the rate of each number of processes, against one of them and against SQLite."""
    with publishing(SlowPress()) as press, tempfile.TemporaryDirectory() as place:
        crowd(press)
        folder = Path(place)
        file = f"sqlite:///{folder / 'embedded.db'}"
        alone = rate(configured(folder / "embedded", press, file), file, 1)
        print(
            f"{HOSTS} hosts with {ENTRIES} articles, {RELEVANT:.0%} on the coalition; "
            f"cores for each process: {CORES or 'shared'}"
        )
        print(f"embedded, SQLite: {alone}")
        first: Rate | None = None
        for number in PROCESSES:
            url = server.new_database(empty=True)
            config = configured(folder / str(number), press, url)
            assert server.process is not None
            found = rate(config, url, number, server.process.pid)
            first = first or found
            print(
                f"{number} processes, PostgreSQL: {found} · × {found.speed / first.speed:.2f} of "
                f"one (read: × {found.reading / first.reading:.2f}) · × {found.speed / alone.speed:.2f} of embedded",
                flush=True,
            )


def waiting(store: Store, size: int) -> None:
    """So many entries to read, on a thousand hosts."""
    rows = []
    for number in range(size):
        host = f"h{number % 1000}.example"
        url = f"http://{host}/{number}"
        texts = {"feed_id": "x", "key": url, "url": url, "host": host, "title": "T"}
        times = {"first_seen": NOW, "sort_at": NOW - timedelta(seconds=number), "next_at": NOW}
        rows.append(texts | times | {"summary": "", "content": "", "seeding": False})
    with store.database.write() as connection:
        connection.execute(insert(tables.feed).values(feed_row()))
        for start in range(0, size, 10_000):
            part = [row | {"state": "pending"} for row in rows[start : start + 10_000]]
            connection.execute(insert(tables.entry), part)


def asked(store: Store) -> dict[str, Callable[[], object]]:
    """What an engine asks of the database, by name; nothing of it changes what waits."""

    def claim() -> object:
        works = store.articles.claim_entries(NOW, busy=(), limit=8, lease_for=LEASE)
        store.release(works[0].token, NOW)
        return works

    steps: dict[str, Callable[[], object]] = {"claim of due entries": claim}
    if not store.database.is_sqlite:
        steps["claim of one lane"] = lambda: store.articles.claim_entries(
            NOW, busy=(), limit=1, lease_for=LEASE, lane="h7.example"
        )
        steps["scan for due lanes"] = lambda: store.lanes.emit_due(NOW, [])
        steps["sweep"] = lambda: store.lanes.emit_abandoned(NOW + LEASE)
    return steps


def milliseconds(step: Callable[[], object]) -> float:
    """The median milliseconds of a step."""
    times = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        step()
        times.append(time.perf_counter() - begun)
    return median(times) * 1000


def backlog(server: postgres.Server) -> None:
    """Print what each step costs with a small and a large backlog, on both engines."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("SQLite", "PostgreSQL"):
            stores = []
            for size in BACKLOGS:
                file = f"sqlite:///{folder}/{size}.db"
                store = Store(file if kind == "SQLite" else server.new_database(empty=True))
                waiting(store, size)
                stores.append(asked(store))
            for name, small in stores[0].items():
                before, after = milliseconds(small), milliseconds(stores[1][name])
                print(
                    f"{kind}, {name:20}: {before:7.2f} ms at 10³ waiting · {after:7.2f} ms at 10⁵ · "
                    f"× {after / before:.1f}"
                )


def main() -> None:
    """Print all figures."""
    durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    with postgres.running(durable) as server:
        if "CW_SCALE_CORES" not in os.environ:
            backlog(server)
        throughput(server)


if __name__ == "__main__":
    main()
