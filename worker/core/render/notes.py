"""Messages that are no alerts: operational notes, and tests of a channel, marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from worker.core.render import inert
from worker.core.render.labels import word
from worker.core.render.messenger import plain
from worker.core.render.slackblocks import header, section, slack_message
from worker.core.render.webhook import SCHEMA_VERSION

#: The most lines of a note, and characters of a line, in a message.
_LINES, _LENGTH = 20, 1500


def render_note(kind: str, title: str, lines: Sequence[str]) -> dict[str, Any]:
    """A plain operational note (a dead letter, a feed that is gone) as a payload for ``kind``."""
    return _message(kind, "note", title, lines)


def render_test(kind: str, channel: str, language: str = "en") -> dict[str, Any]:
    """A test of a channel as a payload for ``kind``: marked as one in its title, and by its type."""
    title = f"[TEST] Coalition Watch: {word('test.title', language)} ({channel})"
    return _message(kind, "test", title, [word("test.text", language)])


def _message(kind: str, what: str, title: str, lines: Sequence[str]) -> dict[str, Any]:
    title = inert.line(title, 140)
    body = [inert.line(text, _LENGTH) for text in lines[:_LINES]]
    text = "\n".join([title, *body])
    if kind == "slack":
        return _slack(title, body)
    if kind == "slack_bot":
        return {"message": _slack(title, body), "reply_to": None, "edit": None, "at": ""}
    if kind == "email":
        return {"subject": inert.header(title), "text": text, "html": None}
    if kind == "apprise":
        plain_body = "\n".join(plain(part, _LENGTH) for part in body)
        level = {"title": plain(title), "level": "info"}
        return {**level, "text": plain_body, "short": plain_body[:300]}
    if kind == "webhook":
        return {
            "type": f"coalition_watch.{what}",
            "schema_version": SCHEMA_VERSION,
            "data": {"title": title, "lines": [inert.line(part, 700) for part in body]},
        }
    return {"text": text}


def _slack(title: str, body: Sequence[str]) -> dict[str, Any]:
    length = max(200, 9000 // max(len(body), 1))
    blocks = [
        header(title),
        *(section(inert.slack(part, min(length, 2900)) or "–") for part in body),
    ]
    return slack_message(inert.slack(title, 300), blocks)
