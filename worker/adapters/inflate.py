"""Bounded decoding of compressed bodies: a bomb costs what its limit allows, not what it holds."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from worker.errors import FetchError, FetchRefused

#: The only codings that are asked for: others' decoders expand without a bound per call.
ACCEPTED = "gzip, deflate"
_GZIP_OR_ZLIB = 47
_RAW_DEFLATE = -15


class Inflater:
    """Decodes one ``Content-Encoding`` piece by piece up to ``limit`` bytes in all."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._name = encoding.strip().lower()
        if self._name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise FetchError(
                f"the body is encoded as {encoding[:60]!r}, which was not asked for; "
                f"allowed: {ACCEPTED}"
            )
        self._limit = limit
        self._size = 0
        self._plain = self._name in ("", "identity")
        self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._fresh = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """Decode the next piece; FetchRefused over the limit, FetchError where it is broken."""
        if self._plain:
            self._count(len(chunk))
            return [chunk]
        parts: list[bytes] = []
        while chunk:
            part = self._decode(chunk)
            self._count(len(part))
            parts.append(part)
            chunk = self._rest()
        return parts

    def finish(self) -> None:
        """Check that the stream came to its end; an empty body is no stream."""
        if not (self._plain or self._fresh or self._decoder.eof):
            raise FetchError(f"the {self._name} body is cut off")

    def _decode(self, chunk: bytes) -> bytes:
        room = self._limit - self._size + 1
        try:
            return self._decoder.decompress(chunk, room)
        except zlib.error as error:
            if not (self._fresh and self._name == "deflate"):
                raise FetchError(f"the {self._name} body is broken: {error}") from error
        self._decoder = zlib.decompressobj(_RAW_DEFLATE)  # some servers send it without a header
        try:
            return self._decoder.decompress(chunk, room)
        except zlib.error as error:
            raise FetchError(f"the deflate body is broken: {error}") from error

    def _rest(self) -> bytes:
        self._fresh = False
        if not self._decoder.eof:
            return self._decoder.unconsumed_tail
        rest = self._decoder.unused_data
        if self._name == "deflate" or not rest.startswith(b"\x1f\x8b"):
            return b""  # padding after the end is ignored, as browsers do
        self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)  # a further gzip member
        return rest

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            raise FetchRefused(f"the body is larger than {self._limit:,} bytes")


async def read_bounded(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The decoded body of at most ``limit`` bytes from raw ``chunks``."""
    inflater = Inflater(encoding, limit)
    body = bytearray()
    async for chunk in chunks:
        for part in inflater.feed(chunk):
            body += part
    inflater.finish()
    return bytes(body)
