"""A worker that has read some invented articles, for tests of the dashboard; no network needed."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from tests.integration.desk import SEEDS, SetClock
from worker.adapters.store import tables
from worker.adapters.store.article_rows import article_values, content_hash
from worker.app import App, build
from worker.core.claims import EXTRACTOR_VERSION, Extractor
from worker.core.judging import judge_article
from worker.core.routing import Desk
from worker.core.views import LedgerView
from worker.model import Analysis, Article, Entry, Feed, FeedKind
from worker.pipeline.judge import routed
from worker.ports import EntryWork, Judged
from worker.settings import load_settings
from worker.settings.derived import route_of

NOW = datetime(2026, 2, 10, 9, tzinfo=UTC)
TOKEN = "a-word-for-the-desk"
FEED = Feed("press", "http://press.example/feed.xml", "The Press", "en", "GB", FeedKind.PRESS)


@dataclass(frozen=True)
class Told:
    """One article as a test writes it: outlet, day, title, text."""

    source: str
    day: str
    title: str
    text: str
    origin: str | None = None
    language: str = "en"

    @property
    def article(self) -> Article:
        name = "".join(c if c.isalnum() else "-" for c in f"{self.source}-{self.title}")[:60]
        return Article(
            text=self.text,
            title=self.title,
            url=f"https://{self.source.lower().replace(' ', '')}.example/{self.day}/{name}",
            published=f"{self.day}T08:00:00+00:00",
            source=self.source,
            language=self.language,
            origin=self.origin,
        )


COVERAGE = (
    Told(
        "Harbour Post",
        "2026-02-03",
        "Netherlands pledges 1,200 troops",
        "The Hague weighed the matter for months. The Netherlands will send up to 1,200 soldiers "
        "to Ukraine once a ceasefire holds, the Dutch prime minister announced on Tuesday. "
        "The coalition of the willing welcomed the security guarantees.",
    ),
    Told(
        "Hafenblatt",
        "2026-02-04",
        "Belgien zieht Zusage zurück",
        "Brüssel überrascht die Koalition der Willigen. Belgien zieht seine Zusage zurück, den "
        "ukrainischen Luftraum mit Kampfflugzeugen zu sichern, sagte der belgische Ministerpräsident "
        "am Mittwoch. Die Sicherheitsgarantien für die Ukraine bleiben offen.",
        language="de",
    ),
    Told(
        "Evening Courier",
        "2026-02-05",
        "Sweden offers jets, officials say",
        "Sweden will send eight fighter jets to help police the airspace of Ukraine after a "
        "ceasefire, two officials familiar with the plan said on Thursday. The coalition of the "
        "willing has asked for security guarantees.",
        origin="wire:reuters",
    ),
    Told(
        "Northern Ledger",
        "2026-02-06",
        "France to send 12,000 soldiers",
        "France will send 12,000 soldiers to Ukraine after a ceasefire as part of the coalition of "
        "the willing, the French defence ministry announced on Friday.",
    ),
    Told(
        "City Mirror",
        "2026-02-06",
        "Paris plans a larger force",
        "France will send 12,000 soldiers to Ukraine after a ceasefire as part of the coalition of "
        "the willing, the French defence ministry announced on Friday.",
        origin="outlet:northern ledger",
    ),
    Told("Garden Weekly", "2026-02-07", "Roses in winter", "Prune them in a mild week, no later."),
)


@cache
def extractor() -> Extractor:
    """One for all tests: loading the tables takes longer than reading the articles."""
    return Extractor()


@dataclass
class Watched:
    """A worker over its own database and what it has read."""

    app: App
    clock: SetClock
    folder: Path
    read: list[Told] = field(default_factory=list)

    def take(self, coverage: Sequence[Told]) -> None:
        """Store and judge articles as the worker would."""
        analyze = extractor().analyze
        for told in coverage:
            moment = datetime.fromisoformat(f"{told.day}T09:00:00+00:00")
            self._store(told, moment)
            for work in self.app.store.articles.claim_articles(
                moment, limit=10, lease_for=timedelta(minutes=1)
            ):
                analysis = analyze(work.article)
                self.app.store.ledger.judge(
                    work, self._decide(work.article, analysis, moment), moment
                )
            self.read.append(told)

    def _store(self, told: Told, moment: datetime) -> None:
        article = told.article
        entry = Entry(FEED.id, article.url or "", article.url or "", told.title, "", "", moment)
        work = EntryWork(0, entry, FEED, "press.example", moment, False, 0, "", None)
        values = article_values(work, article, content_hash(article), moment)
        values |= {"revision": 1, "seeding": False}
        with self.app.store.database.write() as connection:
            row = connection.execute(insert(tables.article).values(values))
            connection.execute(
                insert(tables.entry).values(
                    feed_id=FEED.id,
                    key=entry.key,
                    url=entry.url,
                    host="press.example",
                    title=told.title,
                    summary="",
                    content="",
                    published=moment,
                    first_seen=moment,
                    sort_at=moment,
                    seeding=False,
                    article_id=row.inserted_primary_key[0],
                    state="done",
                    next_at=moment,
                )
            )

    def _decide(self, article: Article, analysis: Analysis, now: datetime) -> Any:
        routes = route_of(self.app.settings.route)

        def decide(view: LedgerView, desk: Desk) -> Judged:
            verdict = judge_article(
                article, analysis, view=view, now=now, extractor_version=EXTRACTOR_VERSION
            )
            waits, handovers = routed(verdict.alerts, routes, desk, now)
            return Judged(
                verdict + waits, handovers, relevant=analysis.relevant, claims=len(analysis.claims)
            )

        return decide


@contextmanager
def watched(
    folder: Path, *, web: str = "", now: datetime = NOW, database: Path | None = None
) -> Iterator[Watched]:
    """A configured worker with the reviewed baseline, closed afterwards.

    ``database``: one that an earlier worker has left, of which this one gets a copy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if database is not None:
        shutil.copy(database, folder / "watch.db")
    texts = {
        "settings.yaml": f"database: {{url: 'sqlite:///{folder}/watch.db'}}\n"
        f"baseline: {{file: '{SEEDS}'}}\nweb: {{token: 'env:DESK_TOKEN', port: 0{web}}}\n",
        "channels.yaml": "channels:\n  - {name: console, type: console}\n",
        "routes.yaml": "route: {channels: [console], group_wait: 0}\n",
        "feeds.yaml": f"feeds:\n  - {{id: {FEED.id}, url: '{FEED.url}', title: {FEED.title}, "
        "language: en, country: GB, kind: press}\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    environ = {"DESK_TOKEN": TOKEN, "DESK_KEY": "a-key-for-reading"}
    clock = SetClock(now)
    app = build(load_settings(folder, environ), environ=environ, clock=clock)
    try:
        app.store.feeds.sync(app.settings.feeds, now)
        app.load_baseline()
        yield Watched(app, clock, folder)
    finally:
        app.close()


@contextmanager
def dashboard(app: App) -> Iterator[str]:
    """The dashboard of a worker on a free port of 127.0.0.1; gives its address without a slash."""
    ready, address, loop = threading.Event(), "", asyncio.new_event_loop()
    stopped = asyncio.Event()

    async def run() -> None:
        nonlocal address
        async with app.dashboard() as found:
            address = found.rstrip("/")
            ready.set()
            await stopped.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(60), "the dashboard did not start"
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(20)
        loop.close()
