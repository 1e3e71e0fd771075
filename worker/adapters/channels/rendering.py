"""Which renderer and language each configured channel takes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from worker.core.render import render_note, render_payload
from worker.model import Alert
from worker.settings import Channel

log = logging.getLogger(__name__)


class ChannelRenderer:
    """Turns alerts and notices into payloads for the channels, by their names."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._kinds = {channel.name: (channel.type, channel.language) for channel in channels}

    def alerts(
        self, channel: str, alerts: Sequence[Alert], language: str | None = None
    ) -> dict[str, Any]:
        """The payload that tells ``alerts`` on ``channel``; a render error gives plain text."""
        kind, own = self._kind(channel)
        rendered = render_payload(kind, alerts, language or own)
        if rendered.problem:
            log.error("channel %s: told in plain text, as %s", channel, rendered.problem)
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
