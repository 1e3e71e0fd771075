"""SIGTERM and SIGINT ask the engine to end in good order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Stoppable(Protocol):
    """What can be asked to end what it has begun and begin nothing more."""

    def stop(self) -> None: ...


@contextmanager
def stopped_by_signals(engine: Stoppable) -> Iterator[None]:
    """Let SIGTERM and SIGINT stop the engine, where this thread may take signals."""
    loop, taken = asyncio.get_running_loop(), []
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, engine.stop)
        except (ValueError, RuntimeError, NotImplementedError):  # another thread, or Windows
            continue
        taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
