"""The dashboard as the program serves it: by the worker beside its work, and alone."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.desk import ENVIRON, write_config
from tests.integration.newsroom import Press, publishing

PATIENCE = 60.0


@pytest.fixture
def port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def config(tmp_path: Path, port: int) -> Iterator[Path]:
    with publishing(Press()) as press:
        press.add("a", "A quiet day", "Nothing of note happened in the world of gardening.")
        folder = write_config(tmp_path / "config", press, {})
        path = folder / "settings.yaml"
        told = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**told, "web": {"port": port}}), encoding="utf-8")
        yield folder


def started(config: Path, *words: str) -> subprocess.Popen[str]:
    environ = {**os.environ, **ENVIRON, "COALITION_WATCH_CONFIG": str(config)}
    environ.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-m", "worker", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )


def answer(url: str, process: subprocess.Popen[str]) -> str:
    """What an address answers once it does."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return str(response.read().decode())
        except OSError:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < until, f"{url} did not answer"
            time.sleep(0.2)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=40)
    return process.returncode, errors


def test_the_worker_serves_the_dashboard_while_it_works_and_counts_what_it_does(config, port):
    process = started(config, "run")
    base = f"http://127.0.0.1:{port}"
    try:
        assert 'class="matrix"' in answer(f"{base}/", process)
        until = time.monotonic() + PATIENCE
        done = 'coalition_watch_works_total{outcome="done",stage="poll"}'
        while done not in (text := answer(f"{base}/metrics", process)):
            assert time.monotonic() < until, text
            time.sleep(0.2)
        assert json.loads(answer(f"{base}/readyz", process))["status"] == "ok"
    finally:
        code, errors = ended(process)
    assert (code, "Traceback" in errors) == (0, False), errors


def test_a_port_that_is_taken_stops_no_worker_but_a_dashboard_alone(config, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        alone = started(config, "serve")
        _, errors = alone.communicate(timeout=PATIENCE)
        assert alone.returncode == 2
        assert "allowed: a free port" in errors
        assert (
            subprocess.run(
                [sys.executable, "-m", "worker", "run", "--once", "--config", str(config)],
                env={**os.environ, **ENVIRON},
                capture_output=True,
                check=False,
            ).returncode
            == 0
        )


def test_the_dashboard_alone_tells_its_address_and_ends_in_good_order(config):
    process = started(config, "serve", "--port", "0")
    assert process.stderr is not None
    found = None
    while found is None:
        line = process.stderr.readline()
        assert line, "ended without an address"
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert 'class="empty"' in answer(found[0], process)
    code, errors = ended(process)
    assert (code, "Traceback" in errors) == (0, False), errors


def test_a_secret_of_the_dashboard_that_is_not_set_is_named_by_the_check_and_by_the_start(config):
    path = config / "settings.yaml"
    told = json.loads(path.read_text("utf-8"))
    told["web"]["token"] = "env:NOT_SET_ANYWHERE"
    path.write_text(json.dumps(told), encoding="utf-8")
    for command in ("check", "run"):
        process = started(config, command)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2, command
        assert "env:NOT_SET_ANYWHERE" in errors, command
