"""The newest changes as Atom and JSON Feed; filtered like the stream."""

from __future__ import annotations

import json
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from worker.core.render.feed import atom, json_feed
from worker.model import Alert, Measure
from worker.ports.looking import AlertFilter
from worker.ports.looking import Page as Part
from worker.web.page import Page

#: Changes in a feed.
ENTRIES = 50


def changes_atom(request: Request) -> Response:
    """The newest changes as Atom."""
    page = Page(request)
    text = atom(_told(page), page.base, page.now, page.language)
    return Response(text, media_type="application/atom+xml")


def changes_json(request: Request) -> Response:
    """The newest changes as JSON Feed."""
    page = Page(request)
    told = json_feed(_told(page), page.base, page.language)
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/feed+json")


def _told(page: Page) -> list[tuple[Alert, datetime]]:
    actor = page.choice("actor", sorted({s.actor for s in page.site.board.slots(lambda _: True)}))
    measure = page.choice("measure", [m.value for m in Measure])
    wanted = AlertFilter(actors=(actor,) if actor else (), measure=measure)
    found = page.site.looking.alerts(wanted, Part(limit=ENTRIES))
    return [(seen.alert, seen.updated_at) for seen in found]
