"""Alerts as plain text: for the console, the text part of an e-mail, and as the fallback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.core.render.labels import word
from worker.core.render.view import AlertView, QuoteView, alert_view
from worker.model import Alert

_MARKS = {"en": "“{}”", "de": "„{}“"}


def render_text(alert: Alert, language: str = "en") -> str:
    """One alert as lines of plain text, without a trailing line break."""
    return "\n".join(_lines(alert_view(alert, language), language))


def render_texts(alerts: Sequence[Alert], language: str = "en") -> str:
    """Several alerts as plain text, separated by blank lines."""
    return "\n\n".join(render_text(alert, language) for alert in alerts)


def quoted(text: str, language: str) -> str:
    """A quote in the quotation marks of the labels' language."""
    return _MARKS.get(language, _MARKS["en"]).format(text)


def _lines(view: AlertView, language: str) -> Iterator[str]:
    event = f" — {view.event}" if view.event else ""
    yield f"{view.flag} {view.headline} [{view.severity}]{event}".strip()
    label = {key: word(key, language) for key in ("before", "now", "rival", "reasons", "also")}
    width = max(len(label["before"]), len(label["now"])) + 1
    yield f"  {label['before'] + ':':<{width}} {view.before}"
    yield f"  {label['now'] + ':':<{width}} {view.now}"
    yield f"  {view.confirmation}"
    yield from _quote(view.quote, language, "")
    if view.rival:
        yield from _quote(view.rival, language, f"{label['rival']}: ")
    if view.before_quote:
        yield from _quote(view.before_quote, language, f"{label['before']}: ")
    if view.reasons:
        yield f"  {label['reasons']}: {'; '.join(view.reasons)}"
    if view.also:
        yield f"  {label['also']}: {' '.join(view.also)}"


def _quote(quote: QuoteView, language: str, label: str) -> Iterator[str]:
    if quote.text:
        yield f"  {label}{quoted(quote.text, language)}"
    if quote.attribution:
        yield f"    — {quote.attribution}"
    if quote.url:
        yield f"    {quote.url}"
