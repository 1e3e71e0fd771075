"""The site as a whole: what it is given, its routes and what wraps every answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from worker.core.routing import Route as Routes
from worker.ports import Clock
from worker.ports.looking import Looking, Writing
from worker.settings.web import WebSettings
from worker.web.board import Board
from worker.web.etag import Tagged
from worker.web.guard import Guard
from worker.web.later import Later
from worker.web.metrics import Meter
from worker.web.remember import Remembered

if TYPE_CHECKING:
    from fastapi import FastAPI


class _Word(Convertor[str]):
    """A part of an address that is one of a few words."""

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Form(_Word):
    regex = "svg|png"


class _Trend(_Word):
    regex = "stances|sums"


register_url_convertor("form", _Form())
register_url_convertor("trend", _Trend())
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages are made from; ``token`` None: nobody may write."""

    looking: Looking
    writing: Writing | None
    clock: Clock
    settings: WebSettings
    version: str
    board: Board
    meter: Meter
    remembered: Remembered
    limiter: FixedWindowRateLimiter
    token: str | None = None
    api_key: str | None = None
    #: The routes of the alerts as they are configured now.
    routes: Callable[[], Routes] = Routes
    #: How long the engine may have been silent before it counts as stuck; None: no engine here.
    engine: bool = False

    @classmethod
    def over(
        cls,
        looking: Looking,
        writing: Writing | None,
        clock: Clock,
        settings: WebSettings,
        *,
        version: str,
        token: str | None = None,
        api_key: str | None = None,
        engine: bool = False,
        routes: Callable[[], Routes] = Routes,
    ) -> Site:
        """A site with its own memory over a store."""
        remembered = Remembered()
        return cls(
            looking=looking,
            writing=writing,
            clock=clock,
            settings=settings,
            version=version,
            board=Board(looking),
            meter=Meter(looking, remembered, clock, version),
            remembered=remembered,
            limiter=FixedWindowRateLimiter(MemoryStorage()),
            token=token,
            api_key=api_key,
            engine=engine,
            routes=routes,
        )

    @property
    def writable(self) -> bool:
        """Whether anybody can sign in."""
        return self.token is not None and self.writing is not None

    def allows(self, what: str, who: str, per_minute: int) -> bool:
        """Whether ``who`` may do ``what`` once more in this minute."""
        return self.limiter.hit(RateLimitItemPerMinute(per_minute), what, who)


def build_site(site: Site) -> Starlette:
    """The ASGI application."""
    from worker.web import pages
    from worker.web.pages import errors

    app = Starlette(
        routes=[
            *(Route(path, handler, name=name) for path, name, handler in pages.READ),
            *(
                Route(path, handler, name=name, methods=["POST"])
                for path, name, handler in pages.WRITE
            ),
            Mount("/api/v1", Later(partial(_api, site)), name="api_v1"),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[
            Middleware(Guard, site=site),
            Middleware(GZipMiddleware, minimum_size=1000),
            Middleware(Tagged),
        ],
        exception_handlers=errors.HANDLERS,
    )
    app.state.site = site
    return app


def _api(site: Site) -> FastAPI:
    from worker.web.api import build_api

    return build_api(site)
