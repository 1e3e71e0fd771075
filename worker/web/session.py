"""Signing in with the token: a signed cookie, and a mark in every form against forgery (CSRF).

Nothing is kept on the server. The key is drawn from the token: who changes it signs everybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:
    from worker.web.site import Site

COOKIE = "cw_session"
#: A session ends after so many seconds.
LASTS = 12 * 3600
#: Wrong or right, so many tries a minute from one address.
TRIES = 6
#: Writes a minute of one person.
WRITES = 30


@dataclass(frozen=True, slots=True)
class Person:
    """Who has signed in: the name they gave, and what ties their forms to this session."""

    name: str
    nonce: str


def fits(given: str, token: str) -> bool:
    """Whether a token is the right one, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(), token.encode())


def sign_in(response: Response, site: Site, name: str, *, secure: bool) -> None:
    """Let ``name`` write from now on."""
    value = _sessions(site).dumps([name, secrets.token_urlsafe(16)])
    response.set_cookie(
        COOKIE, value, max_age=LASTS, httponly=True, samesite="strict", secure=secure
    )


def sign_out(response: Response) -> None:
    """End the session in this browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


def person(request: Request, site: Site) -> Person | None:
    """Who is signed in, if anybody."""
    value = request.cookies.get(COOKIE)
    if not value or not site.writable:
        return None
    try:
        name, nonce = _sessions(site).loads(value, max_age=LASTS)
    except (BadSignature, ValueError, TypeError):
        return None
    return Person(str(name), str(nonce))


def form_mark(site: Site, who: Person) -> str:
    """What a form of this session carries."""
    return str(_marks(site).dumps(who.nonce))


def genuine(request: Request, site: Site, who: Person, mark: str) -> bool:
    """Whether a form was sent from a page of this site to this session."""
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    if fetched not in ("same-origin", "none"):
        return False
    try:
        return hmac.compare_digest(str(_marks(site).loads(mark)), who.nonce)
    except (BadSignature, ValueError, TypeError):
        return False


def _key(site: Site) -> bytes:
    assert site.token is not None
    return hashlib.sha256(f"coalition-watch session {site.token}".encode()).digest()


def _sessions(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_key(site), salt="session")


def _marks(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(_key(site), salt="form")
