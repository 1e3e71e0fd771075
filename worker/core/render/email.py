"""Alerts as an e-mail: a subject that sorts, plain text, and HTML that common clients show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from worker.core.render import inert
from worker.core.render.digest import digest_parts, digest_text
from worker.core.render.labels import word
from worker.core.render.mailpage import mail_page
from worker.core.render.text import render_texts
from worker.core.render.view import AlertView, alert_view
from worker.core.threads import Occasion, Root
from worker.model import Alert

#: Alerts shown in full in one e-mail; the rest is counted.
MAX_ALERTS = 200
#: A mail on more alerts than these is not answered: what follows is news of its own.
MAX_ANSWERED = 3
_PREFIX = "[Coalition Watch]"


def render_email(
    alerts: Sequence[Alert], language: str = "en", occasion: Occasion | None = None
) -> dict[str, Any]:
    """``subject``, ``text``, ``html``, ``references`` (the message it answers), ``images``.

    ``images`` are PNGs in base64 by the name under which the HTML shows them (``cid:name@coalition-watch``).
    """
    occasion = occasion or Occasion()
    shown = alerts[:MAX_ALERTS]
    views = [alert_view(alert, language) for alert in shown]
    more = word("more", language, len(alerts) - len(shown)) if len(alerts) > len(shown) else ""
    digest = digest_parts(alerts, occasion.overview, language) if occasion.overview else None
    subject = _subject(views, len(alerts), language, is_digest=digest is not None)
    root = _thread(occasion, alerts)
    texts = [render_texts(shown, language), more]
    if digest:
        texts.append(digest_text(digest, language))
    return {
        "subject": inert.header(f"Re: {root.subject}") if root and root.subject else subject,
        "text": "\n\n".join(filter(None, texts)),
        "html": mail_page(shown, views, language, occasion, digest=digest, more=more),
        "references": [root.delivery_id] if root else [],
        "images": {"chart": digest.chart} if digest else {},
    }


def _thread(occasion: Occasion, alerts: Sequence[Alert]) -> Root | None:
    """The mail that this one answers; a digest is none, as its subject says nothing of one alert."""
    root = occasion.root(alerts)
    return root if root and len(root.alerts) <= MAX_ANSWERED else None


def _subject(views: Sequence[AlertView], count: int, language: str, *, is_digest: bool) -> str:
    """Actor and measure come first, so that a mailbox sorted by subject is sorted by them."""
    actors = ", ".join(dict.fromkeys(view.actor for view in views[:20]))
    if is_digest:
        changes = word("alerts", language, count)
        return inert.header(f"{_PREFIX} {word('digest.title', language, changes)}: {actors}", 150)
    if len({(view.actor, view.measure) for view in views}) == 1:  # the newest holds now
        view = views[-1]
        event = f" — {view.event}" if view.event else ""
        others = f" · {word('alerts', language, count)}" if count > 1 else ""
        return inert.header(f"{_PREFIX} {view.headline} ({view.move}){event}{others}")
    return inert.header(f"{_PREFIX} {actors}: {word('alerts', language, count)}", 150)
