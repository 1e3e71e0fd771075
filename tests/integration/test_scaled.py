"""What many machines share: the queue, ticks, turns at hosts and the time; all on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import text, update

from tests.integration.values import NOW, a_feed, an_entry
from worker.adapters.distributed import DatabaseClock, SharedPacer
from worker.adapters.distributed.engine import DistributedEngine
from worker.adapters.store import Store, queueschema, tables
from worker.adapters.store.queue import LEDGER_LANE, emit, lock_of
from worker.adapters.store.schema import migrate
from worker.core.poison import PROVED, RESTS, SUSPECTED
from worker.model import Article
from worker.ports import Polled, Stage

LEASE = timedelta(minutes=15)
TICK = timedelta(hours=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path) -> Iterator[Store]:
    """A store on each engine."""
    own = f"sqlite:///{tmp_path / 'watch.db'}"
    scaled = request.param == "postgres"
    store = Store(request.getfixturevalue("postgres_url") if scaled else own)
    yield store
    store.close()


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    yield store
    store.close()


def queued(store: Store, status: str = "todo") -> list[str]:
    query = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status::text = :s ORDER BY id")
    with store.database.read() as connection:
        return list(connection.execute(query, {"s": status}).scalars())


def polled(store: Store, *keys: str, at: datetime = NOW) -> None:
    store.feeds.sync([a_feed("a")], at)
    (work,) = store.feeds.claim(at, busy=(), limit=1, lease_for=LEASE)
    later = replace(work.state, next_check_at=at + timedelta(hours=1))
    store.feeds.save_polls([Polled(work, later, [an_entry("a", key) for key in keys], at)])


# the queue ------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_what_a_poll_brought_is_told_in_its_own_transaction(store):
    polled(store, "1", "2")
    assert queued(store) == ["read:host:a.example"]


@pytest.mark.postgres
def test_a_transaction_that_fails_tells_nothing(store):
    def fail() -> None:
        with store.database.write() as connection:
            emit(connection, Stage.READ, ["a.example"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert queued(store) == []


@pytest.mark.postgres
def test_a_lane_told_by_two_at_once_is_told_once_and_neither_transaction_is_spoilt(store):
    """A queueing lock that is taken would abort the transaction, hence the savepoint."""

    def tell(subject: str) -> None:
        with store.database.write() as connection:
            emit(connection, Stage.READ, ["a.example", f"{subject}.example"])
            connection.execute(
                tables.note.insert().values(at=NOW, kind="k", subject=subject, detail="")
            )

    with store.database.write() as first:
        emit(first, Stage.READ, ["a.example"])
        second = threading.Thread(target=tell, args=("b",))
        second.start()
        second.join(0.3)
        assert second.is_alive(), "it waits to see whether the first one commits"
    second.join()
    assert sorted(queued(store)) == ["read:host:a.example", "read:host:b.example"]
    assert [note["subject"] for note in store.queries.notes()] == ["b"]


@pytest.mark.postgres
def test_what_waits_for_strangers_takes_no_places_of_what_ends_the_chain(store):
    with store.database.write() as connection:
        for stage in Stage:
            emit(connection, stage, ["a"])
    with store.database.read() as connection:
        jobs = connection.execute(
            text("SELECT queue_name, args->>'stage' FROM procrastinate_jobs ORDER BY id")
        )
        queues: dict[str, set[str]] = {}
        for queue, stage in jobs:
            queues.setdefault(queue, set()).add(stage)
    assert sorted(map(sorted, queues.values())) == [["deliver", "judge"], ["poll", "read"]]


@pytest.mark.postgres
async def test_judging_begins_while_all_places_for_hosts_are_taken(store):
    begun, read = asyncio.Event(), asyncio.Event()

    async def run_lane(stage: Stage, lane: str) -> None:
        if stage is Stage.JUDGE:
            begun.set()
            return
        await read.wait()

    engine = DistributedEngine(None, store, concurrency=1)  # type: ignore[arg-type]
    engine._run_lane = run_lane  # type: ignore[method-assign]
    with store.database.write() as connection:
        emit(connection, Stage.READ, ["a", "b"])
        emit(connection, Stage.JUDGE, [LEDGER_LANE])
    working = asyncio.create_task(engine._work(wait=False))
    async with asyncio.timeout(20):
        await begun.wait()
        read.set()
        await working
    assert queued(store) == []


@pytest.mark.postgres
async def test_a_job_whose_end_got_lost_on_the_way_is_ended_by_whoever_did_it(store):
    with store.database.write() as connection:
        emit(connection, Stage.READ, ["a"])
        (job,) = connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing' RETURNING id")
        ).scalars()
    engine = DistributedEngine(None, store)  # type: ignore[arg-type]
    engine._jobs = {job: 0.0, job + 1: 0.0, job + 2: None}
    app = engine._open()
    async with app.open_async():
        await engine._tell_ended(app, time.monotonic())
        assert queued(store, "doing") == []
        await engine._tell_ended(app, time.monotonic())
    assert engine._jobs == {job + 2: None}, "what is still at work is left alone"


@pytest.mark.postgres
def test_a_host_with_an_endless_name_fits_the_queue(store):
    host = "x" * 5000
    with store.database.write() as connection:
        emit(connection, Stage.READ, [host])
    assert len(queued(store)[0]) < 100


def test_polls_and_reads_of_a_host_share_a_lock_and_the_ledger_has_one():
    assert lock_of(Stage.POLL, "a.example") == lock_of(Stage.READ, "a.example")
    assert lock_of(Stage.JUDGE, LEDGER_LANE) != lock_of(Stage.DELIVER, LEDGER_LANE)


@pytest.mark.postgres
def test_works_that_nobody_is_at_any_more_are_told_again(store):
    polled(store, "1")
    with store.database.write() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    (held,) = store.articles.claim_entries(NOW, busy=(), limit=1, lease_for=LEASE)
    assert store.lanes.emit_due(NOW, []) == 0
    assert store.lanes.emit_abandoned(NOW) == 1
    assert queued(store) == ["read:host:a.example"]
    (again,) = store.articles.claim_entries(
        NOW, busy=(), limit=1, lease_for=LEASE, lane="a.example"
    )
    assert again.id == held.id
    assert again.token != held.token
    assert not store.articles.link_article(held, 1), "who comes back from the dead stores nothing"


@pytest.mark.postgres
def test_a_job_whose_worker_was_not_heard_of_is_an_orphan(store):
    polled(store, "1")
    with store.database.write() as connection:
        for age in (0, 60):  # a server that was started just now counts none older
            beat = f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{age} s')"
            connection.execute(text(beat))
        emit(connection, Stage.JUDGE, [LEDGER_LANE])
        for number, lock in ((1, "host:a.example"), (2, LEDGER_LANE)):
            connection.execute(
                text(
                    "UPDATE procrastinate_jobs SET status = 'doing', "
                    "worker_id = (SELECT id FROM procrastinate_workers ORDER BY id OFFSET :n LIMIT 1) "
                    "WHERE lock = :lock"
                ),
                {"n": number - 1, "lock": lock},
            )
        ledger = connection.execute(
            text("SELECT id FROM procrastinate_jobs WHERE lock = :lock"), {"lock": LEDGER_LANE}
        ).scalar()
    dead, up = timedelta(seconds=15), store.lanes.now()
    assert store.lanes.orphans(dead, timedelta(0)) == [ledger]
    # Heard of before the server was started: it may have yet to find it again.
    with store.database.write() as connection:
        connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = 'epoch'"))
    assert store.lanes.orphans(dead, timedelta(days=1)) == []
    assert len(store.lanes.orphans(dead, timedelta(0))) == 2
    assert up.tzinfo is not None


@pytest.mark.postgres
def test_the_queues_own_schema_is_upgraded_by_the_migrations_it_has_not_had(
    store, monkeypatch, tmp_path
):
    real = SchemaManager.get_migrations_path()
    assert real
    (tmp_path / "99.00.00_01_pre_more.sql").write_text("CREATE TABLE before_it (x int);")
    (tmp_path / "99.00.00_50_post_less.sql").write_text("DROP TABLE before_it;")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", staticmethod(lambda: str(tmp_path)))

    def there() -> bool:
        with store.database.read() as connection:
            return connection.execute(text("SELECT to_regclass('before_it')")).scalar() is not None

    migrate(store.database)  # what every start does: the program before still understands it
    assert there()
    with store.database.read() as connection:
        assert queueschema.missing(connection) == ["99.00.00_50_post_less.sql"]
    migrate(store.database, post=True)
    assert not there()


# once, in turns, at the same time ------------------------------------------------------------


@pytest.mark.postgres
def test_of_many_machines_one_does_a_tick_whatever_their_clocks_say(store):
    won: list[bool] = []
    together = [
        threading.Thread(target=lambda: won.append(store.lanes.tick("scan", TICK)))
        for _ in range(8)
    ]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert sorted(won) == [*[False] * 7, True]
    assert not store.lanes.tick("scan", TICK)


@pytest.mark.postgres
def test_a_host_is_taken_by_one_at_a_time_and_at_its_pace(store):
    assert store.turns.take("a", "one", lease=30, interval=0.2) == 0
    assert store.turns.take("a", "two", lease=30, interval=0.2) > 0
    assert store.turns.take("b", "two", lease=30, interval=0.2) == 0
    store.turns.leave("a", "two")
    assert store.turns.take("a", "two", lease=30, interval=0.2) > 0, "the turn was another's"
    store.turns.leave("a", "one")
    while wait := store.turns.take("a", "two", lease=30, interval=0.2):
        assert wait <= 0.2
        time.sleep(wait)


@pytest.mark.postgres
def test_the_turn_of_a_machine_that_died_ends_with_its_lease(store):
    store.turns.take("a", "dead", lease=0.2, interval=0)
    assert store.turns.take("a", "next", lease=30, interval=0) > 0
    time.sleep(0.25)
    assert store.turns.take("a", "next", lease=30, interval=0) == 0


@pytest.mark.postgres
def test_a_database_whose_clock_is_set_back_ticks_on_and_serves_its_hosts(store):
    """What was written an hour ahead holds nobody up."""
    store.lanes.tick("scan", timedelta(seconds=1))
    store.turns.take("a", "one", lease=30, interval=0)
    with store.database.write() as connection:
        connection.execute(text("UPDATE tick SET at = at + interval '1 hour'"))
        ahead = (
            "lease_until = lease_until + interval '1 hour', next_at = next_at + interval '1 hour'"
        )
        connection.execute(text(f"UPDATE host_turn SET {ahead}"))
    assert store.lanes.tick("scan", timedelta(seconds=1))
    assert store.turns.take("a", "two", lease=30, interval=0) == 0


@pytest.mark.postgres
async def test_two_machines_never_ask_a_host_at_once(store):
    inside, most = 0, 0

    async def ask(pacer: SharedPacer) -> None:
        nonlocal inside, most
        async with pacer.turn("a"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.02)
            inside -= 1

    machines = [SharedPacer(store.turns, interval=0, lease=30) for _ in range(2)]
    await asyncio.gather(*(ask(pacer) for pacer in machines for _ in range(3)))
    assert most == 1


def test_the_time_is_the_databases_and_goes_on_in_between():
    steady, asked = [100.0], []

    def ask() -> datetime:
        asked.append(1)
        return NOW

    clock = DatabaseClock(ask, steady=lambda: steady[0])
    assert clock.now() == NOW
    steady[0] += 30
    assert clock.now() == NOW + timedelta(seconds=30)
    clock.set()
    assert (clock.now(), len(asked)) == (NOW, 2)


@pytest.mark.postgres
def test_the_databases_time_is_about_now(store):
    assert abs(DatabaseClock(store.lanes.now).now() - datetime.now(UTC)) < timedelta(seconds=60)


# poison ---------------------------------------------------------------------------------------


def claim_entry(store: Store, at: datetime = NOW):
    return store.articles.claim_entries(at, busy=(), limit=1, lease_for=LEASE)


def died(store: Store, claim, at: datetime = NOW) -> datetime:
    """Claim works, begin them, and die; when the next one may be at them again.

    Leases end some time, the outcome is never written.
    """
    works = claim(at)
    assert works
    if works[0].suspect:
        assert len(works) == 1
        assert store.begin_alone(works[0], at)
    store.release_leases(at)
    return at + timedelta(hours=2)


def test_an_entry_over_which_workers_die_alone_is_set_aside_for_a_person(either):
    polled(either, "1", "2")
    claim = partial(claim_entry, either)
    assert len(claim()) == 2
    either.release_leases(NOW)
    first = claim()
    assert len(first) == 1, "from then on each is taken by itself"
    either.articles.save_articles(first[0], [Article(text="x", url=first[0].entry.url)], NOW)
    at = NOW
    for _ in range(SUSPECTED - 1 + PROVED):
        at = died(either, claim, at)
    assert claim(at) == []
    (item,) = either.queries.review()
    assert (item["reason"], item["url"]) == ("poison", an_entry("a", "2").url)
    assert f"{PROVED} times" in item["detail"]
    assert either.queries.counts()["entries_waiting"] == 0


def test_deaths_in_company_make_a_work_suspected_and_never_poison(either):
    polled(either, "1")
    claim = partial(claim_entry, either)
    for _ in range(5 * (SUSPECTED + PROVED)):
        (work,) = claim()
        either.release_leases(NOW)
    assert work.suspect
    assert either.queries.review() == []


def test_a_suspect_that_its_worker_died_over_alone_rests_longer_each_time(either):
    polled(either, "1")
    claim = partial(claim_entry, either)
    for _ in range(SUSPECTED):
        died(either, claim)
    rests = []
    for rest in RESTS[:-1]:
        (work,) = claim()
        assert either.begin_alone(work, NOW)
        either.release_leases(NOW)
        rests.append(not claim(NOW + 0.9 * rest) and bool(claim(NOW + rest)))
        either.release_leases(NOW)
        with either.database.write() as connection:
            connection.execute(update(tables.entry).values(next_at=NOW))
    assert all(rests)


def test_a_suspect_that_another_worker_took_over_is_not_begun(either):
    polled(either, "1")
    claim = partial(claim_entry, either)
    for _ in range(SUSPECTED):
        died(either, claim)
    (lost,) = claim()
    either.release_leases(NOW)
    (taken,) = claim()
    assert not either.begin_alone(lost, NOW)
    assert either.begin_alone(taken, NOW)


def test_an_article_over_which_workers_die_alone_is_set_aside_for_a_person(either):
    polled(either, "1")
    (work,) = claim_entry(either)
    either.articles.save_articles(work, [Article(text="x", url=work.entry.url)], NOW)

    def claim(at: datetime = NOW):
        return either.articles.claim_articles(at, limit=64, lease_for=LEASE)

    at = NOW
    for _ in range(SUSPECTED + PROVED):
        at = died(either, claim, at)
    assert claim(at) == []
    assert [row["reason"] for row in either.queries.review()] == ["poison"]


def test_a_feed_over_which_workers_die_alone_rests_for_a_day_and_is_told_of(either):
    either.feeds.sync([a_feed("a")], NOW)

    def claim(at: datetime = NOW):
        return either.feeds.claim(at, busy=(), limit=1, lease_for=LEASE)

    at = NOW
    for _ in range(SUSPECTED + PROVED):
        at = died(either, claim, at)
    assert claim(at) == []
    assert [note["kind"] for note in either.queries.notes()] == ["feed_poison"]
    assert len(claim(at + timedelta(days=1))) == 1


def test_works_that_are_given_back_were_not_begun(either):
    polled(either, "1")
    for _ in range(SUSPECTED + PROVED + 1):
        (work,) = claim_entry(either)
        either.release(work.token, NOW)
    assert either.queries.review() == []


@pytest.mark.postgres
def test_a_session_that_sits_on_a_transaction_is_ended(store):
    """A suspended process must not hold its locks for ever."""
    with store.database.read() as connection:
        limit = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "10s"
    assert limit == "20s"


@pytest.mark.postgres
def test_the_due_lanes_are_those_with_work_for_them(store, postgres_url):
    polled(store, "1")
    store.feeds.sync([a_feed("a"), a_feed("b")], NOW)
    with store.database.write() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        connection.execute(update(tables.feed).values(next_at=NOW))
    assert store.lanes.emit_due(NOW, ["hook"]) == 3
    assert sorted(queued(store)) == [
        "poll:host:a.example",
        "poll:host:b.example",
        "read:host:a.example",
    ]
    assert store.lanes.jobs() == {"todo": 3}
    with psycopg.connect(postgres_url) as connection:
        (priorities,) = zip(
            *connection.execute("SELECT priority FROM procrastinate_jobs ORDER BY queueing_lock"),
            strict=True,
        )
    assert priorities == (10, 10, 0)
