"""``routes.yaml`` and ``alerts.yaml``: what is told, to whom, when and how loudly."""

from __future__ import annotations

from datetime import time
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from worker.core.alerting import Policy
from worker.core.blindspots import Watch
from worker.model import ChangeKind, Measure, Severity, Stance, Status
from worker.settings.kinds import (
    Actor,
    Clock,
    Days,
    Duration,
    LabelLanguage,
    Language,
    Name,
    Positive,
    Section,
    Zone,
    listed,
    many,
    refuse,
)

#: What holds where alerts.yaml says nothing.
_POLICY = Policy()
_WATCH = Watch()


class Match(Section):
    """Which alerts a route takes; every key given must fit, within a key any value may."""

    actor: many(Actor) | None = None  # type: ignore[valid-type]
    """Whose change it is."""
    measure: many(Measure) | None = None  # type: ignore[valid-type]
    """What it is about."""
    kind: many(ChangeKind) | None = None  # type: ignore[valid-type]
    """The kind of change."""
    stance: many(Stance) | None = None  # type: ignore[valid-type]
    """The new stance."""
    severity: many(Severity) | None = None  # type: ignore[valid-type]
    """How loud it is."""
    status: many(Status) | None = None  # type: ignore[valid-type]
    """How well founded it is."""
    language: many(Language) | None = None  # type: ignore[valid-type]
    """The language of the article."""
    item: many(str) | None = None  # type: ignore[valid-type]
    """The item of a measure (a weapon, a fund)."""


class Digest(Section):
    """Alerts collected and told together once a day or week."""

    every: Literal["day", "week"] = "day"
    """How often."""
    at: Clock = time(8, 0)
    """The time of day."""
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    """The day, for `every: week`."""
    timezone: Zone = ZoneInfo("UTC")
    """The time zone of `at`."""


class QuietHours(Section):
    """Hours in which alerts wait, unless they are at least as loud as ``unless_severity``."""

    start: Clock
    """When they begin."""
    end: Clock
    """When they end."""
    timezone: Zone = ZoneInfo("UTC")
    """The time zone of both."""
    unless_severity: Severity = Severity.CRITICAL
    """Alerts this loud do not wait."""


class Alive(Section):
    """A daily word that the worker is alive, so that silence is known to be no news."""

    at: Clock = time(8, 0)
    """The time of day."""
    timezone: Zone = ZoneInfo("UTC")
    """Its time zone."""


GroupKey = Literal["actor", "measure", "kind", "stance", "severity", "status", "language", "item"]


class RouteSettings(Section):
    """One node of the routing tree; what a node leaves unset it takes from the node above it."""

    name: Name | None = None
    """Its name in `routes test` and in what is held back."""
    match: Match = Match()
    """Which alerts it takes; every key given must fit, within a key any value may."""
    channels: Annotated[tuple[Name, ...], BeforeValidator(listed)] | None = None
    """Where it tells them."""
    group_by: Annotated[tuple[GroupKey, ...], BeforeValidator(listed)] | None = None
    """Alerts with the same values of these share one message."""
    group_wait: Duration | None = None
    """How long a new group waits for more alerts."""
    group_interval: Duration | None = None
    """How long a group that was sent waits before it tells of new alerts."""
    repeat: Duration | None = None
    """Say an alert that still holds again after this time."""
    digest: Digest | None = None
    """Collect alerts and tell them once a day or week."""
    quiet_hours: QuietHours | None = None
    """Hours in which alerts wait."""
    max_per_hour: Positive | None = None
    """More messages than this an hour are collected into one."""
    send_resolved: bool | None = None
    """Tell also when a later position has replaced one that was told."""
    alive: Alive | None = None
    """Tell this route daily how much was read and whether anything changed; not inherited."""
    language: LabelLanguage | None = None
    """The language of labels on this route, whatever the channel's own is."""
    continue_: bool = Field(default=False, alias="continue")
    """Whether later routes beside it are asked, too."""
    routes: tuple[RouteSettings, ...] = ()
    """Routes below it, of the same keys."""


Weight = Annotated[float, Field(ge=0, le=10)]


class SeveritySettings(Section):
    """How loud an alert is: stance distance × weights of measure, actor and status, in bounds."""

    measure_weights: dict[Measure, Weight] = Field(default_factory=dict)
    """Measure → its weight, over the built-in ones."""
    other_measures: Weight = _POLICY.default_weight
    """The weight of every measure without one."""
    actor_weights: dict[Actor, Weight] = Field(default_factory=dict)
    """Actor → its weight; 1 where not named."""
    status_weights: dict[Status, Weight] = Field(default_factory=dict)
    """Status → its weight: an official word, a report, a draft."""
    medium: Annotated[float, Field(gt=0)] = _POLICY.thresholds[Severity.MEDIUM]
    """The score from which an alert is medium."""
    high: Annotated[float, Field(gt=0)] = _POLICY.thresholds[Severity.HIGH]
    """The score from which it is high."""
    critical: Annotated[float, Field(gt=0)] = _POLICY.thresholds[Severity.CRITICAL]
    """The score from which it is critical."""

    @model_validator(mode="after")
    def _rising(self) -> SeveritySettings:
        if not self.medium < self.high < self.critical:
            raise refuse("the bounds must rise: medium < high < critical")
        return self


class AlertSettings(Section):
    """When a claim is worth an alert, and how loud it is."""

    min_severity: Severity = _POLICY.min_severity
    """Alerts below this are kept but not told."""
    background_days: Days = _POLICY.background_days
    """What holds for more days than this before the article is background and never told as news."""
    quantity_tolerance: Annotated[float, Field(ge=0, le=1)] = _POLICY.quantity_tolerance
    """Two exact numbers count as the same up to this share."""
    review_below: Annotated[float, Field(ge=0, le=1)] = _POLICY.review_below
    """An article with a claim read with less confidence is put up for review, too."""
    update_days: Days = _POLICY.update_days
    """A first number or condition told this many days later at most belongs to the alert it adds to."""
    contest_days: Days = _POLICY.contest_days
    """Within this many days an official denies an unconfirmed report, and another origin contests it."""
    severity: SeveritySettings = SeveritySettings()

    def policy(self) -> Policy:
        """The same as the value that judging takes; ``look_back_hours`` is set by its caller."""
        loud = self.severity
        return Policy(
            background_days=self.background_days,
            update_days=self.update_days,
            contest_days=self.contest_days,
            quantity_tolerance=self.quantity_tolerance,
            review_below=self.review_below,
            min_severity=self.min_severity,
            weights=MappingProxyType({**_POLICY.weights, **loud.measure_weights}),
            default_weight=loud.other_measures,
            actor_weights=MappingProxyType(dict(loud.actor_weights)),
            status_factor=MappingProxyType({**_POLICY.status_factor, **loud.status_weights}),
            thresholds=MappingProxyType(
                {
                    Severity.MEDIUM: loud.medium,
                    Severity.HIGH: loud.high,
                    Severity.CRITICAL: loud.critical,
                }
            ),
        )


class OperationsSettings(Section):
    """Where the operator is told what goes wrong: dying feeds, blind spots, the first look-back."""

    channels: Annotated[tuple[Name, ...], BeforeValidator(listed)] | None = None
    """The channels; the first that works if unset, none for an empty list."""
    actor_silent: Duration = _WATCH.actor_silent
    """So long nothing may be heard of an actor that was spoken of before."""
    language_silent: Duration = _WATCH.language_silent
    """So long no article may come in a language that was read before."""
    claims_fall: Annotated[float, Field(ge=0, le=1)] = _WATCH.claims_fall
    """Claims per article below this share of what is usual are told."""
    stub_rate: Annotated[float, Field(gt=0, le=1)] = _WATCH.stub_rate
    """From this share of articles without their page a feed is told of."""
    repeat: Duration = _WATCH.repeat
    """What still is so is told again after this time."""

    def watch(self) -> Watch:
        """The same as the value that the watch takes."""
        return Watch(
            actor_silent=self.actor_silent,
            language_silent=self.language_silent,
            claims_fall=self.claims_fall,
            stub_rate=self.stub_rate,
            repeat=self.repeat,
        )


class RoutesFile(Section):
    """``routes.yaml``."""

    route: RouteSettings = RouteSettings()
    operations: OperationsSettings = OperationsSettings()


class AlertsFile(Section):
    """``alerts.yaml``."""

    alerts: AlertSettings = AlertSettings()
