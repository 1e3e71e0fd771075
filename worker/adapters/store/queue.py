"""The queue of the scaled engine: which lanes have work, told in the transaction that makes it.

A job of Procrastinate names a stage and a lane (a host, a channel, the ledger); what is to be done
stands in the worker's own tables. So a job may be lost or come twice and nothing is: the next scan
tells the lane again, and a lane without work is soon done. On SQLite nothing is queued, its engine
runs in the same process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from worker.ports import Stage

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

TASK = "lane"
#: What waits for strangers' servers has workers of its own, so that it never takes the places of
#: what ends the chain: a read holds its place for seconds.
OUTSIDE, INSIDE = "lanes", "telling"
QUEUES = {
    Stage.POLL: OUTSIDE,
    Stage.READ: OUTSIDE,
    Stage.JUDGE: INSIDE,
    Stage.DELIVER: INSIDE,
}
#: The lane of the ledger, which is written in order of publication.
LEDGER_LANE = "ledger"
#: What ends the chain goes first; a backlog of pages never holds an alert up.
PRIORITIES = {Stage.DELIVER: 30, Stage.JUDGE: 20, Stage.POLL: 10, Stage.READ: 0}
#: A lock is a key of an index, which takes no longer ones.
_LONGEST_LOCK = 300


def lock_of(stage: Stage, lane: str) -> str:
    """The lock under which works of a lane are done; polls and reads of a host share one."""
    if stage is Stage.JUDGE:
        return LEDGER_LANE
    kind = "channel" if stage is Stage.DELIVER else "host"
    name = lane if len(lane) <= _LONGEST_LOCK else sha256(lane.encode()).hexdigest()
    return f"{kind}:{name}"


def emit(connection: Connection, stage: Stage, lanes: Iterable[str]) -> None:
    """Tell that lanes have work for a stage, once the transaction commits; told twice is told once.

    A queueing lock that is taken aborts a transaction in PostgreSQL, hence the savepoints.
    """
    if connection.dialect.name != "postgresql":
        return
    jobs = _jobs(stage, sorted(set(lanes)))
    jobs = _not_waiting(connection, jobs)
    if not jobs or _defer(connection, jobs):
        return
    for job in jobs:  # another transaction was first with some of them
        _defer(connection, [job])


def _jobs(stage: Stage, lanes: Sequence[str]) -> list[Job]:
    from procrastinate.jobs import Job

    locks = {lane: lock_of(stage, lane) for lane in lanes}
    return [
        Job(
            id=None,
            queue=QUEUES[stage],
            task_name=TASK,
            priority=PRIORITIES[stage],
            lock=lock,
            queueing_lock=f"{stage.value}:{lock}",
            task_kwargs={"stage": stage.value, "lane": lane},
        )
        for lane, lock in locks.items()
    ]


def _not_waiting(connection: Connection, jobs: Sequence[Job]) -> list[Job]:
    if not jobs:
        return []
    query = text(
        "SELECT queueing_lock FROM procrastinate_jobs "
        "WHERE status = 'todo' AND queueing_lock = ANY(:locks)"
    )
    locks = [job.queueing_lock for job in jobs]
    waiting = set(connection.execute(query, {"locks": locks}).scalars())
    return [job for job in jobs if job.queueing_lock not in waiting]


def _defer(connection: Connection, jobs: list[Job]) -> bool:
    from procrastinate.exceptions import AlreadyEnqueued

    with suppress(AlreadyEnqueued), connection.begin_nested():
        raw: Any = connection.connection.driver_connection
        _manager().job_manager.batch_defer_jobs(jobs, connection=raw)
        return True
    return False


@lru_cache(1)
def _manager() -> App:
    """An app that is never opened: its jobs are deferred on the connections of the store."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())
