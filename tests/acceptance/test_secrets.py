"""Planted secrets: nothing that people see, and nothing that is stored, shows one."""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import running
from tests.integration.desk import add_channels_with_secrets, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving

TEXT = (
    "Norway will deploy 2,000 troops as part of a multinational force in Ukraine, the prime "
    "minister said after a meeting of the coalition of the willing."
)
PAGES = (
    "/",
    "/alerts",
    "/sources",
    "/suppressed",
    "/system",
    "/map",
    "/trends",
    "/search?q=norway",
    "/changes.atom",
    "/metrics",
    "/readyz",
    "/api/v1/feeds",
    "/api/v1/claims",
    "/api/v1/positions",
)
QUERY = "api_key=PLANTED-query"
ENVIRON = {
    "SLACK_URL": "http://127.0.0.1:1/services/T0PLANTED/B0PLANTED",
    "MAIL_USER": "PLANTED-user",
    "MAIL_PASS": "PLANTED-password",
    "DESK_TOKEN": "PLANTED-desk-token",
    "DESK_KEY": "PLANTED-desk-key",
}


@pytest.fixture
def press() -> Iterator[Press]:
    with publishing(Press()) as made:
        made.add("daily", "Norway pledges 2,000 troops", TEXT)
        for name in ("broken", "garbled"):
            made.add(name, "Never seen", "Never read.")
        made.statuses[f"/broken.xml?{QUERY}"] = 500
        made.pages[f"/garbled.xml?{QUERY}"] = b"this is no feed"
        yield made


def configured(folder: Path, press: Press, hook: str) -> Path:
    """Secrets in every place that may hold one: channels, the dashboard, addresses of feeds."""
    config = write_config(folder, press, {"desk": hook})
    settings = json.loads((config / "settings.yaml").read_text("utf-8"))
    settings["web"] = {"token": "env:DESK_TOKEN", "api_key": "env:DESK_KEY"}
    (config / "settings.yaml").write_text(json.dumps(settings))
    add_channels_with_secrets(config)
    feeds = json.loads((config / "feeds.yaml").read_text("utf-8"))["feeds"]
    for feed in feeds:
        plain = feed["url"].removeprefix("http://")
        query = "" if feed["id"] == "daily" else f"?{QUERY}"
        feed["url"] = f"http://reader:PLANTED-login@{plain}{query}"
    (config / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
    return config


def shown(address: str) -> Iterator[tuple[str, str]]:
    """Every page by its path."""
    for path in PAGES:
        try:
            with urllib.request.urlopen(address.rstrip("/") + path, timeout=30) as answer:
                yield path, answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            yield path, error.read().decode("utf-8")


def stored(database: Path) -> Iterator[tuple[str, str]]:
    """Every value of the database by table and column, but for where a feed is fetched from."""
    with sqlite3.connect(database) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    if (table, name) not in (("feed", "url"), ("feed", "configured_url")):
                        yield f"{table}.{name}", str(value)


def test_no_secret_stands_in_a_log_a_page_or_a_row(tmp_path: Path, press: Press) -> None:
    with receiving(Receiver(statuses=[500, 404] * 20)) as receiver:
        config = configured(tmp_path / "config", press, receiver.url)
        with running(config, ENVIRON) as worker:
            [up] = worker.wait_for(lambda: worker.events("dashboard.up"))
            worker.wait_for(lambda: worker.events("alert.told"))
            worker.wait_for(lambda: len(worker.events("feed.failed")) >= 2)
            worker.wait_for(lambda: len(worker.events("delivery.failed")) >= 3)
            pages = dict(shown(up["address"]))
            log = json.dumps(worker.events())
        rows = list(stored(config / "watch.db"))
    assert len(rows) > 500
    assert "Norway" in pages["/alerts"]
    leaks = [path for path, text in pages.items() if "PLANTED" in text]
    leaks += sorted({where for where, value in rows if "PLANTED" in value})
    assert not leaks, leaks
    assert "PLANTED" not in log
