"""The first page: who stands where, on any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from worker.model import Measure, Stance
from worker.ports.looking import AlertFilter
from worker.ports.looking import Page as Part
from worker.web.cells import Filter, shown_matrix
from worker.web.page import Page
from worker.web.regions import REGIONS

#: So many of the latest changes stand beside the matrix.
LATEST = 6
#: How far back the slider reaches.
REACH = timedelta(days=730)


def matrix(request: Request) -> Response:
    """Actors × measures, filtered, as of any day and as known on any day."""
    page = Page(request)
    site = page.site
    wanted = Filter(
        region=page.choice("region", REGIONS),
        measure=page.choice("measure", [m.value for m in Measure]),
        stance=page.choice("stance", [s.value for s in Stance]),
        since=page.date_of("since"),
    )
    as_of, known_at = page.date_of("as_of"), page.date_of("known_at")
    positions = site.board.positions(
        as_of.isoformat() if as_of and as_of < page.today else None,
        _end_of(known_at) if known_at and known_at < page.today else None,
    )
    contested = site.looking.contested()
    board = shown_matrix(positions, wanted, contested, page.actor)
    latest = site.looking.alerts(AlertFilter(), Part(limit=LATEST))
    return page.show(
        "matrix.html",
        board=board,
        wanted=wanted,
        as_of=as_of or page.today,
        known_at=known_at or page.today,
        past=bool((as_of and as_of < page.today) or (known_at and known_at < page.today)),
        earliest=page.today - REACH,
        regions=list(REGIONS),
        measures=list(Measure),
        stances=sorted(Stance, key=lambda s: -s.rank),
        latest=latest,
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)
