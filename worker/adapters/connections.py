"""The connections to the hosts: one that is idle is found by its host, not by looking through all.

httpcore's pool looks through every connection for every request, twice, and takes three turns of
the event loop for its locks; with a host for each feed that cost more than the request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import h11

from worker.adapters.speech import Speech
from worker.adapters.stream import Stream

#: Thousands of hosts are asked once an hour: idle connections to them are of no use. These are for
#: pages, which are fetched from one host one after the other.
MOST_IDLE = 16
#: Scheme, host, port.
Place = tuple[bytes, bytes, int]
Dial = Callable[[str, int, float], Awaitable[Stream]]


class Connections:
    """At most ``most`` connections in use, opened by ``dial``; one idle one is kept for a place."""

    def __init__(self, dial: Dial, ssl_context: ssl.SSLContext, *, most: int = 100) -> None:
        self._dial = dial
        self._ssl_context = ssl_context
        self._ssl_context.set_alpn_protocols(["http/1.1"])
        self._places = asyncio.Semaphore(most)
        self._idle: dict[Place, Speech] = {}

    @asynccontextmanager
    async def exchange(
        self, place: Place, request: h11.Request, body: bytes | None, connect: float
    ) -> AsyncIterator[tuple[h11.Response, AsyncIterator[bytes]]]:
        """The head of the answer and its body, still to be read; the connection is taken until then.

        ``connect``: seconds for dialling and for the handshake, each.
        """
        async with self._places:
            speech, head = await self._asked(place, request, body, connect)
            goes_on = False
            try:
                yield head, speech.chunks()
                with suppress(h11.ProtocolError):
                    goes_on = speech.may_go_on()
            finally:
                if goes_on:
                    self._keep(place, speech)
                else:
                    speech.close()

    async def _asked(
        self, place: Place, request: h11.Request, body: bytes | None, connect: float
    ) -> tuple[Speech, h11.Response]:
        """A connection on which ``request`` was answered.

        A host may end an idle connection in the moment in which it is used again: that says nothing
        of the request, which is sent again on a new one, unless it posts something.
        """
        idle = self._idle_at(place)
        if idle is not None:
            with suppress(*(() if body else (ConnectionError,))):
                return idle, await _answered(idle, request, body)
        fresh = await self._open(place, connect)
        return fresh, await _answered(fresh, request, body)

    async def _open(self, place: Place, connect: float) -> Speech:
        scheme, host, port = place
        name = host.decode("ascii")
        stream = await self._dial(name, port, connect)
        if scheme == b"https":
            await stream.start_tls(self._ssl_context, name, connect)
        return Speech(stream)

    def _idle_at(self, place: Place) -> Speech | None:
        speech = self._idle.pop(place, None)
        if speech is not None and speech.stale():
            speech.close()
            return None
        return speech

    def _keep(self, place: Place, speech: Speech) -> None:
        if place in self._idle:
            speech.close()
            return
        self._idle[place] = speech
        if len(self._idle) > MOST_IDLE:
            self._idle.pop(next(iter(self._idle))).close()

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.popitem()[1].close()


async def _answered(speech: Speech, request: h11.Request, body: bytes | None) -> h11.Response:
    try:
        return await speech.ask(request, body)
    except BaseException:
        speech.close()
        raise
