"""The wire below the HTTP client: every name is resolved here, judged, and dialled as judged.

An address is checked and then dialled itself, so a name that answers differently the second time
(DNS rebinding) gains nothing. TLS still verifies, and the ``Host`` header still carries, the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import h11
import httpcore
import httpx

from worker.adapters.address import AddressPolicy, IPAddress, read_literal
from worker.adapters.connections import Connections
from worker.adapters.outward import Outward, is_private_name, proxy_pool
from worker.adapters.stream import Stream, connect
from worker.errors import FetchError, FetchRefused

Headers = list[tuple[bytes, bytes]]
#: Look-ups that may hang at once; a slow name server delays nobody else's names.
_RESOLVERS = 32


class Resolver:
    """Turns host names into addresses on threads of its own."""

    def __init__(self, threads: int = _RESOLVERS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def addresses(self, host: str, port: int) -> list[IPAddress]:
        """All addresses of ``host`` in the order the system prefers; FetchError if it has none."""
        literal = read_literal(host)
        if literal is not None:
            return [literal]
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _look_up, host, port)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"the host {host!r} has no address: {error}") from error
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Let the threads go without waiting for answers still under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[IPAddress]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]


class Guard:
    """Opens sockets only to addresses that its policy allows."""

    def __init__(self, policy: AddressPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver

    async def dial(self, host: str, port: int, seconds: float) -> Stream:
        """Resolve, judge and dial ``host``; FetchRefused where no address of it may be dialled."""
        failure: Exception | None = None
        for address in self._allowed(host, await self._resolver.addresses(host, port)):
            try:
                return await connect(str(address), port, seconds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"no address of {host!r} answers")

    async def judge(self, host: str, port: int, *, elsewhere: bool) -> None:
        """FetchRefused for a host that a proxy must not be asked for.

        The proxy dials whichever address it finds, so none that is found here may be refused. A
        name without an address here is left to the proxy only where it resolves ``elsewhere``.
        """
        try:
            found = await self._resolver.addresses(host, port)
        except FetchError:
            if not elsewhere:
                raise
            if is_private_name(host):
                raise FetchRefused(f"the host {host!r} is a name of a private network") from None
            return
        if len(self._allowed(host, found)) < len(found):
            raise FetchRefused(f"the host {host!r} leads to private addresses, too")

    def _allowed(self, host: str, addresses: list[IPAddress]) -> list[IPAddress]:
        refusals = {address: self._policy.refusal(address) for address in addresses}
        allowed = [address for address, reason in refusals.items() if reason is None]
        if not allowed:
            named = ", ".join(f"{address} ({reason})" for address, reason in refusals.items())
            raise FetchRefused(
                f"the host {host!r} leads to {named}; only public addresses are fetched"
            )
        return allowed


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose body is still to come; header names and values as they were sent."""

    url: httpx.URL
    status: int
    reason: str
    headers: Sequence[tuple[bytes, bytes]]
    chunks: AsyncIterator[bytes]


class GuardedTransport:
    """Sends requests over sockets that are guarded, or through a proxy, which is asked for public
    hosts only; errors are h11's, httpcore's, FetchError or FetchRefused."""

    def __init__(
        self, policy: AddressPolicy, outward: Outward, *, max_connections: int = 100
    ) -> None:
        self._outward = outward
        self._max_connections = max_connections
        self._resolver = Resolver()
        self._guard = Guard(policy, self._resolver)
        self._proxied: dict[str, httpcore.AsyncHTTPProxy] = {}
        self._direct = Connections(self._guard.dial, outward.ssl_context, most=max_connections)

    @asynccontextmanager
    async def exchange(
        self, url: httpx.URL, headers: Headers, form: bytes | None = None, *, connect: float
    ) -> AsyncIterator[Answer]:
        """Ask ``url``, posting ``form`` if there is one; dialling takes ``connect`` seconds at most.

        How long all else takes is the caller's business.
        """
        proxy = await self._proxy_for(url)
        if proxy is not None:
            async with _through(proxy, url, headers, form, connect) as answer:
                yield answer
            return
        place = (url.raw_scheme, url.raw_host, _port(url))
        request = h11.Request(method=_method(form), target=url.raw_path, headers=headers)
        async with self._direct.exchange(place, request, form, connect) as (head, chunks):
            raw = head.headers.raw_items()
            yield Answer(url, head.status_code, _text(head.reason), raw, chunks)

    async def _proxy_for(self, url: httpx.URL) -> httpcore.AsyncHTTPProxy | None:
        """The pool of the proxy that ``url`` goes through, once its host was judged."""
        proxies = self._outward.proxies
        if proxies.none:
            return None
        proxy = proxies.of(url.scheme, url.host, url.port)
        if proxy is None:
            return None
        await self._guard.judge(url.host, _port(url), elsewhere=self._outward.proxy_resolves)
        if proxy not in self._proxied:
            self._proxied[proxy] = proxy_pool(proxy, self._outward, self._max_connections)
        return self._proxied[proxy]

    async def aclose(self) -> None:
        """Close all connections."""
        self._direct.close()
        for pool in self._proxied.values():
            await pool.aclose()
        self._resolver.close()


@asynccontextmanager
async def _through(
    proxy: httpcore.AsyncHTTPProxy,
    url: httpx.URL,
    headers: Headers,
    form: bytes | None,
    connect: float,
) -> AsyncIterator[Answer]:
    request = httpcore.Request(
        _method(form),
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=headers,
        content=form,
        extensions={"timeout": {"connect": connect}},
    )
    response = await proxy.handle_async_request(request)
    try:
        reason = _text(response.extensions.get("reason_phrase", b""))
        chunks = response.aiter_stream()
        yield Answer(url, response.status, reason, response.headers, chunks)
    finally:
        await response.aclose()


def _method(form: bytes | None) -> bytes:
    return b"GET" if form is None else b"POST"


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.raw_scheme == b"https" else 80)


def _text(reason: bytes) -> str:
    return reason.decode("ascii", "ignore")
