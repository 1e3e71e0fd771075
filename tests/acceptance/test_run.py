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
    "Oslo - Norway will deploy 2,000 troops as part of a multinational force in Ukraine once a "
    "ceasefire holds, Prime Minister Jonas Gahr Støre said on Monday after a meeting of the "
    "coalition of the willing. The security guarantees for Ukraine need boots on the ground."
)


@pytest.fixture
def press() -> Iterator[Press]:
    made = Press()
    made.add("daily", "Norway pledges 2,000 troops for Ukraine force", TEXT)
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
    assert "channel.off" in done.stderr
    assert "secret env:NOT_SET_ANYWHERE" in done.stderr


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


def test_a_pledge_in_a_feed_reaches_a_webhook_as_an_alert(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving(Receiver()) as receiver:
        (config / "channels.yaml").write_text(
            f"channels:\n  - {{name: hook, type: webhook, url: '{receiver.url}',\n"
            "     signing_secret: env:HOOK_KEY}\n"
        )
        (config / "routes.yaml").write_text("route: {channels: hook, group_wait: 0}\n")
        monkeypatch.setenv("HOOK_KEY", "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=")
        done = once(config, "--format", "json")
        counts = json.loads(done.stdout)
        assert len(set(receiver.alert_ids)) == counts["alerts"] >= 1
        assert counts["deliveries_waiting"] == counts["dead_letters"] == 0
    told = [alert for body in receiver.bodies for alert in body["data"]["alerts"]]
    (pledge,) = [a for a in told if (a["actor"], a["measure"]) == ("NO", "troops")]
    assert (pledge["kind"], pledge["to"]["stance"]) == ("new_pledge", "committed")
    listed = ask(config, "alerts", "--format", "json").splitlines()
    assert {json.loads(line)["alert_id"] for line in listed} == set(receiver.alert_ids)
    text = ask(config, "alerts", "render", pledge["alert_id"])
    assert text.startswith("🇳🇴 Norway · ground troops: new pledge")
    payload = json.loads(ask(config, "alerts", "render", pledge["alert_id"], "--channel", "hook"))
    assert payload["data"]["alerts"][0]["alert_id"] == pledge["alert_id"]
    states = {
        json.loads(row)["state"]
        for row in ask(config, "deliveries", "--format", "json").splitlines()
    }
    assert states == {"sent"}


def ask(config: Path, *arguments: str) -> str:
    """What the program prints on stdout when asked."""
    return subprocess.run(
        [*COMMAND[:-1], *arguments, "--config", str(config)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
        check=True,
    ).stdout
