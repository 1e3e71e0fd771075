"""The worker as a process, on a local press: one round, a second worker, an orderly end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.newsroom import Press, Receiver, publishing, receiving

REPOSITORY = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "worker", "run"]
TEXT = (
    "Paris - France will send 2,000 soldiers to Ukraine as part of a multinational force once a "
    "ceasefire holds, President Marie Example said on Monday after a meeting of the coalition of "
    "the willing. The security guarantees for Ukraine need boots on the ground, she said."
)


@pytest.fixture
def press() -> Iterator[Press]:
    made = Press()
    made.add("daily", "France pledges 2,000 soldiers for Ukraine force", TEXT)
    made.add("evening", "A quiet day", "Nothing of note happened in the world of gardening.")
    made.add("broken", "Never seen", "Never read.", age=timedelta(hours=2))
    made.statuses["/broken.xml"] = 500
    with publishing(made):
        yield made


@pytest.fixture
def config(press: Press, tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "settings.yaml").write_text(
        f"database: {{url: 'sqlite:///{tmp_path}/watch.db'}}\n"
        "worker:\n  tick: 1s\n"
        "  network: {allow_addresses: [127.0.0.0/8], per_host_interval: 0}\n"
    )
    feeds = "".join(
        f"  - {{id: {name}, url: '{press.url(name)}', title: {name}, language: en, country: FR,\n"
        "     kind: press}\n"
        for name in press.feeds
    )
    (folder / "feeds.yaml").write_text(f"feeds:\n{feeds}")
    (folder / "channels.yaml").write_text(
        "channels:\n"
        "  - {name: here, type: console}\n"
        "  - {name: desk, type: slack, webhook_url: env:NOT_SET_ANYWHERE}\n"
    )
    (folder / "routes.yaml").write_text("route: {channels: [here, desk], group_wait: 0}\n")
    return folder


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


def once(config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--once", "--config", str(config), *options],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
        timeout=120,
        check=False,
    )


def test_one_round_reads_all_it_can_and_prints_one_json_line(config: Path) -> None:
    done = once(config, "--format", "json")
    assert done.returncode == 0, done.stderr
    (counts,) = map(json.loads, done.stdout.splitlines())
    assert (counts["feeds"], counts["articles"]) == (3, 2)
    assert counts["entries_waiting"] == counts["articles_waiting"] == 0
    assert "Traceback" not in done.stderr
    assert "channel desk is off: secret env:NOT_SET_ANYWHERE" in done.stderr


def test_a_second_round_has_nothing_left_to_do(config: Path, press: Press) -> None:
    once(config)
    asked = dict(press.asked)
    done = once(config)
    assert done.returncode == 0
    assert "articles 2" in done.stdout
    assert dict(press.asked) == asked


def test_a_second_worker_on_the_same_database_is_refused_and_sigterm_ends_the_first(
    config: Path, press: Press
) -> None:
    first = subprocess.Popen(
        [*COMMAND, "--config", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        env=environment(),
    )
    try:
        deadline = time.monotonic() + 60
        while press.asked["/daily.xml"] == 0:
            assert time.monotonic() < deadline, "the worker never polled"
            time.sleep(0.05)
        second = once(config)
        assert second.returncode in (1, 2)
        assert "Traceback" not in second.stderr
        (refusal,) = [line for line in second.stderr.splitlines() if "another" in line.lower()]
        assert refusal.startswith("coalition-watch: ")
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=30) == 0
    finally:
        first.kill()
        first.communicate()


def test_an_alert_reaches_a_webhook_signed_and_is_listed(config: Path, tmp_path: Path) -> None:
    with receiving(Receiver()) as receiver:
        (config / "channels.yaml").write_text(
            f"channels:\n  - {{name: hook, type: webhook, url: '{receiver.url}',\n"
            "     signing_secret: env:HOOK_KEY}\n"
        )
        (config / "routes.yaml").write_text("route: {channels: hook, group_wait: 0}\n")
        os.environ["HOOK_KEY"] = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
        try:
            done = once(config, "--format", "json")
        finally:
            del os.environ["HOOK_KEY"]
        counts = json.loads(done.stdout)
        assert len(set(receiver.alert_ids)) == counts["alerts"]
        assert counts["deliveries_waiting"] == counts["dead_letters"] == 0
