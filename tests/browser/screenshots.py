"""``make screenshots``: the pages over the demo's week, at the width of a desk and of a phone."""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import chromium
from tests.integration.watched import dashboard
from worker.app import App, build
from worker.demo.origin import Mailbox, Origin, serving
from worker.demo.play import HOURS, MovedClock
from worker.demo.setup import KEY, TOKEN, new_key, workplace, write_config
from worker.demo.week import FIRST, LAST, load_week
from worker.settings import load_settings

OUT = Path(__file__).parents[2] / "docs" / "screenshots"
DESK, PHONE = (1280, 860), (390, 844)
#: Name, path, screen, colours; {alert} is the alert on France's troops.
SHOTS = (
    ("matrix", "/", DESK, "light"),
    ("matrix-dark", "/", DESK, "dark"),
    ("matrix-phone", "/", PHONE, "light"),
    ("alert", "/alert/{alert}", DESK, "light"),
    ("alert-phone", "/alert/{alert}", PHONE, "light"),
    ("actor", "/actor/SE", DESK, "light"),
    ("measure", "/measure/troops", DESK, "light"),
    ("changes", "/alerts", DESK, "light"),
    ("changes-phone", "/alerts?lang=de", PHONE, "dark"),
    ("map", "/map?measure=troops", DESK, "light"),
    ("trends", "/trends?measure=troops", DESK, "light"),
)


def main() -> int:
    """Live through the week, open the dashboard, take the pictures."""
    week, key = load_week(), new_key()
    clock = MovedClock(FIRST)
    origin = Origin(week, clock.now, Mailbox(key))
    with workplace() as folder, serving(origin):
        environ = {KEY: key, TOKEN: "screenshots"}
        settings = load_settings(write_config(folder, week, origin.base), environ)
        app = build(settings, environ=environ, clock=clock, jitter=lambda: 0.5)
        try:
            asyncio.run(_live(app, clock))
            with dashboard(app) as address, chromium.running() as browser:
                _shoot(app, address, browser)
        finally:
            app.close()
    size = sum(path.stat().st_size for path in OUT.glob("*.png"))
    print(f"{len(SHOTS)} screenshots in {OUT.name}/, {size / 1000:.0f} kB")
    return 0


async def _live(app: App, clock: MovedClock) -> None:
    async with app.working() as engine:
        day = FIRST
        while day <= LAST:
            for hour in HOURS:
                clock.set(day + timedelta(hours=hour))
                await engine.run_once(patience=timedelta(0))
            day += timedelta(days=1)


def _shoot(app: App, address: str, browser: Browser) -> None:
    OUT.mkdir(exist_ok=True)
    alert = next(a.id for a in app.alerts(actor="FR") if a.change.slot.measure == "troops")
    for name, path, (width, height), colours in SHOTS:
        context = browser.new_context(
            base_url=address,
            locale="en-GB",
            color_scheme="dark" if colours == "dark" else "light",
            viewport={"width": width, "height": height},
        )
        page = context.new_page()
        page.goto(path.format(alert=alert))
        page.wait_for_load_state("networkidle")
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=OUT / f"{name}.png")
        assert not re.search("error", page.title(), re.IGNORECASE), page.title()
        context.close()


if __name__ == "__main__":
    sys.exit(main())
