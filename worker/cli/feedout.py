"""The command ``alerts feed``: the newest alerts as Atom or JSON Feed, of a route or of any choice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.configuration import ConfigOption, load
from worker.cli.ledger import opened
from worker.cli.output import say
from worker.cli.quiet import matcher
from worker.errors import UsageError

if TYPE_CHECKING:
    from worker.app import App
    from worker.core.render.feed import FeedHead, Told
    from worker.core.routing import Route
    from worker.settings import Settings


class FeedFormat(StrEnum):
    """The formats of feeds."""

    ATOM = "atom"
    JSON = "json"


def feed_of_alerts(
    match: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LABEL=VALUE]", help="Only these, as in routes: actor=DE,FR …"),
    ] = None,
    route: Annotated[str | None, typer.Option(help="Only what this route takes.")] = None,
    format_: Annotated[
        FeedFormat, typer.Option("--format", help="atom or json (JSON Feed).")
    ] = FeedFormat.ATOM,
    language: Annotated[
        str | None, typer.Option(help="en or de (default: the route's, else en).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    url: Annotated[str | None, typer.Option(help="The address the feed will have.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; replaced whole.")] = None,
    config: ConfigOption = None,
) -> int:
    """The newest alerts as a feed, for a file that any web server hands out."""
    settings = load(config)
    matchers = dict(map(matcher, match or ()))
    root, own = _routes(settings, route)
    spoken = _language(language) or own or "en"
    with opened(config) as app:
        told = list(_told(app, matchers, root, route, limit))
    body = _body(settings, format_, told, spoken, _head(route, match or [], url, spoken))
    if out is None:
        print(body.decode("utf-8"))
    else:
        _replace(out, body)
        say(f"{len(told)} alerts written to {out}")
    return 0


def _routes(settings: Settings, name: str | None) -> tuple[Route, str | None]:
    """The tree, and the language of the route of that name."""
    from worker.core.routing import routes_by_name
    from worker.settings.derived import route_of

    root = route_of(settings.route)
    routes = routes_by_name(root)
    if name is not None and name not in routes:
        raise UsageError(f"--route {name}: no route of that name; there are: {', '.join(routes)}")
    return root, routes[name].language if name else root.language


def _told(
    app: App, matchers: Mapping[str, frozenset[str]], root: Route, route: str | None, limit: int
) -> Iterator[Told]:
    """The newest alerts that fit, each with the time it was told last."""
    from worker.pipeline.newest import newest
    from worker.ports.looking import AlertFilter

    looking = app.store.looking
    for one in newest(looking, AlertFilter(), limit, matchers=matchers, root=root, route=route):
        yield one.alert, one.updated_at


def _language(asked: str | None) -> str | None:
    from worker.core.render.catalog import LANGUAGES

    if asked is not None and asked not in LANGUAGES:
        raise UsageError(f"--language {asked}: must be one of: {', '.join(LANGUAGES)}")
    return asked


def _head(route: str | None, match: list[str], url: str | None, language: str) -> FeedHead:
    from worker.core.render.feed import FeedHead
    from worker.core.render.labels import word

    scope = " ".join(filter(None, (f"route={route}" if route else "", *sorted(match))))
    title = word("feed.title", language)
    return FeedHead(f"{title} ({scope})" if scope else title, url, scope)


def _body(
    settings: Settings, format_: FeedFormat, told: list[Told], language: str, head: FeedHead
) -> bytes:
    from worker.core.render.feed import atom, json_feed

    base = settings.web.public_url
    base = base.rstrip("/") if base else None
    if format_ is FeedFormat.ATOM:
        return atom(told, base, datetime.now(UTC), language, head)
    return json.dumps(json_feed(told, base, language, head), ensure_ascii=False).encode("utf-8")


def _replace(out: Path, body: bytes) -> None:
    """Write a file so that whoever reads it meanwhile gets the old or the new one, whole."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        draft.write_bytes(body)
        draft.replace(out)
    except OSError as error:
        raise UsageError(f"--out {out}: cannot write it ({error.strerror})") from None
