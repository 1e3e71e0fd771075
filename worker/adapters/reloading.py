"""SIGHUP: the configuration is read anew while the work goes on.

Everything is read and checked first, and only then taken over in one step; what is under way is
finished with what it began with. If any part is wrong, nothing of it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from worker.adapters.channels import Sender, build_senders
from worker.adapters.channels.rendering import ChannelRenderer
from worker.errors import ConfigError
from worker.settings import Settings
from worker.settings.derived import intervals_of, route_of

#: What a running worker cannot change: it was built with them.
_FIXED = ("concurrency", "tick", "contact_url", "user_agent", "extraction", "network")


@dataclass(frozen=True, slots=True)
class Fresh:
    """A configuration that was read anew and is right; ``own_lexicon``: its tables may be new."""

    settings: Settings
    senders: Mapping[str, Sender]
    own_lexicon: bool


def read_anew(
    load: Callable[[], Settings],
    before: Settings,
    environ: Mapping[str, str],
    client: httpx.AsyncClient,
) -> Fresh:
    """Read and check all of it; ConfigError with a line for each mistake."""
    settings = load()
    senders, problems = build_senders(settings.channels, environ, client)
    wrong = [f"channel {name}: {problem}" for name, problem in problems.items()]
    own = bool(settings.lexicon_dirs or before.lexicon_dirs)
    if own:
        wrong += _unfit(settings.lexicon_dirs)
    if wrong:
        raise ConfigError("\n".join(wrong))
    return Fresh(settings, senders, own)


def _unfit(dirs: Sequence[Path]) -> list[str]:
    """What is wrong with the tables of every language."""
    from worker.core.claims import Extractor
    from worker.core.claims.lexicon import LANGUAGES, check_lexicon

    extractor, problems = Extractor(dirs), list[str]()
    for language in LANGUAGES:
        try:
            problems += check_lexicon(extractor.lexicon(language))
        except ConfigError as error:
            problems += str(error).splitlines()
    return problems


def parts_of(settings: Settings, senders: Mapping[str, Sender]) -> dict[str, Any]:
    """What the tools of the stages take from the settings, and a reload replaces."""
    return {
        "senders": senders,
        "renderer": ChannelRenderer(settings.channels, settings.web.public_url),
        "routes": route_of(settings.route),
        "intervals": intervals_of(settings.worker),
        "policy": settings.alerts.policy(),
        "operations": settings.operations.channels,
        "watch": settings.operations.watch(),
        "first_look_back": settings.worker.first_look_back,
        "look_back_hours": settings.worker.look_back_hours,
        "publisher_groups": settings.publisher_groups,
    }


def only_by_restart(before: Settings, after: Settings) -> list[str]:
    """The keys that differ and that only a restart changes."""
    keys = [
        f"worker.{key}"
        for key in _FIXED
        if getattr(before.worker, key) != getattr(after.worker, key)
    ]
    if before.database != after.database:
        keys.append("database.url")
    keys += [key for key in ("log", "web") if getattr(before, key) != getattr(after, key)]
    return keys


@asynccontextmanager
async def reloaded_by_signal(reload: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Call ``reload`` after each SIGHUP, one at a time, where this thread may take signals."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGHUP, asked.set)
    except (ValueError, RuntimeError, NotImplementedError, AttributeError):
        yield  # another thread, or Windows
        return
    serving = asyncio.create_task(_serve(asked, reload))
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _serve(asked: asyncio.Event, reload: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asked.wait()
        asked.clear()
        await reload()
