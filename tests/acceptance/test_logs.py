"""The log of the real program: from a feed to its delivery by ids, and no secret on the way."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import JSON_LOG, ROOT
from tests.integration.desk import add_channels_with_secrets, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving

TEXT = (
    "Norway will deploy 2,000 troops as part of a multinational force in Ukraine, the prime "
    "minister said after a meeting of the coalition of the willing."
)
KEY = base64.b64encode(b"planted-signing-key-planted-here").decode()


@pytest.fixture
def press() -> Iterator[Press]:
    with publishing(Press()) as made:
        made.add("daily", "Norway pledges 2,000 troops", TEXT)
        made.add("broken", "Never seen", "Never read.")
        made.statuses["/broken.xml"] = 500
        yield made


def once(config: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "worker", "run", "--once", "-v", "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**base, "HOOK_KEY": f"whsec_{KEY}", **environ},
        check=False,
        timeout=120,
    )


def test_an_alert_is_followed_from_its_feed_to_its_delivery(tmp_path: Path, press: Press) -> None:
    with receiving(Receiver()) as receiver:
        config = write_config(tmp_path / "config", press, {"desk": receiver.url})
        done = once(config, **JSON_LOG)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]  # nothing but events

    def events(name: str, **values: object) -> list[dict]:
        mine = (line for line in told if line["event"] == name)
        return [line for line in mine if all(line.get(key) == v for key, v in values.items())]

    alert = next(one for one in receiver.alerts if one["actor"] == "NO")
    (raised,) = events("alert.told", alert=alert["alert_id"])
    (entry,) = events("entry.read", trace=raised["trace"])
    (judged,) = events("article.judged", trace=raised["trace"])
    assert entry["url"] == alert["article"]
    assert raised["feed"] == judged["feed"] == entry["feed"] == "daily"
    assert alert["alert_id"] in judged["alerts"]
    assert events("feed.polled", feed="daily", new=1)
    (sent,) = [one for one in events("delivery.sent") if alert["alert_id"] in one["alerts"]]
    assert sent["delivery"] in receiver.ids
    assert [one for one in events("delivery.made") if alert["alert_id"] in one["alerts"]]
    assert "500" in events("feed.failed", feed="broken")[0]["problem"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_stands_in_the_log_whatever_fails(
    tmp_path: Path, press: Press, form: str
) -> None:
    with receiving(Receiver(statuses=[500, 404, 500, 404])) as receiver:
        config = write_config(tmp_path / "config", press, {"desk": receiver.url})
        add_channels_with_secrets(config)
        done = once(
            config,
            COALITION_WATCH_LOG__FORMAT=form,
            SLACK_URL=f"http://127.0.0.1:{receiver.port}/services/T0PLANTED/B0PLANTED",
            MAIL_USER="planted-user",
            MAIL_PASS="planted-password",
        )
    assert "delivery.failed" in done.stderr
    assert not [word for word in ("PLANTED", "planted", KEY) if word in done.stderr + done.stdout]
