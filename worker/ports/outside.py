"""Who does the I/O of the stages: Protocols that adapters and tests fulfil."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from worker.core.threads import Occasion, Threading
from worker.model import Alert, Analysis, Article, Delivery, Entry, Feed


class Clock(Protocol):
    """Tells the time; the only source of ``now``."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class FetchedBody(Protocol):
    """A successful response, as the guarded client gives it."""

    @property
    def status(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...
    @property
    def not_modified(self) -> bool: ...
    @property
    def max_age(self) -> float | None: ...
    @property
    def permanent_url(self) -> str | None: ...


class Fetcher(Protocol):
    """Gets what a feed or an article names; failures are FetchError or FetchRefused."""

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        form: bytes | None = None,
    ) -> FetchedBody:
        """Get ``url``, conditionally where a validator is given; a ``form`` is posted to it."""
        ...


class ParsedBody(Protocol):
    """What was read out of a feed's body."""

    @property
    def entries(self) -> Sequence[Entry]: ...
    @property
    def ttl_minutes(self) -> int | None: ...
    @property
    def skip_hours(self) -> Collection[int]: ...
    @property
    def skip_days(self) -> Collection[str]: ...
    @property
    def problems(self) -> Sequence[str]: ...
    @property
    def more(self) -> bool: ...


class Reader(Protocol):
    """Reads bodies in a process that can be killed."""

    async def feed(
        self, body: bytes, feed: Feed, *, known: Collection[str], now: datetime
    ) -> ParsedBody:
        """The new entries of a feed; InputError where it is none."""
        ...

    async def articles(
        self, html: bytes, entry: Entry, url: str, *, now: datetime
    ) -> Sequence[Article]:
        """The article of a page, from the entry's own text where the page gives none.

        Of a live blog its updates, newest first.
        """
        ...

    async def analyze(self, article: Article) -> Analysis:
        """The claims of an article."""
        ...

    def renew(self, lexicon_dirs: Sequence[Path]) -> None:
        """Read the articles that come from now on with the tables as they are now."""
        ...


class Sender(Protocol):
    """One channel."""

    async def send(self, delivery: Delivery) -> Mapping[str, Any] | None:
        """Hand ``delivery`` over, or raise DeliveryError.

        Returns what later messages of the thread need to know of this one, if anything.
        """
        ...


class Renderer(Protocol):
    """Turns alerts into the payload of a channel; the payload is frozen in the delivery."""

    def alerts(self, channel: str, alerts: Sequence[Alert], occasion: Occasion) -> dict[str, Any]:
        """The payload that tells ``alerts`` on ``channel``."""
        ...

    def threading(self, channel: str) -> Threading:
        """How follow-ups are told on ``channel``."""
        ...

    def complete(self, payload: Mapping[str, Any]) -> bool:
        """Whether a payload tells all of its alerts, and had to leave none out for its size."""
        ...

    def notice(self, channel: str, title: str, text: str) -> dict[str, Any]:
        """The payload of an operational notice on ``channel``."""
        ...
