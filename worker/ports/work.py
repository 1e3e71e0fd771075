"""The work that stages are handed, and what they hand back.

A work carries the lease under which it was claimed; its result is stored only while that lease
is still held, so a result that comes after another worker has taken over changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from worker.core.outbox import Breaker, DeliveryState
from worker.core.routing import DIGEST, Handover
from worker.core.schedule import FeedState
from worker.core.views import Verdict
from worker.model import Alert, Analysis, Article, Delivery, Entry, Feed


class Stage(StrEnum):
    """The four stages, in the order of the flow."""

    POLL = "poll"
    READ = "read"
    JUDGE = "judge"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True)
class FeedWork:
    """A feed that is due, and what is remembered of it."""

    feed: Feed
    state: FeedState
    host: str
    token: str
    #: Workers have died with it: it is done while its worker does nothing else.
    suspect: bool = False

    @property
    def lane(self) -> str:
        """Works of one lane are done one after the other: those of one host."""
        return self.host


@dataclass(frozen=True, slots=True)
class Note:
    """Something an operator should know: a broken feed, a dead letter, a lost page."""

    kind: str
    subject: str
    detail: str


#: A channel and the payload that tells people there what goes wrong.
Notice = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DayRead:
    """How much was read in a day, how much of it was coverage, and how many alerts were told."""

    articles: int
    relevant: int
    told: int


@dataclass(frozen=True, slots=True)
class LookedBack:
    """What the first look back has read."""

    articles: int
    relevant: int
    claims: int


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought, to be stored with the feed's new state.

    ``notices`` tell people of a dying feed.
    """

    work: FeedWork
    state: FeedState
    entries: Sequence[Entry]
    now: datetime
    notes: Sequence[Note] = ()
    notices: Sequence[Notice] = ()
    #: What was published before this is kept as seen, and not read.
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryWork:
    """An entry whose article is to be read; ``attempts`` counts those that failed."""

    id: int
    entry: Entry
    feed: Feed
    host: str
    first_seen: datetime
    seeding: bool
    attempts: int
    token: str
    #: An article already stored under the same address, which need not be fetched again.
    known_article: int | None = None
    #: It was read before and may have changed; ``attempts`` then counts the re-readings.
    rereading: bool = False
    #: The last re-reading did not find its page.
    missing: bool = False
    #: Workers have died with it: it is done while its worker does nothing else.
    suspect: bool = False

    @property
    def lane(self) -> str:
        """Works of one lane are done one after the other: those of one host."""
        return self.host


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """What an article says, read before its turn at the ledger by an extractor of that version."""

    analysis: Analysis
    extractor_version: str


@dataclass(frozen=True, slots=True)
class ArticleWork:
    """An article that is to be judged. ``seeding``: it was there before the feed's first poll."""

    id: int
    article: Article
    feed: Feed | None
    revision: int
    first_seen: datetime
    seeding: bool
    attempts: int
    token: str
    #: Workers have died with it: it is done while its worker does nothing else.
    suspect: bool = False
    #: What it says, where that was read together with it.
    read_ahead: ReadAhead | None = None

    @property
    def lane(self) -> str:
        """All articles share one lane: the ledger is written in order of publication."""
        return "ledger"


@dataclass(frozen=True, slots=True)
class DeliveryWork:
    """A delivery that is due, the state of its channel's breaker and its attempt's number."""

    delivery: Delivery
    breaker: Breaker
    deadline: datetime
    number: int
    token: str

    @property
    def suspect(self) -> bool:
        """Attempts are counted as they begin, whatever comes of them."""
        return False

    @property
    def lane(self) -> str:
        """Works of one lane are done one after the other: those of one channel."""
        return self.delivery.channel


Work = FeedWork | EntryWork | ArticleWork | DeliveryWork


@dataclass(frozen=True, slots=True)
class DueGroup:
    """An alert group whose window has ended; ``alerts`` are in the order they were handed over."""

    id: str
    channel: str
    key: str
    alerts: tuple[Alert, ...]
    #: The language that the route asks for; None: the channel's own.
    language: str | None = None

    @property
    def is_digest(self) -> bool:
        """Whether it collects alerts of a day or week, of whatever actor and measure."""
        return self.key.endswith(DIGEST)


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging an article gives: the verdict, where its alerts go, and how it was read."""

    verdict: Verdict
    handovers: tuple[tuple[Alert, tuple[Handover, ...]], ...] = ()
    relevant: bool = False
    claims: int = 0
    extractor_version: str = ""
    review: ReviewItem | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """The articles of an entry are stored; ``judged`` are those that needed no turn at the ledger."""

    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What an attempt changes: the delivery, its channel's breaker, and what is told of it."""

    state: DeliveryState
    next_at: datetime
    outcome: str
    breaker: Breaker
    disable_channel: str | None = None
    #: ``(channel, payload)`` that tells a dead letter elsewhere.
    notice: tuple[str, dict[str, Any]] | None = None
    #: What the channel said of a message that it took; later ones of the thread are given it.
    receipt: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An article that a person should look at, and why."""

    reason: str
    url: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of visible progress: how many works of a stage are done, and what was done last."""

    stage: Stage
    done: int
    label: str
    failed: bool = False
