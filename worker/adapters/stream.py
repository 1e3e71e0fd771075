"""A TCP or TLS connection over asyncio's own streams.

httpcore's own asks the kernel about every idle connection at every request, and each asking lets
other threads have the interpreter first: with thousands of feeds that stalled the event loop for a
tenth of a second. Here reading goes on while a connection is idle, so whether its host has hung up
is known without asking.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
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


class Stream:
    """One connection. How long reading and writing may take is the caller's business."""

    def __init__(self, reader: _Reader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    async def read(self, most: int) -> bytes:
        """What has come in, up to ``most`` bytes; empty once the host has ended."""
        return await self._reader.read(most)

    async def write(self, data: bytes) -> None:
        """Send ``data``; a host that answers and hangs up without reading it all is no failure."""
        self._writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()

    def close(self) -> None:
        """Close without waiting for the other side, which may never answer."""
        self._writer.transport.abort()

    async def start_tls(self, context: ssl.SSLContext, name: str, seconds: float) -> None:
        """Encrypt the connection; httpcore.ConnectError or ConnectTimeout where that fails."""
        try:
            async with asyncio.timeout(seconds):
                await self._writer.start_tls(context, server_hostname=name)
        except BaseException as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise httpcore.ConnectTimeout(str(error)) from error
            if isinstance(error, OSError):
                raise httpcore.ConnectError(str(error)) from error
            raise

    @property
    def spent(self) -> bool:
        """Of an idle connection: whether its host has hung up, or sent what nobody asked for."""
        came = self._reader.fed > self._reader.taken
        return came or self._reader.at_eof() or self._writer.is_closing()


async def connect(host: str, port: int, seconds: float) -> Stream:
    """Dial an address; httpcore.ConnectError or ConnectTimeout where nobody answers."""
    loop = asyncio.get_running_loop()
    reader = _Reader(limit=_AHEAD, loop=loop)
    try:
        async with asyncio.timeout(seconds):
            transport, protocol = await loop.create_connection(
                lambda: asyncio.StreamReaderProtocol(reader, loop=loop), host, port
            )
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
