"""Slack: a bot that posts to one conversation, answers in threads and edits its first message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from worker.adapters.channels.http import TIMEOUT_SECONDS, check_url, post
from worker.adapters.channels.pace import Pace
from worker.adapters.channels.slack import PAUSE_SECONDS
from worker.core.text import clean_line
from worker.errors import ConfigError, DeliveryError
from worker.logs import logger
from worker.model import Delivery

log = logger(__name__)

#: Enough of an answer for ``ok``, ``ts`` and ``error``; Slack repeats the whole message in it.
_ANSWER_BYTES = 200_000
#: Errors of the API that may pass with time (docs.slack.dev/reference/methods/chat.postMessage).
_PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
#: Blocks that Slack refuses; the text alone then tells the alert.
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})


class SlackBotSender:
    """Posts with a bot's token, which is its secret; ``conversation`` is the id of a channel."""

    def __init__(
        self,
        token: str,
        conversation: str,
        client: httpx.AsyncClient,
        api_url: str = "https://slack.com/api",
        *,
        timeout: float = TIMEOUT_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        if not token.isascii() or not token.startswith("xox"):
            raise ConfigError("a Slack bot's token begins with xox, as in xoxb-…")
        self._headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json; charset=utf-8",
            "accept-encoding": "identity",  # the answer is read as it comes, and only so far
        }
        self._url = check_url(api_url, "api_url").rstrip("/")
        self._conversation = conversation
        self._client = client
        self._timeout = timeout
        self._pace = Pace(pause)

    async def send(self, delivery: Delivery) -> Mapping[str, Any] | None:
        """Post the message, in its thread if that has begun; returns where the first message is.

        The edit comes first: done twice it changes nothing, while a reply would stand there twice.
        """
        payload, thread = delivery.payload, delivery.thread
        message = {**payload["message"], "channel": self._conversation}
        if thread is None:
            message.pop("reply_broadcast", None)
            answer = await self._post(message)
            return {"channel": answer.get("channel"), "ts": answer.get("ts"), "at": payload["at"]}
        if payload["edit"] and payload["at"] >= thread.get("at", ""):
            await self._edit(thread, payload["edit"])
        await self._post({**message, "thread_ts": thread["ts"]})
        return {**thread, "at": max(payload["at"], thread.get("at", ""))}

    async def _post(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._call("chat.postMessage", message)
        except _Refused as error:
            if error.code not in _BLOCKS_REFUSED:
                raise
            log.error("channel.plain", problem=f"Slack refuses the blocks ({error.code})")
            bare = {key: value for key, value in message.items() if key != "blocks"}
            return await self._call("chat.postMessage", bare)

    async def _edit(self, thread: Mapping[str, Any], message: dict[str, Any]) -> None:
        """Bring the first message up to date; where Slack does not allow it, the reply must do."""
        edited = {"channel": thread["channel"], "ts": thread["ts"]}
        keep = {key: message[key] for key in ("text", "blocks", "parse", "link_names")}
        try:
            await self._call("chat.update", {**edited, **keep})
        except _Refused as error:
            if error.retryable:
                raise
            log.warning("channel.unedited", problem=error.code)

    async def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        url = f"{self._url}/{method}"
        body = json.dumps(arguments, ensure_ascii=False).encode("utf-8")
        async with self._pace:
            sent = post(
                self._client, url, body, self._headers, seconds=self._timeout, keep=_ANSWER_BYTES
            )
            raw = await sent
        answer = _parsed(raw)
        if answer.get("ok") is not True:
            raise _Refused(clean_line(str(answer.get("error") or "no reason given"), 80))
        return answer


class _Refused(DeliveryError):
    """Slack answered, and did not do it; ``code`` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack: {code}", retryable=code in _PASSING)
        self.code = code


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise DeliveryError("Slack: an answer that is no JSON", retryable=True)
    return answer
