"""Alerts for messengers and pagers, through Apprise: a title and plain text.

What looks like a mention, a link or a mark of emphasis in one messenger or another is written with
look-alikes, as there is no escape that all of them know; only the addresses of sources stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from worker.core.render import inert
from worker.core.render.labels import word
from worker.core.render.text import quoted
from worker.core.render.view import CERTAINTY_MARKS, AlertView, QuoteView, alert_view
from worker.core.threads import Occasion
from worker.model import Alert, Severity

_TITLE = 200
#: What a pager makes of the loudest alert of a message.
_LEVELS = {
    Severity.LOW: "info",
    Severity.MEDIUM: "info",
    Severity.HIGH: "warning",
    Severity.CRITICAL: "failure",
}


def render_messenger(
    alerts: Sequence[Alert], language: str = "en", occasion: Occasion | None = None
) -> dict[str, Any]:
    """``title``, ``text``, ``short`` (where a service takes little) and ``level``."""
    dashboard = occasion.dashboard if occasion else None
    views = [alert_view(alert, language) for alert in alerts]
    loudest = max((alert.severity for alert in alerts), key=lambda s: s.rank)
    title = _headline(views[0]) if len(views) == 1 else word("alerts", language, len(views))
    single = len(views) == 1
    return {
        "title": title[:_TITLE],
        "text": "\n\n".join("\n".join(_full(v, language, dashboard, single)) for v in views),
        "short": "\n".join(_short(view, single) for view in views),
        "level": _LEVELS[loudest],
    }


def plain(text: str, limit: int = 600) -> str:
    """Text in which no messenger finds a mention, a link or emphasis."""
    return inert.line(text, limit).translate(_LOOK_ALIKES)


_LOOK_ALIKES = str.maketrans(
    {
        "@": "＠",
        "#": "＃",
        "<": "‹",
        ">": "›",
        "[": "［",
        "]": "］",
        "*": "∗",
        "_": "ˍ",
        "~": "∼",
        "`": "ˋ",
        "|": "ǀ",
        "\\": "＼",
    }
)


def _headline(view: AlertView) -> str:
    event = f" — {view.event}" if view.event else ""
    return plain(f"{view.flag} {view.headline}{event}".strip(), _TITLE)


def _move(view: AlertView) -> str:
    before, now = view.stances
    shown = f"{view.marks[1]} {now}"
    if not view.keeps_stance:
        shown = f"{view.marks[0]} {before or '–'} → {shown}"
    return plain(" · ".join(filter(None, (shown, view.terms))))


def _full(view: AlertView, language: str, dashboard: str | None, single: bool) -> Iterator[str]:
    if not single:  # of a single one the title says it
        yield _headline(view)
    yield _move(view)
    severity = word("severity_of", language, view.severity)
    yield f"{CERTAINTY_MARKS[view.certainty]} {plain(f'{view.confirmation} · {severity}')}"
    yield from _quote(view.quote, language, "")
    if view.rival:
        yield from _quote(view.rival, language, f"{word('rival', language)}: ")
    if dashboard:
        yield f"{dashboard.rstrip('/')}/alert/{view.id}"


def _quote(quote: QuoteView, language: str, label: str) -> Iterator[str]:
    if quote.text:
        yield label + plain(quoted(quote.text, language), 700)
    if quote.attribution:
        yield f"— {plain(quote.attribution, 400)}"
    if quote.url:
        yield quote.url


def _short(view: AlertView, single: bool) -> str:
    told = _move(view) if single else f"{_headline(view)}: {_move(view)}"
    return f"{told} · {plain(view.confirmation, 80)}"
