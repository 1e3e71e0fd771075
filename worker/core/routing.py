"""Where an alert goes and when: routes, silences, grouping, quiet hours, digests, hourly limits.

The semantics and names are Alertmanager's where they fit (prometheus.io/docs/alerting/latest):
a tree of routes whose first matching child takes the alert unless it says ``continue``; a group
waits ``group_wait`` before its first hand-over and ``group_interval`` between later ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from worker.core.clocks import Digest, QuietHours
from worker.core.compare import Reason
from worker.model import Alert, AlertEvent, Severity

#: What a matcher may ask for.
LABELS = ("actor", "measure", "kind", "stance", "severity", "status", "language", "item")

#: The end of the key of groups that collect: they are no messages of the hour.
DIGEST = ":digest"

Matchers = Mapping[str, frozenset[str]]


def labels_of(alert: Alert) -> dict[str, str]:
    """The labels of an alert that routes, silences and grouping look at."""
    change = alert.change
    return {
        "actor": change.slot.actor,
        "measure": change.slot.measure.value,
        "kind": change.kind.value,
        "stance": change.after.stance.value,
        "severity": alert.severity.value,
        "status": change.after.status.value,
        "language": alert.evidence.language or "",
        "item": change.slot.item or "",
    }


def matches(matchers: Matchers, labels: Mapping[str, str]) -> bool:
    """Whether every label asked for has one of its allowed values."""
    return all(labels.get(name, "") in allowed for name, allowed in matchers.items())


@dataclass(frozen=True, slots=True)
class Route:
    """One node of the routing tree; ``None`` is taken from the node above it."""

    name: str | None = None
    match: Matchers = field(default_factory=lambda: MappingProxyType({}))
    channels: tuple[str, ...] | None = None
    group_by: tuple[str, ...] | None = None
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    repeat: timedelta | None = None
    digest: Digest | None = None
    quiet_hours: QuietHours | None = None
    max_per_hour: int | None = None
    send_resolved: bool | None = None
    #: The language of the labels; where unset, the channel's own.
    language: str | None = None
    #: When the route is told daily that the worker is alive; holds for this node alone.
    alive: Digest | None = None
    go_on: bool = False
    routes: tuple[Route, ...] = ()

    @property
    def room(self) -> str:
        """What groups of one route share; two languages never share a message."""
        name = self.name or "default"
        return f"{name}/{self.language}" if self.language else name


#: What holds where no route says otherwise; the overflow of an hourly limit goes to its digest.
DEFAULTS = Route(
    name="default",
    channels=(),
    group_by=("actor", "measure"),
    group_wait=timedelta(seconds=30),
    group_interval=timedelta(minutes=5),
    send_resolved=False,
)
_INHERITED = tuple(
    f.name for f in fields(Route) if f.name not in ("name", "match", "alive", "go_on", "routes")
)


@dataclass(frozen=True, slots=True)
class Silence:
    """No alert that fits ``match`` is handed over between ``starts_at`` and ``ends_at``."""

    id: str
    match: Matchers
    author: str
    reason: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, alert: Alert, now: datetime) -> bool:
        """Whether it silences an alert now."""
        return self.starts_at <= now < self.ends_at and matches(self.match, labels_of(alert))


@dataclass(frozen=True, slots=True)
class GroupState:
    """What a channel was told of a group: the last flush, its loudest alert, the flush planned."""

    flushed_at: datetime | None = None
    loudest: Severity | None = None
    flush_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One hand-over of the last hour, for the hourly limit."""

    channel: str
    at: datetime
    severity: Severity


@dataclass(frozen=True, slots=True)
class Handover:
    """An alert joins a group of a channel, flushed at ``flush_at``; ``reason`` says why then."""

    channel: str
    group_key: str
    flush_at: datetime
    route: str
    reason: Reason | None = None
    #: The language that the route asks for, if it does.
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An alert that is not handed over, and why."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What routing has to know beside the alert; all of it read by the caller beforehand.

    ``groups`` are by (channel, group key); ``told`` are the hand-overs of the last hour, those
    planned and not yet flushed included.
    """

    silences: Sequence[Silence] = ()
    groups: Mapping[tuple[str, str], GroupState] = field(
        default_factory=lambda: MappingProxyType({})
    )
    told: Sequence[Told] = ()


def hand_over(
    alert: Alert, root: Route, desk: Desk, now: datetime
) -> tuple[tuple[Handover, ...], Held | None]:
    """Where an alert goes and when; where it goes nowhere, why."""
    silence = next((s for s in desk.silences if s.covers(alert, now)), None)
    if silence:
        detail = f"{silence.id} by {silence.author}: {silence.reason}"
        return (), Held(Reason.SILENCED, detail)
    routes = [r for r in take(root, labels_of(alert)) if r.channels]
    if not routes:
        return (), Held(Reason.NO_ROUTE, "no route with a channel takes it")
    if alert.event is AlertEvent.RESOLVED:
        routes = [r for r in routes if r.send_resolved]
    if not routes:
        return (), Held(Reason.RESOLVED, "the alert that replaced it is told instead")
    planned = (_plan(alert, r, c, desk, now) for r in routes for c in r.channels or ())
    return tuple({(h.channel, h.group_key): h for h in planned}.values()), None


def take(root: Route, labels: Mapping[str, str]) -> list[Route]:
    """The routes that take an alert, each with what it inherits, in the order of the tree."""
    return list(_take(_inherit(root, DEFAULTS), labels))


def with_inherited(root: Route) -> Iterator[Route]:
    """Every node of the tree, each with what it inherits."""
    yield from _nodes(_inherit(root, DEFAULTS))


def _nodes(route: Route) -> Iterator[Route]:
    yield route
    for child in route.routes:
        yield from _nodes(_inherit(child, route))


def on_route(root: Route, name: str, alert: Alert) -> bool:
    """Whether the route of that name takes an alert."""
    return any(route.name == name for route in take(root, labels_of(alert)))


def routes_by_name(root: Route) -> dict[str, Route]:
    """All routes of a tree in its order, each with what it inherits.

    One without a name goes by that of the route above it, the top one by ``default``.
    """
    found: dict[str, Route] = {}
    waiting = [_inherit(root, DEFAULTS)]
    while waiting:
        route = waiting.pop(0)
        found.setdefault(route.name or "", route)
        waiting = [*(_inherit(child, route) for child in route.routes), *waiting]
    return found


def _take(route: Route, labels: Mapping[str, str]) -> Iterator[Route]:
    if not matches(route.match, labels):
        return
    taken = False
    for child in route.routes:
        found = list(_take(_inherit(child, route), labels))
        yield from found
        taken = taken or bool(found)
        if found and not child.go_on:
            return
    if not taken:
        yield route


def _inherit(route: Route, parent: Route) -> Route:
    given = {name: getattr(parent, name) for name in _INHERITED if getattr(route, name) is None}
    return replace(route, name=route.name or parent.name, **given)


def _plan(alert: Alert, route: Route, channel: str, desk: Desk, now: datetime) -> Handover:
    key = group_key(route, alert)
    if route.digest:
        return _digest(route, route.digest, channel, now, None)
    if _overflows(alert, route, channel, desk.told, now):
        later = route.digest or Digest()
        return _digest(route, later, channel, now, Reason.RATE_LIMIT)
    at, reason = _flush_at(alert, route, desk.groups.get((channel, key), GroupState()), now)
    quiet = route.quiet_hours
    if quiet and alert.severity.rank < quiet.unless_severity.rank and quiet.end_of(at):
        at, reason = quiet.end_of(at) or at, Reason.QUIET_HOURS
    return Handover(channel, key, at, route.name or "", reason, route.language)


def group_key(route: Route, alert: Alert) -> str:
    """The group that an alert joins: the route and the labels it groups by."""
    labels = labels_of(alert)
    named = ",".join(f"{name}={labels[name]}" for name in route.group_by or ())
    return f"{route.room}:{{{named}}}"


def _digest(
    route: Route, digest: Digest, channel: str, now: datetime, reason: Reason | None
) -> Handover:
    name = route.name or "default"
    key = f"{route.room}{DIGEST}"
    return Handover(channel, key, digest.next_after(now), name, reason, route.language)


def _flush_at(
    alert: Alert, route: Route, group: GroupState, now: datetime
) -> tuple[datetime, Reason | None]:
    """When a group is flushed for an alert; one louder than the last told waits out no interval."""
    wait, interval = route.group_wait or timedelta(), route.group_interval or timedelta()
    soonest = now + wait
    louder = group.loudest is None or alert.severity.rank > group.loudest.rank
    if group.flushed_at and not louder:
        soonest = max(soonest, group.flushed_at + interval)
    if group.flush_at and group.flush_at >= now and group.flush_at <= soonest:
        return group.flush_at, Reason.GROUPED
    return soonest, None


def _overflows(
    alert: Alert, route: Route, channel: str, told: Iterable[Told], now: datetime
) -> bool:
    """Whether the hour is full; alerts less loud than this one take no room from it."""
    if route.max_per_hour is None:
        return False
    since = now - timedelta(hours=1)
    rivals = (
        t
        for t in told
        if t.channel == channel and since < t.at <= now and t.severity.rank >= alert.severity.rank
    )
    return sum(1 for _ in rivals) >= route.max_per_hour


def repeat_due(route: Route, told_at: datetime, now: datetime) -> bool:
    """Whether an alert that is still open is to be told again."""
    return route.repeat is not None and now - told_at >= route.repeat
