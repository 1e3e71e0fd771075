"""Commands that do the work: ``run``, ``demo``."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.configuration import ConfigOption, config_dir, load
from worker.cli.output import Format, FormatOption, emit, say
from worker.errors import ConfigError
from worker.logs import log_to, logger

if TYPE_CHECKING:
    from worker.adapters.embedded import OnProgress
    from worker.app import App
    from worker.ports import Progress
    from worker.settings import Settings

_log = logger(__name__)
#: Without a terminal, progress is a line on stderr at most this often, in seconds.
LINE_EVERY = 5.0
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log more to stderr.")]


def run(
    once: Annotated[
        bool, typer.Option("--once", help="One full round of all that is due, then end.")
    ] = False,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
    verbose: Verbose = False,
) -> int:
    """Poll, read, judge and deliver."""
    if hasattr(signal, "SIGHUP"):  # while it starts, the configuration is being read anyway
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    settings = _runnable(config)
    log_to(sys.stderr, settings.log.format, "debug" if verbose else settings.log.level)
    for warning in settings.warnings:
        _log.warning("config.remark", remark=warning)
    from worker.app import SERVER_PATIENCE, build

    with progress(settings.log.format == "json") as show:
        again = partial(_runnable, config)
        app = build(settings, on_progress=show, load_again=again, patience=SERVER_PATIENCE)
        try:
            # stdout belongs to JSON where that was asked for; console alerts then go to stderr
            with _stdout_for_results(format_):
                counts = asyncio.run(app.run_once() if once else _until_stopped(app.run()))
        finally:
            app.close()
    if once:
        _show_counts(counts, format_)
    return 0


def _runnable(config: Path | None) -> Settings:
    settings = load(config)
    if not any(feed.enabled for feed in settings.feeds):
        raise ConfigError(f"{config_dir(config) / 'feeds.yaml'}: no feed is enabled")
    return settings


async def _until_stopped(work: object) -> dict[str, int]:
    await work  # type: ignore[misc]
    return {}


@contextmanager
def _stdout_for_results(format_: Format) -> Iterator[None]:
    if format_ is Format.JSON:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    else:
        yield


def _show_counts(counts: dict[str, int], format_: Format) -> None:
    if format_ is Format.JSON:
        emit(counts)
    else:
        print(" · ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))


class ProgressLine:
    """How many works of each stage are done, as one line."""

    def __init__(self) -> None:
        self.done: dict[str, int] = {}
        self.failed = 0
        self._told = time.monotonic()

    def take(self, step: Progress) -> str:
        """Count one step; the line as it then reads."""
        self.done[str(step.stage)] = step.done
        self.failed += step.failed
        counts = " · ".join(f"{stage} {count}" for stage, count in self.done.items())
        return f"{counts} · failed {self.failed}" if self.failed else counts

    def due(self) -> bool:
        """Whether it is time for another line where there is no terminal to rewrite one."""
        now = time.monotonic()
        if now - self._told < LINE_EVERY:
            return False
        self._told = now
        return True


@contextmanager
def progress(as_event: bool = False) -> Iterator[OnProgress]:
    """A callback that shows what is being done: a live line on a terminal, else one now and then.

    ``as_event``: as a line of the log, which then holds nothing but events.
    """
    line = ProgressLine()
    if as_event or not sys.stderr.isatty():

        def tell(step: Progress) -> None:
            text = line.take(step)
            if not line.due():
                return
            if as_event:
                _log.info("worker.progress", failed=line.failed, **line.done)
            else:
                say(text)

        yield tell
        return
    from rich.console import Console
    from rich.markup import escape

    from worker.core.render.inert import line as clean

    with Console(stderr=True).status("starting …") as status:

        def show(step: Progress) -> None:
            status.update(f"{line.take(step)} · {escape(clean(step.label, 60))}")

        yield show


def demo(
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave the dashboard up afterwards.")
    ] = False,
) -> int:
    """The whole pipeline, offline, on a bundled week of invented coverage."""
    play: Callable[[bool], int] = import_module("worker.demo").run_demo
    return play(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Another address than web.host.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Another port than web.port; 0: any.")
    ] = None,
    config: ConfigOption = None,
) -> int:
    """The dashboard alone, beside a worker or over what one has left."""
    settings = load(config)
    log_to(sys.stderr, settings.log.format, settings.log.level)
    from worker.app import build

    app = build(settings)
    try:
        asyncio.run(_serve(app, host, port))
    finally:
        app.close()
    return 0


async def _serve(app: App, host: str | None, port: int | None) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with app.dashboard(host, port) as address:
        say(f"dashboard: {address}")
        await stopped.wait()
