"""A configured worker over a local press and a receiver of webhooks."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.integration.newsroom import Press, stub_analyze
from worker.app import App, build
from worker.settings import load_settings

SEEDS = Path(__file__).parents[2] / "seeds" / "baseline.yaml"
ENVIRON = {"HOOK_KEY": "whsec_" + base64.b64encode(b"k" * 32).decode()}


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def move(self, **step: float) -> None:
        self.moment += timedelta(**step)


class RunningClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def write_config(
    folder: Path,
    press: Press,
    hooks: Mapping[str, str],
    *,
    worker: Mapping[str, Any] | None = None,
    route: Mapping[str, Any] | None = None,
    operations: Mapping[str, Any] | None = None,
    database: str | None = None,
) -> Path:
    """Write a configuration folder: every feed of the press, a webhook channel for each hook."""
    folder.mkdir(parents=True, exist_ok=True)
    network = {"per_host_interval": 0, "allow_addresses": ["127.0.0.0/8"], "timeout": "5s"}
    files = {
        "settings.yaml": {
            "database": {"url": database or f"sqlite:///{folder / 'watch.db'}"},
            "worker": {"network": network, "tick": "1s", **(worker or {})},
            "baseline": {"file": str(SEEDS)},
        },
        "channels.yaml": {
            "channels": [
                {"name": name, "type": "webhook", "url": url, "signing_secret": "env:HOOK_KEY"}
                for name, url in hooks.items()
            ]
        },
        "routes.yaml": {
            "route": {"channels": list(hooks), "group_by": ["actor", "measure"], **(route or {})},
            "operations": dict(operations or {}),
        },
        "feeds.yaml": {"feeds": [feed_settings(press, feed) for feed in press.feeds]},
    }
    for name, content in files.items():
        # JSON is YAML.
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def add_channels_with_secrets(config: Path) -> None:
    """Add a Slack and a mail channel whose secrets come from the environment; route to both.

    They join the channel `desk` of a folder from `write_config`. The variables are SLACK_URL,
    MAIL_USER and MAIL_PASS.
    """
    channels = json.loads((config / "channels.yaml").read_text("utf-8"))["channels"]
    channels += [
        {"name": "slack", "type": "slack", "webhook_url": "env:SLACK_URL"},
        {"name": "mail", "type": "email", "host": "127.0.0.1", "port": 1, "to": "a@b.example"}
        | {"sender": "w@b.example", "username": "env:MAIL_USER", "password": "env:MAIL_PASS"},
    ]
    (config / "channels.yaml").write_text(json.dumps({"channels": channels}))
    (config / "routes.yaml").write_text("route: {channels: [desk, slack, mail], group_wait: 0}")


def feed_settings(press: Press, feed: str) -> dict[str, str]:
    searched = feed in press.searches
    return {
        "id": feed,
        "url": press.url(feed, f"/rss/search?q={feed}" if searched else None),
        "title": feed,
        "language": "en",
        "country": "GB",
        "kind": "search" if searched else "press",
    }


def open_app(config: Path, **options: Any) -> App:
    """The worker of a configuration folder, with the stub extractor unless told otherwise."""
    options.setdefault("analyze", stub_analyze)
    return build(load_settings(config, {}), environ=ENVIRON, **options)
