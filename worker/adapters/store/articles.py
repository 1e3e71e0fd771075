"""Entries to read and the articles behind them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from worker.adapters.store import tables
from worker.adapters.store.apart import set_aside
from worker.adapters.store.article_rows import article_work, entry_work
from worker.adapters.store.engine import Database
from worker.adapters.store.notes import add_review
from worker.adapters.store.poison import set_aside_articles, set_aside_entries
from worker.adapters.store.pulse import unasked_feeds
from worker.adapters.store.queue import LEDGER_LANE, emit
from worker.adapters.store.revisions import store_article
from worker.adapters.store.sql import (
    LOOK_AHEAD,
    by_lane,
    free,
    held,
    in_state,
    lease,
    safe_batch,
    settle,
    upsert,
)
from worker.core.reading import reread_at
from worker.model import Article
from worker.ports import ArticleWork, EntryWork, Judged, ReadAhead, ReviewItem, Saved, Stage
from worker.ports.store import SetAside

#: An article waits at most so long for older entries that are still to be read.
ORDER_PATIENCE = timedelta(minutes=2)
#: The same during the first look back, in which nobody waits for news.
FIRST_PATIENCE = timedelta(minutes=30)


class Articles:
    """The entry and article tables, as reading and judging see them."""

    def __init__(self, database: Database):
        self._database = database

    def claim_entries(
        self,
        now: datetime,
        *,
        busy: Collection[str],
        limit: int,
        lease_for: timedelta,
        lane: str | None = None,
    ) -> list[EntryWork]:
        """Take entries to read of up to ``limit`` hosts that are neither busy nor resting.

        The oldest come first: a change is only told rightly when what went before it is known.
        ``lane``: of that host only, whose lock the caller holds.
        """
        most = limit * LOOK_AHEAD
        with self._database.write() as connection:
            due = connection.execute(_due_entries(now, busy, most, lane)).mappings().all()
            again = connection.execute(_due_rereads(now, busy, most, lane)).mappings().all()
            found = set_aside_entries(connection, [*due, *again], now)
            rows = by_lane(found, "entry_host", limit, "entry_begun")
            ids = [row["entry_id"] for row in rows]
            token = lease(connection, tables.entry, ids, now + lease_for)
            return [entry_work(row, token) for row in rows]

    def save_articles(
        self,
        work: EntryWork,
        articles: Sequence[Article],
        now: datetime,
        *,
        ahead: Sequence[ReadAhead | None] = (),
        aside: SetAside | None = None,
    ) -> Saved | None:
        """Store the article, or the updates of a live blog, that an entry led to; they are judged.

        A text that is stored already is only linked, a changed one becomes a new revision.
        ``ahead`` is what the articles say; ``aside`` judges at once those that have nothing to do
        with the coalition. ``None`` if the lease was lost and nothing was stored.
        """
        judged: list[Judged | None] = []
        ids: list[int] = []
        with self._database.write() as connection:
            if not held(connection, tables.entry, work.id, work.token):
                return None
            for article, told in zip_longest(articles, ahead):
                stored = store_article(connection, work, article, now, ahead=told)
                ids.append(stored.id)
                if aside and told and not told.analysis.relevant:
                    judged.append(set_aside(connection, work, stored, told, aside, now))
            apart = tuple(done for done in judged if done is not None)
            emit(connection, Stage.JUDGE, [LEDGER_LANE] if len(apart) < len(ids) else [])
            live = len(articles) > 1
            next_at = reread_at(0, work.first_seen, now, live=True) if live else None
            _finish(connection, work, ids[0], reread=next_at)
            return Saved(apart)

    def save_reread(self, work: EntryWork, articles: Sequence[Article], now: datetime) -> bool:
        """Store what a later reading of an entry's page gave, which may be nothing."""
        with self._database.write() as connection:
            if not held(connection, tables.entry, work.id, work.token):
                return False
            for article in articles:
                store_article(connection, work, article, now, again=True)
            emit(connection, Stage.JUDGE, [LEDGER_LANE] if articles else [])
            done = work.attempts + 1
            next_at = reread_at(done, work.first_seen, now, live=len(articles) > 1)
            state = "reread" if next_at else "done"
            values = {"state": state, "attempts": done, "next_at": next_at or now, "error": None}
            return settle(connection, tables.entry, work.id, work.token, **values)

    def save_missing(self, work: EntryWork, error: str, now: datetime, ask_at: datetime) -> None:
        """Store that a page read before was not found; it is asked for again at ``ask_at``."""
        with self._database.write() as connection:
            settle(
                connection, tables.entry, work.id, work.token, next_at=ask_at, error=error[:1000]
            )

    def link_article(self, work: EntryWork, article_id: int) -> bool:
        """Finish an entry whose article is stored already."""
        with self._database.write() as connection:
            return _finish(connection, work, article_id)

    def save_read_failure(
        self,
        work: EntryWork,
        error: str,
        now: datetime,
        *,
        retry_at: datetime | None,
        host_rests_until: datetime | None = None,
        review: ReviewItem | None = None,
    ) -> None:
        """Store that an entry could not be read: it is tried again, or given up and reviewed."""
        state = "pending" if retry_at else "failed"
        with self._database.write() as connection:
            kept = settle(
                connection,
                tables.entry,
                work.id,
                work.token,
                state=state,
                attempts=work.attempts + 1,
                next_at=retry_at or now,
                error=error[:1000],
            )
            if kept:
                add_review(connection, review, now)
                _rest(connection, work.host, host_rests_until, error)

    def claim_articles(
        self,
        now: datetime,
        *,
        limit: int,
        lease_for: timedelta,
        lane: str | None = None,
        looking_back: bool = False,
    ) -> list[ArticleWork]:
        """Take up to ``limit`` articles to judge, oldest first.

        What was published later waits (for two minutes at most, not counting the time in which no
        worker ran) while older entries are still unread, so that the ledger learns things in the
        order in which they happened. While the worker is ``looking_back`` for the first time they
        wait half an hour, and none is judged before every feed has been asked once. ``lane``: the
        caller holds the ledger's lock.
        """
        patience = FIRST_PATIENCE if looking_back else ORDER_PATIENCE
        with self._database.write() as connection:
            if looking_back and unasked_feeds(connection):
                return []
            due = due_articles(now, limit, mine=lane is not None, patience=patience)
            found = connection.execute(due).mappings().all()
            found = set_aside_articles(connection, found, now)
            rows = safe_batch(found, "article_begun", limit)
            ids = [row["article_id"] for row in rows]
            token = lease(connection, tables.article, ids, now + lease_for)
            return [article_work(row, token) for row in rows]

    def save_judge_failure(
        self,
        work: ArticleWork,
        error: str,
        now: datetime,
        *,
        retry_at: datetime | None,
        review: ReviewItem | None,
    ) -> None:
        """Store that an article could not be judged: it is tried again, or reviewed by a person."""
        with self._database.write() as connection:
            kept = settle(
                connection,
                tables.article,
                work.id,
                work.token,
                state="pending" if retry_at else "failed",
                attempts=work.attempts + 1,
                next_at=retry_at or now,
                error=error[:1000],
            )
            if kept:
                add_review(connection, review, now)


def _due_entries(now: datetime, busy: Collection[str], limit: int, lane: str | None) -> Select[Any]:
    entry = tables.entry
    query = _entries(now, busy, "pending", lane)
    return query.order_by(entry.c.sort_at, entry.c.id).limit(limit)


def _due_rereads(now: datetime, busy: Collection[str], limit: int, lane: str | None) -> Select[Any]:
    return _entries(now, busy, "reread", lane).order_by(tables.entry.c.next_at).limit(limit)


def _entries(now: datetime, busy: Collection[str], state: str, lane: str | None) -> Select[Any]:
    entry, article, feed, host = tables.entry, tables.article, tables.feed, tables.host
    resting = select(host.c.name).where(host.c.rests_until > now)
    return (
        select(
            feed,
            *(c.label(f"entry_{c.name}") for c in entry.c),
            article.c.id.label("known_article"),
        )
        .join(feed, feed.c.id == entry.c.feed_id)
        .outerjoin(article, article.c.url == entry.c.url)
        .where(in_state(entry, state), entry.c.next_at <= now)
        .where(free(entry, now, mine=lane is not None), entry.c.host.not_in(resting))
        .where(entry.c.host.not_in(sorted(busy)) if lane is None else entry.c.host == lane)
        .with_for_update(skip_locked=True, of=entry)
    )


def due_articles(
    now: datetime, limit: int, *, mine: bool = False, patience: timedelta = ORDER_PATIENCE
) -> Select[Any]:
    """The articles that can be judged; ``mine``: also those that a dead worker holds."""
    article, entry, feed = tables.article, tables.entry, tables.feed
    unread = (
        select(func.min(entry.c.sort_at))
        .where(in_state(entry, "pending"), entry.c.attempts == 0)
        .scalar_subquery()
    )
    in_order = or_(
        unread.is_(None), article.c.sort_at <= unread, article.c.next_at <= now - patience
    )
    due = and_(
        in_state(article, "pending"), article.c.next_at <= now, free(article, now, mine=mine)
    )
    return (
        select(feed, *(c.label(f"article_{c.name}") for c in article.c))
        .outerjoin(feed, feed.c.id == article.c.feed_id)
        .where(due, in_order)
        .order_by(article.c.sort_at, article.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=article)
    )


def _finish(
    connection: Connection, work: EntryWork, article_id: int, *, reread: datetime | None = None
) -> bool:
    # The article keeps the feed's texts from here on; keeping them twice would double the file.
    done = {"state": "done", "error": None, "summary": "", "content": "", "article_id": article_id}
    again = {"state": "reread", "next_at": reread, "attempts": 0} if reread else {}
    return settle(connection, tables.entry, work.id, work.token, **done | again)


def _rest(connection: Connection, host: str, until: datetime | None, reason: str) -> None:
    if until is None:
        return
    row = {"name": host, "rests_until": until, "reason": reason[:300]}
    upsert(connection, tables.host, [row], on=["name"], change=("rests_until", "reason"))
