"""A real Chromium for tests and screenshots: the one of the system, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowser(Exception):
    """There is no Chromium here; the text says what to install."""


def executable() -> str:
    """Where Chromium is: ``$CHROMIUM``, else on the path."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if named is None:
        raise NoBrowser("no Chromium: apt-get install chromium (or set CHROMIUM to its path)")
    return named


@contextmanager
def running() -> Iterator[Browser]:
    """A headless browser that reaches nothing beyond this machine."""
    path = executable()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()
