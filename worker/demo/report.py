"""What a person sees of the demo, from the first line to the figures at the end."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from worker.adapters.embedded import OnProgress
from worker.app import App
from worker.cli.ledger import show_matrix
from worker.cli.output import console
from worker.cli.running import progress
from worker.cli.told import show_alerts
from worker.demo.origin import Origin
from worker.demo.week import FIRST, LAST, Week

#: More than the week can bring.
ALL = 10_000


def live() -> AbstractContextManager[OnProgress]:
    """What is being done at the moment, on stderr."""
    return progress()


def show_opening(week: Week) -> None:
    """Say what is about to happen."""
    console().print(
        f"A week of invented coverage, {FIRST:%-d} to {LAST:%-d %B %Y}: {len(week.outlets)} "
        f"outlets, {len(week.stories)} articles in German and English, served on 127.0.0.1.\n"
        "The worker polls, reads, judges and delivers as it always does; "
        "only its clock is moved. Every word of the coverage is invented."
    )


def show_day(week: Week, day: datetime) -> None:
    """The day that begins and how many articles it will bring."""
    count = sum(story.published.date() == day.date() for story in week.stories)
    screen = console()
    screen.rule(f"{day:%A, %-d %B} · {count} articles")


def show_outcome(app: App, origin: Origin, seconds: float) -> None:
    """The alerts, what is now known of everyone, and the figures."""
    screen = console()
    screen.rule("What the week brought")
    alerts = app.alerts(limit=ALL)[::-1]
    show_alerts(alerts)
    show_matrix(app.positions())
    screen.print(figures(app, origin, seconds))


def figures(app: App, origin: Origin, seconds: float) -> str:
    """How much of everything there was, in a few lines."""
    counts = app.store.queries.counts()
    reasons = Counter(row["reason"] for row in app.suppressed(limit=ALL))
    feeds = app.feeds()
    unreadable = sum(feed["last_error"] is not None for feed in feeds)
    entries = sum(feed["entries"] for feed in feeds)
    relevant = counts["articles"] - reasons["relevance"]
    held_back = ", ".join(f"{name} {count}" for name, count in reasons.most_common()) or "nothing"
    mailbox = origin.mailbox
    return (
        f"feeds {len(feeds)} ({unreadable} unreadable) · polls answered 304: {origin.unchanged} · "
        f"entries {entries} · articles {counts['articles']} · relevant {relevant} · "
        f"claims {counts['claims']} · alerts {counts['alerts']}\n"
        f"held back: {held_back}\n"
        f"webhooks: {len(mailbox.messages)} messages with {len(mailbox.alert_ids)} alerts, "
        f"{mailbox.refused} refused for their signature · review: {len(app.review(limit=ALL))} · {seconds:.1f} s"
    )


def show_whereabouts(address: str, token: str, base: str, config: Path, folder: Path) -> None:
    """Where dashboard, origin and database are while they stay up."""
    console().print(
        f"\nStill up, until Ctrl-C:\n"
        f"  the dashboard {address} (to write, sign in with {token})\n"
        f"  the outlets   {base}/northern-ledger/feed.xml (and the others)\n"
        f"  the database  {folder / 'demo.db'}\n"
        f"  ask it        coalition-watch alerts --config {config}\n"
        f"                coalition-watch positions --matrix --config {config}\n"
        f"                coalition-watch suppressed --config {config}"
    )
