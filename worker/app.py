"""The worker put together: the only place that names concrete adapters.

``build`` makes an ``App`` from settings; the command line, tests and the dashboard start from it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from worker.adapters.address import AddressPolicy
from worker.adapters.channels import build_senders, channel_client
from worker.adapters.claiming import Analyze, ClaimReader, ClaimsApart, ClaimsInThread
from worker.adapters.distributed import DatabaseClock, SharedPacer
from worker.adapters.embedded import PATIENCE, Engine, OnProgress
from worker.adapters.http import FetchLimits, GuardedClient
from worker.adapters.lock import DatabaseLock
from worker.adapters.memory import given_back, kept_together
from worker.adapters.outward import Outward, outward_of
from worker.adapters.pacing import Pacer
from worker.adapters.polite import PoliteFetcher
from worker.adapters.pool import TASKS, ExtractionPool
from worker.adapters.reading import PooledReader
from worker.adapters.reloading import only_by_restart, parts_of, read_anew, reloaded_by_signal
from worker.adapters.robots import RobotsGate
from worker.adapters.seeds import read_baseline
from worker.adapters.stopping import stopped_by_signals
from worker.adapters.store import Store
from worker.core.alerting import alert_line
from worker.core.edition import EXTRACTOR_VERSION
from worker.core.feedback import Feedback, judge_feedback, labelled_case
from worker.core.judging import judge_article
from worker.core.ledger import LedgerRecord, derive_position, holding_record
from worker.core.routing import Desk, Silence
from worker.core.views import LedgerView, Verdict
from worker.errors import ConfigError, StoreError, UsageError
from worker.logs import logger
from worker.model import Alert, Analysis, Article, Entry, Feed, Position
from worker.pipeline import Pipeline, Tools
from worker.pipeline.judge import routed
from worker.pipeline.lookback import FIRST_START
from worker.pipeline.sources import Sources
from worker.pipeline.tools import STORE_WAITS
from worker.ports import Clock, Judged, Note, Progress
from worker.settings import Settings, resolve_secret
from worker.settings.derived import kept_of, route_of

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from worker.adapters.distributed.engine import DistributedEngine
    from worker.web.metrics import Meter


_log = logger(__name__)

#: A server that is started anew may be away for a minute, and the outcome of what was sent
#: meanwhile is to be written all the same; in seconds.
SERVER_WAITS = (0.2, 0.5, 1.0, 2.0, *(4.0,) * 18)
#: A worker that starts while the database is away waits so long for it, in seconds.
SERVER_PATIENCE = 120.0
#: Tries to start on a database that another process has locked; each waits five seconds itself.
START_TRIES = 4
#: How long a thread keeps the interpreter while others want it, in seconds. The event loop lets
#: go of it at every call to the kernel; with Python's 5 ms, a burst of twenty calls beside one busy
#: thread (claims, a transaction) stalled it for a tenth of a second.
TURN = 0.0005
#: Seconds between two looks for data past its time.
UPKEEP_EVERY = 24 * 3600
T = TypeVar("T")
Rows = list[dict[str, Any]]
#: What a labelled case keeps of a person's word.
_SAID = ("alert_id", "verdict", "by", "remark", "at", "told", "correction")


def program_version() -> str:
    """The installed version."""
    try:
        return version("coalition-watch")
    except PackageNotFoundError:
        return "unknown"


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class App:
    """One worker over one database. Queries need nothing else; ``run`` holds the database alone."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Clock,
        environ: Mapping[str, str],
        on_progress: OnProgress,
        analyze: Analyze | None,
        jitter: Callable[[], float],
        load_again: Callable[[], Settings] | None,
    ):
        self.settings = settings
        self.store = store
        self._clock = clock
        self._environ = environ
        self._on_progress = on_progress
        self._analyze = analyze
        self._jitter = jitter
        self._meter: Meter | None = None
        self._load_again = load_again

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    async def run(self) -> None:
        """Poll, read, judge, deliver and serve the dashboard until SIGTERM or SIGINT.

        What has begun is finished. An address that the dashboard cannot have stops nothing else.
        """
        async with self.working() as engine, self._dashboard(), self._upkeep():
            await engine.run()

    @asynccontextmanager
    async def _upkeep(self) -> AsyncIterator[None]:
        """Drop data past its time now and every day."""

        async def daily() -> None:
            while True:
                await self._tidy()
                await asyncio.sleep(UPKEEP_EVERY)

        keeping = asyncio.create_task(daily())
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def _tidy(self) -> None:
        try:
            dropped = await asyncio.to_thread(self.apply_retention)
        except StoreError as error:
            _log.warning("retention.failed", problem=str(error))
            return
        if dropped:
            _log.info("retention.done", **dropped)

    def apply_retention(self) -> dict[str, int]:
        """Drop data past its time; returns how many rows of each kind."""
        return self.store.retention.drop(kept_of(self.settings.retention), self._clock.now())

    @asynccontextmanager
    async def _dashboard(self) -> AsyncIterator[None]:
        web = self.settings.web
        if not web.enabled:
            yield
            return
        from worker.web.server import listen, serving

        try:
            bound = listen(web.host, web.port)
        except ConfigError as error:
            _log.error("dashboard.off", problem=str(error))
            yield
            return
        async with serving(self._site(engine=True), bound) as address:
            _log.info("dashboard.up", address=address)
            yield

    @asynccontextmanager
    async def dashboard(
        self, host: str | None = None, port: int | None = None
    ) -> AsyncIterator[str]:
        """The dashboard alone, over a database that a worker may be busy with; gives its address.

        ConfigError where it cannot listen.
        """
        from worker.web.server import listen, serving

        web = self.settings.web
        bound = listen(host or web.host, web.port if port is None else port)
        async with serving(self._site(), bound) as address:
            yield address

    def _site(self, *, engine: bool = False) -> Starlette:
        # Loaded on first use: most commands need no web server.
        from worker.web import Site, build_site

        web = self.settings.web
        secrets = {
            name: resolve_secret(ref, self._environ).get_secret_value()
            for name, ref in (("token", web.token), ("api_key", web.api_key))
            if ref is not None
        }
        looking = self.store.looking
        site = Site.over(
            looking,
            self,
            self._clock,
            web,
            version=program_version(),
            engine=engine,
            routes=lambda: route_of(self.settings.route),  # as they are after a reload
            **secrets,
        )
        self._meter = site.meter
        site.board.warm()
        return build_site(site)

    def _progressed(self, progress: Progress) -> None:
        if self._meter is not None:
            self._meter.worked(progress)
        self._on_progress(progress)

    def add_silence(self, silence: Silence) -> None:
        """Hold back what fits until it ends."""
        self.store.silences.add(silence)

    def end_silence(self, silence_id: str) -> bool:
        """End a silence now; ``False`` if none of that id holds."""
        return self.store.silences.expire(silence_id, self._clock.now())

    async def run_once(self, *, patience: timedelta = PATIENCE) -> dict[str, int]:
        """Do all that is due and return what the database then holds (``queries.counts``).

        A delivery that is tried again within ``patience`` is waited for.
        """
        async with self.working() as engine:
            await engine.run_once(patience=patience)
            await self._tidy()
        return self.store.queries.counts()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Engine | DistributedEngine]:
        """The engine, for whoever takes its rounds.

        On SQLite this worker then holds the database alone; on PostgreSQL it is one of many.
        """
        path = self.store.database.path
        sys.setswitchinterval(TURN)
        kept_together()
        with DatabaseLock(path) if path else nullcontext():
            _patiently(self._start, SERVER_PATIENCE)
            async with AsyncExitStack() as stack:
                channels = await stack.enter_async_context(channel_client(self._outward()))
                pipeline = Pipeline(await self._tools(stack, channels))
                if self._load_again is not None:
                    reload = partial(self._reload, self._load_again, pipeline, channels)
                    await stack.enter_async_context(reloaded_by_signal(reload))
                engine = self._engine(pipeline)
                gc.collect()
                given_back()
                gc.freeze()  # what the start has loaded stays: no later collection looks through it
                _log.info("worker.started", database=self.store.database.engine.dialect.name)
                with stopped_by_signals(engine):
                    yield engine
            _log.info("worker.stopped")

    def _engine(self, pipeline: Pipeline) -> Engine | DistributedEngine:
        """One pipeline, two ways to run it."""
        worker = self.settings.worker
        options: dict[str, Any] = {
            "concurrency": worker.concurrency,
            "tick": worker.tick,
            "on_progress": self._progressed,
        }
        if self.store.database.is_sqlite:
            return Engine(pipeline, **options)
        from worker.adapters.distributed.engine import DistributedEngine

        clock = self._clock if isinstance(self._clock, DatabaseClock) else None
        return DistributedEngine(pipeline, self.store, clock=clock, **options)

    def _start(self) -> None:
        now = self._clock.now()
        if self.store.database.is_sqlite:  # elsewhere others may be at work
            left = self.store.release_leases(now)
            if left:
                _log.info("worker.recovered", works=left)
        self.store.feeds.sync(self.settings.feeds, now)
        self.store.watching.reach(FIRST_START, "", now)
        self.load_baseline(only_first=True)

    @asynccontextmanager
    async def sources(self) -> AsyncIterator[Sources]:
        """What looking at sources takes; the database is not held."""
        async with AsyncExitStack() as stack:
            yield await self._sources(stack)

    async def _sources(self, stack: AsyncExitStack) -> Sources:
        client = await stack.enter_async_context(self.guarded_client())
        pool = await stack.enter_async_context(
            self._processes(self.settings.worker.extraction.processes)
        )
        reader = PooledReader(pool, await self._claims(stack))
        stack.callback(reader.close)
        return Sources(client, PoliteFetcher(client, RobotsGate(client)), reader, self._clock)

    async def _claims(self, stack: AsyncExitStack) -> ClaimReader:
        if self._analyze is not None:
            return ClaimsInThread(self._analyze)
        apart = await stack.enter_async_context(self._processes(1, kept=True))
        return ClaimsApart(apart, self.settings.lexicon_dirs)

    def _processes(self, number: int, *, kept: bool = False) -> ExtractionPool:
        """Processes for strangers' bytes; ``kept``: not replaced, as what they load is costly."""
        extraction = self.settings.worker.extraction
        return ExtractionPool(
            number,
            time_limit=extraction.timeout.total_seconds(),
            memory_limit=extraction.memory_mb * 1_000_000,
            tasks_per_process=0 if kept else TASKS,
        )

    def would_say(self, article: Article, analysis: Analysis, now: datetime) -> Verdict:
        """What the worker would make of an article, going by the ledger; nothing is stored."""
        today = now.date().isoformat()
        dated = article if article.published else replace(article, published=today)
        return self.store.ledger.look(
            lambda view: judge_article(
                dated,
                analysis,
                view=view,
                now=now,
                policy=self.settings.alerts.policy(),
                extractor_version=EXTRACTOR_VERSION,
                groups=self.settings.publisher_groups,
            )
        )

    async def _reload(
        self, load: Callable[[], Settings], pipeline: Pipeline, channels: httpx.AsyncClient
    ) -> None:
        """Take a new configuration over as a whole, or say why nothing of it holds."""
        tools, before = pipeline.tools, self.settings
        try:
            fresh = await asyncio.to_thread(read_anew, load, before, self._environ, channels)
            await tools.db(self.store.feeds.sync, fresh.settings.feeds, self._clock.now())
        except Exception as error:  # whatever is wrong with it, the worker goes on with the old
            _log.error("config.refused", problems=str(error).splitlines())
            return
        self.settings = fresh.settings
        pipeline.tools = replace(tools, **parts_of(fresh.settings, fresh.senders))
        if fresh.own_lexicon:
            tools.reader.renew(fresh.settings.lexicon_dirs)
        if keys := only_by_restart(before, fresh.settings):
            _log.warning("config.restart_needed", keys=keys)
        feeds = sum(feed.enabled for feed in fresh.settings.feeds)
        _log.info("config.reloaded", feeds=feeds, channels=sorted(fresh.senders))

    async def _tools(self, stack: AsyncExitStack, channels: httpx.AsyncClient) -> Tools:
        sources = await self._sources(stack)
        senders, problems = build_senders(self.settings.channels, self._environ, channels)
        for name, problem in problems.items():
            _log.error("channel.off", channel=name, problem=problem)
            self.store.note(Note("channel_off", name, problem), self._clock.now())
        return Tools(
            store=self.store,
            fetcher=sources.fetcher,
            pages=sources.pages,
            reader=sources.reader,
            clock=self._clock,
            jitter=self._jitter,
            extractor_version=EXTRACTOR_VERSION,
            **parts_of(self.settings, senders),
            store_waits=STORE_WAITS if self.store.database.is_sqlite else SERVER_WAITS,
        )

    def guarded_client(self) -> GuardedClient:
        """The client for what feeds and articles name, as configured."""
        worker, network = self.settings.worker, self.settings.worker.network
        limits = FetchLimits(
            deadline=network.timeout.total_seconds(),
            max_bytes=network.max_body_mb * 1_000_000,
            host_interval=network.per_host_interval.total_seconds(),
        )
        return GuardedClient(
            user_agent=worker.full_user_agent,
            policy=AddressPolicy.allowing(network.allow_addresses),
            limits=limits,
            pacer=self._pacer(limits),
            wall_clock=self._clock.now,
            outward=self._outward(),
        )

    def _pacer(self, limits: FetchLimits) -> Pacer | None:
        """On PostgreSQL the machines share their manners; alone the client has its own."""
        if self.store.database.is_sqlite:
            return None
        lease = limits.deadline + limits.connect
        return SharedPacer(self.store.turns, interval=limits.host_interval, lease=lease)

    def _outward(self) -> Outward:
        return outward_of(self.settings.worker.network, self._environ)

    def load_baseline(self, path: Path | None = None, *, only_first: bool = False) -> int:
        """Load the reviewed positions of ``path`` (default: as configured); tells how many are new.

        ``only_first`` does nothing where that file was loaded before. ConfigError for a wrong file.
        """
        file = path or self.settings.baseline_file
        if only_first and self.store.queries.stored_at(file.name):
            return 0
        return self.store.load_baseline(file.name, read_baseline(file), self._clock.now())

    def retry_deliveries(self, ids: Sequence[str] = ()) -> int:
        """Send dead letters again, all of them if ``ids`` is empty; returns how many."""
        return self.store.outbox.retry(ids, self._clock.now())

    def positions(
        self,
        *,
        as_of: str | None = None,
        known_at: datetime | None = None,
        actor: str | None = None,
    ) -> list[Position]:
        """The ledger: what was true at ``as_of`` as far as it was known at ``known_at``."""
        found = (
            derive_position(records, as_of=as_of, known_at=known_at)
            for _, records in self.store.queries.slots(actor)
        )
        return [position for position in found if position is not None]

    def held_positions(self) -> list[tuple[LedgerRecord, Article]]:
        """The records that hold a position, each with its article, where that is stored."""
        held = (holding_record(records) for _, records in self.store.queries.slots(None))
        records = [record for record in held if record is not None]
        articles = self.store.queries.articles([r.article_key for r in records])
        return [(r, articles[r.article_key]) for r in records if r.article_key in articles]

    def alerts(self, *, limit: int = 100, actor: str | None = None) -> list[Alert]:
        """The newest alerts first, each as last told."""
        return self.store.queries.alerts(limit=limit, actor=actor)

    def deliveries(self, *, limit: int = 100, states: Sequence[str] = ()) -> Rows:
        """The newest deliveries first, with their last outcome."""
        return self.store.queries.deliveries(limit=limit, states=states)

    def feeds(self) -> Rows:
        """Every feed with what is known of it."""
        return self.store.queries.feeds()

    def backfill(self, feed: Feed, entries: Sequence[Entry], *, seeding: bool) -> int:
        """Queue older entries of a feed to be read; returns how many were not there yet."""
        now = self._clock.now()
        self.store.feeds.sync(self.settings.feeds, now)
        return self.store.feeds.backfill(feed.id, entries, now, seeding=seeding)

    def source_health(self) -> Rows:
        """Every feed with what it has brought: how much, how soon, how readable."""
        return self.store.health.feeds()

    def suppressed(self, *, limit: int = 100, reason: str | None = None) -> Rows:
        """What was held back and why, the newest first."""
        return self.store.queries.suppressed(limit=limit, reason=reason)

    def review(self, *, limit: int = 100, state: str | None = "open") -> Rows:
        """The articles that wait for a person; ``state`` None: those done, too."""
        return self.store.queries.review(limit=limit, state=state)

    def review_done(self, ids: Sequence[int], by: str, remark: str = "") -> int:
        """Mark review items as done; returns how many were open."""
        return self.store.reviews.done(ids, by, remark, self._clock.now())

    def give_feedback(self, feedback: Feedback) -> list[Alert]:
        """Keep a person's word on an alert; returns the follow-ups that are told because of it.

        UsageError where there is no such alert or the word changes nothing.
        """
        now = self._clock.now()
        alert = self.store.queries.alert(feedback.alert_id)
        if alert is None:
            raise UsageError(
                f"no alert, or more than one, has an id that begins with {feedback.alert_id!r}"
            )
        feedback = replace(feedback, alert_id=alert.id)
        policy, routes = self.settings.alerts.policy(), route_of(self.settings.route)

        def decide(view: LedgerView, desk: Desk) -> Judged:
            verdict = judge_feedback(feedback, view=view, now=now, policy=policy)
            waits, handovers = routed(verdict.alerts, routes, desk, now)
            return Judged(verdict + waits, handovers)

        judged = self.store.opinions.give(feedback, alert_line(alert), decide, now)
        return list(judged.verdict.alerts)

    def feedback(self, *, limit: int = 100) -> Rows:
        """What people said of alerts, the newest first."""
        return self.store.opinions.latest(limit=limit)

    def labelled_cases(self) -> Iterator[dict[str, Any]]:
        """The articles that people spoke about, as labelled cases of the gold."""
        for article, relevant, records, given in self.store.opinions.cases():
            digest = hashlib.sha256((article.url or "").encode()).hexdigest()[:8]
            words = [{name: row[name] for name in _SAID} for row in given]
            name = f"f-{article.language or 'xx'}-{digest}"
            yield labelled_case(article, relevant, records, words, name)

    def notes(self, *, limit: int = 100, kind: str | None = None) -> Rows:
        """Operational notes, the newest first."""
        return self.store.queries.notes(limit=limit, kind=kind)


def build(
    settings: Settings,
    *,
    environ: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    on_progress: OnProgress = lambda progress: None,
    analyze: Analyze | None = None,
    jitter: Callable[[], float] = random.random,
    load_again: Callable[[], Settings] | None = None,
    patience: float = 0.0,
) -> App:
    """An App over the configured database, its schema brought up to date.

    ``load_again`` reads the configuration anew on SIGHUP; without it, SIGHUP is left alone. A
    database that is away is waited for as long as ``patience`` seconds.

    Raises ConfigError for a wrong database URL, StoreError where the database is away, locked for
    long or of a newer version.
    """
    store = _patiently(lambda: Store(settings.database.url), patience)
    shared = None if store.database.is_sqlite else DatabaseClock(store.lanes.now)
    return App(
        settings,
        store,
        clock=clock or shared or SystemClock(),
        environ=os.environ if environ is None else environ,
        on_progress=on_progress,
        analyze=analyze,
        jitter=jitter,
        load_again=load_again,
    )


def _patiently(step: Callable[[], T], seconds: float = 0.0) -> T:
    """Take a step of the start; a database that is locked, or away for ``seconds``, is waited for."""
    end = time.monotonic() + seconds
    for tries in count(1):
        try:
            return step()
        except StoreError as error:
            if not error.retryable or (tries >= START_TRIES and time.monotonic() >= end):
                raise
            _log.warning("store.waiting", problem=str(error))
            time.sleep(0.2)
    raise AssertionError("a count never ends")
