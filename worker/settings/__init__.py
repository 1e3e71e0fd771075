"""Configuration: ``config/*.yaml`` and the environment become one frozen ``Settings``.

Every mistake of all files is found in one run and named with file, line, key and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from worker.errors import ConfigError
from worker.logs import redactor
from worker.model import Feed, FeedKind
from worker.settings.channels import (
    AppriseChannel,
    Channel,
    ChannelsFile,
    ConsoleChannel,
    EmailChannel,
    SlackChannel,
    WebhookChannel,
)
from worker.settings.checking import validate
from worker.settings.crosschecks import (
    anchored,
    baseline_file,
    bundled_baseline,
    cross_checks,
    lexicon_dirs,
    missing_dirs,
)
from worker.settings.environment import laid_over
from worker.settings.kinds import Section
from worker.settings.reading import Document, Mistake, read_document
from worker.settings.schema import (
    DATABASE_URL_WORDS,
    DatabaseSettings,
    FeedsFile,
    OriginsFile,
    SettingsFile,
    WorkerSettings,
    WrittenDatabase,
    is_database_url,
)
from worker.settings.secrets import SecretRef, resolve_secret
from worker.settings.telling import (
    AlertSettings,
    AlertsFile,
    OperationsSettings,
    RouteSettings,
    RoutesFile,
)
from worker.settings.upkeep import LogSettings, RetentionSettings
from worker.settings.web import WebSettings

__all__ = [
    "AlertSettings",
    "AppriseChannel",
    "Channel",
    "ConsoleChannel",
    "DatabaseSettings",
    "EmailChannel",
    "LogSettings",
    "RetentionSettings",
    "RouteSettings",
    "SecretRef",
    "Settings",
    "SlackChannel",
    "WebSettings",
    "WebhookChannel",
    "WorkerSettings",
    "bundled_baseline",
    "channel_secrets",
    "load_lexicon_dirs",
    "load_settings",
    "resolve_secret",
]

#: The files of a configuration folder; any may be absent, its keys then have their defaults.
FILES: dict[str, type[Section]] = {
    "settings.yaml": SettingsFile,
    "channels.yaml": ChannelsFile,
    "routes.yaml": RoutesFile,
    "alerts.yaml": AlertsFile,
    "feeds.yaml": FeedsFile,
    "origins.yaml": OriginsFile,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is configured; ``warnings`` are remarks that stop nothing."""

    database: DatabaseSettings
    worker: WorkerSettings
    alerts: AlertSettings
    channels: tuple[Channel, ...]
    route: RouteSettings
    operations: OperationsSettings
    feeds: tuple[Feed, ...]
    lexicon_dirs: tuple[Path, ...]
    baseline_file: Path
    #: Outlet (its name or host in small letters) → the group it belongs to.
    publisher_groups: Mapping[str, str]
    log: LogSettings
    retention: RetentionSettings
    web: WebSettings = field(default_factory=WebSettings)
    warnings: tuple[str, ...] = ()

    def channel(self, name: str) -> Channel:
        """The channel of that name; ConfigError names those there are."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        known = ", ".join(channel.name for channel in self.channels) or "none is configured"
        raise ConfigError(f"no channel named {name!r}; there are: {known}")


def load_settings(config_dir: Path, environ: Mapping[str, str]) -> Settings:
    """Read a configuration folder.

    Variables named ``COALITION_WATCH_…`` in ``environ`` override keys of the files (see
    ``environment``), ``DATABASE_URL`` overrides ``database.url``. Raises ConfigError whose text has
    one line per mistake. Secrets are not resolved here (see ``resolve_secret``).
    """
    if not config_dir.is_dir():
        raise ConfigError(f"{config_dir}: no such configuration folder")
    read, mistakes = _read_all(config_dir, environ)
    if mistakes:
        raise ConfigError("\n".join(map(str, mistakes)))
    return _settings(config_dir, read, environ)


def load_lexicon_dirs(config_dir: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders of own lexicon tables; only ``settings.yaml`` is read and must be right."""
    documents, _ = laid_over(
        {"settings.yaml": _document(config_dir, "settings.yaml")}, FILES, environ
    )
    document = documents["settings.yaml"]
    value, mistakes = validate(document, SettingsFile)
    if value is not None:
        mistakes += missing_dirs(config_dir, value, document)
    if value is None or mistakes:
        raise ConfigError("\n".join(map(str, mistakes)))
    return tuple(lexicon_dirs(config_dir, value))


def _document(config_dir: Path, name: str) -> Document:
    path = config_dir / name
    return read_document(path) if path.exists() else Document(str(path), {})


def _read_all(
    config_dir: Path, environ: Mapping[str, str]
) -> tuple[dict[str, Section], list[Mistake]]:
    read: dict[str, Section] = {}
    written = {name: _document(config_dir, name) for name in FILES}
    documents, wrong = laid_over(written, FILES, environ)
    mistakes = [*_unknown_files(config_dir), *wrong]
    for name, schema in FILES.items():
        value, wrong = validate(documents[name], schema)
        mistakes += wrong
        if value is not None:
            read[name] = value
    mistakes += cross_checks(config_dir, read, documents)
    return read, mistakes


def _unknown_files(config_dir: Path) -> Iterator[Mistake]:
    for path in sorted((*config_dir.glob("*.yaml"), *config_dir.glob("*.yml"))):
        if path.name not in FILES:
            yield Mistake(str(path), 0, "", f"unknown file; allowed: {', '.join(FILES)}")


def _settings(config_dir: Path, read: dict[str, Section], environ: Mapping[str, str]) -> Settings:
    main, channels, routes = read["settings.yaml"], read["channels.yaml"], read["routes.yaml"]
    alerts, feeds, origins = read["alerts.yaml"], read["feeds.yaml"], read["origins.yaml"]
    assert isinstance(main, SettingsFile)
    assert isinstance(channels, ChannelsFile)
    assert isinstance(routes, RoutesFile)
    assert isinstance(alerts, AlertsFile)
    assert isinstance(feeds, FeedsFile)
    assert isinstance(origins, OriginsFile)
    return Settings(
        database=DatabaseSettings(url=_database_url(main.database, environ)),
        worker=anchored(config_dir, main.worker),
        alerts=alerts.alerts,
        channels=channels.channels,
        route=routes.route,
        operations=routes.operations,
        feeds=tuple(Feed(**feed.model_dump()) for feed in feeds.feeds),
        lexicon_dirs=tuple(lexicon_dirs(config_dir, main)),
        baseline_file=baseline_file(config_dir, main),
        publisher_groups=MappingProxyType(_publisher_groups(feeds, origins)),
        web=main.web,
        log=main.log,
        retention=main.retention,
        warnings=tuple(_warnings(main.worker)),
    )


def _database_url(database: WrittenDatabase, environ: Mapping[str, str]) -> str:
    if url := environ.get("DATABASE_URL", "").strip():
        where = "DATABASE_URL"
    elif database.url.startswith(("env:", "file:")):
        where = f"database.url ({database.url})"
        url = resolve_secret(SecretRef.parse(database.url), environ).get_secret_value()
    else:
        return database.url
    if not is_database_url(url):
        raise ConfigError(f"{where}: {DATABASE_URL_WORDS}")
    redactor.hide(urlsplit(url).password or "")
    return url


def _publisher_groups(feeds: FeedsFile, origins: OriginsFile) -> dict[str, str]:
    """Outlets by the names and hosts of their feeds; a search feed stands for no outlet."""
    groups: dict[str, str] = {}
    for feed in feeds.feeds:
        if feed.publisher_group and feed.kind is not FeedKind.SEARCH:
            host = (urlsplit(feed.url).hostname or "").casefold().removeprefix("www.")
            for outlet in (feed.title.casefold(), host, ".".join(host.split(".")[-2:])):
                groups.setdefault(outlet, feed.publisher_group)
    for group, outlets in origins.groups.items():
        groups.update((outlet.casefold(), group) for outlet in outlets)
    return groups


def _warnings(worker: WorkerSettings) -> Iterator[str]:
    if worker.contact_url is None:
        yield (
            "worker.contact_url is not set: publishers cannot tell who polls them, some refuse "
            "such requests"
        )


def channel_secrets(channel: Channel) -> dict[str, SecretRef]:
    """The secrets a channel names, by key."""
    values = ((key, getattr(channel, key)) for key in type(channel).model_fields)
    return {key: value for key, value in values if isinstance(value, SecretRef)}
