"""Alerts as an e-mail: subject, plain text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from worker.core.render import inert
from worker.core.render.labels import word
from worker.core.render.text import quoted, render_texts
from worker.core.render.view import AlertView, alert_view
from worker.core.threads import Occasion
from worker.model import Alert, Severity

#: Alerts shown in full in one e-mail; the rest is counted.
MAX_ALERTS = 200
_COLOURS = {
    Severity.LOW: "#6b7280",
    Severity.MEDIUM: "#b45309",
    Severity.HIGH: "#c2410c",
    Severity.CRITICAL: "#b91c1c",
}


def render_email(
    alerts: Sequence[Alert], language: str = "en", occasion: Occasion | None = None
) -> dict[str, Any]:
    """``subject``, ``text``, ``html`` and ``thread`` (what replies and updates hang on)."""
    shown = alerts[:MAX_ALERTS]
    views = [alert_view(alert, language) for alert in shown]
    more = word("more", language, len(alerts) - len(shown)) if len(alerts) > len(shown) else ""
    return {
        "subject": _subject(views, len(alerts), language),
        "text": "\n\n".join(filter(None, (render_texts(shown, language), more))),
        "html": _template().render(
            views=list(zip(views, (_COLOURS[alert.severity] for alert in shown), strict=True)),
            more=more,
            language=language,
            word=lambda key: word(key, language),
            quoted=lambda text: quoted(text, language),
        ),
        "thread": alerts[0].id if len(alerts) == 1 else None,
    }


def _subject(views: Sequence[AlertView], count: int, language: str) -> str:
    if count == 1:
        view = views[0]
        event = f"{view.event}: " if view.event else ""
        return inert.header(f"[Coalition Watch] {event}{view.headline} ({view.move})")
    actors = ", ".join(dict.fromkeys(view.actor for view in views[:20]))
    return inert.header(f"[Coalition Watch] {word('alerts', language, count)}: {actors}", 150)


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("worker.core.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("email.html.j2")
