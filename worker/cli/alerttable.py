"""Alerts as a table that fits a terminal: who and what, before and after, the proof, how sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from worker.core.render.inert import line
from worker.core.render.view import AlertView, QuoteView, alert_view
from worker.model import Alert, Severity

_LOUDNESS = {
    Severity.LOW: "dim",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "dark_orange",
    Severity.CRITICAL: "bold red",
}


def alert_table(alerts: Sequence[Alert], title: str = "Alerts") -> Table:
    """One row for each alert; every text is clean of control characters."""
    shown = Table(
        title=title, title_justify="left", header_style="bold", show_lines=True, expand=True
    )
    shown.add_column("alert", overflow="fold", ratio=3)
    shown.add_column("before → after", overflow="fold", ratio=3)
    shown.add_column("proof", overflow="fold", ratio=5)
    shown.add_column("status", overflow="fold", ratio=2)
    for alert in alerts:
        view = alert_view(alert, "en")
        shown.add_row(_who(alert, view), _move(view), _proof(view), _status(alert, view))
    return shown


def _who(alert: Alert, view: AlertView) -> Text:
    name = Text(f"{view.flag} {view.actor}".strip(), style="bold")
    loud = Text(f"{view.kind} [{view.severity}]", style=_LOUDNESS[alert.severity])
    raised = Text(f"{alert.raised_at:%Y-%m-%d %H:%M} {alert.id[:8]}", style="dim")
    return _stack([name, view.measure, loud, raised])


def _move(view: AlertView) -> Text:
    return _stack([Text(view.before, style="dim"), f"→ {view.now}"])


def _proof(view: AlertView) -> Text:
    quotes = [*_quote(view.quote, "")]
    if view.rival:
        quotes += _quote(view.rival, "but: ")
    return _stack(quotes)


def _quote(quote: QuoteView, label: str) -> Iterator[str | Text]:
    yield f"{label}“{line(quote.text, 300)}”"
    yield Text(f"— {quote.attribution}", style="dim")


def _status(alert: Alert, view: AlertView) -> Text:
    style = "green" if view.confirmed else "yellow"
    sure, _, origins = view.confirmation.partition(" · ")
    return _stack([Text(sure, style=style), origins, *filter(None, [view.event])])


def _stack(parts: Iterable[str | Text]) -> Text:
    return Text("\n").join([Text(part) if isinstance(part, str) else part for part in parts])
