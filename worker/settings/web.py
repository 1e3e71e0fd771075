"""``web`` in ``settings.yaml``: where the dashboard is served and who may write."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from worker.settings.kinds import HttpUrl, Positive, Printable, Section
from worker.settings.secrets import SecretRef


class WebSettings(Section):
    """The dashboard; without ``token`` nobody can write, without ``api_key`` anybody may read the API.

    ``per_minute`` limits the requests of one address; ``public_url`` is what permalinks begin with.
    """

    enabled: bool = True
    host: Printable = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8420
    public_url: HttpUrl | None = None
    token: SecretRef | None = None
    api_key: SecretRef | None = None
    per_minute: Positive = 600
