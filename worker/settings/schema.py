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

    groups: dict[Name, tuple[str, ...]] = Field(default_factory=dict)


class WrittenDatabase(Section):
    """The database as it may stand in a file: a password is only named."""

    url: Annotated[str, AfterValidator(_database_address)] = "sqlite:///var/coalition-watch.db"


class SettingsFile(Section):
    """``settings.yaml``."""

    database: WrittenDatabase = WrittenDatabase()
    worker: WorkerSettings = WorkerSettings()
    lexicon: LexiconSettings = LexiconSettings()
    baseline: BaselineSettings = BaselineSettings()


class FeedsFile(Section):
    """``feeds.yaml``."""

    feeds: tuple[FeedSettings, ...] = ()
