"""The one HTTP client for everything that a feed or an article names.

Guarded: only http and https, only public addresses on every hop, at most five redirects followed
by hand, one deadline for all of it, at most ten megabytes decoded, two compressions. Conditional
requests echo validators byte for byte. A failure is a FetchError (another try may help) or a
FetchRefused (it will not), with the status and the pause the host asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType

import h11
import httpcore
import httpx

from worker.adapters.address import AddressPolicy
from worker.adapters.inflate import ACCEPTED, read_bounded
from worker.adapters.outward import Outward
from worker.adapters.pacing import HostPacer, Pacer
from worker.adapters.transport import Answer, GuardedTransport, Headers
from worker.adapters.wire import (
    address_headers,
    all_values,
    described,
    form_headers,
    header_texts,
    parse_url,
    redirect_target,
    request_headers,
    shown,
)
from worker.core import headers as response_headers
from worker.errors import FetchError, FetchRefused

ACCEPT_FEED = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.1"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
#: A time-out that comes so many seconds late tells of a worker that was suspended or cut off
#: from its processor, not of the host.
OVERSLEPT = 2.0
_FAILURES = (
    h11.ProtocolError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
    ValueError,
)


class _Overslept(FetchError):
    """The request failed while this process was not running."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How long, how large and how often; seconds, bytes, requests."""

    deadline: float = 30.0
    connect: float = 10.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    host_interval: float = 1.0
    host_connections: int = 1
    max_connections: int = 100


@dataclass(frozen=True, slots=True)
class Fetched:
    """One successful response (2xx or 304); header names are lower-case, texts Latin-1.

    ``url`` is where the body came from, ``permanent_url`` where 301 and 308 answers say the asked
    address has moved to (``None`` if it has not). ``max_age`` is in seconds.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    etag: str | None
    last_modified: str | None
    not_modified: bool
    max_age: float | None
    permanent_url: str | None
    content_type: str
    hops: int
    seconds: float


class GuardedClient:
    """Fetches what strangers name; build one and share it (building costs 20 ms).

    ``user_agent`` names the worker and a contact (``CoalitionWatch/0.1 (+https://…)``),
    ``policy`` decides which addresses may be dialled.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        policy: AddressPolicy | None = None,
        limits: FetchLimits | None = None,
        pacer: Pacer | None = None,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        outward: Outward | None = None,
    ) -> None:
        self.limits = limits or FetchLimits()
        self._pacer: Pacer = pacer or HostPacer(
            self.limits.host_interval, self.limits.host_connections
        )
        self._wall_clock = wall_clock
        self._transport = GuardedTransport(
            policy or AddressPolicy(),
            outward or Outward(),
            max_connections=self.limits.max_connections,
        )
        self._headers: Headers = [
            (b"Accept-Encoding", ACCEPTED.encode()),
            (b"Connection", b"keep-alive"),
            (b"User-Agent", user_agent.encode("ascii")),
        ]

    async def __aenter__(self) -> GuardedClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = ACCEPT_FEED,
        before_hop: Callable[[str], Awaitable[None]] | None = None,
        form: bytes | None = None,
    ) -> Fetched:
        """Get ``url``, conditionally where a validator is given; a ``form`` is posted to it.

        ``before_hop`` is awaited with each address, redirect targets included, and may refuse it.
        Raises FetchRefused for a refused address, scheme or size and for 410, FetchError for any
        other failure or status; both carry ``status`` and ``retry_after`` in seconds.
        """
        try:
            headers = self._headers + request_headers(accept, etag, last_modified)
            validators = (etag, last_modified)
            try:
                return await self._follow(parse_url(url), headers, validators, before_hop, form)
            except _Overslept:  # the host is not to blame, so it is asked again at once
                return await self._follow(parse_url(url), headers, validators, before_hop, form)
        except FetchError:
            raise
        except (httpx.InvalidURL, UnicodeError) as error:
            raise FetchRefused(f"{shown(url)}: {described(error)}") from error
        except _FAILURES as error:
            raise FetchError(f"{shown(url)}: {described(error)}") from error

    async def _follow(
        self,
        url: httpx.URL,
        headers: Headers,
        validators: tuple[str | None, str | None],
        before_hop: Callable[[str], Awaitable[None]] | None,
        form: bytes | None,
    ) -> Fetched:
        left = self.limits.deadline
        permanent: str | None = None
        all_permanent = True
        seen: set[str] = set()
        for hop in range(self.limits.max_redirects + 1):
            seen.add(str(url))
            if before_hop is not None:
                await before_hop(str(url))
            async with self._exchange(url, headers, left, form) as (answer, started):
                if answer.status not in _REDIRECTS:
                    body = await self._body(answer)
                    spent = self.limits.deadline - left + monotonic() - started
                    return self._fetched(answer, body, validators, permanent, hop, spent)
                target = redirect_target(answer)
            left -= monotonic() - started
            if str(target) in seen:
                raise FetchError(f"{shown(url)} redirects in a loop", status=answer.status)
            all_permanent = all_permanent and answer.status in _PERMANENT
            permanent = str(target) if all_permanent else permanent
            url, form = target, None  # what was posted goes to nobody else
        raise FetchError(f"{shown(url)}: more than {self.limits.max_redirects} redirects")

    @asynccontextmanager
    async def _exchange(
        self, url: httpx.URL, headers: Headers, seconds: float, form: bytes | None
    ) -> AsyncIterator[tuple[Answer, float]]:
        """One request and its response; waiting for the host's turn costs none of the seconds."""
        async with self._pacer.turn(url.host):
            started = monotonic()
            try:
                async with asyncio.timeout(max(seconds, 0.001)):
                    sent = address_headers(url) + headers + form_headers(form)
                    async with self._transport.exchange(
                        url, sent, form, connect=self.limits.connect
                    ) as answer:
                        yield answer, started
            except _FAILURES as error:
                late = monotonic() - started - seconds > OVERSLEPT
                if not (late or isinstance(error, TimeoutError)):
                    raise
                raise (_Overslept if late else FetchError)(
                    f"{shown(url)}: no complete answer within {self.limits.deadline:g} s"
                ) from error

    async def _body(self, answer: Answer) -> bytes:
        if answer.status == 304:
            return b""
        if not 200 <= answer.status < 300:
            raise self._failure(answer)
        headers = header_texts(answer)
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self.limits.max_bytes:
            raise FetchRefused(
                f"{shown(answer.url)} announces {int(announced[:20]):,} bytes; "
                f"at most {self.limits.max_bytes:,} are read"
            )
        encoding = all_values(answer, b"content-encoding")
        try:
            return await read_bounded(answer.chunks, encoding, self.limits.max_bytes)
        except FetchError as error:
            raise type(error)(f"{shown(answer.url)}: {error}") from error

    def _failure(self, answer: Answer) -> FetchError:
        status = answer.status
        pause = response_headers.retry_after(header_texts(answer), self._wall_clock())
        kind = FetchRefused if status in (410, 451) else FetchError
        text = f"{shown(answer.url)} answers {status} {answer.reason[:60]}".rstrip()
        return kind(text, status=status, retry_after=pause)

    def _fetched(
        self,
        answer: Answer,
        body: bytes,
        sent: tuple[str | None, str | None],
        permanent: str | None,
        hops: int,
        seconds: float,
    ) -> Fetched:
        headers = header_texts(answer)
        unchanged = answer.status == 304
        if unchanged and sent == (None, None):
            raise FetchError(f"{shown(answer.url)} answers 304 unasked", status=304)
        return Fetched(
            status=answer.status,
            url=str(answer.url),
            headers=headers,
            body=body,
            etag=headers.get("etag") or (sent[0] if unchanged else None),
            last_modified=headers.get("last-modified") or (sent[1] if unchanged else None),
            not_modified=unchanged,
            max_age=response_headers.max_age(headers, self._wall_clock()),
            permanent_url=permanent,
            content_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
            hops=hops,
            seconds=seconds,
        )
