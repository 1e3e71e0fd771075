"""From alerts to what a channel shows: plain text, Slack blocks, e-mail, webhook JSON.

Pure, and inert: nothing an article holds becomes markup, a mention, a link or a header. Payloads
are plain JSON values, frozen into a delivery before the first attempt to send it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.core.render import inert
from worker.core.render.email import render_email
from worker.core.render.slack import header, render_slack, section, slack_message
from worker.core.render.text import render_text, render_texts
from worker.core.render.webhook import MAX_BODY, SCHEMA_VERSION, encode, render_webhook
from worker.model import Alert

__all__ = [
    "MAX_BODY",
    "Rendered",
    "encode",
    "render_console",
    "render_email",
    "render_note",
    "render_payload",
    "render_slack",
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


_RENDERERS: Mapping[str, Callable[[Sequence[Alert], str], dict[str, Any]]] = {
    "console": render_console,
    "slack": render_slack,
    "email": render_email,
    "webhook": render_webhook,
}


def render_payload(kind: str, alerts: Sequence[Alert], language: str = "en") -> Rendered:
    """The payload for a channel of ``kind`` (``slack``, ``email``, ``webhook``, ``console``).

    A renderer that fails must not silence an alert: the payload is then a plain note that holds
    what can be said without it.
    """
    try:
        return Rendered(_RENDERERS[kind](alerts, language))
    except Exception as error:  # whatever went wrong, the alert goes out
        payload = render_note(kind, f"Coalition Watch: {len(alerts)} alert(s)", _bare(alerts))
        return Rendered(payload, f"{type(error).__name__}: {inert.line(str(error), 200)}")


def _bare(alerts: Sequence[Alert]) -> list[str]:
    """One line for each alert that cannot itself fail."""
    lines = []
    for alert in alerts[:20]:
        try:
            lines.append(inert.line(render_text(alert), 1500))
        except Exception:
            lines.append(f"alert {inert.line(str(alert.id), 60)}: see coalition-watch alerts")
    return lines


def render_note(kind: str, title: str, lines: Sequence[str]) -> dict[str, Any]:
    """A plain operational note (a dead letter, a feed that is gone) as a payload for ``kind``."""
    title = inert.line(title, 140)
    body = [inert.line(text, 1500) for text in lines[:20]]
    text = "\n".join([title, *body])
    if kind == "slack":
        blocks = [header(title), *(section(inert.slack(part, 2900) or "–") for part in body)]
        return slack_message(inert.slack(title, 300), blocks)
    if kind == "email":
        return {"subject": inert.header(title), "text": text, "html": None, "thread": None}
    if kind == "webhook":
        return {
            "type": "coalition_watch.note",
            "schema_version": SCHEMA_VERSION,
            "data": {"title": title, "lines": [inert.line(part, 700) for part in body]},
        }
    return {"text": text}
