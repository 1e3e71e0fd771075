"""The console: alerts printed where the worker runs."""

from __future__ import annotations

import sys
from typing import TextIO

from worker.errors import DeliveryError
from worker.model import Delivery


class ConsoleSender:
    """Prints each delivery to ``stream`` (standard output unless told otherwise)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, delivery: Delivery) -> None:
        """Print the payload's ``text`` and an empty line."""
        stream = self._stream or sys.stdout
        try:
            print(delivery.payload["text"], end="\n\n", file=stream, flush=True)
        except UnicodeEncodeError as error:
            text = str(delivery.payload["text"]).encode(error.encoding, "replace")
            print(text.decode(error.encoding), end="\n\n", file=stream, flush=True)
        except (OSError, ValueError) as error:  # a closed pipe or stream
            reason = type(error).__name__
            raise DeliveryError(f"cannot print: {reason}", retryable=True) from None
