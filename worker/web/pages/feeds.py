"""The newest changes as Atom and JSON Feed, of a route or filtered like the stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from worker.core.render import inert
from worker.core.render.feed import FeedHead, Told, atom, json_feed
from worker.core.render.labels import actor_name, word
from worker.core.routing import routes_by_name
from worker.errors import UsageError
from worker.model import ACTOR_CODE, ChangeKind, Confirmation, Measure, Severity
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


def _actor(page: Page) -> str | None:
    """The actor asked for, which need not have said anything yet: a reader subscribes early."""
    asked = page.request.query_params.get("actor") or None
    code = asked.upper() if asked else None
    if code and (not ACTOR_CODE.fullmatch(code) or actor_name(code, "en") == code != "NATO"):
        raise UsageError(
            f"actor={inert.line(asked, 20)}: must be an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION"
        )
    return code


def _filter(page: Page) -> AlertFilter:
    unknown = sorted(set(page.request.query_params) - {*_FILTERS, "lang"})
    if unknown:  # a filter that is misspelt must not give everything
        raise UsageError(
            f"{inert.line(unknown[0], 40)}: there is no such filter; allowed are "
            f"{', '.join(_FILTERS)}, lang"
        )
    actor = _actor(page)
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
