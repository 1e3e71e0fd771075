"""Slack: incoming webhooks."""

from __future__ import annotations

import json

import httpx

from worker.adapters.channels.http import TIMEOUT_SECONDS, check_url, post
from worker.adapters.channels.pace import Pace
from worker.model import Delivery

#: Slack takes one message a second for each webhook and conversation.
PAUSE_SECONDS = 1.0


class SlackSender:
    """Posts a message to one incoming webhook, whose address is its secret."""

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        *,
        thread_ts: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._url = check_url(url, "the Slack webhook")
        self._client = client
        self._thread_ts = thread_ts
        self._timeout = timeout
        self._pace = Pace(pause)

    async def send(self, delivery: Delivery) -> None:
        """Post the payload (``text`` and ``blocks``); DeliveryError tells whether to try again."""
        message = dict(delivery.payload)
        if self._thread_ts:
            message["thread_ts"] = self._thread_ts
        body = json.dumps(message, ensure_ascii=False).encode("utf-8")
        headers = {"content-type": "application/json; charset=utf-8"}
        async with self._pace:
            await post(self._client, self._url, body, headers, seconds=self._timeout)
