"""The demo's own configuration folder, written as a person would write one."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from worker.demo.origin import HOOK
from worker.demo.week import Outlet, Week

#: The environment variables that hold the webhook's key and the word to sign in with.
KEY, TOKEN = "DEMO_WEBHOOK_KEY", "DEMO_TOKEN"

_SETTINGS = """\
database:
  url: {database}
worker:
  user_agent: CoalitionWatch-demo
  network:
    # the local origin: one private address, and no need to be gentle with it
    allow_addresses: [127.0.0.0/8]
    per_host_interval: 0
web:
  token: env:{token}
"""
_CHANNELS = """\
channels:
  - name: console
    type: console
  - name: receiver
    type: webhook
    url: {hook}
    signing_secret: env:{key}
"""
_ROUTES = """\
route:
  channels: [console, receiver]
  group_by: [actor]
  group_wait: 0
"""


def new_key() -> str:
    """A signing key as the Standard Webhooks specification writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for configuration and database, gone afterwards."""
    with TemporaryDirectory(prefix="coalition-watch-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def write_config(folder: Path, week: Week, base: str) -> Path:
    """Write the configuration for the origin at ``base``; returns the configuration folder."""
    config = folder / "config"
    config.mkdir()
    feeds = [_feed(outlet, base) for outlet in week.outlets.values()]
    texts: Mapping[str, str] = {
        "settings.yaml": _SETTINGS.format(
            database=json.dumps(f"sqlite:///{folder}/demo.db"), token=TOKEN
        ),
        "channels.yaml": _CHANNELS.format(hook=base + HOOK, key=KEY),
        "routes.yaml": _ROUTES,
        "feeds.yaml": "feeds:\n" + "".join(feeds),
    }
    for name, text in texts.items():
        (config / name).write_text(text, encoding="utf-8")
    return config


def _feed(outlet: Outlet, base: str) -> str:
    lines = {
        "id": outlet.id,
        "url": f"{base}/{outlet.id}/feed.xml",
        "title": json.dumps(outlet.title, ensure_ascii=False),
        "language": outlet.language,
        "country": outlet.country,
        "kind": outlet.kind,
    }
    told = "\n    ".join(f"{key}: {value}" for key, value in lines.items())
    return f"  - {told}\n"
