"""Read: an entry → its page, else the feed's own text → an article."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from worker.core import reading
from worker.core.articles import article_from_feed
from worker.core.googlenews import answer, question
from worker.core.withdrawal import ASK_AGAIN, GONE, MISSING, says_withdrawn
from worker.errors import ExtractionError, FetchError, InputError
from worker.model import Article
from worker.pipeline import events
from worker.pipeline.judge import read_ahead, set_aside, withdraw
from worker.pipeline.tools import Tools
from worker.ports import EntryWork, FetchedBody, ReviewItem

ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.1"


async def read(tools: Tools, work: EntryWork) -> str | None:
    """Get the article behind one entry and store it."""
    if work.rereading:
        await _reread(tools, work)
        return None
    if work.known_article is not None:
        await tools.db(tools.store.articles.link_article, work, work.known_article)
        return None
    articles: Sequence[Article]
    problem: str | None
    try:
        articles, problem = await _articles(tools, work), None
    except FetchError as error:
        return await _after_fetch_failure(tools, work, error)
    except (ExtractionError, InputError) as error:
        articles, problem = (), str(error)
    return await _save_read(tools, work, articles, problem)


async def _reread(tools: Tools, work: EntryWork) -> None:
    """Read an article again: what has changed is judged anew, what fails changes nothing.

    A page that is gone, or not found twice, or says that its article was taken back, withdraws it.
    """
    articles: Sequence[Article] = ()
    try:
        fetched = await tools.pages.fetch(work.entry.url, accept=ACCEPT_PAGE)
        with contextlib.suppress(ExtractionError, InputError):
            articles = await _read_page(tools, work, fetched)
        if says_withdrawn(fetched.body, articles):
            await withdraw(tools, work, "the page says that the article was taken back")
            return
    except FetchError as error:
        if error.status == GONE or (error.status == MISSING and work.missing):
            await withdraw(tools, work, str(error))
            return
        if error.status == MISSING:
            now = tools.clock.now()
            save = tools.store.articles.save_missing
            await tools.db(save, work, str(error), now, now + ASK_AGAIN)
            return
    if await tools.db(tools.store.articles.save_reread, work, articles, tools.clock.now()):
        events.read(work, articles)


async def _articles(tools: Tools, work: EntryWork) -> Sequence[Article]:
    fetched = await tools.pages.fetch(work.entry.url, accept=ACCEPT_PAGE)
    return await _read_page(tools, work, await _publishers(tools, fetched))


async def _publishers(tools: Tools, fetched: FetchedBody) -> FetchedBody:
    """The publisher's page where a search engine's link hid it; the link's own where it stays so.

    Robots.txt and the pace of hosts hold for each request; what is refused leaves the headline.
    """
    asked = question(fetched.url, fetched.body)
    if asked is None:
        return fetched
    where, form = asked
    with contextlib.suppress(FetchError):
        told = await tools.pages.fetch(where, accept="*/*", form=form)
        url = answer(told.body)
        if url is not None:
            return await tools.pages.fetch(url, accept=ACCEPT_PAGE)
    return fetched


async def _read_page(tools: Tools, work: EntryWork, fetched: FetchedBody) -> Sequence[Article]:
    now = tools.clock.now()
    return await tools.reader.articles(fetched.body, work.entry, fetched.url, now=now)


async def _after_fetch_failure(tools: Tools, work: EntryWork, error: FetchError) -> str | None:
    now = tools.clock.now()
    then = reading.after_fetch_failure(error, work.attempts + 1, now)
    if then.step is reading.NextStep.USE_FEED_TEXT:
        return await _save_read(tools, work, (), str(error))
    await tools.db(
        tools.store.articles.save_read_failure,
        work,
        str(error),
        now,
        retry_at=then.at,
        host_rests_until=then.host_rests_until,
    )
    events.not_read(str(error), final=then.at is None)
    return str(error)


async def _save_read(
    tools: Tools, work: EntryWork, articles: Sequence[Article], problem: str | None
) -> str | None:
    """Store the article, else the feed's own text, else a review item: never nothing."""
    now = tools.clock.now()
    try:
        read = articles or (article_from_feed(work.entry),)
    except (ExtractionError, InputError):
        entry = work.entry
        item = ReviewItem("unreadable", entry.url, entry.title, problem or "no text")
        save = tools.store.articles.save_read_failure
        await tools.db(save, work, item.detail, now, retry_at=None, review=item)
        events.not_read(item.detail, final=True)
        return problem
    ahead, aside = await read_ahead(tools, read), set_aside(tools, now)
    store = tools.store.articles.save_articles
    saved = await tools.db(store, work, read, now, ahead=ahead, aside=aside)
    if saved:
        events.read(work, read)
        for judged in saved.judged:
            events.judged(judged)
    return problem
