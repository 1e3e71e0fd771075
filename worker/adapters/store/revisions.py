"""Articles as they are stored: once for each address, with their revisions, one for each story."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from worker.adapters.store import tables
from worker.adapters.store.article_rows import article_of, article_values, content_hash, moment_of
from worker.adapters.store.codec import text_of
from worker.adapters.store.sql import in_state, upsert
from worker.core.entries import MAX_ADDRESS
from worker.core.reading import REREADS, is_better_or_same, is_headline_only
from worker.model import Article, FeedKind
from worker.ports import ArticleWork, EntryWork, ReadAhead

#: A search engine shows a story within so many days of its publisher.
TWIN_DAYS = 3
#: Shorter headlines ("Live", "In brief") are shared by different stories.
_TWIN_TITLE = 25


@dataclass(frozen=True, slots=True)
class Stored:
    """An article in the store; ``revision`` is the one stored just now, ``None`` if none was."""

    id: int
    article: Article
    revision: int | None = None


def store_article(
    connection: Connection,
    work: EntryWork,
    article: Article,
    now: datetime,
    *,
    ahead: ReadAhead | None = None,
    again: bool = False,
) -> Stored:
    """Store an article that was read for ``work``, and what it says if that is known.

    ``again`` is a later reading, which must not be worse than the known one.
    """
    table = tables.article
    article = replace(article, url=_address(article, work))
    digest = content_hash(article)
    query = select(table).where(table.c.url == article.url)
    known = connection.execute(query).mappings().first()
    if known is None:
        return _store_new(connection, work, article, digest, now, ahead)
    worse = again and not is_better_or_same(article, article_of(known))
    if known["content_hash"] == digest or worse:
        return Stored(int(known["id"]), article)
    _keep_revision(connection, known)
    values = article_values(work, article, digest, now, ahead)
    changed = {"revision": known["revision"] + 1, **values}
    connection.execute(update(table).where(table.c.id == known["id"]).values(**changed))
    return Stored(int(known["id"]), article, changed["revision"])


def _address(article: Article, work: EntryWork) -> str:
    """Where the article stands; a redirect may end at an address too long to be looked up."""
    url = article.url or work.entry.url
    return url if len(url.encode("utf-8", "replace")) <= MAX_ADDRESS else work.entry.url


def _store_new(
    connection: Connection,
    work: EntryWork,
    article: Article,
    digest: str,
    now: datetime,
    ahead: ReadAhead | None,
) -> Stored:
    twin = _twin(connection, work, article)
    if twin is not None and work.feed.kind is FeedKind.SEARCH and is_headline_only(article):
        return Stored(int(twin["id"]), article)
    if twin is not None and is_headline_only(article_of(twin)):
        article = _instead_of(connection, twin, article)
    values = article_values(work, article, digest, now, ahead)
    made = connection.execute(
        insert(tables.article).values(revision=1, seeding=work.seeding, **values)
    )
    return Stored(int((made.inserted_primary_key or (0,))[0]), article, 1)


def _twin(connection: Connection, work: EntryWork, article: Article) -> RowMapping | None:
    """The same story under another address, known by its headline of the same days."""
    table, margin = tables.article, timedelta(days=TWIN_DAYS)
    if len(article.title) < _TWIN_TITLE:
        return None
    at = moment_of(article.published) or work.entry.published or work.first_seen
    query = (
        select(table)
        .where(table.c.title == article.title, table.c.sort_at.between(at - margin, at + margin))
        .order_by(table.c.id)
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def _instead_of(connection: Connection, twin: RowMapping, article: Article) -> Article:
    """The whole text takes the place of its mere headline: one report, told once.

    A headline not judged yet is not judged any more; of one that told something, the text has the
    origin.
    """
    table, known = tables.article, tables.known_text
    unjudged = connection.execute(
        update(table)
        .where(table.c.id == twin["id"], in_state(table, "pending"), table.c.lease_token.is_(None))
        .values(state="done")
    )
    if unjudged.rowcount:
        return article
    query = select(known.c.text).where(known.c.article_key == twin["url"], known.c.relevant)
    text: Any = connection.execute(query).scalar()
    return article if text is None else replace(article, origin=text_of(text).origin)


def _keep_revision(connection: Connection, known: RowMapping) -> None:
    columns = ("revision", "title", "text", "content_hash", "fetched_at")
    row = {"article_id": known["id"], **{name: known[name] for name in columns}}
    upsert(connection, tables.article_revision, [row], on=("article_id", "revision"))


def plan_reread(connection: Connection, work: ArticleWork, now: datetime) -> None:
    """Have a relevant article read again while it is young, through one of its entries."""
    entry = tables.entry
    if work.revision > 1 or now - work.first_seen >= REREADS[-1]:
        return
    first = (
        select(entry.c.id)
        .where(entry.c.article_id == work.id, in_state(entry, "done"))
        .order_by(entry.c.id)
        .limit(1)
        .scalar_subquery()
    )
    next_at = now + REREADS[0]
    connection.execute(
        update(entry).where(entry.c.id == first).values(state="reread", next_at=next_at, attempts=0)
    )
