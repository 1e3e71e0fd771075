"""Channels: what hands a delivery over to Slack, a mail server, a webhook receiver, the console.

Every sender has ``await send(delivery)``, which returns once the other side has taken the delivery
and raises DeliveryError otherwise; the delivery's payload comes from ``worker.core.render``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import httpx

from worker.adapters.channels.console import ConsoleSender
from worker.adapters.channels.email import EmailSender
from worker.adapters.channels.messenger import MessengerSender
from worker.adapters.channels.rendering import ChannelRenderer
from worker.adapters.channels.slack import SlackSender
from worker.adapters.channels.slackbot import SlackBotSender
from worker.adapters.channels.webhook import WebhookSender
from worker.adapters.outward import ChosenTransport, Outward
from worker.errors import ConfigError
from worker.model import Delivery
from worker.settings import (
    AppriseChannel,
    Channel,
    ConsoleChannel,
    EmailChannel,
    SecretRef,
    SlackChannel,
    resolve_secret,
)

__all__ = [
    "ChannelRenderer",
    "ConsoleSender",
    "EmailSender",
    "MessengerSender",
    "Sender",
    "SlackBotSender",
    "SlackSender",
    "WebhookSender",
    "build_sender",
    "build_senders",
    "channel_client",
]


class Sender(Protocol):
    """Hands deliveries over to one channel."""

    async def send(self, delivery: Delivery) -> Mapping[str, Any] | None:
        """Hand one delivery over, or raise DeliveryError; returns what its thread must remember."""


def channel_client(outward: Outward | None = None) -> httpx.AsyncClient:
    """The HTTP client of all channels: no redirects, ``outward`` says which way it goes.

    The operator named these addresses, so the address policy for feeds and articles does not
    apply to them.
    """
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=5)
    transport = ChosenTransport(outward or Outward(), limits)
    return httpx.AsyncClient(transport=transport, follow_redirects=False)


def build_sender(channel: Channel, environ: Mapping[str, str], client: httpx.AsyncClient) -> Sender:
    """The sender of one configured channel, its secrets resolved; ConfigError where one is bad."""
    if isinstance(channel, ConsoleChannel):
        return ConsoleSender()
    if isinstance(channel, SlackChannel):
        token = _secret(channel.token, environ)
        if token:
            return SlackBotSender(token, channel.conversation or "", client, channel.api_url)
        url = _secret(channel.webhook_url, environ)
        return SlackSender(url or "", client, thread_ts=channel.thread_ts)
    if isinstance(channel, EmailChannel):
        username = _secret(channel.username, environ)
        return EmailSender(channel, username, _secret(channel.password, environ))
    if isinstance(channel, AppriseChannel):
        return MessengerSender(_secret(channel.url, environ) or "")
    keys = (channel.signing_secret, channel.previous_signing_secret)
    resolved = [key for key in (_secret(ref, environ) for ref in keys) if key]
    url = channel.url or _secret(channel.url_secret, environ) or ""
    return WebhookSender(url, resolved, client, rotated_at=channel.rotated_at)


def build_senders(
    channels: Iterable[Channel], environ: Mapping[str, str], client: httpx.AsyncClient
) -> tuple[dict[str, Sender], dict[str, str]]:
    """Senders of all enabled channels by name, and why each of the others could not be built.

    One channel with a missing secret must not keep the rest from working.
    """
    senders: dict[str, Sender] = {}
    problems: dict[str, str] = {}
    for channel in channels:
        if not channel.enabled:
            continue
        try:
            senders[channel.name] = build_sender(channel, environ, client)
        except ConfigError as error:
            problems[channel.name] = str(error)
    return senders, problems


def _secret(ref: SecretRef | None, environ: Mapping[str, str]) -> str | None:
    return resolve_secret(ref, environ).get_secret_value() if ref else None
