"""What the HTTP channels share: one POST with a total time limit, and what its answer means."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from worker.core.headers import retry_after
from worker.core.outbox import http_retryable
from worker.core.text import clean_line
from worker.errors import ConfigError, DeliveryError

#: One attempt, from connecting to the end of the answer (docs/reliability.md).
TIMEOUT_SECONDS = 15.0
#: As much of an error's body as is kept for the operator.
_REPLY_BYTES = 400
#: A body longer than this, or that takes longer, is not read to its end, which costs the connection.
_BODY_BYTES = 64_000
_BODY_SECONDS = 5.0


def check_url(url: str, what: str) -> str:
    """The address, if it is one; the ConfigError does not repeat it, as it may hold a secret."""
    try:
        parts = urlsplit(url)
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{what} must be an http:// or https:// address")
    return url


async def post(
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float = TIMEOUT_SECONDS,
    keep: int = 0,
) -> bytes:
    """POST ``body`` once; any answer but a 2xx, or none within ``seconds``, is a DeliveryError.

    Returns up to ``keep`` bytes of the answer. Error texts never hold the address: of some channels it is the secret.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            request = client.stream("POST", url, content=body, headers=headers, timeout=seconds)
            async with request as response:
                limit.reschedule(None)  # the answer has been given; its body makes no failure of it
                wanted = keep if response.is_success else _REPLY_BYTES
                read = await _beginning(response, wanted)
    except (TimeoutError, httpx.TimeoutException):
        raise DeliveryError(f"no answer within {seconds:g} s", retryable=True) from None
    except httpx.TransportError as error:
        reason = _without_url(str(error), url) or type(error).__name__
        raise DeliveryError(f"connection failed: {reason}", retryable=True) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise DeliveryError(f"cannot send: {type(error).__name__}", retryable=False) from None
    if response.is_success:
        return read
    reply = clean_line(read.decode("utf-8", "replace"), 200)
    raise _refusal(response, _without_url(reply, url))


def _refusal(response: httpx.Response, reply: str) -> DeliveryError:
    status = response.status_code
    now = datetime.now(UTC)
    return DeliveryError(
        f"HTTP {status}" + (f": {reply}" if reply else ""),
        retryable=http_retryable(status),
        status=status,
        retry_after=retry_after(response.headers, now) if http_retryable(status) else None,
        disable=status == httpx.codes.GONE,
    )


async def _beginning(response: httpx.Response, size: int) -> bytes:
    """The beginning of an answer's body, as far as it comes in time.

    A short body is read to its end, as only then the connection serves the next message, too.
    """
    read = b""
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) > _BODY_BYTES:
                    break
    plain = response.headers.get("content-encoding", "identity") == "identity"
    return read[:size] if plain else b""


def _without_url(text: str, url: str) -> str:
    path = httpx.URL(url).raw_path.decode("ascii", "replace")
    for secret in filter(lambda part: len(part) > 1, (url, path)):
        text = re.sub(re.escape(secret), "…", text)
    return text
