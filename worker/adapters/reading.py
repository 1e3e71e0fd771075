"""Reads feeds, pages and claims in killable processes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from worker.adapters.claiming import ClaimReader
from worker.adapters.pool import Runner
from worker.core.articles import extract_articles
from worker.core.feeds import ParsedFeed, parse_feed
from worker.model import Analysis, Article, Entry, Feed


class PooledReader:
    """A ``Reader`` over a process pool; ``claims`` reads the claims."""

    def __init__(self, pool: Runner, claims: ClaimReader):
        self._pool = pool
        self._claims = claims

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
        return await self._claims.analyze(article)

    def renew(self, lexicon_dirs: Sequence[Path]) -> None:
        """Read the articles that come from now on with the tables as they are now."""
        self._claims.renew(lexicon_dirs)

    def close(self) -> None:
        """End what reads the claims."""
        self._claims.close()


def _parse(body: bytes, feed: Feed, known: frozenset[str], now: datetime) -> ParsedFeed:
    return parse_feed(body, feed, known=known, now=now)


def _extract(html: bytes, entry: Entry, url: str, now: datetime) -> tuple[Article, ...]:
    return extract_articles(html, entry, url, now=now)
