"""Commands on channels and webhooks: tests that are marked as such, keys to sign with."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.configuration import ConfigOption, load
from worker.cli.output import Format, FormatOption, emit, say
from worker.errors import ConfigError, DeliveryError
from worker.model import Delivery

if TYPE_CHECKING:
    from worker.settings import Settings

channels = typer.Typer(help="Where alerts go.", no_args_is_help=True)
webhooks = typer.Typer(help="Signed webhooks.", no_args_is_help=True)
_Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]", help="Default: all enabled.")]


@channels.command("test")
def try_channels(
    names: _Names = None, format_: FormatOption = Format.TEXT, config: ConfigOption = None
) -> int:
    """Send a message marked as a test to channels."""
    settings = load(config)
    return _try(settings, _wanted(settings, names), format_)


@webhooks.command("test")
def try_webhooks(
    names: _Names = None, format_: FormatOption = Format.TEXT, config: ConfigOption = None
) -> int:
    """Send signed tests (type coalition_watch.test) to webhooks."""
    settings = load(config)
    wanted = _wanted(settings, names, kind="webhook")
    if not wanted:
        raise ConfigError("no webhook is configured and enabled in channels.yaml")
    return _try(settings, wanted, format_)


@webhooks.command("key")
def new_key(format_: FormatOption = Format.TEXT) -> int:
    """Make a new signing key, as for a rotation; nothing is stored."""
    key = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    if format_ is Format.JSON:
        emit({"signing_secret": key})
    else:
        print(key)
    return 0


def _wanted(settings: Settings, names: Sequence[str] | None, kind: str | None = None) -> list[str]:
    """The channels named, or all that are enabled; ConfigError for one that is none of ``kind``."""
    if not names:
        known = [c for c in settings.channels if c.enabled and kind in (None, c.type)]
        return [channel.name for channel in known]
    for name in names:
        channel = settings.channel(name)
        if kind not in (None, channel.type):
            raise ConfigError(f"channel {name} is of type {channel.type}, not {kind}")
    return list(names)


def _try(settings: Settings, names: Sequence[str], format_: Format) -> int:
    results = asyncio.run(_send_tests(settings, names))
    for name, problem in results.items():
        if format_ is Format.JSON:
            emit({"channel": name, "ok": problem is None, "error": problem})
        else:
            say(f"{name}: {problem or 'ok'}")
    return 1 if any(results.values()) else 0


async def _send_tests(settings: Settings, names: Sequence[str]) -> dict[str, str | None]:
    from worker.adapters.channels import build_sender, channel_client
    from worker.adapters.outward import outward_of
    from worker.core.render import render_test

    results: dict[str, str | None] = {}
    outward = outward_of(settings.worker.network, os.environ)
    async with channel_client(outward) as client:
        for name in names:
            channel = settings.channel(name)
            payload = render_test(channel.kind, name, channel.language)
            try:
                sender = build_sender(channel, os.environ, client)
                await sender.send(Delivery(f"test-{uuid.uuid4()}", name, payload))
                results[name] = None
            except (ConfigError, DeliveryError) as error:
                results[name] = str(error)
    return results
