"""The four stages, from a feed that is due to an alert that has been handed over.

poll:    due feed → conditional GET → new entries            ┐ each stage reads what it needs,
read:    entry → page, else the feed's own text → article    │ does its network or CPU work
judge:   article → claims → verdict on the ledger → alerts   │ outside any transaction, then
         → their groups                                      │ makes one write transaction:
deliver: group whose window has ended → delivery → attempt   ┘ rows, follow-up work, "done"

claim(stage) takes due rows under a lease; handle(work) does one of them.
A crash lets leases run out: the work is done again, and doing it again changes nothing;
what a worker died with time and again is done while nothing else is (core/poison.py).
What fails is a value in a row (when to try again, or a dead letter, or a review item);
only StoreError leaves a stage, and the engine then comes back later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from worker.core import outbox
from worker.pipeline import events
from worker.pipeline.company import Company
from worker.pipeline.deliver import deliver, flush
from worker.pipeline.judge import judge
from worker.pipeline.lookback import LookBack
from worker.pipeline.poll import poll
from worker.pipeline.read import read
from worker.pipeline.tools import Tools
from worker.pipeline.watch import Watchman
from worker.ports import ArticleWork, DeliveryWork, EntryWork, FeedWork, Stage, Work

__all__ = ["Pipeline", "Tools"]

#: Longer than the works of one lane can take that are claimed together.
LEASE = timedelta(minutes=15)


class Pipeline:
    """The stages over one set of tools."""

    def __init__(self, tools: Tools):
        self.tools = tools
        self._watchman = Watchman()
        self._look_back = LookBack()
        self._company = Company()

    async def claim(
        self, stage: Stage, *, busy: Collection[str], limit: int, lane: str | None = None
    ) -> Sequence[Work]:
        """Take up to ``limit`` due works of a stage whose lanes are not ``busy``.

        ``lane``: of that lane only; the caller holds its lock, so earlier leases on it are dead.
        """
        tools, store, now = self.tools, self.tools.store, self.tools.clock.now()
        options: dict[str, Any] = {"limit": limit, "lease_for": LEASE, "lane": lane}
        if stage is Stage.POLL:
            return await tools.db(store.feeds.claim, now, busy=busy, **options)
        if stage is Stage.READ:
            return await tools.db(store.articles.claim_entries, now, busy=busy, **options)
        if stage is Stage.JUDGE:
            options["looking_back"] = await self._look_back.under_way(tools)
            return await tools.db(store.articles.claim_articles, now, **options)
        return await tools.db(
            store.outbox.claim,
            now,
            list(tools.senders),
            busy=busy,
            lease_for=outbox.LEASE,
            lane=lane,
        )

    async def handle(self, work: Work) -> str | None:
        """Do one work; returns what went wrong in one line, ``None`` if nothing did.

        Suspects wait until nothing else is at work here, and nothing else begins meanwhile.
        """
        async with self._company.beside(alone=work.suspect):
            if not await self._begin(work):
                return None
            return await self._told(work)

    async def _begin(self, work: Work) -> bool:
        """Count a suspect as begun; ``False`` if another worker has it by now."""
        if isinstance(work, DeliveryWork) or not work.suspect:
            return True
        return await self.tools.db(self.tools.store.begin_alone, work, self.tools.clock.now())

    async def _told(self, work: Work) -> str | None:
        with events.told_of(work):
            return await self._handle(work)

    async def _handle(self, work: Work) -> str | None:
        if isinstance(work, FeedWork):
            return await poll(self.tools, work)
        if isinstance(work, EntryWork):
            return await read(self.tools, work)
        if isinstance(work, ArticleWork):
            return await judge(self.tools, work)
        return await deliver(self.tools, work)

    async def flush(self, horizon: timedelta = timedelta(0)) -> int:
        """Turn the groups whose window ends by now plus ``horizon`` into deliveries."""
        return await flush(self.tools, horizon)

    async def watch(self) -> None:
        """Tell the operator what is due: blind spots, heartbeats; most calls do nothing."""
        await self._look_back.end_if_done(self.tools)
        await self._watchman.look(self.tools)

    async def give_back(self, works: Sequence[Work]) -> None:
        """Release works that were claimed and not begun."""
        for token in {work.token for work in works}:
            await self.tools.db(self.tools.store.release, token, self.tools.clock.now())
