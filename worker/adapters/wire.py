"""Between the client's words and the wire's: addresses, headers and errors as text."""

from __future__ import annotations

import re
from base64 import b64encode

import httpx

from worker.adapters.transport import Answer, Headers
from worker.errors import FetchError, FetchRefused
from worker.logs import redactor

#: What stands in no host name; httpx would percent-encode it and look that up.
_NO_HOST = re.compile(r"[\s%<>\"'`{}|\\^]")


def request_headers(accept: str, etag: str | None, last_modified: str | None) -> Headers:
    """The headers of one request; validators byte for byte as they were received (Latin-1)."""
    headers = [(b"Accept", accept.encode("ascii"))]
    if etag:
        headers.append((b"If-None-Match", etag.encode("latin-1")))
    if last_modified:
        headers.append((b"If-Modified-Since", last_modified.encode("latin-1")))
    return headers


def address_headers(url: httpx.URL) -> Headers:
    """The headers that an address itself asks for: its host, and the login it names (RFC 7617)."""
    headers = [(b"Host", url.netloc)]
    if url.userinfo:
        login = f"{url.username}:{url.password}".encode()
        headers.append((b"Authorization", b"Basic " + b64encode(login)))
    return headers


def form_headers(form: bytes | None) -> Headers:
    """The headers of what is posted, none where nothing is."""
    if form is None:
        return []
    kind = b"application/x-www-form-urlencoded;charset=UTF-8"
    return [(b"Content-Type", kind), (b"Content-Length", b"%d" % len(form))]


def parse_url(url: str) -> httpx.URL:
    """An http(s) URL without its fragment; FetchRefused for anything else."""
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchRefused(f"{shown(url)} is no URL: {error}") from error
    if parsed.scheme not in ("http", "https") or not host or _NO_HOST.search(host):
        raise FetchRefused(f"{shown(url)} is not fetched; allowed: http:// and https:// URLs")
    return parsed.copy_with(fragment=None) if "#" in url else parsed


def redirect_target(answer: Answer) -> httpx.URL:
    """Where a redirect leads; FetchError without Location, FetchRefused for no web address."""
    raw = next((v for k, v in answer.headers if k.lower() == b"location"), b"").strip()
    if not raw:
        raise FetchError(
            f"{shown(answer.url)} redirects nowhere (no Location)", status=answer.status
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    try:
        return parse_url(str(answer.url.join(text)))
    except FetchRefused as error:
        raise FetchRefused(f"{shown(answer.url)} redirects to {error}") from error
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchRefused(f"{shown(answer.url)} redirects to {shown(text)}: {error}") from error


def header_texts(answer: Answer) -> dict[str, str]:
    """The first value of each header under its lower-case name, as Latin-1."""
    texts: dict[str, str] = {}
    for name, value in answer.headers:
        texts.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return texts


def all_values(answer: Answer, name: bytes) -> str:
    """What all headers of that name say, as Latin-1."""
    return ", ".join(v.decode("latin-1") for k, v in answer.headers if k.lower() == name)


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
