"""What one page is made with: the reader's language and theme, links, words, and the templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from worker.core.render import inert
from worker.core.render.labels import LANGUAGES, actor_name, language_name, quantity_label, word
from worker.core.spans import parse_span
from worker.errors import UsageError
from worker.model import Quantity
from worker.web.session import Person, form_mark, person
from worker.web.site import Site
from worker.web.words import preferred, say

#: The main pages in the order of the menu.
PLACES = ("matrix", "alerts", "map", "trends", "sources", "suppressed", "system")
THEMES = ("auto", "light", "dark")
_YEAR = 365 * 24 * 3600

templates = Environment(
    loader=PackageLoader("worker.web"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


class Page:
    """One request as a template sees it."""

    def __init__(self, request: Request):
        self.request = request
        self.site: Site = request.app.state.site
        self.now = self.site.clock.now()
        self._set: dict[str, str] = {}
        self.language = self._choice(
            "lang", LANGUAGES, preferred(request.headers.get("accept-language", ""))
        )
        self.theme = self._choice("theme", THEMES, "auto")

    def _choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        asked, kept = self.request.query_params.get(name), self.request.cookies.get(name)
        if asked is not None and asked in allowed:
            self._set[name] = asked
            return asked
        return kept if kept is not None and kept in allowed else default

    @cached_property
    def person(self) -> Person | None:
        """Who is signed in."""
        return person(self.request, self.site)

    @property
    def mark(self) -> str:
        """What forms carry against forgery; empty where nobody is signed in."""
        return form_mark(self.site, self.person) if self.person else ""

    @property
    def today(self) -> date:
        """The day by the worker's clock."""
        day: date = self.now.date()
        return day

    @property
    def places(self) -> list[tuple[str, str]]:
        """The main pages and where they are."""
        known = {
            route.name: route.path for route in self.request.app.routes if route.name in PLACES
        }
        return [(name, known[name]) for name in PLACES if name in known]

    # --- words --------------------------------------------------------------------------------

    def say(self, key: str, *values: object) -> str:
        """Words of the dashboard or of the domain."""
        return say(key, self.language, *values)

    def actor(self, code: str) -> str:
        """The name of a state or body."""
        return actor_name(code, self.language)

    def tongue(self, code: str | None) -> str:
        """The name of a language."""
        return language_name(code, self.language) if code else ""

    def quantity(self, value: Quantity) -> str:
        """A quantity in words."""
        return _quantity(value, self.language)

    def number(self, value: float) -> str:
        """A number as short as its language writes it."""
        return _number(value, self.language)

    def conditions(self, values: Iterable[str]) -> str:
        """Conditions in words."""
        return ", ".join(word(f"condition.{c}", self.language) for c in sorted(values))

    def day(self, value: date | datetime | str | None) -> str:
        """A day, or the year or month that a partial date names."""
        return "–" if value is None or value == "" else _day(value, self.language)

    def moment(self, value: datetime | None) -> str:
        """A time to the minute, UTC."""
        return format_datetime(value, "d MMM y HH:mm", locale=self.language) if value else "–"

    def age(self, value: datetime | str | None) -> str:
        """How long ago, in one number and its unit."""
        if value is None:
            return "–"
        if isinstance(value, str):
            return self._days((self.today - parse_span(value).end).days)
        minutes = int((self.now - value).total_seconds() // 60)
        if minutes < 60:
            return self.say("age.minutes", max(minutes, 0))
        return (
            self.say("age.hours", minutes // 60)
            if minutes < 48 * 60
            else self._days(minutes // 1440)
        )

    def _days(self, days: int) -> str:
        if days < 60:
            return self.say("age.days", max(days, 0))
        return (
            self.say("age.months", days // 30) if days < 730 else self.say("age.years", days // 365)
        )

    # --- links and parameters -------------------------------------------------------------------

    def link(self, **changes: object) -> str:
        """This page with other parameters; ``None`` takes one away."""
        return with_changes(self.request, changes)

    @property
    def base(self) -> str:
        """What permalinks begin with."""
        url = self.request.url
        return (self.site.settings.public_url or f"{url.scheme}://{url.netloc}").rstrip("/")

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        """A parameter that must be one of ``allowed``; UsageError names them."""
        value = self.request.query_params.get(name) or None
        options = list(allowed)
        if value is not None and value not in options:
            raise UsageError(f"{name}={inert.line(value, 40)}: allowed are {', '.join(options)}")
        return value

    def date_of(self, name: str) -> date | None:
        """A parameter that must be a day."""
        value = self.request.query_params.get(name) or None
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise UsageError(
                f"{name}={inert.line(value, 40)}: must be a day such as 2026-02-01"
            ) from None

    # --- the answer -----------------------------------------------------------------------------

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page made from a template."""
        text = templates.get_template(template).render(page=self, **values)
        response = HTMLResponse(text, status)
        for name, value in self._set.items():
            response.set_cookie(name, value, max_age=_YEAR, samesite="lax", httponly=True)
        return response


# Dates and numbers repeat all over a page, and the tables that write them are slow.


@lru_cache(4096)
def _day(value: date | datetime | str, language: str) -> str:
    if not isinstance(value, str):
        return format_date(value, "d MMM y", locale=language)
    try:
        span = parse_span(value)
    except ValueError:
        return inert.line(value, 20)
    if len(value) == 4:
        return value
    return format_date(span.start, "MMM y" if len(value) == 7 else "d MMM y", locale=language)


@lru_cache(4096)
def _number(value: float, language: str) -> str:
    return str(format_compact_decimal(value, locale=language, fraction_digits=1))


@lru_cache(4096)
def _quantity(value: Quantity, language: str) -> str:
    return quantity_label(value, language)


def with_changes(request: Request, changes: Mapping[str, object]) -> str:
    """The address of a request with other parameters."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if v and k not in changes]
    new = [(k, str(v)) for k, v in changes.items() if v is not None]
    query = urlencode([*kept, *new])
    return f"{request.url.path}?{query}" if query else request.url.path


def marked(text: str) -> Markup:
    """A snippet of the full-text search, its hits marked."""
    escaped = str(escape(inert.line(text, 600)))
    return Markup(escaped.replace("⟦", "<mark>").replace("⟧", "</mark>"))  # noqa: S704 - escaped above


templates.filters["line"] = inert.line
templates.filters["safe_url"] = inert.safe_url
templates.filters["marked"] = marked
