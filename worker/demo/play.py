"""The demo itself: the week passes, the worker works, a person sees what came of it."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from worker.app import App, build
from worker.demo import report
from worker.demo.origin import Mailbox, Origin, serving
from worker.demo.setup import KEY, TOKEN, new_key, workplace, write_config
from worker.demo.week import FIRST, LAST, Week, load_week
from worker.errors import ConfigError
from worker.settings import load_settings

#: The hours (UTC) at which the worker of the demo takes a round.
HOURS = (7, 10, 13, 16, 20)


class MovedClock:
    """A clock that is set to a moment and runs on from there."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        """Make it ``moment`` now."""
        self._moment, self._since = moment, time.monotonic()

    def now(self) -> datetime:
        """The moment it was set to and the time since."""
        return self._moment + timedelta(seconds=time.monotonic() - self._since)


def run_demo(serve: bool) -> int:
    """Play the week and print what it brought; ``serve`` keeps origin and database up."""
    week, key = load_week(), new_key()
    clock = MovedClock(FIRST)
    mailbox = Mailbox(key)
    started = time.monotonic()
    with workplace() as folder, serving(Origin(week, clock.now, mailbox)) as origin:
        config = write_config(folder, week, origin.base)
        environ = {KEY: key, TOKEN: secrets.token_urlsafe(9)}
        settings = load_settings(config, environ)
        report.show_opening(week)
        with report.live() as show:
            app = build(
                settings, environ=environ, clock=clock, on_progress=show, jitter=lambda: 0.5
            )
            try:
                asyncio.run(_live_through(week, app, clock))
                report.show_outcome(app, origin, time.monotonic() - started)
                if serve:
                    asyncio.run(_stay(app, origin, config, folder, environ[TOKEN]))
            finally:
                app.close()
    return 0


async def _live_through(week: Week, app: App, clock: MovedClock) -> None:
    """Take the rounds of every day, telling each day's articles before its alerts."""
    async with app.working() as engine:
        for day in _days():
            report.show_day(week, day)
            for hour in HOURS:
                clock.set(day + timedelta(hours=hour))
                await engine.run_once(patience=timedelta(0))
                if engine.stopping:
                    raise KeyboardInterrupt


def _days() -> Iterator[datetime]:
    day = FIRST
    while day <= LAST:
        yield day
        day += timedelta(days=1)


async def _stay(app: App, origin: Origin, config: Path, folder: Path, token: str) -> None:
    """Keep everything up, dashboard included, until the person has seen enough."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with _dashboard(app) as address:
        report.show_whereabouts(address, token, origin.base, config, folder)
        await stopped.wait()


@asynccontextmanager
async def _dashboard(app: App) -> AsyncIterator[str]:
    """The dashboard where it usually is, or, if somebody is there already, on any free port."""
    try:
        async with app.dashboard() as address:
            yield address
    except ConfigError:
        async with app.dashboard(port=0) as address:
            yield address
