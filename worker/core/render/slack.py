"""Alerts as Slack messages: what a desk officer reads in five seconds, then the proof.

A bot's messages form threads: follow-ups answer the first message, which is edited to show how
things stand now. An incoming webhook can do neither; there a follow-up is a message of its own.
Nothing from an article is ever part of the markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from worker.core.render import inert
from worker.core.render.labels import word
from worker.core.render.slackblocks import (
    MAX_SECTION,
    Block,
    actions,
    context,
    divider,
    fits,
    header,
    link,
    section,
    slack_message,
)
from worker.core.render.text import quoted
from worker.core.render.view import CERTAINTY_MARKS, AlertView, QuoteView, alert_view, host_of
from worker.core.threads import Occasion
from worker.model import Alert, AlertEvent

#: Alerts shown in full; more than these are listed with one line each.
MAX_FULL = 7
#: Lengths of quotes, tried in turn until the blocks fit.
_QUOTE_LENGTHS = (700, 300, 120)
_LINES_PER_SECTION = 12
_LISTED = 40
_BUTTONS = ("evidence", "silence", "confirm", "dismiss")
#: Follow-ups that the whole conversation sees, not its thread alone.
_LOUD = frozenset({AlertEvent.CONTESTED, AlertEvent.CORRECTED})


def render_slack(
    alerts: Sequence[Alert], language: str = "en", dashboard: str | None = None
) -> dict[str, Any]:
    """The JSON body of one message: fallback text and blocks."""
    views = [alert_view(alert, language) for alert in alerts]
    text = _summary(views, language)
    if len(alerts) <= MAX_FULL:
        for length in _QUOTE_LENGTHS:
            blocks = [b for view in views for b in _full(view, language, dashboard, length)][:-1]
            if fits(blocks):  # the last of them was a divider
                return slack_message(text, blocks)
    return slack_message(text, list(_listed(views, language)))


def render_slack_bot(
    alerts: Sequence[Alert], language: str = "en", occasion: Occasion | None = None
) -> dict[str, Any]:
    """What a bot posts: ``message``, what it replies to, and how the first message is to look now.

    ``reply_to`` is the alert whose thread it joins, None for a new message; ``at`` tells which of
    two edits is the later one.
    """
    occasion = occasion or Occasion()
    root = occasion.root(alerts)
    if root is None:
        message = render_slack(alerts, language, occasion.dashboard)
        return {"message": message, "reply_to": None, "edit": None, "at": ""}
    view = alert_view(alerts[-1], language)
    reply = slack_message(_fallback(view), list(_reply(view, language)))
    reply["reply_broadcast"] = alerts[-1].event in _LOUD
    return {
        "message": reply,
        "reply_to": alerts[-1].id,
        "edit": render_slack(root.alerts, language, occasion.dashboard) if root.alerts else None,
        "at": occasion.at.isoformat(),
    }


def _summary(views: Sequence[AlertView], language: str) -> str:
    """What notifications and screen readers tell, and what is left where blocks are refused."""
    shown = "\n".join(_fallback(view) for view in views[:10])
    if len(views) == 1:
        return shown
    return f"{word('alerts', language, len(views))}\n{shown}"


def _fallback(view: AlertView) -> str:
    event = f" — {view.event}" if view.event else ""
    told = f"{view.flag} {view.headline}{event} ({view.move}) · {view.confirmation}"
    return inert.slack(told.strip(), 300)


def _full(view: AlertView, language: str, dashboard: str | None, length: int) -> Iterator[Block]:
    """At most seven blocks, so that seven alerts stay within fifty."""
    event = f" — {view.event}" if view.event else ""
    yield header(f"{view.flag} {view.actor} · {view.measure}{event}".strip())
    yield section("\n".join(_facts(view, language)))
    yield section(_quote(view.quote, language, length))
    if view.rival:
        rival = _quote(view.rival, language, length)
        yield section(f"*{word('rival', language)}*\n{rival}"[:MAX_SECTION])
    if parts := list(_small_print(view, language, length)):
        yield context(parts)
    if dashboard:
        yield actions(_buttons(view, language, dashboard))
    yield divider()


def _facts(view: AlertView, language: str) -> Iterator[str]:
    yield _move(view, language)
    if view.terms:
        yield f"*{inert.slack(view.terms, 500)}*"
    severity = word("severity_of", language, view.severity)
    told = f"{view.confirmation} · {view.kind} · {severity}"
    yield f"{CERTAINTY_MARKS[view.certainty]} {inert.slack(told, 300)}"


def _move(view: AlertView, language: str) -> str:
    """Before → after, each a colour and a word; once where it is the same."""
    before, now = view.stances
    if view.keeps_stance:
        return f"{view.marks[1]} *{inert.slack(now, 60)}* · {word('as_before', language)}"
    start = inert.slack(before or word("unknown_before", language), 60)
    return f"{view.marks[0]} {start}  →  {view.marks[1]} *{inert.slack(now, 60)}*"


def _quote(quote: QuoteView, language: str, length: int) -> str:
    lines = [f"> {inert.slack(quoted(inert.line(quote.text, length), language), 1500)}"]
    attribution = inert.slack(quote.attribution, 400)
    if quote.url and len(quote.url) < 900:
        read = link(quote.url, word("read", language))
        attribution = f"{attribution} · {read}" if attribution else read
    return "\n".join([*lines, attribution] if attribution else lines)


def _small_print(view: AlertView, language: str, length: int) -> Iterator[str]:
    said = view.before_quote
    if said and said.text:
        text = inert.slack(quoted(inert.line(said.text, length // 2), language), 600)
        where = f" {link(said.url, '↗')}" if said.url and len(said.url) < 900 else ""
        who = inert.slack(said.attribution, 300)
        yield f"*{word('before', language)}*: {text} — {who}{where}"
    if view.reasons:
        yield f"*{word('reasons', language)}*: {inert.slack('; '.join(view.reasons), 400)}"
    others = [link(url, host_of(url)) for url in view.also if len(url) < 300]
    if others:
        yield f"*{word('also', language)}*: {' · '.join(others)}"


def _buttons(view: AlertView, language: str, dashboard: str) -> list[tuple[str, str, str]]:
    page = alert_page(dashboard, view.id)
    return [
        (
            name,
            word(f"button.{name}", language),
            page if name == "evidence" else f"{page}#{name}",
        )
        for name in _BUTTONS
    ]


def alert_page(dashboard: str, alert_id: str) -> str:
    """The dashboard's page of an alert, where its forms are."""
    return f"{dashboard.rstrip('/')}/alert/{alert_id}"


def _reply(view: AlertView, language: str) -> Iterator[Block]:
    """What a follow-up adds: the event, how things stand, and the words that say so."""
    told = f"*{inert.slack(view.event or view.kind, 80)}*: {_move(view, language)}"
    facts = [told, *list(_facts(view, language))[1:]]
    yield section("\n".join(facts))
    yield section(_quote(view.quote, language, 700))
    if view.rival:
        rival = _quote(view.rival, language, 700)
        yield section(f"*{word('rival', language)}*\n{rival}"[:MAX_SECTION])
    if view.reasons:
        reasons = inert.slack("; ".join(view.reasons), 600)
        yield context([f"*{word('reasons', language)}*: {reasons}"])


def _listed(views: Sequence[AlertView], language: str) -> Iterator[Block]:
    yield header(word("alerts", language, len(views)))
    shown = views[:_LISTED]
    for start in range(0, len(shown), _LINES_PER_SECTION):
        rows = shown[start : start + _LINES_PER_SECTION]
        yield section("\n".join(f"• {_one_line(view)}" for view in rows))
    if len(views) > len(shown):
        yield section(word("more", language, len(views) - len(shown)))


def _one_line(view: AlertView) -> str:
    told = f"{view.flag} {view.headline} ({view.move}) · {view.confirmation}"
    return f"{view.marks[1]} {inert.slack(told, 240)}"
