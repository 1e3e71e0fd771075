"""What the stages need of the store; each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from worker.core.blindspots import Pulse, Watch
from worker.core.overview import Overview
from worker.core.routing import Desk
from worker.core.threads import Root
from worker.core.views import LedgerView
from worker.model import Article, Delivery
from worker.ports.work import (
    ArticleWork,
    DayRead,
    DeliveryResult,
    DeliveryWork,
    DueGroup,
    EntryWork,
    FeedWork,
    Judged,
    LookedBack,
    Note,
    Notice,
    Polled,
    ReadAhead,
    ReviewItem,
    Saved,
)

#: Judges an article that says nothing of the coalition.
SetAside = Callable[[ArticleWork, LedgerView], Judged]


class FeedStore(Protocol):
    """Feeds, as polling sees them."""

    def claim(
        self,
        now: datetime,
        *,
        busy: Collection[str],
        limit: int,
        lease_for: timedelta,
        lane: str | None = None,
    ) -> list[FeedWork]: ...

    def known_keys(self, feed_id: str) -> frozenset[str]: ...

    def save_polls(self, polls: Sequence[Polled]) -> list[int]: ...


class ArticleStore(Protocol):
    """Entries and articles, as reading and judging see them."""

    def claim_entries(
        self,
        now: datetime,
        *,
        busy: Collection[str],
        limit: int,
        lease_for: timedelta,
        lane: str | None = None,
    ) -> list[EntryWork]: ...

    def save_articles(
        self,
        work: EntryWork,
        articles: Sequence[Article],
        now: datetime,
        *,
        ahead: Sequence[ReadAhead | None] = (),
        aside: SetAside | None = None,
    ) -> Saved | None: ...

    def save_reread(self, work: EntryWork, articles: Sequence[Article], now: datetime) -> bool: ...

    def save_missing(
        self, work: EntryWork, error: str, now: datetime, ask_at: datetime
    ) -> None: ...

    def link_article(self, work: EntryWork, article_id: int) -> bool: ...

    def save_read_failure(
        self,
        work: EntryWork,
        error: str,
        now: datetime,
        *,
        retry_at: datetime | None,
        host_rests_until: datetime | None = None,
        review: ReviewItem | None = None,
    ) -> None: ...

    def claim_articles(
        self,
        now: datetime,
        *,
        limit: int,
        lease_for: timedelta,
        lane: str | None = None,
        looking_back: bool = False,
    ) -> list[ArticleWork]: ...

    def save_judge_failure(
        self,
        work: ArticleWork,
        error: str,
        now: datetime,
        *,
        retry_at: datetime | None,
        review: ReviewItem | None,
    ) -> None: ...


class LedgerStore(Protocol):
    """The ledger, as judging sees it."""

    def judge(
        self, work: ArticleWork, decide: Callable[[LedgerView, Desk], Judged], now: datetime
    ) -> Judged | None: ...

    def withdraw(
        self,
        work: EntryWork,
        decide: Callable[[str, LedgerView, Desk], Judged],
        why: str,
        now: datetime,
    ) -> list[str]: ...


class GroupStore(Protocol):
    """Alert groups, as delivering sees them."""

    def due(self, now: datetime, horizon: timedelta = timedelta(0)) -> list[DueGroup]: ...

    def roots(self, channel: str, alert_ids: Collection[str]) -> dict[str, Root]: ...

    def overview(self, now: datetime) -> Overview: ...

    def flush(self, group: DueGroup, payload: dict[str, Any], now: datetime) -> bool: ...


class OutboxStore(Protocol):
    """Deliveries, as delivering sees them."""

    def claim(
        self,
        now: datetime,
        channels: Collection[str],
        *,
        busy: Collection[str],
        lease_for: timedelta,
        lane: str | None = None,
    ) -> list[DeliveryWork]: ...

    def finish(self, work: DeliveryWork, result: DeliveryResult, now: datetime) -> bool: ...

    def expire(self, now: datetime, channels: Collection[str]) -> list[Delivery]: ...

    def bury(self, delivery: Delivery, why: str, notice: Any, now: datetime) -> None: ...

    def next_due(self, channels: Collection[str]) -> datetime | None: ...


class WatchStore(Protocol):
    """What came in, as watching sees it."""

    def pulse(self, watch: Watch, now: datetime) -> Pulse: ...

    def fresh(self, kind: str, subjects: Collection[str], since: datetime) -> set[str]: ...

    def tell(
        self, key: str, notes: Iterable[Note], notices: Sequence[Notice], now: datetime
    ) -> bool: ...

    def handed_over(self, key: str) -> bool: ...

    def milestone(self, name: str) -> datetime | None: ...

    def reach(
        self,
        name: str,
        detail: str,
        now: datetime,
        notes: Iterable[Note] = (),
        notices: Sequence[Notice] = (),
    ) -> bool: ...

    def look_back_left(self) -> bool: ...

    def looked_back(self) -> LookedBack: ...

    def day(self, room: str, channels: Sequence[str], now: datetime) -> DayRead: ...


class WorkStore(Protocol):
    """All that the stages need of the store."""

    @property
    def feeds(self) -> FeedStore: ...
    @property
    def articles(self) -> ArticleStore: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def groups(self) -> GroupStore: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def watching(self) -> WatchStore: ...

    def release(self, token: str, now: datetime) -> None: ...

    def begin_alone(self, work: FeedWork | EntryWork | ArticleWork, now: datetime) -> bool: ...
