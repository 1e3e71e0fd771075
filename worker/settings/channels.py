"""``channels.yaml``: where alerts go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from worker.settings.kinds import (
    Address,
    HttpUrl,
    LabelLanguage,
    Name,
    Section,
    Timestamp,
    listed,
    refuse,
)
from worker.settings.secrets import SecretRef


class _Channel(Section):
    name: Name
    enabled: bool = True
    language: LabelLanguage = "en"


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
    to: Annotated[tuple[Address, ...], BeforeValidator(listed), Field(min_length=1)]

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


class ChannelsFile(Section):
    """``channels.yaml``."""

    channels: tuple[Channel, ...] = ()
