"""Slow answers kept for a while, so that a page costs the same however much there is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Remembered:
    """Answers by name. One that is old is still given while a thread fetches the new one."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic):
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Any]] = {}
        self._fetching: set[str] = set()

    def get(self, name: str, ask: Callable[[], T], seconds: float) -> T:
        """The answer of ``ask``, at most so old that it was asked for when first it was over-age."""
        with self._lock:
            kept = self._kept.get(name)
            late = kept is not None and self._monotonic() - kept[0] > seconds
            begin = late and name not in self._fetching
            if begin:
                self._fetching.add(name)
        if kept is None:
            return self._fetch(name, ask)
        if begin:
            threading.Thread(target=self._again, args=(name, ask), daemon=True).start()
        return cast(T, kept[1])

    def _again(self, name: str, ask: Callable[[], Any]) -> None:
        try:
            self._fetch(name, ask)
        finally:
            with self._lock:
                self._fetching.discard(name)

    def _fetch(self, name: str, ask: Callable[[], T]) -> T:
        answer = ask()
        with self._lock:
            self._kept[name] = (self._monotonic(), answer)
        return answer
