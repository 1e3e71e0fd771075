"""The routes of the API (FastAPI), mounted under ``/api/v1``."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from worker.errors import StoreError, UsageError
from worker.model import ChangeKind, Confirmation, Measure, Position, Severity, Stance, Status
from worker.ports.looking import AlertFilter, ClaimFilter
from worker.ports.looking import Page as Part
from worker.web.api.shapes import (
    ChangeOut,
    Changes,
    ClaimOut,
    Claims,
    PositionOut,
    Positions,
    Problem,
    SourceOut,
    Sources,
)
from worker.web.api.table import csv_response, flat
from worker.web.cursor import PATTERN, mark_of, page_after

if TYPE_CHECKING:
    from worker.web.site import Site

#: Rows of one page, and of one CSV file.
PAGE, MOST, ROWS = 100, 500, 5000
#: The list of sources is at most so old, in seconds.
SOURCES_FRESH = 120.0

Actor = Annotated[
    str | None, Query(pattern=r"^[A-Z]{2}$|^NATO$|^COALITION$", description="DE, GB, EU, NATO …")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page.")]
Before = Annotated[
    str | None,
    Query(pattern=PATTERN, description="The mark of a page, as `next` gives it."),
]
Day = Annotated[date | None, Query(description="YYYY-MM-DD")]
Id = Annotated[str, Path(pattern=r"^[0-9a-zA-Z-]{1,64}$")]
_key = HTTPBearer(auto_error=False, description="Needed only where `web.api_key` is set.")
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request asks for what is not allowed."},
    401: {"model": Problem, "description": "A key is needed."},
    404: {"model": Problem, "description": "There is no such thing."},
    429: {"description": "Too many requests in this minute."},
    503: {"model": Problem, "description": "The database is away."},
}
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A CSV file."}
}


def build_api(site: Site) -> FastAPI:
    """The API over a site's store."""
    api = FastAPI(
        title="Coalition Watch",
        version="1",
        description="What states say they will do for Ukraine's security. Read-only.",
        docs_url=None,
        redoc_url=None,
        # The document names a key only where one is needed, so that it always tells the truth.
        dependencies=[Depends(_allowed)] if site.api_key else [],
        responses=_PROBLEMS,
        exception_handlers={UsageError: _wrong, StoreError: _away},
    )
    api.state.site = site
    for path, handler, model in _ROUTES:
        api.add_api_route(
            path,
            handler,
            response_model=model,
            responses=_CSV if model is None else None,
            response_class=Response if model is None else JSONResponse,
        )
    return api


def _allowed(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_key)]
) -> None:
    key = _site(request).api_key or ""
    shown = given.credentials if given else ""
    if not hmac.compare_digest(shown.encode(), key.encode()):
        raise HTTPException(
            401, "a key is needed: Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"}
        )


async def _wrong(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 400)


async def _away(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 503, headers={"retry-after": "10"})


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


# --- positions ------------------------------------------------------------------------------------


def positions(
    request: Request,
    as_of: Day = None,
    known_at: Day = None,
    actor: Actor = None,
    measure: Measure | None = None,
    stance: Stance | None = None,
    limit: Limit = MOST,
    after: Annotated[
        str | None, Query(max_length=120, description="The last slot of a page.")
    ] = None,
) -> Positions:
    """Positions by actor, measure and item: today's, or those of a day as known on a day."""
    found = _positions(request, as_of, known_at, actor, measure, stance)
    rest = [p for p in found if after is None or str(p.slot) > after]
    shown = rest[:limit]
    more = str(shown[-1].slot) if len(rest) > limit else None
    return Positions(
        items=[PositionOut.of(p) for p in shown], next=_next(request, after=more) if more else None
    )


def positions_csv(
    request: Request,
    as_of: Day = None,
    known_at: Day = None,
    actor: Actor = None,
    measure: Measure | None = None,
    stance: Stance | None = None,
) -> Response:
    """The same as one CSV file."""
    found = _positions(request, as_of, known_at, actor, measure, stance)
    return _file("positions", [PositionOut.of(p) for p in found], PositionOut)


def _positions(
    request: Request,
    as_of: date | None,
    known_at: date | None,
    actor: str | None,
    measure: Measure | None,
    stance: Stance | None,
) -> list[Position]:
    known = datetime.combine(known_at, time.max, UTC) if known_at else None
    found = _site(request).board.positions(as_of.isoformat() if as_of else None, known)
    fitting = (
        p
        for p in found
        if (actor is None or p.slot.actor == actor)
        and (measure is None or p.slot.measure is measure)
        and (stance is None or p.stance is stance)
    )
    return sorted(fitting, key=lambda p: str(p.slot))


# --- claims ---------------------------------------------------------------------------------------


def claims(
    request: Request,
    actor: Actor = None,
    measure: Measure | None = None,
    stance: Stance | None = None,
    status: Status | None = None,
    since: Day = None,
    limit: Limit = PAGE,
    before: Before = None,
) -> Claims:
    """Records of the ledger, the one known last first; retracted ones say when."""
    wanted = ClaimFilter(actor, measure, stance, status, _start(since))
    found = _site(request).looking.claims(wanted, page_after(before, limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return Claims(
        items=[ClaimOut.of(r) for r in found[:limit]],
        next=_next(request, before=mark_of(last.known_from, last.id)) if last else None,
    )


def claims_csv(
    request: Request,
    actor: Actor = None,
    measure: Measure | None = None,
    stance: Stance | None = None,
    status: Status | None = None,
    since: Day = None,
) -> Response:
    """The newest of the same as one CSV file."""
    wanted = ClaimFilter(actor, measure, stance, status, _start(since))
    found = _site(request).looking.claims(wanted, Part(limit=ROWS))
    return _file("claims", [ClaimOut.of(r) for r in found], ClaimOut)


def claim(request: Request, claim_id: Id) -> ClaimOut:
    """One record of the ledger."""
    found = _site(request).looking.claim(claim_id)
    if found is None:
        raise HTTPException(404, "no claim of that id")
    return ClaimOut.of(found)


# --- changes --------------------------------------------------------------------------------------


def changes(
    request: Request,
    actor: Actor = None,
    measure: Measure | None = None,
    kind: ChangeKind | None = None,
    severity: Severity | None = None,
    confirmation: Confirmation | None = None,
    since: Day = None,
    limit: Limit = PAGE,
    before: Before = None,
) -> Changes:
    """Changes, the one raised last first, each as it was told last."""
    wanted = _alerts(actor, measure, kind, severity, confirmation, since)
    found = _site(request).looking.alerts(wanted, page_after(before, limit + 1))
    last = found[limit - 1].alert if len(found) > limit else None
    return Changes(
        items=[ChangeOut.of(seen, _base(request)) for seen in found[:limit]],
        next=_next(request, before=mark_of(last.raised_at, last.id)) if last else None,
    )


def changes_csv(
    request: Request,
    actor: Actor = None,
    measure: Measure | None = None,
    kind: ChangeKind | None = None,
    severity: Severity | None = None,
    confirmation: Confirmation | None = None,
    since: Day = None,
) -> Response:
    """The newest of the same as one CSV file."""
    wanted = _alerts(actor, measure, kind, severity, confirmation, since)
    found = _site(request).looking.alerts(wanted, Part(limit=ROWS))
    return _file("changes", [ChangeOut.of(seen, _base(request)) for seen in found], ChangeOut)


def _alerts(
    actor: str | None,
    measure: Measure | None,
    kind: ChangeKind | None,
    severity: Severity | None,
    confirmation: Confirmation | None,
    since: date | None,
) -> AlertFilter:
    return AlertFilter(
        (actor,) if actor else (), measure, kind, severity, confirmation, since=_start(since)
    )


def change(request: Request, change_id: Id) -> ChangeOut:
    """One change."""
    found = _site(request).looking.alert(change_id)
    if found is None:
        raise HTTPException(404, "no change of that id")
    return ChangeOut.of(found, _base(request))


def sources(request: Request) -> Sources:
    """Every feed with its health and yield; at most two minutes old."""
    site = _site(request)
    rows = site.remembered.get("sources", site.looking.sources, SOURCES_FRESH)
    names = SourceOut.model_fields
    return Sources(items=[SourceOut(**{n: row[n] for n in names}) for row in rows])


# --- what they share ------------------------------------------------------------------------------


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _base(request: Request) -> str:
    public = _site(request).settings.public_url
    return (public or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")


def _next(request: Request, **changes: str) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in changes]
    return f"{_base(request)}{request.url.path}?{urlencode([*kept, *changes.items()])}"


def _file(name: str, items: Sequence[BaseModel], kind: type[BaseModel]) -> Response:
    rows = [flat(item.model_dump(mode="json")) for item in items]
    columns = list(rows[0]) if rows else list(kind.model_fields)
    for row in rows:
        columns += [column for column in row if column not in columns]
    return csv_response(name, columns, rows)


_ROUTES: tuple[tuple[str, Any, Any], ...] = (
    ("/positions", positions, Positions),
    ("/positions.csv", positions_csv, None),
    ("/claims", claims, Claims),
    ("/claims.csv", claims_csv, None),
    ("/claims/{claim_id}", claim, ClaimOut),
    ("/changes", changes, Changes),
    ("/changes.csv", changes_csv, None),
    ("/changes/{change_id}", change, ChangeOut),
    ("/sources", sources, Sources),
)
__all__ = ["build_api"]
