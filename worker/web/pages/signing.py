"""Signing in and out, and what every form that writes must show."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from worker.core.text import clean_line
from worker.web.page import Page
from worker.web.session import TRIES, WRITES, Person, fits, genuine, sign_in, sign_out

#: Forms are small; more is no form of this site.
MAX_FIELDS = 60
NAME_LENGTH = 60


def login(request: Request) -> Response:
    """Ask for the token and a name."""
    page = Page(request)
    if not page.site.writable:
        raise HTTPException(404, page.say("sign.off"))
    return page.show("login.html", next=local(request.query_params.get("next")), problem=None)


async def enter(request: Request) -> Response:
    """Sign in, if the token is right."""
    page = Page(request)
    site = page.site
    if not site.writable or site.token is None:
        raise HTTPException(404, page.say("sign.off"))
    client = request.client.host if request.client else "?"
    if not site.allows("sign in", client, TRIES):
        raise HTTPException(429, page.say("sign.tries"), headers={"retry-after": "60"})
    form = await form_of(request)
    name = clean_line(text_of(form, "name"), NAME_LENGTH)
    target = local(text_of(form, "next"))
    right = fits(text_of(form, "token"), site.token)
    if not name or not right:
        problem = page.say("sign.wrong" if name else "sign.no_name")
        return page.show("login.html", 403, next=target, problem=problem)
    response = RedirectResponse(target, 303)
    sign_in(response, site, name, secure=request.url.scheme == "https")
    return response


async def leave(request: Request) -> Response:
    """Sign out."""
    await writer(request)
    response = RedirectResponse("/", 303)
    sign_out(response)
    return response


async def writer(request: Request) -> tuple[Page, Person, FormData]:
    """Who writes, and the form; 403 for whoever is not signed in or whose form is forged."""
    page = Page(request)
    who = page.person
    if who is None:
        raise HTTPException(403, page.say("sign.needed"))
    form = await form_of(request)
    if not genuine(request, page.site, who, text_of(form, "mark")):
        raise HTTPException(403, page.say("sign.forged"))
    if not page.site.allows("write", who.nonce, WRITES):
        raise HTTPException(429, page.say("sign.writes"), headers={"retry-after": "60"})
    return page, who, form


async def form_of(request: Request) -> FormData:
    """The fields of a form; files are refused."""
    return await request.form(max_files=0, max_fields=MAX_FIELDS)


def text_of(form: FormData, name: str) -> str:
    """A field of a form, empty where there is none."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def local(target: str | None) -> str:
    """A path of this site to go to, never another host."""
    plain = target or "/"
    inside = plain.startswith("/") and not plain.startswith(("//", "/\\"))
    return plain if inside and plain.isprintable() and len(plain) < 300 else "/"
