"""The command ``alerts render``: an alert as a channel would get it."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.configuration import ConfigOption, load
from worker.cli.ledger import opened
from worker.cli.output import emit, say
from worker.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from worker.settings import Settings


def render_alert(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="An alert's id or its beginning.")],
    channel: Annotated[
        str | None,
        typer.Option(help="A configured channel, or slack, email, webhook, apprise, console."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="en or de (default: the channel's).")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it to this file: a mail's HTML, else JSON.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open a mail's HTML in a browser.")] = False,
    config: ConfigOption = None,
) -> int:
    """Show an alert as a channel would get it."""
    settings = load(config)
    kind, own = _kind(settings, channel)
    with opened(config) as app:
        alert = app.store.queries.alert(alert_id)
    if alert is None:
        raise UsageError(f"no alert, or more than one, has an id that begins with {alert_id!r}")
    _show(_payload(settings, kind, alert, _language(language) or own), out, open_)
    return 0


def _kind(settings: Settings, channel: str | None) -> tuple[str, str]:
    """The kind of payload and the language of a channel's name, or of a kind itself."""
    from worker.core.render import KINDS

    if channel is None:
        return "console", "en"
    named = [one for one in settings.channels if one.name == channel]
    if named:
        return named[0].kind, named[0].language
    if channel not in KINDS:
        known = ", ".join(one.name for one in settings.channels) or "none"
        raise ConfigError(
            f"no channel named {channel!r}; there are: {known}; or a kind: {', '.join(KINDS)}"
        )
    return channel, "en"


def _language(language: str | None) -> str | None:
    from worker.core.render.catalog import LANGUAGES

    if language is not None and language not in LANGUAGES:
        raise UsageError(f"--language {language}: must be one of: {', '.join(LANGUAGES)}")
    return language


def _payload(settings: Settings, kind: str, alert: Any, language: str) -> dict[str, Any]:
    from worker.core.render import render_payload
    from worker.core.threads import Occasion

    told = Occasion(language, dashboard=settings.web.public_url)
    return render_payload(kind, [alert], language, told).payload


def _show(payload: dict[str, Any], out: Path | None, open_: bool) -> None:
    import json

    html = payload.get("html")
    if open_:
        if html is None:
            raise UsageError("--open: only a mail has a page; say --channel email")
        with NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
            file.write(html)
        say(f"opening {file.name}")
        webbrowser.open(Path(file.name).as_uri())
    elif out is not None:
        out.write_text(html or json.dumps(payload, ensure_ascii=False, indent=1), encoding="utf-8")
        say(f"written to {out}")
    elif set(payload) == {"text"}:
        print(payload["text"])
    else:
        emit(payload)
