"""What every request must pass and every answer carries: hosts, rate, security headers, timing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from worker.web.site import Site

#: Scripts, styles and pictures of this site alone; nothing inline, no plug-in, no frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A picture that stands alone brings its own style and nothing else.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: Asked for by machines that watch over the worker: never limited, never refused by host.
PROBES = ("/healthz", "/readyz", "/metrics")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """The outermost layer of the site."""

    def __init__(self, app: ASGIApp, site: Site):
        self.app = app
        self.site = site
        self._hosts = allowed_hosts(site.settings.host, site.settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on a request; time the answer and dress it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                took = time.perf_counter() - began
                _dress(MutableHeaders(scope=message), scope, took)
            await send(message)

        refused = self._refused(scope)
        await (refused or self.app)(scope, receive, dressed)
        self.site.meter.answered(_route(scope), status, time.perf_counter() - began)

    def _refused(self, scope: Scope) -> PlainTextResponse | None:
        path = scope["path"]
        if path in PROBES:
            return None
        host = Headers(scope=scope).get("host", "").rpartition(":")
        name = (
            host[0] if host[2].isdigit() else ":".join(filter(None, (host[0], host[2])))
        ).lower()
        if self._hosts is not None and name not in self._hosts:
            return PlainTextResponse(
                "this host name is not served; set web.public_url to the address in use\n", 421
            )
        client = (scope.get("client") or ("?",))[0]
        if not path.startswith("/static/") and not self.site.allows(
            "ask", client, self.site.settings.per_minute
        ):
            return PlainTextResponse(
                "too many requests in this minute\n", 429, headers={"retry-after": "60"}
            )
        return None


def allowed_hosts(host: str, public_url: str | None) -> frozenset[str] | None:
    """The ``Host`` names answered to; ``None`` for any.

    On a loopback address only its own names are, so that no foreign page can rebind a name to it.
    """
    public = {urlsplit(public_url).hostname or ""} if public_url else set()
    if host in ("127.0.0.1", "::1", "localhost"):
        return frozenset(public | set(_LOOPBACK))
    return frozenset(public | set(_LOOPBACK)) if public else None


def _dress(headers: MutableHeaders, scope: Scope, took: float) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("content-security-policy", POLICY)
    if scope.get("scheme") == "https":
        headers.setdefault("strict-transport-security", "max-age=31536000")
    headers["server-timing"] = f"app;dur={took * 1000:.1f}"


def _route(scope: Scope) -> str:
    """The name of what answered, never the path: a metric must not grow with what is asked."""
    return str(getattr(scope.get("endpoint"), "__name__", "other"))
