"""Between the client's words and the wire's: addresses, headers and errors as text."""

from __future__ import annotations

import re

import httpx

from worker.errors import FetchError, FetchRefused
from worker.logs import redactor

#: What stands in no host name; httpx would percent-encode it and look that up.
_NO_HOST = re.compile(r"[\s%<>\"'`{}|\\^]")


def request_headers(accept: str, etag: str | None, last_modified: str | None) -> dict[bytes, bytes]:
    """The headers of one request; validators byte for byte as they were received (Latin-1)."""
    headers = {b"Accept": accept.encode("ascii")}
    if etag:
        headers[b"If-None-Match"] = etag.encode("latin-1")
    if last_modified:
        headers[b"If-Modified-Since"] = last_modified.encode("latin-1")
    return headers


def parse_url(url: str) -> httpx.URL:
    """An http(s) URL without its fragment; FetchRefused for anything else."""
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchRefused(f"{shown(url)} is no URL: {error}") from error
    if parsed.scheme not in ("http", "https") or not host or _NO_HOST.search(host):
        raise FetchRefused(f"{shown(url)} is not fetched; allowed: http:// and https:// URLs")
    return parsed.copy_with(fragment=None)


def redirect_target(response: httpx.Response) -> httpx.URL:
    """Where a redirect leads; FetchError without Location, FetchRefused for no web address."""
    raw = next((v for k, v in response.headers.raw if k.lower() == b"location"), b"").strip()
    if not raw:
        raise FetchError(
            f"{shown(response.url)} redirects nowhere (no Location)", status=response.status_code
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    try:
        return parse_url(str(response.url.join(text)))
    except FetchRefused as error:
        raise FetchRefused(f"{shown(response.url)} redirects to {error}") from error
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchRefused(f"{shown(response.url)} redirects to {shown(text)}: {error}") from error


def header_texts(response: httpx.Response) -> dict[str, str]:
    """The first value of each header under its lower-case name, as Latin-1."""
    texts: dict[str, str] = {}
    for name, value in response.headers.raw:
        texts.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return texts


def shown(url: object) -> str:
    """An address for people: one line, no credentials or keys, no endless query."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(url)[:2000])
    scheme, mark, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    told = (
        f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"[:200] if mark else text[:200]
    )
    return redactor.redact(told)


def described(error: BaseException) -> str:
    """A library's error in one line."""
    return f"{type(error).__name__}: {str(error)[:200] or 'no detail'}"
