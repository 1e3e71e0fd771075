"""A TCP or TLS connection over asyncio's own streams, as httpcore wants it.

httpcore's own backend asks the kernel about every idle connection at every request, and each asking
lets other threads have the interpreter first: with thousands of feeds that stalled the event loop
for a tenth of a second. Here reading goes on while a connection is idle, so whether its host has
hung up is known without asking.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

#: So much is read ahead of whoever takes it; more waits at the host.
_AHEAD = 256 * 1024


class _Reader(asyncio.StreamReader):
    """A stream that knows whether anything came that nobody has taken yet."""

    fed = taken = 0

    def feed_data(self, data: Any) -> None:
        """Take what came in."""
        self.fed += len(data)
        super().feed_data(data)

    async def read(self, n: int = -1) -> bytes:
        """Up to ``n`` bytes, empty at the end."""
        piece = await super().read(n)
        self.taken += len(piece)
        return piece


class Stream(httpcore.AsyncNetworkStream):
    """One connection; errors are httpcore's."""

    def __init__(self, reader: _Reader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's interface)
        """What has come in, up to ``max_bytes``; empty once the host has ended."""
        try:
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's interface)
        """Send ``buffer`` whole."""
        if not buffer:
            return
        try:
            async with asyncio.timeout(timeout):
                self._writer.write(buffer)
                await self._writer.drain()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close without waiting for the other side, which may never answer."""
        self._writer.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted."""
        try:
            async with asyncio.timeout(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException as error:
            await self.aclose()
            if isinstance(error, TimeoutError):
                raise httpcore.ConnectTimeout(str(error)) from error
            if isinstance(error, OSError):
                raise httpcore.ConnectError(str(error)) from error
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection: ``is_readable`` while idle means it has ended."""
        match info:
            case "is_readable":
                came = self._reader.fed > self._reader.taken
                return came or self._reader.at_eof() or self._writer.is_closing()
            case "client_addr":
                return self._writer.get_extra_info("sockname")
            case "server_addr":
                return self._writer.get_extra_info("peername")
            case _:
                return self._writer.get_extra_info(info)


async def connect(
    host: str,
    port: int,
    timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
    local_address: str | None = None,
    socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
) -> Stream:
    """Dial an address; httpcore.ConnectError or ConnectTimeout where nobody answers."""
    loop = asyncio.get_running_loop()
    reader = _Reader(limit=_AHEAD, loop=loop)
    own = None if local_address is None else (local_address, 0)
    try:
        async with asyncio.timeout(timeout):
            transport, protocol = await loop.create_connection(
                lambda: asyncio.StreamReaderProtocol(reader, loop=loop), host, port, local_addr=own
            )
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    line = transport.get_extra_info("socket")
    for option in socket_options or ():
        with contextlib.suppress(OSError):
            line.setsockopt(*option)
    return Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
