"""Signed webhooks after the Standard Webhooks specification (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
from standardwebhooks import Webhook

from worker.adapters.channels.http import TIMEOUT_SECONDS, check_url, post
from worker.core.render import MAX_BODY, encode
from worker.errors import ConfigError, DeliveryError
from worker.model import Delivery

#: From a rotation to the end of the key before it.
OLD_KEY_HOLDS = timedelta(hours=24)


class WebhookSender:
    """Posts signed JSON; with two keys (a rotation) each call carries both signatures.

    The old key ends 24 hours after ``rotated_at``, if that is given.

    Receivers de-duplicate on ``webhook-id``, which is the delivery's id in every attempt.
    """

    def __init__(
        self,
        url: str,
        secrets: Sequence[str],
        client: httpx.AsyncClient,
        *,
        rotated_at: datetime | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._url = check_url(url, "the webhook's url")
        self._keys = [_key(secret) for secret in secrets]
        self._client = client
        self._timeout = timeout
        self._old_until = rotated_at + OLD_KEY_HOLDS if rotated_at else None

    async def send(self, delivery: Delivery) -> None:
        """Sign and post the payload; DeliveryError tells whether to try again."""
        body = encode(delivery.payload)
        if len(body) > MAX_BODY:
            raise DeliveryError(f"body of {len(body)} bytes, allowed {MAX_BODY}", retryable=False)
        now = datetime.now(UTC)  # a retry is signed anew: receivers refuse old timestamps
        keys = self._keys_at(now)
        signatures = [key.sign(delivery.id, now, body.decode("utf-8")) for key in keys]
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        await post(self._client, self._url, body, headers, seconds=self._timeout)

    def _keys_at(self, now: datetime) -> Sequence[Webhook]:
        """The new key, and the old one for as long as receivers may still know no other."""
        return self._keys if self._old_until is None or now < self._old_until else self._keys[:1]


def _key(secret: str) -> Webhook:
    """A signing key; the library takes any text, so what is no base64 is refused here."""
    encoded = secret.removeprefix("whsec_")
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(
            "a webhook's signing secret must be base64, with or without whsec_"
        ) from None
    if not 24 <= len(raw) <= 64:
        raise ConfigError(f"a webhook's signing secret must be 24 to 64 bytes, got {len(raw)}")
    return Webhook(raw)
