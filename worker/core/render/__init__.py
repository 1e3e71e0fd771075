"""From alerts to what a channel shows: plain text, Slack, e-mail, webhook, messengers, feeds.

Pure, and inert: nothing an article holds becomes markup, a mention, a link or a header. Payloads
are plain JSON values, frozen into a delivery before the first attempt to send it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.core.render import inert
from worker.core.render.email import render_email
from worker.core.render.messenger import render_messenger
from worker.core.render.notes import render_note, render_test
from worker.core.render.slack import render_slack, render_slack_bot
from worker.core.render.text import render_text, render_texts
from worker.core.render.webhook import MAX_BODY, encode, render_webhook
from worker.core.threads import Occasion
from worker.model import Alert

__all__ = [
    "KINDS",
    "MAX_BODY",
    "Rendered",
    "encode",
    "render_console",
    "render_email",
    "render_messenger",
    "render_note",
    "render_payload",
    "render_slack",
    "render_slack_bot",
    "render_test",
    "render_text",
    "render_webhook",
]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A payload for one channel; ``problem`` says why it is only the plain fallback, if it is."""

    payload: dict[str, Any]
    problem: str | None = None


def render_console(alerts: Sequence[Alert], language: str = "en") -> dict[str, Any]:
    """The payload of the console channel: ``text``."""
    return {"text": render_texts(alerts, language)}


_Render = Callable[[Sequence[Alert], str, Occasion], dict[str, Any]]
_RENDERERS: Mapping[str, _Render] = {
    "console": lambda alerts, language, _: render_console(alerts, language),
    "slack": lambda alerts, language, told: render_slack(alerts, language, told.dashboard),
    "slack_bot": render_slack_bot,
    "email": render_email,
    "apprise": render_messenger,
    "webhook": lambda alerts, language, _: render_webhook(alerts, language),
}
#: The kinds of payload there are.
KINDS = tuple(_RENDERERS)


def render_payload(
    kind: str, alerts: Sequence[Alert], language: str = "en", occasion: Occasion | None = None
) -> Rendered:
    """The payload for a channel of ``kind``, one of KINDS.

    A renderer that fails must not silence an alert: the payload is then a plain note that holds
    what can be said without it.
    """
    try:
        return Rendered(_RENDERERS[kind](alerts, language, occasion or Occasion()))
    except Exception as error:  # whatever went wrong, the alert goes out
        payload = render_note(
            kind, f"Coalition Watch: {len(alerts)} alert(s)", _bare(alerts, language)
        )
        return Rendered(payload, f"{type(error).__name__}: {inert.line(str(error), 200)}")


def _bare(alerts: Sequence[Alert], language: str) -> list[str]:
    """One line for each alert that cannot itself fail."""
    lines = []
    for alert in alerts[:20]:
        try:
            lines.append(inert.line(render_text(alert, language), 1500))
        except Exception:
            lines.append(f"alert {inert.line(str(alert.id), 60)}: see coalition-watch alerts")
    return lines
