"""HTTP/1.1 over one connection, a request at a time; h11 reads and writes the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from time import monotonic

import h11

from worker.adapters.stream import Stream

#: Bytes read at a time, and the most that the headers of an answer may hold.
_PIECE = 64 * 1024
_MOST_HEADERS = 100 * 1024
#: An idle connection is not used again after so many seconds.
IDLE_FOR = 5.0


class HungUp(ConnectionError):
    """The host ended the connection without an answer."""


class Speech:
    """One connection to a host."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEADERS)
        self._idle_since = 0.0

    async def ask(self, request: h11.Request, body: bytes | None) -> h11.Response:
        """Send a request and wait for the head of its answer; h11.ProtocolError for what is none."""
        written = self._http.send(request) or b""
        if body:
            written += self._http.send(h11.Data(data=body)) or b""
        self._http.send(h11.EndOfMessage())  # nothing to write: the length was told
        await self._stream.write(written)
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body of the answer as it comes in."""
        while isinstance(event := await self._next(), h11.Data):
            yield event.data

    async def _next(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            piece = await self._stream.read(_PIECE)
            if not piece and self._http.their_state is h11.SEND_RESPONSE:
                raise HungUp("the host hung up without an answer")
            self._http.receive_data(piece)
        return event  # type: ignore[return-value]

    def may_go_on(self) -> bool:
        """Whether the last answer was whole, so that another request may follow; call it once."""
        http = self._http
        if http.their_state is h11.SEND_BODY and http.next_event() is h11.NEED_DATA:
            return False  # what is left unread is not waited for
        whole = http.our_state is h11.DONE and http.their_state is h11.DONE
        if not whole or http.trailing_data[0]:  # unasked bytes would pass for the next answer
            return False
        http.start_next_cycle()
        self._idle_since = monotonic()
        return True

    def stale(self) -> bool:
        """Whether it has been idle for long or its host has hung up."""
        return self._stream.spent or monotonic() - self._idle_since > IDLE_FOR

    def close(self) -> None:
        """Close without waiting for the other side."""
        self._stream.close()
