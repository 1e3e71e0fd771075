"""The program as a process that keeps running, with its log as events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.desk import ENVIRON

ROOT = Path(__file__).parents[2]
JSON_LOG = {"COALITION_WATCH_LOG__FORMAT": "json", "COALITION_WATCH_WEB__PORT": "0"}


class Running:
    """A started worker and the file its log goes to."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path):
        self.process = process
        self._log = log

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """What it has told so far, all of it or the events of one name."""
        text = self._log.read_text("utf-8")
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return [line for line in lines if not name or line["event"] == name]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait_for(self, what: Callable[[], Any], seconds: float = 60.0) -> Any:
        """Wait until ``what`` gives something true, and give that."""
        deadline = time.monotonic() + seconds
        while not (found := what()):
            assert self.process.poll() is None, self._log.read_text("utf-8")[-3000:]
            assert time.monotonic() < deadline, self._log.read_text("utf-8")[-3000:]
            time.sleep(0.05)
        return found


@contextmanager
def running(config: Path, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start the worker on a configuration; it is gone when the block ends."""
    log = config.parent / "worker.log"
    base = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run", "--config", str(config)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env={**base, **ENVIRON, **JSON_LOG, **(environ or {})},
        )
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.wait()
