"""The wire below the HTTP client: every name is resolved here, judged, and dialled as judged.

An address is checked and then dialled itself, so a name that answers differently the second time
(DNS rebinding) gains nothing. TLS still verifies, and the ``Host`` header still carries, the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import httpcore
import httpx

from worker.adapters.address import AddressPolicy, IPAddress, read_literal
from worker.adapters.connections import Connections
from worker.adapters.outward import Outward, is_private_name, proxy_pool
from worker.adapters.stream import connect
from worker.errors import FetchError, FetchRefused

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


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """An httpcore backend that opens sockets only to addresses its policy allows."""

    def __init__(self, policy: AddressPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge and dial ``host``; FetchRefused where no address of it may be dialled."""
        failure: Exception | None = None
        for address in self._allowed(host, await self._resolver.addresses(host, port)):
            try:
                return await connect(str(address), port, timeout, local_address, socket_options)
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

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: nothing that a feed names lives on a local socket."""
        raise FetchRefused(f"the local socket {path!r} is not fetched")

    async def sleep(self, seconds: float) -> None:
        """Wait; part of httpcore's backend interface."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose body is still to come; header names and values as they were sent."""

    url: httpx.URL
    status: int
    reason: str
    headers: Sequence[tuple[bytes, bytes]]
    chunks: AsyncIterator[bytes]


class GuardedTransport:
    """Sends requests over sockets that are guarded, or through a proxy that is asked for public
    hosts only; errors are httpcore's, FetchError or FetchRefused."""

    def __init__(
        self, policy: AddressPolicy, outward: Outward, *, max_connections: int = 100
    ) -> None:
        self._outward = outward
        self._max_connections = max_connections
        self._resolver = Resolver()
        self._guard = GuardedBackend(policy, self._resolver)
        self._proxied: dict[str, httpcore.AsyncHTTPProxy] = {}
        self._direct = Connections(self._guard, outward.ssl_context, most=max_connections)

    @asynccontextmanager
    async def exchange(
        self,
        url: httpx.URL,
        headers: list[tuple[bytes, bytes]],
        form: bytes | None = None,
        *,
        connect: float,
    ) -> AsyncIterator[Answer]:
        """Ask ``url``, posting ``form`` if there is one; dialling takes ``connect`` seconds at most.

        How long all else takes is the caller's business.
        """
        request = httpcore.Request(
            b"GET" if form is None else b"POST",
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=headers,
            content=form,
            extensions={"timeout": {"connect": connect}},
        )
        proxy = await self._proxy_for(url)
        way = self._direct.stream(request) if proxy is None else _through(proxy, request)
        async with way as response:
            yield Answer(
                url,
                response.status,
                response.extensions.get("reason_phrase", b"").decode("ascii", "ignore"),
                response.headers,
                response.aiter_stream(),
            )

    async def _proxy_for(self, url: httpx.URL) -> httpcore.AsyncHTTPProxy | None:
        """The pool of the proxy that ``url`` goes through, once its host was judged."""
        proxies = self._outward.proxies
        if proxies.none:
            return None
        proxy = proxies.of(url.scheme, url.host, url.port)
        if proxy is None:
            return None
        port = url.port or (443 if url.scheme == "https" else 80)
        await self._guard.judge(url.host, port, elsewhere=self._outward.proxy_resolves)
        if proxy not in self._proxied:
            self._proxied[proxy] = proxy_pool(proxy, self._outward, self._max_connections)
        return self._proxied[proxy]

    async def aclose(self) -> None:
        """Close all connections."""
        await self._direct.aclose()
        for pool in self._proxied.values():
            await pool.aclose()
        self._resolver.close()


@asynccontextmanager
async def _through(
    proxy: httpcore.AsyncHTTPProxy, request: httpcore.Request
) -> AsyncIterator[httpcore.Response]:
    response = await proxy.handle_async_request(request)
    try:
        yield response
    finally:
        await response.aclose()
