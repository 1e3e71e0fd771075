"""A part of the site that is loaded when somebody asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

A = TypeVar("A", bound=ASGIApp)


class Later(Generic[A]):
    """An ASGI application made by ``make`` at the first request, beside the event loop.

    FastAPI weighs ten megabytes and half a second, which a worker whose API nobody asks does not
    need, and one that begins its first round cannot spare.
    """

    def __init__(self, make: Callable[[], A]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._app: A | None = None

    def made(self) -> A:
        """The application."""
        with self._making:
            if self._app is None:
                self._app = self._make()
            return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = await run_in_threadpool(self.made) if self._app is None else self._app
        await app(scope, receive, send)
