"""Thousands of feeds in a process of their own, one in a hundred of them hostile.

Feed ``n`` is served at ``http://127.x.y.z:port/n.xml``, each on a host of its own; it publishes a
story every ``every`` seconds. Hostile ones drip, hang, never end, burst, lie or fail.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate

HOSTILE_EVERY = 100
PARAGRAPH = (
    "The fair was opened by the mayor on Saturday morning, and the band played until the rain "
    "drove everybody into the town hall, where the cake was cut and the prizes were given. "
)
_BOMB = gzip.compress(b"<rss>" + b" " * 200_000_000)


def is_hostile(number: int) -> bool:
    return number % HOSTILE_EVERY == HOSTILE_EVERY // 2


def host(number: int) -> str:
    return f"127.{number // 62_500 + 1}.{number // 250 % 250 + 1}.{number % 250 + 1}"


def stories(began: float, every: float, number: int, now: float) -> int:
    """How many stories feed ``number`` has published by ``now``; their times are spread."""
    return 1 + int((now - began) / every + number % 97 / 97)


class Crowd:
    """Answers requests; ``began`` is the wall clock's time of the first story."""

    def __init__(self, began: float, every: float):
        self.began = began
        self.every = every

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                await self.answer(head, writer)
                await writer.drain()
        writer.close()

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        path = head.split(" ", 2)[1]
        name = path.strip("/").removesuffix(".xml").removesuffix(".html")
        number = name.partition("/")[0]
        if not number.isdecimal():
            writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
        elif path.endswith(".html"):
            reply(writer, page(name))
        elif is_hostile(int(number)):
            await harm(int(number) // HOSTILE_EVERY, writer)
        else:
            self.feed(int(number), head, writer)

    def feed(self, number: int, head: str, writer: asyncio.StreamWriter) -> None:
        count = stories(self.began, self.every, number, time.time())
        tag = f'"{number}-{count}"'
        if f"If-None-Match: {tag}".lower() in head.lower():
            writer.write(f"HTTP/1.1 304 X\r\nETag: {tag}\r\n\r\n".encode())
            return
        items = "".join(
            f"<item><title>Story {k} of feed {number}</title><guid>{number}-{k}</guid>"
            f"<link>/{number}/{k}.html</link><pubDate>{formatdate()}</pubDate></item>"
            for k in range(count - 1, max(count - 21, -1), -1)
        )
        body = f"<rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>"
        reply(writer, body.encode(), f"ETag: {tag}\r\n")


def reply(writer: asyncio.StreamWriter, body: bytes, headers: str = "") -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    writer.write(head.encode() + body)


def page(name: str) -> bytes:
    text = f"<p>{PARAGRAPH}</p>" * 4 + f"<p>This is story {name}.</p>"
    return f"<html><body><article><h1>Story {name}</h1>{text}</article></body></html>".encode()


async def harm(kind: int, writer: asyncio.StreamWriter) -> None:
    """One of seven ways to be hostile."""
    start = b"HTTP/1.1 200 OK\r\n"
    match kind % 7:
        case 0:  # a body that drips
            writer.write(start + b"Content-Length: 100000\r\n\r\n")
            await drip(writer, b"<", 1.0)
        case 1:  # headers that drip
            writer.write(start)
            await drip(writer, b"X-A: b\r\n", 1.0)
        case 2:  # a body that never ends
            writer.write(start + b"Transfer-Encoding: chunked\r\n\r\n")
            await drip(writer, b"1000\r\n" + b" " * 4096 + b"\r\n", 0.0)
        case 3:  # a bomb
            reply(writer, _BOMB, "Content-Encoding: gzip\r\n")
        case 4:
            reply(writer, b"<rss><channel>" + b"<item><a>" * 200_000)
        case 5:  # nothing at all
            await asyncio.sleep(120)
            writer.close()
        case _:
            writer.write(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")


async def drip(writer: asyncio.StreamWriter, drop: bytes, every: float) -> None:
    while not writer.is_closing():
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(every)


def _serve(ports: multiprocessing.Queue[int], began: float, every: float) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    async def forever() -> None:
        crowd = Crowd(began, every)
        server = await asyncio.start_server(crowd.serve, "0.0.0.0", 0, backlog=1000)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


@contextmanager
def a_crowd(began: float, every: float) -> Iterator[int]:
    """Serve the feeds until the block ends; gives the port."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(ports, began, every), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=30)
    finally:
        process.terminate()
        process.join()
