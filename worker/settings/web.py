"""``web`` in ``settings.yaml``: where the dashboard is served and who may write."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from worker.settings.kinds import HttpUrl, Positive, Printable, Section
from worker.settings.secrets import SecretRef


class WebSettings(Section):
    """The dashboard that the worker serves: pages, API, exports, health and metrics."""

    enabled: bool = True
    """Whether `run` serves it; `serve` serves it alone."""
    host: Printable = "127.0.0.1"
    """The address it listens on; only this machine reaches the default. Put TLS in front of any other."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8420
    """The port it listens on; 0 takes any that is free."""
    public_url: HttpUrl | None = None
    """What its permalinks begin with; the host name of this address is answered to as well."""
    token: SecretRef | None = None
    """Who knows this word may confirm, correct, dismiss and silence; without one it is read-only."""
    api_key: SecretRef | None = None
    """With a key set, the API answers only to `Authorization: Bearer KEY`."""
    per_minute: Positive = 600
    """Requests a minute from one address; more are refused."""
