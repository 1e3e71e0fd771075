"""Poll: a due feed → conditional GET → new entries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from worker.core.dying import newly_dying
from worker.core.schedule import PollResult, after_poll
from worker.errors import ExtractionError, FetchError, InputError
from worker.model import Entry
from worker.pipeline import events
from worker.pipeline.lookback import oldest_read, past_hits
from worker.pipeline.tools import ACCEPT_FEED, Tools
from worker.ports import FeedWork, FetchedBody, Note, Notice, ParsedBody, Polled

#: A feed is read in parts of 500 entries; what is left after so many comes with the next poll.
MOST_PARTS = 10


async def poll(tools: Tools, work: FeedWork) -> str | None:
    """Ask one feed for news and store what it brought."""
    result, entries = await _ask(tools, work)
    if result.parsed:
        entries = [*entries, *await past_hits(tools, work)]
    now = tools.clock.now()
    state = after_poll(
        work.state,
        result,
        high_priority=work.feed.priority == "high",
        now=now,
        jitter=2 * tools.jitter() - 1,
        intervals=tools.intervals,
    )
    lost = newly_dying(work.state, state, now)
    notes = _poll_notes(work, result, lost)
    notices = _notices(tools, work, lost) if lost and state.failures else ()
    new = await tools.save_poll(
        Polled(work, state, entries, now, notes, notices, oldest_read(tools, work, now))
    )
    events.polled(result, new)
    return result.error or result.parse_error


async def _ask(tools: Tools, work: FeedWork) -> tuple[PollResult, Sequence[Entry]]:
    state = work.state
    try:
        fetched = await tools.fetcher.fetch(
            state.url, etag=state.etag, last_modified=state.last_modified, accept=ACCEPT_FEED
        )
    except FetchError as error:
        failed = PollResult(status=error.status, error=str(error), retry_after=error.retry_after)
        return failed, ()
    answer = _answer(fetched)
    if fetched.not_modified or answer.body_hash == state.body_hash:
        return answer, ()
    return await _parse(tools, work, fetched, answer)


async def _parse(
    tools: Tools, work: FeedWork, fetched: FetchedBody, answer: PollResult
) -> tuple[PollResult, Sequence[Entry]]:
    try:
        parsed, entries = await _read_all(tools, work, fetched.body)
    except (InputError, ExtractionError) as error:
        return replace(answer, parse_error=str(error)), ()
    told = replace(
        answer,
        parsed=True,
        changed=bool(entries),
        ttl_minutes=parsed.ttl_minutes,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        remark="; ".join(parsed.problems) or None,
    )
    return (_unfinished(told, work) if parsed.more else told), entries


async def _read_all(tools: Tools, work: FeedWork, body: bytes) -> tuple[ParsedBody, list[Entry]]:
    """The first part of a feed and the new entries of all parts; a part is some hundred entries."""
    new = work.state.never_read
    known = set() if new else set(await tools.db(tools.store.feeds.known_keys, work.feed.id))
    entries: list[Entry] = []
    for _ in range(MOST_PARTS):
        now = tools.clock.now()
        parsed = await tools.reader.feed(body, work.feed, known=known, now=now)
        entries += parsed.entries
        if not parsed.more or not parsed.entries:
            break
        known.update(entry.key for entry in parsed.entries)
    return parsed, entries


def _unfinished(result: PollResult, work: FeedWork) -> PollResult:
    """What a body left unread is fetched again for: its validators are not kept."""
    state = work.state
    return replace(
        result, etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash
    )


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


def _poll_notes(work: FeedWork, result: PollResult, lost: str | None) -> list[Note]:
    """What an operator is told of a poll: once, when it starts to be so."""
    feed, state = work.feed.id, work.state
    if result.status == 410:
        return [Note("feed_disabled", feed, lost or result.error or "")]
    if lost:
        return [Note("feed_dying", feed, lost)]
    if result.parse_error and not state.parse_failed:
        return [Note("feed_unreadable", feed, result.parse_error)]
    if result.error and state.failures == 0:
        return [Note("feed_unreachable", feed, result.error)]
    if result.remark and result.remark != state.remark:
        return [Note("feed_odd", feed, result.remark)]
    return []


def _notices(tools: Tools, work: FeedWork, lost: str) -> list[Notice]:
    """The message that a feed is lost, for the operator: only people can mend that."""
    text = (
        f"Feed {work.feed.id} ({work.feed.title}) is dying: {lost}. "
        f"See why: coalition-watch feeds test {work.feed.id}"
    )
    return tools.notices("A source is being lost", text)
