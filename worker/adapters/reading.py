"""Reads feeds and pages in killable processes, and claims in a thread of their own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from worker.adapters.pool import Runner
from worker.core.articles import extract_articles
from worker.core.feeds import ParsedFeed, parse_feed
from worker.model import Analysis, Article, Entry, Feed

Analyze = Callable[[Article], Analysis]


class PooledReader:
    """A ``Reader`` over a process pool; ``analyze`` is the extractor's function."""

    def __init__(self, pool: Runner, analyze: Analyze):
        self._pool = pool
        self._analyze = analyze
        # One thread: the extractor is pure Python, and a second would only wait for the first.
        self._thread = ThreadPoolExecutor(1, "claims")
        self._languages: set[str] = set()

    async def feed(
        self, body: bytes, feed: Feed, *, known: Collection[str], now: datetime
    ) -> ParsedFeed:
        """The entries of a feed that are not ``known``.

        It goes ahead of pages: a feed takes a tenth of their time, and polls must not be late.
        """
        return await self._pool.run(_parse, body, feed, frozenset(known), now, urgent=True)

    async def articles(
        self, html: bytes, entry: Entry, url: str, *, now: datetime
    ) -> tuple[Article, ...]:
        """The article of a page, or the updates of a live blog."""
        return await self._pool.run(_extract, html, entry, url, now)

    async def analyze(self, article: Article) -> Analysis:
        """The claims of an article."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._claims, article)

    def _claims(self, article: Article) -> Analysis:
        analysis = self._analyze(article)
        if analysis.language not in self._languages:
            self._languages.add(analysis.language)
            # Its tables stay for good. Looking through them again in every full collection of
            # garbage would stall the event loop for a third of a second.
            gc.freeze()
        return analysis

    def analyze_with(self, analyze: Analyze) -> None:
        """Read the articles that come from now on with another extractor."""
        self._analyze = analyze

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _parse(body: bytes, feed: Feed, known: frozenset[str], now: datetime) -> ParsedFeed:
    return parse_feed(body, feed, known=known, now=now)


def _extract(html: bytes, entry: Entry, url: str, now: datetime) -> tuple[Article, ...]:
    return extract_articles(html, entry, url, now=now)
