"""Poll: a due feed → conditional GET → new entries."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from worker.core.schedule import PollResult, after_poll
from worker.errors import ExtractionError, FetchError, InputError
from worker.pipeline.tools import Tools
from worker.ports import FeedWork, FetchedBody, Note, ParsedBody

ACCEPT_FEED = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"


async def poll(tools: Tools, work: FeedWork) -> str | None:
    """Ask one feed for news and store what it brought."""
    result, parsed = await _ask(tools, work)
    now = tools.clock.now()
    state = after_poll(
        work.state,
        result,
        high_priority=work.feed.priority == "high",
        now=now,
        jitter=2 * tools.jitter() - 1,
        intervals=tools.intervals,
    )
    entries = parsed.entries if parsed else ()
    notes = _poll_notes(work, result, disabled=state.disabled)
    await tools.db(tools.store.feeds.save_poll, work, state, entries, notes, now)
    return result.error or result.parse_error


async def _ask(tools: Tools, work: FeedWork) -> tuple[PollResult, ParsedBody | None]:
    state = work.state
    try:
        fetched = await tools.fetcher.fetch(
            state.url, etag=state.etag, last_modified=state.last_modified, accept=ACCEPT_FEED
        )
    except FetchError as error:
        failed = PollResult(status=error.status, error=str(error), retry_after=error.retry_after)
        return failed, None
    answer = _answer(fetched)
    if fetched.not_modified or answer.body_hash == state.body_hash:
        return answer, None
    return await _parse(tools, work, fetched, answer)


async def _parse(
    tools: Tools, work: FeedWork, fetched: FetchedBody, answer: PollResult
) -> tuple[PollResult, ParsedBody | None]:
    known = await tools.db(tools.store.feeds.known_keys, work.feed.id)
    now = tools.clock.now()
    try:
        parsed = await tools.reader.feed(fetched.body, work.feed, known=known, now=now)
    except (InputError, ExtractionError) as error:
        return replace(answer, parse_error=str(error)), None
    told = replace(
        answer,
        changed=bool(parsed.entries),
        ttl_minutes=parsed.ttl_minutes,
        skip_hours=parsed.skip_hours,
    )
    return told, parsed


def _answer(fetched: FetchedBody) -> PollResult:
    unchanged = fetched.not_modified
    return PollResult(
        status=fetched.status,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        body_hash=None if unchanged else hashlib.sha256(fetched.body).hexdigest(),
        max_age=fetched.max_age,
        permanent_url=fetched.permanent_url,
    )


def _poll_notes(work: FeedWork, result: PollResult, *, disabled: str | None) -> list[Note]:
    """What an operator is told of a poll: once, when it starts to be so."""
    if disabled:
        return [Note("feed_disabled", work.feed.id, disabled)]
    if result.parse_error and not work.state.parse_failed:
        return [Note("feed_unreadable", work.feed.id, result.parse_error)]
    if result.error and work.state.failures == 0:
        return [Note("feed_unreachable", work.feed.id, result.error)]
    return []
