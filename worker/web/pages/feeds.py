"""The newest changes as Atom and JSON Feed, of a route or filtered like the stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from worker.core.render.feed import FeedHead, Told, atom, json_feed
from worker.core.render.labels import word
from worker.core.routing import routes_by_name
from worker.model import ChangeKind, Confirmation, Measure, Severity
from worker.pipeline.newest import newest
from worker.ports.looking import AlertFilter
from worker.web.page import Page

#: Changes in a feed.
ENTRIES = 50
_FILTERS = ("route", "actor", "measure", "kind", "severity", "confirmation")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a feed holds, in whose language, and what it says of itself."""

    told: list[Told]
    language: str
    head: FeedHead


def changes_atom(request: Request) -> Response:
    """The newest changes as Atom."""
    page = Page(request)
    wanted = _wanted(page, "changes.atom")
    text = atom(wanted.told, page.base, page.now, wanted.language, wanted.head)
    return Response(text, media_type="application/atom+xml")


def changes_json(request: Request) -> Response:
    """The newest changes as JSON Feed."""
    page = Page(request)
    wanted = _wanted(page, "changes.json")
    told = json_feed(wanted.told, page.base, wanted.language, wanted.head)
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/feed+json")


def _wanted(page: Page, name: str) -> _Wanted:
    root = page.site.routes()
    routes = routes_by_name(root)
    route = page.choice("route", list(routes))
    found = newest(page.site.looking, _filter(page), ENTRIES, root=root, route=route)
    own = routes[route].language if route and "lang" not in page.request.query_params else None
    language = own or page.language
    told = [(seen.alert, seen.updated_at) for seen in found]
    return _Wanted(told, language, _head(page, name, language))


def _filter(page: Page) -> AlertFilter:
    actor = page.choice("actor", sorted({s.actor for s in page.site.board.slots(lambda _: True)}))
    return AlertFilter(
        actors=(actor,) if actor else (),
        measure=page.choice("measure", [m.value for m in Measure]),
        kind=page.choice("kind", [k.value for k in ChangeKind]),
        severity=page.choice("severity", [s.value for s in Severity]),
        confirmation=page.choice("confirmation", [c.value for c in Confirmation]),
    )


def _head(page: Page, name: str, language: str) -> FeedHead:
    """The feed's address with its filters, so that readers know feeds apart."""
    given = [(key, page.request.query_params.get(key)) for key in _FILTERS]
    scope = " ".join(f"{key}={value}" for key, value in given if value)
    query = "&".join(f"{key}={quote(value)}" for key, value in given if value)
    title = word("feed.title", language)
    url = f"{page.base}/{name}{f'?{query}' if query else ''}" if page.base else None
    return FeedHead(f"{title} ({scope})" if scope else title, url, scope)
