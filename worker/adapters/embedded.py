"""The embedded engine: APScheduler ticks ``scan()``, asyncio runs the stages.

``scan()`` claims due works and starts a task for each lane (a host, a channel, the ledger); works
of one lane run one after the other, under a lock of that lane. What a stage commits is scanned
for at once, so news does not wait for the next tick.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from worker.errors import StoreError
from worker.logs import logger
from worker.pipeline import Pipeline
from worker.ports import Progress, Stage, Work

_log = logger(__name__)

#: How far ahead a round that ends looks for groups to tell: longer than the usual windows,
#: shorter than what a digest or quiet hours hold back on purpose.
ROUND_HORIZON = timedelta(minutes=10)
#: A round waits so long for a delivery that failed once and is tried again.
PATIENCE = timedelta(seconds=10)
#: Articles are judged in batches: milliseconds each, in order of publication.
JUDGE_BATCH = 64
#: What works of a lane that goes on lead to is looked for at most so often, in seconds: a look
#: costs as much as a work.
LOOK_EVERY = 0.1
#: Which stage has more to do when a work of a stage has ended.
_NEXT = {Stage.POLL: Stage.READ, Stage.READ: Stage.JUDGE, Stage.JUDGE: Stage.DELIVER}

OnProgress = Callable[[Progress], None]


class Engine:
    """Runs a pipeline; ``concurrency`` lanes of polling and reading at a time.

    ``run`` works until ``stop`` is called, ``run_once`` until nothing is due.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        concurrency: int = 8,
        tick: timedelta = timedelta(seconds=5),
        on_progress: OnProgress = lambda progress: None,
    ):
        self._pipeline = pipeline
        self._concurrency = concurrency
        self._tick = tick
        self._on_progress = on_progress
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: dict[tuple[Stage, str], asyncio.Task[None]] = {}
        self._done: dict[Stage, int] = dict.fromkeys(Stage, 0)
        self._scanning = asyncio.Lock()
        self._wake = asyncio.Event()
        self._look_for = set(Stage)
        self._looked = 0.0
        self._stopping = asyncio.Event()
        self._lost: BaseException | None = None

    def stop(self) -> None:
        """Begin no new work; what has been begun is finished."""
        _log.info("worker.stopping")
        self._stopping.set()
        self._look_again()

    @property
    def stopping(self) -> bool:
        """Whether ``stop`` has been called."""
        return self._stopping.is_set()

    async def run(self) -> None:
        """Work until stopped, then drain."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self._on_tick,
            "interval",
            seconds=self._tick.total_seconds(),
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        scheduler.start()
        try:
            while not self.stopping:
                await self._wake.wait()
                self._wake.clear()
                await self._scan_what_changed()
        finally:
            scheduler.shutdown(wait=False)
            await self.drain()

    async def _on_tick(self) -> None:
        self._look_again(*Stage)

    def _look_again(self, *stages: Stage) -> None:
        self._look_for.update(stages)
        self._wake.set()

    async def _scan_what_changed(self) -> None:
        self._looked = time.monotonic()
        stages = [stage for stage in Stage if stage in self._look_for]
        self._look_for.clear()
        try:
            await self.scan(stages)
        except StoreError as error:
            if not error.retryable:
                raise
            _log.error("store.waiting", problem=str(error), next_look=str(self._tick))

    async def run_once(self, *, patience: timedelta = PATIENCE) -> None:
        """Do all that is due, stage by stage, until nothing is; then return.

        Groups are told at the end of the round however long their window, as there is nothing
        more to wait for; a delivery that is to be tried again within ``patience`` is waited for.
        """
        try:
            while not self.stopping:
                worked = [await self._exhaust(stage) for stage in Stage]
                if not any(worked) and not await self._wait_for_retry(patience):
                    return
        finally:
            await self.drain()
            if self._lost is not None:
                raise self._lost

    async def _exhaust(self, stage: Stage) -> bool:
        """Work on one stage until nothing of it is due; tells whether there was anything."""
        worked = False
        while not self.stopping:
            started = await self.scan([stage], horizon=ROUND_HORIZON)
            worked = worked or started
            if not self._tasks:
                return worked
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        return worked

    async def _wait_for_retry(self, patience: timedelta) -> bool:
        tools = self._pipeline.tools
        due = await tools.db(tools.store.outbox.next_due, list(tools.senders))
        wait = None if due is None else due - tools.clock.now()
        if wait is None or wait > patience:
            return False
        await asyncio.sleep(max(wait.total_seconds(), 0.05))
        return True

    async def scan(self, stages: Iterable[Stage], *, horizon: timedelta = timedelta(0)) -> bool:
        """Claim what is due of ``stages`` and start it; tells whether anything was started."""
        async with self._scanning:
            return any([await self._scan(stage, horizon) for stage in stages])

    async def _scan(self, stage: Stage, horizon: timedelta) -> bool:
        if stage is Stage.DELIVER:
            await self._pipeline.flush(horizon)
            await self._pipeline.watch()
        started = False
        while not self.stopping and (limit := self._free(stage)) > 0:
            busy = {lane for _, lane in self._tasks}
            works = await self._pipeline.claim(stage, busy=busy, limit=limit)
            if not works:
                break
            started = True
            for lane, batch in _by_lane(works).items():
                self._start(stage, lane, batch)
                await asyncio.sleep(0)  # thirty that begin together would stall the event loop
        return started

    def _free(self, stage: Stage) -> int:
        """How many works may be claimed now."""
        running = sum(1 for at, _ in self._tasks if at is stage)
        if stage is Stage.DELIVER:
            return 1
        if stage is Stage.JUDGE:
            return 0 if running else JUDGE_BATCH
        return max(self._concurrency - running, 0)

    def _start(self, stage: Stage, lane: str, works: Sequence[Work]) -> None:
        key = (stage, lane)
        task = asyncio.create_task(self._run_lane(stage, lane, works))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._finished(key))

    def _finished(self, key: tuple[Stage, str]) -> None:
        task = self._tasks.pop(key)
        stage, lane = key
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("lane.failed", stage=stage.value, lane=lane, problem=str(error))
            self._lost = error
        self._look_again(stage, _NEXT.get(stage, stage))

    async def _run_lane(self, stage: Stage, lane: str, works: Sequence[Work]) -> None:
        async with self._locks[lane]:
            while works:
                for number, work in enumerate(works):
                    if self.stopping and stage is not Stage.DELIVER:  # its attempt is written
                        await self._pipeline.give_back(works[number:])
                        return
                    await self._do(stage, lane, work)
                works = await self._next_delivery(lane) if stage is Stage.DELIVER else ()

    async def _do(self, stage: Stage, lane: str, work: Work) -> None:
        problem = await attempt(self._pipeline, work)
        self._done[stage] += 1
        label = problem or lane
        self._on_progress(Progress(stage, self._done[stage], label, problem is not None))
        if stage in _NEXT and time.monotonic() - self._looked > LOOK_EVERY:
            self._look_again(_NEXT[stage])

    async def _next_delivery(self, channel: str) -> Sequence[Work]:
        """What a channel has to send next, without a look at everything else for each message."""
        if self.stopping:
            return ()
        return await self._pipeline.claim(Stage.DELIVER, busy=(), limit=1, lane=channel)

    async def drain(self, *, limit: timedelta = timedelta(seconds=25)) -> None:
        """Wait for what has been begun, for ``limit`` at most; the rest is cut off.

        What is cut off keeps its lease and is done again by the next worker.
        """
        if not self._tasks:
            return
        _, late = await asyncio.wait(list(self._tasks.values()), timeout=limit.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def attempt(pipeline: Pipeline, work: Work) -> str | None:
    """Do one work; what went wrong in one line, ``None`` if nothing did. Raises StoreError only."""
    try:
        return await pipeline.handle(work)
    except StoreError:
        raise
    except Exception as error:  # one work must not take its lane down; its lease runs out
        _log.exception("work.failed", work=type(work).__name__)
        return f"{type(error).__name__}: {error}"


def _by_lane(works: Sequence[Work]) -> dict[str, list[Work]]:
    lanes: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        lanes[work.lane].append(work)
    return lanes
