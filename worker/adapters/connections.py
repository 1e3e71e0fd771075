"""The connections to the hosts: one that is idle is found by its host, not by looking through all.

httpcore's own pool looks through every connection for every request, twice; with a host for each
feed that cost more than the request. What speaks HTTP over a connection is still httpcore.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpcore

#: Thousands of hosts are asked once an hour: idle connections to them are of no use. These are for
#: pages, which are fetched from one host one after the other.
MOST_IDLE = 16
IDLE_FOR = 5.0


class Connections:
    """At most ``most`` connections in use; one idle connection is kept for a host."""

    def __init__(
        self,
        backend: httpcore.AsyncNetworkBackend,
        ssl_context: ssl.SSLContext,
        *,
        most: int = 100,
    ) -> None:
        self._backend = backend
        self._ssl_context = ssl_context
        self._places = asyncio.Semaphore(most)
        self._idle: dict[tuple[bytes, bytes, int], httpcore.AsyncHTTPConnection] = {}

    @asynccontextmanager
    async def stream(self, request: httpcore.Request) -> AsyncIterator[httpcore.Response]:
        """The response to ``request``, its body unread; its connection is taken until the end."""
        origin = request.url.origin
        key = (origin.scheme, origin.host, origin.port)
        async with self._places:
            connection = await self._idle_one(key) or self._new(origin)
            try:
                response = await connection.handle_async_request(request)
                try:
                    yield response
                finally:
                    await response.aclose()
            finally:
                await self._give_back(key, connection)

    def _new(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=IDLE_FOR,
            network_backend=self._backend,
        )

    async def _idle_one(self, key: tuple[bytes, bytes, int]) -> httpcore.AsyncHTTPConnection | None:
        connection = self._idle.pop(key, None)
        if connection is not None and connection.has_expired():  # or its host has hung up
            await connection.aclose()
            return None
        return connection

    async def _give_back(
        self, key: tuple[bytes, bytes, int], connection: httpcore.AsyncHTTPConnection
    ) -> None:
        surplus: httpcore.AsyncHTTPConnection | None = connection
        if connection.is_idle() and not connection.is_closed():
            surplus = self._idle.pop(key, None)
            self._idle[key] = connection
            if surplus is None and len(self._idle) > MOST_IDLE:
                surplus = self._idle.pop(next(iter(self._idle)))
        if surplus is not None:
            await surplus.aclose()

    async def aclose(self) -> None:
        """Close the idle connections."""
        while self._idle:
            _, connection = self._idle.popitem()
            await connection.aclose()
