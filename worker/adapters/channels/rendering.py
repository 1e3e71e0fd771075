"""Which renderer and language each configured channel takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from worker.core.render import render_note, render_payload
from worker.core.threads import Occasion, Threading
from worker.logs import logger
from worker.model import Alert
from worker.settings import Channel, EmailChannel

#: Kinds of payload with threads: mail clients sort by marks, Slack takes a reply to one message.
_THREADING = {"email": Threading.MARKED, "slack_bot": Threading.ONE}
log = logger(__name__)


class ChannelRenderer:
    """Turns alerts and notices into payloads for the channels, by their names."""

    def __init__(self, channels: Sequence[Channel], dashboard: str | None = None) -> None:
        self._kinds = {channel.name: (channel.kind, channel.language) for channel in channels}
        self._dashboard = dashboard
        self._unsubscribe = {
            channel.name: channel.unsubscribe_url
            for channel in channels
            if isinstance(channel, EmailChannel)
        }

    def threading(self, channel: str) -> Threading:
        """How follow-ups are told on ``channel``."""
        kind, _ = self._kind(channel)
        return _THREADING.get(kind, Threading.NONE)

    def alerts(self, channel: str, alerts: Sequence[Alert], occasion: Occasion) -> dict[str, Any]:
        """The payload that tells ``alerts`` on ``channel``; a render error gives plain text."""
        kind, own = self._kind(channel)
        occasion = replace(
            occasion,
            dashboard=self._dashboard,
            unsubscribe=self._unsubscribe.get(channel),
        )
        rendered = render_payload(kind, alerts, occasion.language or own, occasion)
        if rendered.problem:
            log.error("channel.plain", channel=channel, problem=rendered.problem)
        return rendered.payload

    def complete(self, payload: Mapping[str, Any]) -> bool:
        """Whether a payload tells all of its alerts; a webhook's body has a limit of size."""
        data = payload.get("data")
        return not (isinstance(data, Mapping) and data.get("omitted_count"))

    def notice(self, channel: str, title: str, text: str) -> dict[str, Any]:
        """The payload of an operational notice on ``channel``."""
        kind, _ = self._kind(channel)
        return render_note(kind, title, text.splitlines())

    def _kind(self, channel: str) -> tuple[str, str]:
        # What waits for a channel that is no longer configured is kept as plain text.
        return self._kinds.get(channel, ("console", "en"))
