"""All that can be found wrong before the worker starts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from worker.errors import ConfigError

if TYPE_CHECKING:
    from worker.settings import Settings

Steps = Callable[[int, str], AbstractContextManager[Iterator[None]]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What ``check`` found; ``counts`` are of what it looked at."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: dict[str, int]


def problems_of(folder: Path, steps: Steps) -> Findings:
    """Check the configuration in ``folder``, its secrets, the baseline and the lexicon."""
    from worker.settings import load_settings

    problems: list[str] = []
    settings: Settings | None = None
    try:
        settings = load_settings(folder, os.environ)
    except ConfigError as error:
        problems += str(error).splitlines()
    counts = {"files": len(list(folder.glob("*.yaml")))}
    if settings is not None:
        counts |= {"feeds": len(settings.feeds), "channels": len(settings.channels)}
        problems += asyncio.run(_channel_problems(settings))
        problems += _web_problems(settings)
        problems += _baseline_problems(settings, counts)
    dirs = settings.lexicon_dirs if settings else ()
    problems += _lexicon_problems(dirs, counts, steps)
    return Findings(tuple(problems), settings.warnings if settings else (), counts)


async def _channel_problems(settings: Settings) -> list[str]:
    from worker.adapters.channels import build_senders, channel_client
    from worker.adapters.outward import outward_of

    try:
        outward = outward_of(settings.worker.network, os.environ)
    except ConfigError as error:
        return [str(error)]
    async with channel_client(outward) as client:
        _, problems = build_senders(settings.channels, os.environ, client)
    return [f"channel {name}: {problem}" for name, problem in problems.items()]


def _web_problems(settings: Settings) -> list[str]:
    from worker.settings import resolve_secret

    problems = []
    for key, secret in (("token", settings.web.token), ("api_key", settings.web.api_key)):
        try:
            if secret is not None:
                resolve_secret(secret, os.environ)
        except ConfigError as error:
            problems.append(f"web.{key}: {error}")
    return problems


def _baseline_problems(settings: Settings, counts: dict[str, int]) -> list[str]:
    from worker.adapters.seeds import read_baseline

    try:
        counts["baseline positions"] = len(read_baseline(settings.baseline_file))
    except ConfigError as error:
        return str(error).splitlines()
    return []


def _lexicon_problems(dirs: tuple[Path, ...], counts: dict[str, int], steps: Steps) -> list[str]:
    from worker.core.claims.lexicon import LANGUAGES, check_lexicon, load_lexicon

    problems: list[str] = []
    counts["lexicon rows"] = 0
    with steps(len(LANGUAGES), "lexicon") as step:
        for language in LANGUAGES:
            try:
                lexicon = load_lexicon(language, dirs)
                counts["lexicon rows"] += len(lexicon.rows)
                problems += check_lexicon(lexicon)
            except ConfigError as error:
                problems += str(error).splitlines()
            next(step)
    return problems
