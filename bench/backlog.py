"""A backlog of 100,000 articles that 1, 2 and 4 processes work off on PostgreSQL, for a while each.

Everything waits in the database before the first process starts: ``CW_BACKLOG_ARTICLES`` entries
on two hundred hosts, each a page of three kilobytes of its own words, a tenth of them on the
coalition. Each number of processes (``CW_SCALE_PROCESSES``) has a fresh copy and works on it for
``CW_BACKLOG_SECONDS``, or to its end; ``CW_SCALE_CORES`` gives each process its share of the
processors, as in ``bench/scale.py``. What is printed is the pace after ``CW_BACKLOG_WARM`` seconds
(what is on the coalition waits up to two minutes for what is older), what an article costs, and by
how much it makes the database grow.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, text, update

from bench.cage import spent
from bench.scale import CORES, PROCESSES, STATES, configured, machines
from tests import postgres
from tests.integration.newsroom import Press, publishing
from worker.adapters.store import Store, tables
from worker.settings import load_settings

ARTICLES = int(os.environ.get("CW_BACKLOG_ARTICLES", "100000"))
WARM = float(os.environ.get("CW_BACKLOG_WARM", "150"))
SECONDS = float(os.environ.get("CW_BACKLOG_SECONDS", "150"))
HOSTS = 200
#: Seconds that a publisher takes to answer.
LATENCY = 0.2
SAYS = (
    "{state} wird {number} Soldaten in die Ukraine entsenden, kündigte die Regierung an.",
    "{state} schließt aus, Soldaten in die Ukraine zu entsenden, sagte der Regierungschef.",
    "{state} erwägt, Soldaten in die Ukraine zu entsenden, hieß es aus der Regierung.",
    "{state} wird der Ukraine {number} Millionen Euro geben, kündigte die Regierung an.",
)
GUARANTEES = "Die Koalition der Willigen berät über Sicherheitsgarantien für die Ukraine."
WORDS = [
    "Stadtrat",
    "Brücke",
    "Hafen",
    "Gutachten",
    "Kosten",
    "Abend",
    "Verein",
    "Schule",
    "Haushalt",
    "Straße",
    "Museum",
    "Antrag",
    "Bürger",
    "Mehrheit",
    "Verwaltung",
    "Entwurf",
    "Sitzung",
    "Fraktion",
    "Sommer",
    "Wasser",
    "Bahnhof",
    "Radweg",
    "Turnhalle",
    "Bibliothek",
    "Umbau",
    "Frist",
    "Angebot",
    "Anwohner",
    "Lärm",
    "Bäume",
    "Markt",
    "Parkplatz",
    "Brunnen",
    "Theater",
    "Förderung",
]


class EndlessPress(Press):
    """Has an article behind every number, written when it is asked for."""

    def answer(self, path: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        time.sleep(LATENCY)
        number = path.rpartition("/")[2].removesuffix(".html")
        if not number.isdecimal():
            return super().answer(path, validator)
        return 200, page(int(number)), {"Content-Type": "text/html"}


def page(number: int) -> bytes:
    """The page of that number, the same whenever it is asked for."""
    chance = random.Random(number)
    told = _said(number, chance) if number % 10 == 0 else "Aus dem Rathaus."
    body = " ".join(_sentence(chance) for _ in range(30))
    title = f"Bericht {number}"
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"<p>{told}</p><p>{body}</p></article></body></html>"
    ).encode()


def _said(number: int, chance: random.Random) -> str:
    state, count = STATES[number // 10 % len(STATES)], 100 * chance.randint(1, 9)
    return f"{chance.choice(SAYS).format(state=state, number=count)} {GUARANTEES}"


def _sentence(chance: random.Random) -> str:
    names = ", ".join(chance.sample(WORDS, 5))
    return f"Über {names} wurde zum {chance.randint(2, 99)}. Mal beraten, und es blieb offen."


def fill(store: Store, press: Press, config: Path) -> None:
    """Put the entries into the database; no feed is asked meanwhile."""
    now = datetime.now(UTC)
    feeds = load_settings(config, {}).feeds
    store.feeds.sync(feeds, now)
    hosts = [press.host(feed.id) for feed in feeds]
    with store.database.write() as connection:
        connection.execute(
            update(tables.feed).values(next_at=now + timedelta(days=1), last_checked_at=now)
        )
        for start in range(0, ARTICLES, 10_000):
            numbers = range(start, min(start + 10_000, ARTICLES))
            rows = [_entry(n, feeds[n % HOSTS].id, hosts[n % HOSTS], now) for n in numbers]
            connection.execute(insert(tables.entry), rows)


def _entry(number: int, feed: str, host: str, now: datetime) -> dict[str, object]:
    at = now - timedelta(days=7) + timedelta(days=7) * (number / ARTICLES)
    url = f"http://{host}/{feed}/{number}.html"
    texts = {"feed_id": feed, "key": url, "url": url, "host": host.partition(":")[0]}
    told = {"title": f"Bericht {number}", "summary": "", "content": "", "published": at}
    times = {"first_seen": now, "sort_at": at, "next_at": now}
    return texts | told | times | {"seeding": False, "state": "pending"}


@dataclass(frozen=True)
class Run:
    """What a number of processes did: articles read and judged a second, processor, growth."""

    done: int
    seconds: float
    read: float
    judged: float
    workers: float
    server: float
    growth: float
    waiting: int

    def __str__(self) -> str:
        costs = f"{self.workers * 1000:.0f} ms of processor each and {self.server * 1000:.0f} ms in the server"
        return (
            f"{self.done:,} in {self.seconds:.0f} s: {self.judged:.1f} articles/s (read: {self.read:.1f}), "
            f"{costs}, {self.growth / 1000:.1f} kB each; {self.waiting} read and not judged"
        )


def run(config: Path, store: Store, number: int, server: int) -> Run:
    """Let so many processes work on what waits."""

    def count(*where: object) -> int:
        query = select(func.count()).select_from(tables.article).where(*where)  # type: ignore[arg-type]
        with store.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def judged() -> int:
        return count(tables.article.c.state == "done")

    with machines(config, number) as processes:

        def worked() -> tuple[float, float]:
            return sum(map(spent, processes)), spent(server)

        time.sleep(WARM)
        begun, first, read = time.monotonic(), judged(), count()
        before, size = worked(), _size(store)
        while time.monotonic() - begun < SECONDS and judged() < ARTICLES:
            time.sleep(1)
        taken, last, stored, after = time.monotonic() - begun, judged(), count(), worked()
        grown = _size(store) - size
    done = last - first
    workers, served = ((new - old) / done for new, old in zip(after, before, strict=True))
    return Run(
        done=done,
        seconds=taken,
        read=(stored - read) / taken,
        judged=done / taken,
        workers=workers,
        server=served,
        growth=grown / (stored - read),
        waiting=stored - last,
    )


def _size(store: Store) -> int:
    with store.database.read() as connection:
        query = text("SELECT pg_database_size(current_database())")
        return int(connection.execute(query).scalar_one())


def main() -> None:
    """Print what each number of processes did."""
    durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    press = EndlessPress()
    for host in range(HOSTS):
        press.add(f"feed{host:03}", "Bericht", "Aus dem Rathaus.")
    with (
        postgres.running(durable) as server,
        publishing(press),
        tempfile.TemporaryDirectory() as place,
    ):
        print(f"{ARTICLES:,} articles wait; cores for each process: {CORES or 'shared'}")
        first: Run | None = None
        for number in PROCESSES:
            url = server.new_database(empty=True)
            config = configured(Path(place) / str(number), press, url)
            store = Store(url)
            fill(store, press, config)
            assert server.process is not None
            found = run(config, store, number, server.process.pid)
            store.close()
            server.drop(url)
            first = first or found
            ratio = f"× {found.judged / first.judged:.2f} of one"
            print(
                f"{number} processes: {found} · {ratio} · load {os.getloadavg()[0]:.1f}", flush=True
            )


if __name__ == "__main__":
    main()
