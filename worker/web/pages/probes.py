"""What machines ask: is it alive, can it work, how is it doing."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from worker.errors import StoreError
from worker.web.metrics import CONTENT_TYPE
from worker.web.site import Site

#: A feed that has been due for so long says that nobody polls.
LATE = timedelta(minutes=15)


def healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok", "version": _site(request).version})


def readyz(request: Request) -> Response:
    """The database answers, and where an engine runs, no feed has been due for long."""
    site = _site(request)
    try:
        lags = site.looking.lags()
    except StoreError as error:
        return JSONResponse({"status": "database away", "detail": str(error)}, 503)
    due = lags["poll"]
    late = site.engine and due is not None and site.clock.now() - due > LATE
    status = "behind" if late else "ok"
    return JSONResponse({"status": status, "schema": site.looking.schema()}, 503 if late else 200)


def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    return Response(_site(request).meter.text(), media_type=CONTENT_TYPE)


def _site(request: Request) -> Site:
    site = request.app.state.site
    assert isinstance(site, Site)
    return site
