"""``ETag`` and ``304 Not Modified`` for every whole answer (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Tagged:
    """Tags the bodies of successful answers to GET by what they hold."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the answer back until its body is whole."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("if-none-match", "")
        held = _Held(asked, send)
        await self.app(scope, receive, held.take)


class _Held:
    def __init__(self, asked: str, send: Send):
        self._known = {tag.strip().removeprefix("W/") for tag in asked.split(",") if tag.strip()}
        self._send = send
        self._start: Message | None = None

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and "etag" not in Headers(raw=message["headers"]):
                self._start = message
            else:
                await self._send(message)
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        if message.get("more_body"):  # streamed: too large to be held
            await self._send(start)
            await self._send(message)
            return
        await self._answer(start, message)

    async def _answer(self, start: Message, body: dict[str, Any] | Any) -> None:
        tag = f'"{hashlib.blake2b(body.get("body", b""), digest_size=12).hexdigest()}"'
        headers = MutableHeaders(raw=start["headers"])
        headers["etag"] = f"W/{tag}"
        headers.setdefault("cache-control", "private, no-cache")
        if tag in self._known or "*" in self._known:
            start = {**start, "status": 304}
            del headers["content-length"]
            start["headers"] = headers.raw
            body = {"type": "http.response.body", "body": b""}
        else:
            start["headers"] = headers.raw
        await self._send(start)
        await self._send(body)
