"""A real HTTP origin on 127.0.0.1 that answers byte for byte what a test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Handler = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    path: str
    headers: list[tuple[bytes, bytes]]

    def header(self, name: str) -> bytes | None:
        wanted = name.lower().encode()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass
class Origin:
    """Routes, what was asked, and how many connections were open at most."""

    port: int = 0
    routes: dict[str, Handler] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    open_now: int = 0
    open_most: int = 0
    connections: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(
        self, path: str, body: bytes = b"", *, status: str = "200 OK", headers: str = ""
    ) -> str:
        """Answer ``path`` with a complete response; returns its address."""
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode(
            "latin-1"
        )

        async def send(_: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(head + body)

        self.routes[path] = send
        return self.url(path)

    def raw(self, path: str, *parts: bytes, every: float = 0.0, endless: bool = False) -> str:
        """Send the parts as they are, ``every`` seconds one, then close or repeat the last."""

        async def send(_: Request, writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(every)
            while endless:
                writer.write(parts[-1])
                await writer.drain()
                await asyncio.sleep(every)
            writer.close()

        self.routes[path] = send
        return self.url(path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                request = await _read(reader)
                self.asked.append(request)
                route = self.routes.get(request.path) or self.routes["*"]
                await route(request, writer)
                await writer.drain()
        self.open_now -= 1
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    pairs = [line.partition(b":") for line in lines[1:] if line]
    path = lines[0].split(b" ")[1].decode("latin-1")
    return Request(path, [(key, value.strip()) for key, _, value in pairs])


@asynccontextmanager
async def running_origin() -> AsyncIterator[Origin]:
    origin = Origin()
    origin.answer("*", b"nothing here", status="404 Not Found")
    server = await asyncio.start_server(origin._serve, "127.0.0.1", 0)
    origin.port = server.sockets[0].getsockname()[1]
    try:
        yield origin
    finally:
        server.close()
