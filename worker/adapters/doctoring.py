"""What ``doctor`` looks at: each check says how it is and, where it is not well, what to do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import smtplib
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from worker.adapters.channels import build_senders, channel_client
from worker.adapters.http import GuardedClient
from worker.adapters.outward import Outward, Proxies
from worker.adapters.store import Store
from worker.errors import FetchError, StoreError
from worker.settings import (
    Channel,
    EmailChannel,
    SecretRef,
    Settings,
    resolve_secret,
)

#: Below this a database soon cannot be written; in bytes.
LITTLE_SPACE, NO_SPACE = 2_000_000_000, 200_000_000
#: A clock this far off dates articles wrongly; half a minute is the Date header's own vagueness.
OFF, FAR_OFF = timedelta(seconds=30), timedelta(minutes=5)
#: Feeds asked over the network, as a sample of all.
SAMPLE = 5
REACH_SECONDS = 5.0


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: how it is, what was seen, and what to do about it (empty where all is well)."""

    check: str
    state: State
    seen: str
    do: str = ""


def check_database(open_store: Callable[[], Store]) -> tuple[Finding, Store | None]:
    """Whether the database opens, is whole and can be written to."""
    try:
        store = open_store()
    except StoreError as error:
        do = "see the reason; docs/operations.md has the usual ones under Troubleshooting"
        return Finding("database", State.FAIL, str(error), do), None
    try:
        began = time.perf_counter()
        with store.database.read() as connection:
            broken = _broken(connection) if store.database.is_sqlite else ""
        with store.database.write():
            pass  # takes the write lock and gives it back
        took = (time.perf_counter() - began) * 1000
    except StoreError as error:
        return Finding("database", State.FAIL, str(error), "free it, or see who holds it"), store
    if broken:
        do = "stop the worker and restore the newest back-up (db restore)"
        return Finding("database", State.FAIL, f"it is damaged: {broken}", do), store
    kind = store.database.engine.dialect.name
    return Finding("database", State.OK, f"{kind}, whole, writable ({took:.0f} ms)"), store


def _broken(connection: object) -> str:
    answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()  # type: ignore[attr-defined]
    return "" if answer == "ok" else str(answer)


def check_disk(database: Path | None, temporary: Path) -> Iterator[Finding]:
    """Whether there is room where the worker writes."""
    places = {"disk of the database": database.resolve().parent if database else None}
    places["disk of temporary files"] = temporary
    for check, folder in places.items():
        if folder is not None:
            yield _room(check, folder)


def _room(check: str, folder: Path) -> Finding:
    if not os.access(folder, os.W_OK):
        do = f"let the worker's user write to {folder}"
        return Finding(check, State.FAIL, f"{folder} is not writable", do)
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1e9:.1f} GB free in {folder}"
    if free >= LITTLE_SPACE:
        return Finding(check, State.OK, seen)
    state = State.FAIL if free < NO_SPACE else State.WARN
    return Finding(check, state, seen, "free some, or set limits under retention in settings.yaml")


def check_channels(
    settings: Settings,
    environ: Mapping[str, str],
    disabled: Mapping[str, str],
    proxies: Proxies,
) -> Iterator[Finding]:
    """Whether each channel has its secrets and its other side can be reached; nothing is sent."""
    problems = asyncio.run(_problems(settings, environ))
    for channel in settings.channels:
        check = f"channel {channel.name}"
        if not channel.enabled:
            yield Finding(check, State.OK, "switched off in channels.yaml")
        elif problem := problems.get(channel.name):
            yield Finding(check, State.FAIL, problem, "set the secret, then reload or restart")
        elif why := disabled.get(channel.name):
            do = (
                "mend the other side, then restart; a webhook that answered 410 needs a new address"
            )
            yield Finding(check, State.FAIL, f"disabled: {why}", do)
        else:
            yield _reached(check, channel, environ, proxies)
    if not any(channel.enabled for channel in settings.channels):
        do = "add one to channels.yaml and name it in routes.yaml"
        yield Finding("channels", State.WARN, "nothing is told anywhere", do)


async def _problems(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    async with channel_client(Outward()) as client:
        return build_senders(settings.channels, environ, client)[1]


def _reached(check: str, channel: Channel, environ: Mapping[str, str], proxies: Proxies) -> Finding:
    place = _place(channel, environ, proxies)
    if place is None:
        return Finding(check, State.OK, "needs no connection")
    host, port = place
    try:
        if isinstance(channel, EmailChannel):
            _greet(channel)
        else:
            socket.create_connection((host, port), REACH_SECONDS).close()
    except (OSError, smtplib.SMTPException) as error:
        do = "look at the firewall, the proxy and the name; send a test: channels test"
        told = f"{host}:{port} cannot be reached ({type(error).__name__}: {error})"
        return Finding(check, State.WARN, told, do)
    return Finding(check, State.OK, f"{host}:{port} answers; `channels test` sends a message")


def _greet(channel: EmailChannel) -> None:
    kind = smtplib.SMTP_SSL if channel.security == "tls" else smtplib.SMTP
    with kind(channel.host, channel.port, timeout=REACH_SECONDS) as smtp:
        smtp.noop()


def _place(
    channel: Channel, environ: Mapping[str, str], proxies: Proxies
) -> tuple[str, int] | None:
    """Where a channel connects to; ``None`` where that cannot be told from its settings."""
    if isinstance(channel, EmailChannel):
        return channel.host, channel.port
    for key in ("url", "url_secret", "webhook_url"):
        value = getattr(channel, key, None)
        if isinstance(value, SecretRef):
            value = resolve_secret(value, environ).get_secret_value()
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return _way_to(value, proxies)
    return None


def _way_to(url: str, proxies: Proxies) -> tuple[str, int]:
    """The host that is dialled for an address: its own, or the proxy's."""
    parts = urlsplit(url)
    proxy = proxies.of(parts.scheme, parts.hostname or "", parts.port)
    if proxy is not None:
        parts = urlsplit(proxy)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def check_feeds(rows: Sequence[Mapping[str, object]], now: datetime) -> Finding:
    """How many feeds fail or wait, going by what the database knows."""
    active = [row for row in rows if row["state"] == "active"]
    if not active:
        return Finding("feeds", State.WARN, "none was ever polled", "start the worker: run")
    failing = [str(row["id"]) for row in active if row["failures"]]
    late = [row for row in active if _is_late(row["next_at"], now)]
    seen = f"{len(active)} active, {len(failing)} failing, {len(late)} due for over an hour"
    if len(late) * 2 > len(active):
        return Finding("feeds", State.FAIL, seen, "the worker stands still or is away: start it")
    if len(failing) * 5 > len(active):
        do = f"see why: feeds --problems (first: {', '.join(failing[:3])})"
        return Finding("feeds", State.WARN, seen, do)
    return Finding("feeds", State.OK, seen)


def _is_late(due: object, now: datetime) -> bool:
    return isinstance(due, datetime) and due < now - timedelta(hours=1)


async def check_network(
    urls: Sequence[str], client: GuardedClient, now: Callable[[], datetime]
) -> list[Finding]:
    """Whether some feeds can be fetched, and what the clocks of their hosts say of ours."""
    reached, problems, offsets = 0, [], []
    for url in urls[:SAMPLE]:
        try:
            fetched = await client.fetch(url)
        except FetchError as error:
            problems.append(str(error))
            continue
        reached += 1
        with contextlib.suppress(ValueError, TypeError, KeyError):
            offsets.append(now() - parsedate_to_datetime(fetched.headers["date"]).astimezone(UTC))
    return [_network(reached, problems), clock_finding(offsets)]


def _network(reached: int, problems: Sequence[str]) -> Finding:
    asked = reached + len(problems)
    seen = f"{reached} of {asked} feeds answered"
    if not problems:
        return Finding("network", State.OK, seen)
    seen = f"{seen}; {problems[0]}"
    if reached:
        return Finding("network", State.WARN, seen, "see the others: feeds --problems")
    do = "look at DNS, the firewall, worker.network.proxy and HTTPS_PROXY"
    return Finding("network", State.FAIL, seen, do)


def clock_finding(offsets: Sequence[timedelta]) -> Finding:
    """What the median of some hosts' clocks says of this one's."""
    if not offsets:
        return Finding("clock", State.WARN, "no host told its time", "compare it yourself")
    off = abs(sorted(offsets)[len(offsets) // 2])
    seen = f"{off.total_seconds():.0f} s from the time that {len(offsets)} hosts tell"
    if off <= OFF:
        return Finding("clock", State.OK, seen)
    state = State.FAIL if off > FAR_OFF else State.WARN
    return Finding("clock", state, seen, "set the clock, and keep it set: timedatectl set-ntp true")


def check_past(newest: datetime | None, now: datetime) -> Finding | None:
    """A database that was written in the future: the clock has been put back, or was wrong."""
    if newest is None or newest <= now + OFF:
        return None
    seen = f"the database was written at {newest:%F %R} UTC, which is still to come"
    return Finding(
        "clock", State.FAIL, seen, "set the clock; what is due then waits until it comes"
    )
