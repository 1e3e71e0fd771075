"""The tree of commands; each is imported with its file, heavy parts only when it runs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from worker.cli import (
    backfilling,
    baselines,
    care,
    channelcare,
    databases,
    doctoring,
    feedlists,
    health,
    ledger,
    opinions,
    quiet,
    reading,
    replaying,
    reviewing,
    running,
    settingslist,
    sources,
    told,
)

app = typer.Typer(
    help="Tells when a state changes what it will do for Ukraine's security.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        try:
            print(version("coalition-watch"))
        except PackageNotFoundError:
            print("unknown (not installed)")
        raise typer.Exit


@app.callback()
def _program(
    shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Coalition Watch."""


for _command in (
    running.run,
    running.demo,
    running.serve,
    reading.analyze,
    replaying.replay,
    reading.evaluate,
    ledger.positions,
    told.suppressed,
    reviewing.notes,
    backfilling.backfill,
    care.check,
    health.health,
    doctoring.doctor,
    settingslist.settings,
):
    app.command()(_command)
app.add_typer(told.alerts, name="alerts")
app.add_typer(opinions.feedback, name="feedback")
app.add_typer(reviewing.review, name="review")
app.add_typer(quiet.silences, name="silences")
sources.feeds.command("import")(feedlists.import_feeds)
sources.feeds.command("export")(feedlists.export_feeds)
app.add_typer(sources.feeds, name="feeds")
baselines.add_to(ledger.baseline)
app.add_typer(ledger.baseline, name="baseline")
app.add_typer(care.deliveries, name="deliveries")
app.add_typer(channelcare.channels, name="channels")
app.add_typer(channelcare.webhooks, name="webhooks")
app.add_typer(care.routes, name="routes")
app.add_typer(databases.database, name="db")
