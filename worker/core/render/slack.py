"""Alerts as a Slack message (Block Kit, incoming webhook).

Limits and escaping after Slack's reference: 50 blocks, 150 characters in a header, 3000 in a
section, 10 elements in a context. Text objects are ``verbatim`` so that Slack turns no bare
address or name into a link; nothing from an article is ever part of the markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from worker.core.render import inert
from worker.core.render.labels import word
from worker.core.render.text import quoted
from worker.core.render.view import AlertView, QuoteView, alert_view
from worker.model import Alert, Severity

MAX_BLOCKS = 50
MAX_SECTION = 3000
MAX_HEADER = 150
#: Alerts shown in full; more than these are listed with one line each.
MAX_FULL = 8
_LINES_PER_SECTION = 12
_LISTED = 40 * _LINES_PER_SECTION
_LIGHT = {
    Severity.LOW: "⚪",
    Severity.MEDIUM: "🟡",
    Severity.HIGH: "🟠",
    Severity.CRITICAL: "🔴",
}
Block = dict[str, Any]


def render_slack(alerts: Sequence[Alert], language: str = "en") -> dict[str, Any]:
    """The JSON body for an incoming webhook: fallback text and blocks."""
    views = [alert_view(alert, language) for alert in alerts]
    if len(alerts) <= MAX_FULL:
        blocks = [
            block
            for alert, view in zip(alerts, views, strict=True)
            for block in _full(view, _LIGHT[alert.severity], language)
        ]
        blocks = blocks[:-1]  # no divider after the last
    else:
        blocks = list(_listed(views, language))
    return slack_message(_summary(views, language), blocks)


def slack_message(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """A message whose own text is parsed for nothing and unfolds no previews."""
    return {
        "text": text,
        "blocks": list(blocks),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def section(markup: str) -> Block:
    """A section of markup whose variable parts are escaped already."""
    return {"type": "section", "text": mrkdwn(markup)}


def mrkdwn(markup: str) -> Block:
    """A text object in which Slack links nothing on its own."""
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def header(text: str) -> Block:
    """A header block of plain text."""
    title = inert.slack(text, MAX_HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}


def _summary(views: Sequence[AlertView], language: str) -> str:
    if len(views) == 1:
        return inert.slack(f"{views[0].headline} ({views[0].move})", 300)
    return word("alerts", language, len(views))


def _full(view: AlertView, light: str, language: str) -> Iterator[Block]:
    """At most six blocks, so that eight alerts stay within fifty."""
    event = f" — {view.event}" if view.event else ""
    yield header(f"{view.flag} {view.headline}{event}".strip())
    yield section(_facts(view, light, language))
    yield section(_quote(view.quote, language))
    if view.rival:
        yield section(f"*{word('rival', language)}*\n{_quote(view.rival, language)}")
    if context := _context(view, language):
        yield {"type": "context", "elements": context}
    yield {"type": "divider"}


def _facts(view: AlertView, light: str, language: str) -> str:
    rows = (
        (word("before", language), view.before),
        (word("now", language), view.now),
        (word("quantity", language), view.quantity),
        (word("conditions", language), view.conditions),
        (f"{light} {word('severity', language)}", view.severity),
    )
    lines = [f"*{label}*: {inert.slack(value, 400)}" for label, value in rows]
    mark = "✅" if view.confirmed else "❔"
    return "\n".join([*lines, f"{mark} {inert.slack(view.confirmation)}"])


def _quote(quote: QuoteView, language: str) -> str:
    lines = [f"> {inert.slack(quoted(quote.text, language), 1500)}"]
    attribution = inert.slack(quote.attribution, 500)
    if quote.url:
        link = f"<{quote.url.replace('&', '&amp;')}|{word('read', language)}>"
        attribution = f"{attribution} · {link}" if attribution and len(link) < 900 else link
    return "\n".join([*lines, attribution] if attribution else lines)[:MAX_SECTION]


def _context(view: AlertView, language: str) -> list[Block]:
    parts = []
    if view.before_quote and view.before_quote.text:
        said = view.before_quote
        link = f" <{said.url.replace('&', '&amp;')}|↗>" if said.url and len(said.url) < 900 else ""
        text = inert.slack(quoted(said.text, language), 900)
        who = inert.slack(said.attribution, 300)
        parts.append(f"*{word('before', language)}*: {text} — {who}{link}")
    if view.reasons:
        parts.append(f"{word('reasons', language)}: {inert.slack('; '.join(view.reasons), 600)}")
    return [mrkdwn(part) for part in parts]


def _listed(views: Sequence[AlertView], language: str) -> Iterator[Block]:
    yield header(word("alerts", language, len(views)))
    shown = views[:_LISTED]
    for start in range(0, len(shown), _LINES_PER_SECTION):
        rows = shown[start : start + _LINES_PER_SECTION]
        yield section("\n".join(f"• {_one_line(view)}" for view in rows))
    if len(views) > len(shown):
        yield section(word("more", language, len(views) - len(shown)))


def _one_line(view: AlertView) -> str:
    return inert.slack(f"{view.flag} {view.headline} ({view.move}) · {view.confirmation}", 240)
