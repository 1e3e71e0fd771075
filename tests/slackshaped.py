"""A receiver shaped like Slack: it checks Block Kit's limits, tokens and pace, and keeps messages.

The limits are those of Slack's reference for blocks, elements and chat.postMessage, and the size of
all blocks together at which Slack was seen to answer ``msg_blocks_too_long``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

TOKEN = "xoxb-planted-secret"
CONVERSATION = "C0DESK00001"
_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|]+>")
_LIVE = re.compile(r"<[!@#]|<(?!https?://)")


def faults(message: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a message, or would bring to life in it."""
    blocks = message.get("blocks", [])
    found = [] if message.get("text") else ["no fallback text"]
    if len(message.get("text", "")) > 4000:
        found.append("text over 4000 characters")
    if len(blocks) > 50:
        found.append("more than 50 blocks")
    if len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
        found.append("msg_blocks_too_long")
    for number, block in enumerate(blocks):
        found += [f"block {number}: {fault}" for fault in _block_faults(block)]
    return found


def _block_faults(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    elements = block.get("elements", [])
    if kind == "header":
        yield from _text_faults(block["text"], 150, "plain_text")
    elif kind == "section":
        yield from _text_faults(block["text"], 3000, "mrkdwn")
    elif kind == "context":
        if not 1 <= len(elements) <= 10:
            yield "a context has 1 to 10 elements"
        for element in elements:
            yield from _text_faults(element, 3000, "mrkdwn")
    elif kind == "actions":
        yield from _action_faults(elements)
    elif kind != "divider":
        yield f"unknown type {kind}"


def _action_faults(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield "actions have 1 to 25 elements"
    if len({element["action_id"] for element in elements}) != len(elements):
        yield "an action_id twice in one block"
    for element in elements:
        yield from _text_faults(element["text"], 75, "plain_text")
        url = element.get("url", "")
        if len(url) > 3000 or not url.startswith(("http://", "https://")):
            yield f"a button's address: {url[:80]}"


def _text_faults(text: dict[str, Any], limit: int, kind: str) -> Iterator[str]:
    if text.get("type") != kind:
        yield f"a text of type {text.get('type')}, not {kind}"
    if not 1 <= len(text.get("text", "")) <= limit:
        yield f"a text of {len(text.get('text', ''))} characters, 1 to {limit} are allowed"
    if kind == "mrkdwn" and text.get("verbatim") is not True:
        yield "Slack would link bare names and addresses"
    if kind == "mrkdwn" and _LIVE.search(_LINK.sub("", text.get("text", ""))):
        yield f"live markup: {text['text'][:80]}"


@dataclass
class SlackShaped:
    """What was posted; ``answers`` are given first: a status, an error's name, or both are normal.

    ``pause`` is the least time between two calls; sooner is answered with 429 and Retry-After.
    """

    pause: float = 0.0
    answers: list[int | str] = field(default_factory=list)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    limited: int = 0
    url: str = ""
    _last: float = 0.0
    _number: int = 0

    @property
    def roots(self) -> list[dict[str, Any]]:
        """The messages of the conversation itself, in order."""
        return [m for m in self.messages.values() if "thread_ts" not in m]

    def replies(self, ts: str) -> list[dict[str, Any]]:
        """The replies in the thread of a message."""
        return [m for m in self.messages.values() if m.get("thread_ts") == ts]

    def take(self, method: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """Do what a call asks for; returns status and answer."""
        now = time.monotonic()
        if now - self._last < self.pause:
            self.limited += 1
            return 429, {"ok": False, "error": "ratelimited"}
        self._last = now
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 200, {"ok": False, "error": "invalid_auth"}
        arguments = json.loads(body)
        self.calls.append((method, arguments))
        planned = self.answers.pop(0) if self.answers else 200
        if isinstance(planned, str):
            return 200, {"ok": False, "error": planned}
        if planned != 200:
            return planned, {"ok": False, "error": "internal_error"}
        return 200, self._done(method, arguments)

    def _done(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments.get("channel") != CONVERSATION:
            return {"ok": False, "error": "channel_not_found"}
        if wrong := faults(arguments):
            return {"ok": False, "error": "invalid_blocks", "detail": wrong}
        if method == "chat.update":
            if arguments["ts"] not in self.messages:
                return {"ok": False, "error": "message_not_found"}
            self.messages[arguments["ts"]] |= {k: arguments[k] for k in ("text", "blocks")}
            return {"ok": True, "ts": arguments["ts"]}
        if arguments.get("thread_ts", "1") != "1" and arguments["thread_ts"] not in self.messages:
            return {"ok": False, "error": "thread_not_found"}
        self._number += 1
        ts = f"1767225600.{self._number:06}"
        self.messages[ts] = {**arguments, "ts": ts}
        return {"ok": True, "ts": ts, "channel": CONVERSATION}

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method = head[0].split(" ")[1].rpartition("/")[2]
        status, answer = self.take(method, headers, body)
        raw = json.dumps(answer).encode()
        lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(raw)}", "Connection: close"]
        lines += ["Retry-After: 1"] if status == 429 else []
        writer.write("\r\n".join([*lines, "", ""]).encode() + raw)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def slack_shaped(**options: Any) -> AsyncIterator[SlackShaped]:
    """A running receiver; its ``url`` is that of the API."""
    slack = SlackShaped(**options)
    server = await asyncio.start_server(slack.handle, "127.0.0.1", 0)
    slack.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    try:
        yield slack
    finally:
        server.close()
