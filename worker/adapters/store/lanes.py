"""Which lanes have work, which were left in the middle of it, and what happens once for all.

All of it goes by the clock of the database, the one that all machines share.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, func, or_, select, text

from worker.adapters.store import tables
from worker.adapters.store.articles import due_articles
from worker.adapters.store.engine import Database
from worker.adapters.store.queue import LEDGER_LANE, emit, lock_of
from worker.adapters.store.sql import free, in_state
from worker.ports import Stage

#: What lies further ahead than this was written by a clock that has been set back since, in seconds.
AHEAD = 60.0
#: Lanes told by one scan at most; the next one tells the others.
MOST = 1000


class Lanes:
    """The queue as the scaled engine sees it; PostgreSQL only."""

    def __init__(self, database: Database):
        self._database = database

    def now(self) -> datetime:
        """The time of the database."""
        with self._database.read() as connection:
            moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return moment

    def tick(self, name: str, every: timedelta) -> bool:
        """Whether the caller is the one worker that does ``name`` in this span of time."""
        statement = text(
            "INSERT INTO tick (name, at) VALUES (:name, to_timestamp("
            "floor(extract(epoch FROM clock_timestamp()) / :every) * :every)) "
            "ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE tick.at < excluded.at "
            "OR tick.at > excluded.at + make_interval(secs => :ahead)"
        )
        seconds = every.total_seconds()
        with self._database.write() as connection:
            # A tick that lies ahead was written before the database's clock was set back.
            values = {"name": name, "every": seconds, "ahead": seconds + AHEAD}
            done = connection.execute(statement, values)
            return done.rowcount == 1

    def emit_due(self, now: datetime, channels: Collection[str]) -> int:
        """Tell every lane that has work which is due; returns how many."""
        with self._database.write() as connection:
            told = 0
            for stage, query in _due(now, channels):
                lanes = connection.execute(query.limit(MOST)).scalars().all()
                emit(connection, stage, lanes)
                told += len(lanes)
            if _articles_wait(connection, now):
                emit(connection, Stage.JUDGE, [LEDGER_LANE])
                told += 1
            return told

    def emit_one(self, stage: Stage, lane: str) -> None:
        """Tell that a lane still has work."""
        with self._database.write() as connection:
            emit(connection, stage, [lane])

    def emit_abandoned(self, now: datetime) -> int:
        """Tell lanes whose works are held although nobody is at work there; returns how many.

        Their holder died, or lost the database before it could give them back.
        """
        with self._database.write() as connection:
            busy = set(
                connection.execute(
                    text("SELECT lock FROM procrastinate_jobs WHERE status = 'doing'")
                ).scalars()
            )
            told = 0
            for stage, query in _held(now):
                lanes = [
                    lane
                    for lane in connection.execute(query).scalars()
                    if lock_of(stage, lane) not in busy
                ]
                emit(connection, stage, lanes)
                told += len(lanes)
            return told

    def jobs(self) -> dict[str, int]:
        """How many jobs wait and how many are being done."""
        query = text(
            "SELECT status::text AS status, count(*) AS jobs FROM procrastinate_jobs "
            "WHERE status IN ('todo', 'doing') GROUP BY status"
        )
        with self._database.read() as connection:
            return {row.status: row.jobs for row in connection.execute(query)}

    def doing(self, jobs: Sequence[int]) -> list[int]:
        """Which of these jobs are taken to be under way."""
        if not jobs:
            return []
        query = text("SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND id = ANY(:jobs)")
        with self._database.read() as connection:
            return list(connection.execute(query, {"jobs": list(jobs)}).scalars())

    def orphans(self, dead_after: timedelta, grace: timedelta) -> list[int]:
        """The jobs whose worker has not been heard of for ``dead_after``.

        One last heard of before the server was started may only not have found it again; it is
        waited for until the server has been up for ``grace``. (The library's own look misses that
        and jobs whose worker was already forgotten.)
        """
        query = text(
            "SELECT j.id FROM procrastinate_jobs j "
            "LEFT JOIN procrastinate_workers w ON w.id = j.worker_id WHERE j.status = 'doing' AND "
            "CASE WHEN w.id IS NULL OR w.last_heartbeat < pg_postmaster_start_time() "
            "THEN clock_timestamp() - pg_postmaster_start_time() > :grace "
            "ELSE clock_timestamp() - w.last_heartbeat > :dead END ORDER BY j.id"
        )
        with self._database.read() as connection:
            values = {"grace": grace, "dead": dead_after}
            return list(connection.execute(query, values).scalars())


def _due(now: datetime, channels: Collection[str]) -> list[tuple[Stage, Select[Any]]]:
    feed, entry, delivery = tables.feed, tables.entry, tables.delivery
    pending = and_(in_state(delivery, "pending"), delivery.c.next_at <= now)
    cut_off = and_(in_state(delivery, "leased"), delivery.c.lease_until <= now)
    feeds = (
        select(feed.c.host)
        .where(in_state(feed, "active"), feed.c.next_at <= now, free(feed, now))
        .group_by(feed.c.host)
        .order_by(func.min(feed.c.next_at))
    )
    channel = tables.channel
    shut = select(channel.c.name).where(
        or_(channel.c.disabled.is_not(None), channel.c.open_until > now)
    )
    deliveries = (
        select(delivery.c.channel)
        .distinct()
        .where(in_state(delivery, "pending", "leased"), or_(pending, cut_off))
        .where(delivery.c.channel.in_(sorted(channels)), delivery.c.channel.not_in(shut))
    )
    return [
        (Stage.DELIVER, deliveries),
        (Stage.POLL, feeds),
        (Stage.READ, _entries(entry, now, "pending", entry.c.sort_at)),
        (Stage.READ, _entries(entry, now, "reread", entry.c.next_at)),
    ]


def _entries(entry: Table, now: datetime, state: str, order: Any) -> Select[Any]:
    host = tables.host
    resting = select(host.c.name).where(host.c.rests_until > now)
    return (
        select(entry.c.host)
        .where(in_state(entry, state), entry.c.next_at <= now, free(entry, now))
        .where(entry.c.host.not_in(resting))
        .group_by(entry.c.host)
        .order_by(func.min(order))
    )


def _articles_wait(connection: Connection, now: datetime) -> bool:
    return connection.execute(due_articles(now, 1)).first() is not None


def _held(now: datetime) -> list[tuple[Stage, Select[Any]]]:
    feed, entry, article, delivery = tables.feed, tables.entry, tables.article, tables.delivery

    def held(table: Table) -> Any:
        return and_(  # a suspect that was died over rests until its time comes
            table.c.lease_token.is_not(None), table.c.lease_until > now, table.c.next_at <= now
        )

    ledger = select(func.min(LEDGER_LANE)).select_from(article).where(held(article))
    return [
        (Stage.POLL, select(feed.c.host).distinct().where(held(feed))),
        (Stage.READ, select(entry.c.host).distinct().where(held(entry))),
        (Stage.JUDGE, ledger.having(func.count() > 0)),
        (
            Stage.DELIVER,
            select(delivery.c.channel)
            .distinct()
            .where(in_state(delivery, "pending", "leased"), held(delivery)),
        ),
    ]
