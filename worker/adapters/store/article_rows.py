"""Rows of entries and articles as values of the model, and back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from worker.adapters.store.codec import ahead_json, ahead_of
from worker.adapters.store.columns import storable
from worker.adapters.store.feedrows import feed_of
from worker.core.poison import is_suspect
from worker.model import Article, Entry, Feed, TextSource
from worker.ports import ArticleWork, EntryWork, ReadAhead


def article_values(
    work: EntryWork, article: Article, digest: str, now: datetime, ahead: ReadAhead | None = None
) -> dict[str, Any]:
    """The columns that an article read for ``work`` sets; ``ahead`` is what it says, if known."""
    published = article.published
    return {
        "url": article.url,
        "feed_id": work.feed.id,
        "title": article.title,
        "text": article.text,
        "published": published,
        "sort_at": _sort_at(work, published),
        "first_seen": work.first_seen,
        "source": article.source,
        "language": article.language,
        "origin": article.origin,
        "text_source": article.text_source.value,
        "content_hash": digest,
        "read_ahead": _kept_ahead(article, ahead),
        "fetched_at": now,
        "state": "pending",
        "attempts": 0,
        "next_at": now,
        "lease_until": None,
        "lease_token": None,
    }


def _sort_at(work: EntryWork, published: str | None) -> datetime:
    """When an article came out; of a mere date the hour is that of its feed, if it tells that day.

    Else the news of a day would be judged in the order in which it happens to be read.
    """
    told, fed = moment_of(published), work.entry.published
    if told is None:
        return fed or work.first_seen
    undated = published is not None and len(published) <= len("2026-02-28")
    return fed if undated and fed is not None and fed.date() == told.date() else told


def _kept_ahead(article: Article, ahead: ReadAhead | None) -> Any:
    """What an article says as far as its turn at the ledger needs it.

    Read in words that cannot be stored, it would quote what no stored text says.
    """
    if ahead is None or not ahead.analysis.relevant or not storable(article.full_text):
        return None
    return ahead_json(ahead)


def content_hash(article: Article) -> str:
    """What tells two texts of one article apart."""
    return hashlib.sha256(article.full_text.encode("utf-8", "surrogatepass")).hexdigest()


def moment_of(published: str | None) -> datetime | None:
    """The start of a (partial) ISO date or the time of a date-time, in UTC; ``None`` if neither."""
    if not published:
        return None
    padded = published if len(published) > 7 else f"{published}-01-01"[:10]
    try:
        moment = datetime.fromisoformat(padded)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def entry_work(row: RowMapping, token: str) -> EntryWork:
    """The work of a joined row of entry, feed and known article."""
    return EntryWork(
        id=row["entry_id"],
        entry=Entry(
            feed_id=row["entry_feed_id"],
            key=row["entry_key"],
            url=row["entry_url"],
            title=row["entry_title"],
            summary=row["entry_summary"],
            content=row["entry_content"],
            published=row["entry_published"],
            source=row["entry_source"],
            language=row["entry_language"],
        ),
        feed=feed_of(row),
        host=row["entry_host"],
        first_seen=row["entry_first_seen"],
        seeding=row["entry_seeding"],
        attempts=row["entry_attempts"],
        token=token,
        known_article=row["known_article"],
        rereading=row["entry_state"] == "reread",
        missing=row["entry_state"] == "reread" and row["entry_error"] is not None,
        suspect=is_suspect(row["entry_begun"]),
    )


def article_of(row: RowMapping, prefix: str = "") -> Article:
    """The article of a row whose columns have ``prefix``."""
    return Article(
        text=row[f"{prefix}text"],
        title=row[f"{prefix}title"],
        url=row[f"{prefix}url"],
        published=row[f"{prefix}published"],
        source=row[f"{prefix}source"],
        language=row[f"{prefix}language"],
        origin=row[f"{prefix}origin"],
        text_source=TextSource(row[f"{prefix}text_source"]),
    )


def article_work(row: RowMapping, token: str) -> ArticleWork:
    """The work of a joined row of article and feed."""
    feed: Feed | None = feed_of(row) if row["id"] is not None else None
    return ArticleWork(
        id=row["article_id"],
        article=article_of(row, "article_"),
        feed=feed,
        revision=row["article_revision"],
        first_seen=row["article_first_seen"],
        seeding=row["article_seeding"],
        attempts=row["article_attempts"],
        token=token,
        suspect=is_suspect(row["article_begun"]),
        read_ahead=ahead_of(row["article_read_ahead"]),
    )
