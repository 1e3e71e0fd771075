"""``settings.yaml``, ``feeds.yaml`` and ``origins.yaml``: frozen models, unknown keys refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from worker.model import FeedKind
from worker.settings.kinds import (
    Actor,
    Duration,
    HttpUrl,
    Language,
    Name,
    Network,
    Printable,
    Section,
    refuse,
)
from worker.settings.secrets import SecretRef
from worker.settings.upkeep import LogSettings, RetentionSettings
from worker.settings.web import WebSettings

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


def _proxy_address(value: str) -> str:
    if value.startswith(("env:", "file:")):
        SecretRef.parse(value)
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refuse("must be an http:// or https:// address, env:NAME or file:/path")
    if parts.username or parts.password:
        raise refuse("an address with a login is never written here; allowed: env:NAME, file:/path")
    return value


class DatabaseSettings(Section):
    """Where the worker keeps what it knows."""

    url: str = Field(default="sqlite:///var/coalition-watch.db", repr=False)


class ExtractionSettings(Section):
    """Limits of the processes that take articles out of pages."""

    processes: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that take the article out of a page; one does for a few hundred feeds."""
    timeout: Duration = timedelta(seconds=10)
    """A page that takes longer is given up; the next goes on."""
    memory_mb: Annotated[int, Field(ge=128, le=65536)] = 1024
    """A page that needs more memory is given up, in megabytes."""


class NetworkSettings(Section):
    """How the worker behaves towards the hosts it reads from."""

    timeout: Duration = timedelta(seconds=30)
    """The whole of one request, redirects included."""
    max_body_mb: Annotated[int, Field(ge=1, le=100)] = 10
    """The largest body accepted, after decompression, in megabytes."""
    per_host_interval: Duration = timedelta(seconds=1)
    """The least time between two requests to one host."""
    proxy: Annotated[str, AfterValidator(_proxy_address)] | None = None
    """The proxy that feeds, articles and channels are reached through, `http://` or `https://`; `env:NAME` or `file:/path` where it has a password. Unset: `HTTPS_PROXY` and `HTTP_PROXY`; `NO_PROXY` holds for both."""
    proxy_resolves: bool = False
    """Whether the proxy alone can look names up: what has no address here is then left to its rules."""
    ca_file: Annotated[str, Field(min_length=1)] | None = None
    """Certificates to trust beside the public ones, PEM (a private CA, a proxy that reads along), relative to the configuration folder."""
    allow_addresses: tuple[Network, ...] = ()
    """Private or local addresses that feeds and articles may name (an intranet, a test); all others off the public internet are refused."""


class PollingSettings(Section):
    """How often feeds are asked."""

    interval: Duration = timedelta(minutes=60)
    """How often a feed is asked, unless the feed itself asks for less."""
    high_priority_interval: Duration = timedelta(minutes=15)
    """The same for feeds marked `priority: high`."""
    ceiling: Duration = timedelta(hours=24)
    """The longest that a feed which rarely changes is left alone."""


class WorkerSettings(Section):
    """How the worker runs."""

    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    """How many feeds and articles are worked on at a time."""
    tick: Duration = timedelta(seconds=5)
    """How often the worker looks for what is due."""
    look_back_hours: Annotated[int, Field(ge=0, le=24 * 365)] = 48
    """How old an article may be to be alerted on when a feed is polled for the first time."""
    first_look_back: Duration = timedelta(days=90)
    """How far back a feed is read when it is polled for the first time, silently; search feeds are asked week by week. `0`: only what it shows."""
    contact_url: HttpUrl | None = None
    """A page that tells publishers who you are; sent with every request."""
    user_agent: Printable = "CoalitionWatch/0.1"
    """What the worker calls itself towards publishers."""
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
    """Folders with own lexicon tables, relative to the configuration folder; its `lexicon/` is read without being named."""


class FeedSettings(Section):
    """One feed to poll."""

    id: Name
    """Its name in commands, logs and the database; keep it when the address changes."""
    url: HttpUrl
    """The address of the feed."""
    title: Annotated[str, Field(min_length=1)]
    """What the outlet calls itself; shown as the source."""
    language: Language
    """The language of its articles."""
    country: Actor
    """The state or organisation it reports from."""
    kind: FeedKind
    """What it is: an outlet's, an agency's, an official's or a search engine's feed."""
    priority: Literal["normal", "high", "low"] = "normal"
    """How eagerly it is asked."""
    publisher_group: str | None = None
    """The house it belongs to; outlets of one house are one source."""
    enabled: bool = True
    """Whether it is polled."""


class BaselineSettings(Section):
    """The positions known before the first article."""

    file: Annotated[str, Field(min_length=1)] | None = None
    """Own reviewed positions known before the first article, relative to the configuration folder; unset: the bundled ones."""


class OriginsFile(Section):
    """``origins.yaml``: which outlets belong to one house, and so count as one source."""

    groups: dict[Name, tuple[str, ...]] = Field(default_factory=dict)
    """House → its outlets, by name or host."""


class WrittenDatabase(Section):
    """The database as it may stand in a file: a password is only named."""

    url: Annotated[str, AfterValidator(_database_address)] = "sqlite:///var/coalition-watch.db"
    """Where the worker keeps what it knows; an address with a password is named, `env:NAME` or `file:/path`. `DATABASE_URL` overrides it."""


class SettingsFile(Section):
    """``settings.yaml``."""

    database: WrittenDatabase = WrittenDatabase()
    worker: WorkerSettings = WorkerSettings()
    lexicon: LexiconSettings = LexiconSettings()
    baseline: BaselineSettings = BaselineSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    retention: RetentionSettings = RetentionSettings()


class FeedsFile(Section):
    """``feeds.yaml``."""

    feeds: tuple[FeedSettings, ...] = ()
    """The feeds that are polled."""
