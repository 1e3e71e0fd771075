"""What the settings mean to the core: its own values, made from what the files say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from worker.core.clocks import Digest, QuietHours
from worker.core.routing import Route
from worker.core.schedule import Intervals
from worker.core.upkeep import Kept
from worker.settings import telling
from worker.settings.schema import WorkerSettings
from worker.settings.telling import Match, RouteSettings
from worker.settings.upkeep import RetentionSettings


def route_of(settings: RouteSettings) -> Route:
    """The routing tree."""
    return Route(
        name=settings.name,
        match=_matchers(settings.match),
        channels=settings.channels,
        group_by=settings.group_by,
        group_wait=settings.group_wait,
        group_interval=settings.group_interval,
        repeat=settings.repeat,
        digest=_digest(settings.digest),
        quiet_hours=_quiet_hours(settings.quiet_hours),
        max_per_hour=settings.max_per_hour,
        send_resolved=settings.send_resolved,
        alive=_alive(settings.alive),
        language=settings.language,
        go_on=settings.continue_,
        routes=tuple(map(route_of, settings.routes)),
    )


def _digest(settings: telling.Digest | None) -> Digest | None:
    if settings is None:
        return None
    return Digest(settings.every, settings.at, settings.weekday, settings.timezone)


def _alive(settings: telling.Alive | None) -> Digest | None:
    return Digest("day", settings.at, timezone=settings.timezone) if settings else None


def _quiet_hours(settings: telling.QuietHours | None) -> QuietHours | None:
    if settings is None:
        return None
    return QuietHours(settings.start, settings.end, settings.timezone, settings.unless_severity)


def _matchers(match: Match) -> Mapping[str, frozenset[str]]:
    asked = {name: getattr(match, name) for name in type(match).model_fields}
    return MappingProxyType(
        {name: frozenset(map(str, values)) for name, values in asked.items() if values}
    )


def intervals_of(settings: WorkerSettings) -> Intervals:
    """How often feeds are asked."""
    polling = settings.polling
    return Intervals(polling.interval, polling.high_priority_interval, polling.ceiling)


def kept_of(settings: RetentionSettings) -> Kept:
    """How long each kind of data is kept."""
    return Kept(**{name: getattr(settings, name) for name in RetentionSettings.model_fields})
