"""What the configuration files may say: frozen models, unknown keys refused.

A field's description is what ``docs/configuration.md`` and the error messages tell about it.
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from ipaddress import ip_network
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from worker.core.alerting import Policy
from worker.model import ChangeKind, FeedKind, Measure, Severity, Stance, Status
from worker.settings.secrets import SecretRef

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+[smhdw])+")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ACTOR = re.compile(r"[A-Z]{2}|NATO|COALITION")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_HTTP = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


def refuse(reason: str) -> PydanticCustomError:
    """A validation error whose whole text is ``reason``."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if value == 0:
        return timedelta(0)
    if isinstance(value, str) and _DURATION.fullmatch(value):
        parts = re.findall(r"(\d+)([smhdw])", value)
        seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
        if seconds <= 3650 * 86400:
            return timedelta(seconds=seconds)
    raise refuse("must be a duration of at most ten years such as 30s, 5m, 1h30m, 2d, 1w, or 0")


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value)):
        return time(int(match[1]), int(match[2]))
    raise refuse("must be a time of day such as 07:30")


def _timezone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if isinstance(value, str) and value in available_timezones():
        return ZoneInfo(value)
    raise refuse("must be a time zone such as Europe/Berlin or UTC")


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise refuse("must be an IP address or network such as 10.0.0.0/8") from None


def _matching(pattern: re.Pattern[str], reason: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise refuse(reason)
        return value

    return AfterValidator(check)


def _listed(value: object) -> object:
    """One value may stand for a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Duration = Annotated[timedelta, PlainValidator(_duration)]
Clock = Annotated[time, PlainValidator(_clock)]
Zone = Annotated[ZoneInfo, PlainValidator(_timezone)]
Network = Annotated[str, AfterValidator(_network)]
Name = Annotated[
    str, _matching(_NAME, "must be 1 to 60 small letters, digits, - and _, a letter or digit first")
]
Actor = Annotated[
    str, _matching(_ACTOR, "must be an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION")
]
Address = Annotated[str, _matching(_ADDRESS, "must be an e-mail address such as a@example.org")]
HttpUrl = Annotated[str, _matching(_HTTP, "must be an http:// or https:// address")]
Printable = Annotated[
    str,
    _matching(re.compile(r"[\x21-\x7e][\x20-\x7e]{0,119}"), "must be 1 to 120 ASCII characters"),
]
Timestamp = Annotated[
    str, _matching(re.compile(r"\d+\.\d+"), 'must be a Slack timestamp such as "1767225600.000100"')
]
Language = Annotated[
    str, _matching(re.compile(r"[a-z]{2,3}"), "must be an ISO 639 code such as de")
]
Days = Annotated[int, Field(ge=0, le=365)]
Positive = Annotated[int, Field(ge=1)]


#: What holds where alerts.yaml says nothing.
_POLICY = Policy()


class Section(BaseModel):
    """Base of every part of the configuration."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )


DATABASE_URL_WORDS = "must be a sqlite:/// or postgresql:// address"


def is_database_url(url: str) -> bool:
    """Whether the address names an engine that the worker can use."""
    return urlsplit(url).scheme.split("+")[0] in ("sqlite", "postgresql")


def _database_address(value: str) -> str:
    if value.startswith(("env:", "file:")):
        SecretRef.parse(value)
    elif not is_database_url(value):
        raise refuse(f"{DATABASE_URL_WORDS}, env:NAME or file:/path")
    elif urlsplit(value).password:
        raise refuse("an address with a password is never written here; allowed: env:NAME")
    return value


class DatabaseSettings(Section):
    """Where the worker keeps what it knows."""

    url: str = Field(default="sqlite:///var/coalition-watch.db", repr=False)


class ExtractionSettings(Section):
    """Limits of the processes that take articles out of pages."""

    processes: Annotated[int, Field(ge=1, le=64)] = 1
    timeout: Duration = timedelta(seconds=10)
    memory_mb: Annotated[int, Field(ge=128, le=65536)] = 1024


class NetworkSettings(Section):
    """How the worker behaves towards the hosts it reads from."""

    timeout: Duration = timedelta(seconds=30)
    max_body_mb: Annotated[int, Field(ge=1, le=100)] = 10
    per_host_interval: Duration = timedelta(seconds=1)
    allow_addresses: tuple[Network, ...] = ()


class PollingSettings(Section):
    """How often feeds are asked."""

    interval: Duration = timedelta(minutes=60)
    high_priority_interval: Duration = timedelta(minutes=15)
    ceiling: Duration = timedelta(hours=24)


class WorkerSettings(Section):
    """How the worker runs."""

    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    tick: Duration = timedelta(seconds=5)
    look_back_hours: Annotated[int, Field(ge=0, le=24 * 365)] = 48
    contact_url: HttpUrl | None = None
    user_agent: Printable = "CoalitionWatch/0.1"
    polling: PollingSettings = PollingSettings()
    extraction: ExtractionSettings = ExtractionSettings()
    network: NetworkSettings = NetworkSettings()

    @property
    def full_user_agent(self) -> str:
        """The ``User-Agent`` sent with every request, contact included where one is set."""
        return f"{self.user_agent} (+{self.contact_url})" if self.contact_url else self.user_agent


class LexiconSettings(Section):
    """Folders with own lexicon tables, read after the built-in ones."""

    dirs: tuple[str, ...] = ()


class _Channel(Section):
    name: Name
    enabled: bool = True
    language: Literal["en", "de"] = "en"


class SlackChannel(_Channel):
    """A Slack incoming webhook."""

    type: Literal["slack"]
    webhook_url: SecretRef
    thread_ts: Timestamp | None = None


class EmailChannel(_Channel):
    """An SMTP server and the people it is to reach."""

    type: Literal["email"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: SecretRef | None = None
    password: SecretRef | None = None
    ca_file: str | None = None
    sender: Address
    to: Annotated[tuple[Address, ...], BeforeValidator(_listed), Field(min_length=1)]

    @model_validator(mode="after")
    def _login(self) -> EmailChannel:
        if (self.username is None) != (self.password is None):
            raise refuse("username and password go together: set both or neither")
        if self.password is not None and self.security == "none":
            raise refuse("a password is never sent unencrypted: security must be starttls or tls")
        return self


class WebhookChannel(_Channel):
    """A receiver of signed webhooks (Standard Webhooks)."""

    type: Literal["webhook"]
    url: HttpUrl | None = None
    url_secret: SecretRef | None = None
    signing_secret: SecretRef
    previous_signing_secret: SecretRef | None = None

    @model_validator(mode="after")
    def _one_url(self) -> WebhookChannel:
        if (self.url is None) == (self.url_secret is None):
            raise refuse("exactly one of url and url_secret must be set")
        return self


class ConsoleChannel(_Channel):
    """The worker's own standard output."""

    type: Literal["console"]


Channel = Annotated[
    SlackChannel | EmailChannel | WebhookChannel | ConsoleChannel, Field(discriminator="type")
]


def _many(kind: Any) -> Any:
    # A validator in front makes pydantic forget that the input was JSON, where text is an enum.
    kind = Annotated[kind, Field(strict=False)]
    return Annotated[tuple[kind, ...], BeforeValidator(_listed), Field(min_length=1)]


class Match(Section):
    """Which alerts a route takes; every key given must fit, within a key any value may."""

    actor: _many(Actor) | None = None  # type: ignore[valid-type]
    measure: _many(Measure) | None = None  # type: ignore[valid-type]
    kind: _many(ChangeKind) | None = None  # type: ignore[valid-type]
    stance: _many(Stance) | None = None  # type: ignore[valid-type]
    severity: _many(Severity) | None = None  # type: ignore[valid-type]
    status: _many(Status) | None = None  # type: ignore[valid-type]
    language: _many(Language) | None = None  # type: ignore[valid-type]
    item: _many(str) | None = None  # type: ignore[valid-type]


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
    channels: Annotated[tuple[Name, ...], BeforeValidator(_listed)] | None = None
    group_by: Annotated[tuple[GroupKey, ...], BeforeValidator(_listed)] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat: Duration | None = None
    digest: Digest | None = None
    quiet_hours: QuietHours | None = None
    max_per_hour: Positive | None = None
    send_resolved: bool | None = None
    continue_: bool = Field(default=False, alias="continue")
    routes: tuple[RouteSettings, ...] = ()


Weight = Annotated[float, Field(ge=0, le=10)]


class SeveritySettings(Section):
    """How loud an alert is: stance distance × weights of measure, actor and status, in bounds."""

    measure_weights: dict[Measure, Weight] = dict(_POLICY.weights)
    other_measures: Weight = _POLICY.default_weight
    actor_weights: dict[Actor, Weight] = {}
    status_weights: dict[Status, Weight] = {}
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


class FeedSettings(Section):
    """One feed to poll."""

    id: Name
    url: HttpUrl
    title: Annotated[str, Field(min_length=1)]
    language: Language
    country: Actor
    kind: FeedKind
    priority: Literal["normal", "high", "low"] = "normal"
    publisher_group: str | None = None
    enabled: bool = True


class BaselineSettings(Section):
    """The positions known before the first article."""

    file: Annotated[str, Field(min_length=1)] | None = None


class OriginsFile(Section):
    """``origins.yaml``: which outlets belong to one house, and so count as one source."""

    groups: dict[Name, tuple[str, ...]] = {}


class WrittenDatabase(Section):
    """The database as it may stand in a file: a password is only named."""

    url: Annotated[str, AfterValidator(_database_address)] = "sqlite:///var/coalition-watch.db"


class SettingsFile(Section):
    """``settings.yaml``."""

    database: WrittenDatabase = WrittenDatabase()
    worker: WorkerSettings = WorkerSettings()
    lexicon: LexiconSettings = LexiconSettings()
    baseline: BaselineSettings = BaselineSettings()


class ChannelsFile(Section):
    """``channels.yaml``."""

    channels: tuple[Channel, ...] = ()


class RoutesFile(Section):
    """``routes.yaml``."""

    route: RouteSettings = RouteSettings()


class AlertsFile(Section):
    """``alerts.yaml``."""

    alerts: AlertSettings = AlertSettings()


class FeedsFile(Section):
    """``feeds.yaml``."""

    feeds: tuple[FeedSettings, ...] = ()
