"""The scaled engine: every machine is equal, and any of them may die at any time.

Each machine runs a worker of Procrastinate for the jobs (a stage and a lane), a ticker that scans
for what is due (one machine for each tick, whichever is first) and a sweeper for what the dead have
left. A job claims the works of its lane when it runs, under the lane's lock; so claims are those of
the living, and what a job held that is gone is claimed again by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from worker.adapters.distributed.clock import DatabaseClock
from worker.adapters.embedded import JUDGE_BATCH, PATIENCE, ROUND_HORIZON, OnProgress, attempt
from worker.adapters.store import Store
from worker.adapters.store.queue import INSIDE, OUTSIDE, TASK
from worker.adapters.store.server import conninfo, session_options
from worker.errors import StoreError
from worker.logs import logger
from worker.pipeline import Pipeline
from worker.ports import Progress, Stage, Work

T = TypeVar("T")
_log = logger(__name__)

#: Jobs whose lock was taken advance at this pace, in seconds.
POLL = 0.3
#: A worker tells that it lives so often (seconds), and is dead when it has not for so long.
HEARTBEAT, DEAD_AFTER = 2.0, timedelta(seconds=15)
SWEEP = timedelta(seconds=5)
#: Who has not been heard of since the database was restarted is only then taken for dead: he may
#: have yet to find it again, and works with him whose outcome he has yet to write.
GRACE = timedelta(seconds=100)
#: A job that ended here so long ago and is not known to have, in seconds: that got lost on the way.
TELLS_END = 2.0
#: Places for the ledger and for channels, beside those for hosts.
TELLING = 4
#: A job works on one lane for so long, then the others get their turn, in seconds.
TURN = 15.0
#: What has been begun when the worker is stopped may take so long, in seconds.
DRAIN = 25.0


class DistributedEngine:
    """Runs a pipeline together with all others on the same database.

    ``concurrency`` is how many lanes this one works on at a time. ``run`` works until ``stop`` is
    called, ``run_once`` until nothing is due.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        *,
        clock: DatabaseClock | None = None,
        concurrency: int = 8,
        tick: timedelta = timedelta(seconds=5),
        on_progress: OnProgress = lambda progress: None,
    ):
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._concurrency = concurrency
        self._tick = tick
        self._on_progress = on_progress
        self._done: dict[Stage, int] = dict.fromkeys(Stage, 0)
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        #: Jobs of this process whose end the database may not have been told; when they ended.
        self._jobs: dict[int, float | None] = {}
        self._app: App | None = None

    def stop(self) -> None:
        """Begin no new work; what has been begun is finished."""
        if not self._stopping.is_set():
            _log.info("worker.stopping")
            self._stopping.set()
            asyncio.get_running_loop().call_later(DRAIN, self._cut_off)

    @property
    def stopping(self) -> bool:
        """Whether ``stop`` has been called."""
        return self._stopping.is_set()

    async def run(self) -> None:
        """Work until stopped, then drain."""
        side = [
            asyncio.create_task(self._every(self._tick, self._scan)),
            asyncio.create_task(self._every(SWEEP, self._sweep)),
        ]
        try:
            await self._supervise()
        finally:
            for task in side:
                task.cancel()
            await asyncio.gather(*side, return_exceptions=True)

    async def run_once(self, *, patience: timedelta = PATIENCE) -> None:
        """Do all that is due, together with whoever else is at it; then return.

        Groups are told at the end of the round however long their window; a delivery that is to be
        tried again within ``patience`` is waited for.
        """
        while not self.stopping:
            if self._clock is not None:
                await self._db(self._clock.set)
            await self._pipeline.flush(ROUND_HORIZON)
            await self._pipeline.watch()
            due = await self._emit_due()
            jobs = await self._db(self._store.lanes.jobs)
            if jobs.get("todo"):
                await self._work(wait=False)
            elif jobs.get("doing"):
                await self._sweep()
                await asyncio.sleep(POLL)
            elif not due and not await self._wait_for_retry(patience):
                return

    async def _wait_for_retry(self, patience: timedelta) -> bool:
        tools = self._pipeline.tools
        due = await self._db(tools.store.outbox.next_due, list(tools.senders))
        wait = None if due is None else due - tools.clock.now()
        if wait is None or wait > patience:
            return False
        await asyncio.sleep(max(wait.total_seconds(), 0.05))
        return True

    # what keeps the queue filled ------------------------------------------------------------

    async def _every(self, span: timedelta, step: Callable[[], Awaitable[object]]) -> None:
        """Take a step now and again, come what may; spans are measured by the steady clock."""
        while not self.stopping:
            try:
                await step()
            except (StoreError, ConnectorException) as error:
                _log.error("store.waiting", problem=_line(error), next_look=str(span))
            except Exception:
                _log.exception("queue.failed", next_look=str(span))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), span.total_seconds())

    async def _scan(self) -> None:
        """What is due is told to all machines, by the first that comes in each tick."""
        if self._clock is not None:
            await asyncio.to_thread(self._clock.set)
        if await asyncio.to_thread(self._store.lanes.tick, "scan", self._tick):
            await self._pipeline.flush()
            await self._pipeline.watch()
            await self._emit_due()

    async def _emit_due(self) -> int:
        tools = self._pipeline.tools
        return await self._db(self._store.lanes.emit_due, tools.clock.now(), list(tools.senders))

    async def _sweep(self) -> None:
        """End the jobs of the dead, and have works claimed again that nobody is at any more."""
        app, lanes = self._app, self._store.lanes
        if app is not None:
            await self._tell_ended(app, monotonic() - TELLS_END)
            for job in await asyncio.to_thread(lanes.orphans, DEAD_AFTER, GRACE):
                _log.warning("queue.swept", job=job)
                await self._finish(app, job)
        await self._db(lanes.emit_abandoned, self._pipeline.tools.clock.now())

    async def _tell_ended(self, app: App, before: float) -> None:
        """See to it that jobs that ended here lock their lanes no more.

        The library tells it once; where the database was away in that moment, nobody would.
        """
        ended = [job for job, at in self._jobs.items() if at is not None and at <= before]
        untold = await asyncio.to_thread(self._store.lanes.doing, ended)
        for job in untold:
            await self._finish(app, job)
        for job in set(ended).difference(untold):
            del self._jobs[job]

    async def _finish(self, app: App, job: int) -> None:
        with suppress(ConnectorException):  # another machine was first, or it ended by itself
            await app.job_manager.finish_job_by_id_async(job, Status.FAILED, delete_job=True)

    # what does the work -----------------------------------------------------------------------

    async def _supervise(self) -> None:
        """Keep a worker at work: it ends when the database goes away."""
        while not self.stopping:
            try:
                await self._until_there()
                await self._work()
            except Exception as error:  # whatever it is, the next one begins anew
                _log.error("queue.worker_ended", problem=_line(error))
            if not self.stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 0.5)

    async def _until_there(self) -> None:
        while not self.stopping:
            with suppress(StoreError):
                await asyncio.to_thread(self._store.lanes.now)
                return
            await asyncio.sleep(0.5)

    async def _work(self, *, wait: bool = True) -> None:
        app = self._open()
        async with app.open_async():
            await self._tell_ended(app, monotonic())
            self._app = app
            places = {OUTSIDE: self._concurrency, INSIDE: TELLING}
            workers = [
                asyncio.create_task(_worker(app, queue, number, wait=wait))
                for queue, number in places.items()
            ]
            try:
                await self._until_ended(workers, wait=wait)
            finally:
                self._app = None

    async def _until_ended(self, workers: Sequence[asyncio.Task[None]], *, wait: bool) -> None:
        """Return when all have ended: with nothing to do unless they ``wait``, or stopped, or lost.

        Whatever ends one of them ends the others, too.
        """
        stopped = asyncio.create_task(self._stopping.wait())
        left = set(workers)
        while left and not stopped.done():
            done, _ = await asyncio.wait({*left, stopped}, return_when=asyncio.FIRST_COMPLETED)
            left -= done
            if wait or any(task.exception() for task in done - {stopped}):
                break
        stopped.cancel()
        for task in left:
            task.cancel()  # it begins nothing more and waits for what it has begun
        for result in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    def _open(self) -> App:
        where, options = conninfo(self._store.database.engine.url), session_options()
        connector = PsycopgConnector(
            conninfo=where,
            kwargs={"options": options, "connect_timeout": 5},
            min_size=1,
            max_size=max(4, self._concurrency // 2) + 2,
            timeout=10.0,
            reconnect_timeout=10.0,
        )
        app = App(connector=connector)

        @app.task(name=TASK, queue=OUTSIDE, pass_context=True)
        async def lane(context: JobContext, stage: str, lane: str) -> None:
            await self._job(int(context.job.id or 0), Stage(stage), lane)

        return app

    async def _job(self, job: int, stage: Stage, lane: str) -> None:
        self._jobs[job] = None
        task = asyncio.create_task(self._run_lane(stage, lane))
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(job, done))
        await task

    def _ended(self, job: int, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._jobs[job] = monotonic()

    def _cut_off(self) -> None:
        """What takes too long to end keeps its lease and is done again by another."""
        for task in list(self._running):
            task.cancel()

    async def _run_lane(self, stage: Stage, lane: str) -> None:
        """Do what is due in a lane, for a while."""
        end = monotonic() + TURN
        while not self.stopping:
            limit = JUDGE_BATCH if stage is Stage.JUDGE else 1
            works = await self._pipeline.claim(stage, busy=(), limit=limit, lane=lane)
            if not works:
                return
            await self._do(stage, lane, works)
            if monotonic() > end:
                break
        await self._db(self._store.lanes.emit_one, stage, lane)

    async def _do(self, stage: Stage, lane: str, works: Sequence[Work]) -> None:
        for number, work in enumerate(works):
            if self.stopping:
                await self._pipeline.give_back(works[number:])
                return
            problem = await attempt(self._pipeline, work)
            self._done[stage] += 1
            label = problem or lane
            self._on_progress(Progress(stage, self._done[stage], label, problem is not None))

    async def _db(self, method: Callable[..., T], *args: Any) -> T:
        return await self._pipeline.tools.db(method, *args)


async def _worker(app: App, queue: str, places: int, *, wait: bool) -> None:
    await app.run_worker_async(
        queues=[queue],
        concurrency=places,
        wait=wait,
        fetch_job_polling_interval=POLL,
        abort_job_polling_interval=3600.0,
        delete_jobs="always",
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=GRACE.total_seconds(),
    )


def _line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
