"""``routes.yaml`` and ``alerts.yaml``: what is told, to whom, when and how loudly."""

from __future__ import annotations

from datetime import time
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from worker.core.alerting import Policy
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


class Match(Section):
    """Which alerts a route takes; every key given must fit, within a key any value may."""

    actor: many(Actor) | None = None  # type: ignore[valid-type]
    measure: many(Measure) | None = None  # type: ignore[valid-type]
    kind: many(ChangeKind) | None = None  # type: ignore[valid-type]
    stance: many(Stance) | None = None  # type: ignore[valid-type]
    severity: many(Severity) | None = None  # type: ignore[valid-type]
    status: many(Status) | None = None  # type: ignore[valid-type]
    language: many(Language) | None = None  # type: ignore[valid-type]
    item: many(str) | None = None  # type: ignore[valid-type]


class Digest(Section):
    """Alerts collected and told together once a day or week."""

    every: Literal["day", "week"] = "day"
    at: Clock = time(8, 0)
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    timezone: Zone = ZoneInfo("UTC")


class QuietHours(Section):
    """Hours in which alerts wait, unless they are at least as loud as ``unless_severity``."""

    start: Clock
    end: Clock
    timezone: Zone = ZoneInfo("UTC")
    unless_severity: Severity = Severity.CRITICAL


GroupKey = Literal["actor", "measure", "kind", "stance", "severity", "status", "language", "item"]


class RouteSettings(Section):
    """One node of the routing tree; what a node leaves unset it takes from the node above it."""

    name: Name | None = None
    match: Match = Match()
    channels: Annotated[tuple[Name, ...], BeforeValidator(listed)] | None = None
    group_by: Annotated[tuple[GroupKey, ...], BeforeValidator(listed)] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat: Duration | None = None
    digest: Digest | None = None
    quiet_hours: QuietHours | None = None
    max_per_hour: Positive | None = None
    send_resolved: bool | None = None
    language: LabelLanguage | None = None
    continue_: bool = Field(default=False, alias="continue")
    routes: tuple[RouteSettings, ...] = ()


Weight = Annotated[float, Field(ge=0, le=10)]


class SeveritySettings(Section):
    """How loud an alert is: stance distance × weights of measure, actor and status, in bounds."""

    measure_weights: dict[Measure, Weight] = Field(default_factory=dict)
    other_measures: Weight = _POLICY.default_weight
    actor_weights: dict[Actor, Weight] = Field(default_factory=dict)
    status_weights: dict[Status, Weight] = Field(default_factory=dict)
    medium: Annotated[float, Field(gt=0)] = _POLICY.thresholds[Severity.MEDIUM]
    high: Annotated[float, Field(gt=0)] = _POLICY.thresholds[Severity.HIGH]
    critical: Annotated[float, Field(gt=0)] = _POLICY.thresholds[Severity.CRITICAL]

    @model_validator(mode="after")
    def _rising(self) -> SeveritySettings:
        if not self.medium < self.high < self.critical:
            raise refuse("the bounds must rise: medium < high < critical")
        return self


class AlertSettings(Section):
    """When a claim is worth an alert, and how loud it is."""

    min_severity: Severity = _POLICY.min_severity
    background_days: Days = _POLICY.background_days
    quantity_tolerance: Annotated[float, Field(ge=0, le=1)] = _POLICY.quantity_tolerance
    review_below: Annotated[float, Field(ge=0, le=1)] = _POLICY.review_below
    update_days: Days = _POLICY.update_days
    contest_days: Days = _POLICY.contest_days
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


class RoutesFile(Section):
    """``routes.yaml``."""

    route: RouteSettings = RouteSettings()


class AlertsFile(Section):
    """``alerts.yaml``."""

    alerts: AlertSettings = AlertSettings()
