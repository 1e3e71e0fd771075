"""The first look back: what the sources still offer fills the ledger before the first alert.

On the first start the articles of the last months are read and judged in order, silently but for
the newest; judging waits until every feed has been asked once. Then the operator is told, and a
person may make a baseline of what was found.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from worker.errors import ExtractionError, FetchError, InputError
from worker.model import Entry, FeedKind
from worker.pipeline.backfill import Span, past_entries
from worker.pipeline.sources import Sources
from worker.pipeline.tools import Tools
from worker.ports import FeedWork, Note

FIRST_START, LOOKED_BACK = "first_start", "looked_back"
#: After so long the first look back has ended, whatever is still unread.
LONGEST = timedelta(hours=6)
#: So many hits of one search feed are read at most.
MOST_HITS = 1000


class LookBack:
    """Whether the first look back is under way; asks the store until it is done."""

    def __init__(self) -> None:
        self._done = False

    async def under_way(self, tools: Tools) -> bool:
        """Whether the ledger is still being filled for the first time."""
        if not self._done and tools.first_look_back:
            ended = await tools.db(tools.store.watching.milestone, LOOKED_BACK)
            self._done = ended is not None
        return bool(tools.first_look_back) and not self._done

    async def end_if_done(self, tools: Tools) -> None:
        """Note the end of the look back, and tell the operator, once nothing of it is left."""
        if not await self.under_way(tools):
            return
        now, watching = tools.clock.now(), tools.store.watching
        began = await tools.db(watching.milestone, FIRST_START) or now
        if now - began < LONGEST and await tools.db(watching.look_back_left):
            return
        seen = await tools.db(watching.looked_back)
        told = (
            f"{seen.articles:,} articles were read, {seen.relevant:,} of them coverage; "
            f"{seen.claims:,} claims fill the ledger. Review what was found, and make it the "
            "baseline: coalition-watch baseline build --from-ledger --out FOLDER"
        )
        note = Note("looked_back", "first start", told)
        named = tools.operations if seen.articles else ()
        notices = tools.notices("The first look back is done", told) if named else []
        await tools.db(watching.reach, LOOKED_BACK, told, now, (note,), notices)


def oldest_read(tools: Tools, work: FeedWork, now: datetime) -> datetime | None:
    """What was published before this is not read at a feed's first poll."""
    if not (work.state.never_read and tools.first_look_back):
        return None
    return now - tools.first_look_back


async def past_hits(tools: Tools, work: FeedWork) -> Sequence[Entry]:
    """What a search feed finds when it is asked about the months before, a week at a time.

    Nothing for other feeds and later polls. What can no longer be asked is left out.
    """
    now = tools.clock.now()
    oldest = oldest_read(tools, work, now)
    if oldest is None or work.feed.kind is not FeedKind.SEARCH:
        return ()
    newest = now - timedelta(hours=tools.look_back_hours) - timedelta(days=1)
    span = Span(oldest.date(), newest.date())
    sources = Sources(tools.fetcher, tools.pages, tools.reader, tools.clock)
    found: dict[str, Entry] = {}
    with contextlib.suppress(FetchError, InputError, ExtractionError):
        async for entry in past_entries(sources, work.feed, span, ()):
            found.setdefault(entry.key, entry)
            if len(found) == MOST_HITS:
                break
    return tuple(found.values())
