"""What a reader sees when something is wrong: one clear sentence, in the page's frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from worker.errors import StoreError, UsageError
from worker.web.page import Page


def told(request: Request, status: int, sentence: str) -> Response:
    """The page of an error."""
    page = Page(request)
    heading = (
        page.say(f"error.{status}") if status in (400, 403, 404, 405, 429, 503) else str(status)
    )
    return page.show("error.html", status, heading=heading, sentence=sentence)


def http_error(request: Request, error: Exception) -> Response:
    """What Starlette or a page refuses."""
    assert isinstance(error, HTTPException)
    response = told(request, error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def wrong_usage(request: Request, error: Exception) -> Response:
    """A parameter or a form that asks for what is not allowed."""
    return told(request, 400, str(error))


def store_away(request: Request, error: Exception) -> Response:
    """The database is away or locked; the reader comes back later."""
    response = told(request, 503, Page(request).say("error.store"))
    response.headers["retry-after"] = "10"
    return response


HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: http_error,
    UsageError: wrong_usage,
    StoreError: store_away,
}
