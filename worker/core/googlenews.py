"""Links of Google News since 2024: they name the publisher's page only to who asks Google for it.

The link's page carries a signature; sent back with the link's token it gives the publisher's address.
Nothing of that is documented, so whatever does not look as expected is ``None``: the headline stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from worker.core.urls import web_url

HOST = "news.google.com"
_TOKEN = re.compile(r"/(?:rss/)?(?:articles|read)/([\w-]{20,2000})")
_SIGNATURE = re.compile(rb'data-n-a-sg="([^"]{1,300})"')
_TIME = re.compile(rb'data-n-a-ts="(\d{1,20})"')
_ANSWERS_AT = "/_/DotsSplashUi/data/batchexecute"
#: What Google's own page sends along: language and form of the answer, of no account here.
_CONTEXT = [
    ["X", "X", ["X", "X"], None, None, 1, 1, "US:en", None, 1, *[None] * 5, 0, 1],
    *["X", "X", 1, [1, 1, 1], 1, 1, None, 0, 0, None, 0],
]


def token_of(url: str) -> str | None:
    """The token of a link that hides the publisher's page; ``None`` for any other address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    found = _TOKEN.fullmatch(parts.path) if host == HOST else None
    return found.group(1) if found else None


def question(url: str, page: bytes) -> tuple[str, bytes] | None:
    """Where to ask for the publisher's address, and the form to send; ``page`` is the link's own."""
    token, signature, moment = token_of(url), _SIGNATURE.search(page), _TIME.search(page)
    if token is None or signature is None or moment is None:
        return None
    signed = unescape(signature.group(1).decode("utf-8", "replace"))
    asked = json.dumps(["garturlreq", _CONTEXT, token, int(moment.group(1)), signed])
    call = json.dumps([[["Fbv4je", asked, None, "generic"]]])
    return urljoin(url, _ANSWERS_AT), urlencode({"f.req": call}).encode()


def answer(body: bytes) -> str | None:
    """The publisher's address in the answer."""
    for call in _calls(body.decode("utf-8", "replace")):
        if call[:2] == ["wrb.fr", "Fbv4je"] and len(call) > 2 and isinstance(call[2], str):
            told = _loaded(call[2])
            if isinstance(told, list) and told[:1] == ["garturlres"] and len(told) > 1:
                return web_url(str(told[1]))
    return None


def _calls(text: str) -> Iterator[list[Any]]:
    """The calls answered; a line that no JSON can be (a guard, a length) is passed over."""
    for line in text[:200_000].splitlines():
        found = _loaded(line) if line.startswith("[") else None
        if isinstance(found, list):
            yield from (call for call in found if isinstance(call, list))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
