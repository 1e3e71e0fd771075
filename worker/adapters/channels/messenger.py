"""Teams, Discord, Telegram, Matrix, ntfy, PagerDuty and a hundred others, through Apprise."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from worker.adapters.channels.services import why_refused
from worker.core.outbox import http_retryable
from worker.errors import ConfigError, DeliveryError
from worker.model import Delivery

#: Apprise tells why a service refused in its log alone.
_STATUS = re.compile(r"error=(\d{3})\b")
_LOGGER = logging.getLogger("apprise")


class MessengerSender:
    """Hands messages to the service of one Apprise address, which is its secret.

    Apprise blocks while it sends, so each channel has a thread of its own: one that hangs holds up
    no other.
    """

    def __init__(self, url: str) -> None:
        import apprise

        # Their logs tell the address, which is the secret; what matters is told as an error.
        _LOGGER.propagate = False
        _LOGGER.setLevel(logging.WARNING)
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        asset = apprise.AppriseAsset(async_mode=False, secure_logging=True)
        self._service: Any = apprise.Apprise.instantiate(url, asset=asset)
        if self._service is None:
            raise ConfigError(why_refused(url))
        if "overflow=" not in url:  # unless the operator says otherwise, nothing is refused as long
            self._service.overflow_mode = apprise.OverflowMode.SPLIT
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="apprise")

    async def send(self, delivery: Delivery) -> None:
        """Hand the message over; DeliveryError tells whether to try again."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._notify, dict(delivery.payload))

    def _notify(self, payload: dict[str, Any]) -> None:
        room = self._service.body_maxlen - len(payload["title"]) - 10
        text = payload["text"] if len(payload["text"]) <= room else payload["short"]
        with _Heard() as heard:
            taken = self._service.notify(
                body=text,
                title=payload["title"],
                notify_type=payload["level"],
                body_format="text",
            )
        if not taken:
            raise _refusal(heard.status)


def _refusal(status: int | None) -> DeliveryError:
    """What a refusal means; without a status the service was not reached."""
    if status is None:
        return DeliveryError("the service did not take the message", retryable=True)
    return DeliveryError(
        f"HTTP {status}", retryable=http_retryable(status), status=status, disable=status == 410
    )


class _Heard(logging.Handler):
    """Listens to what Apprise says in this thread; keeps nothing of it but a status."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status: int | None = None
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the status that a message tells."""
        if record.thread != self._thread:
            return
        found = _STATUS.search(record.getMessage())
        self.status = int(found[1]) if found else self.status

    def __enter__(self) -> _Heard:
        _LOGGER.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        _LOGGER.removeHandler(self)
