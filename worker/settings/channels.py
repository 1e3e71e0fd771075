"""``channels.yaml``: where alerts go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from worker.settings.kinds import (
    Address,
    Conversation,
    HttpUrl,
    LabelLanguage,
    Moment,
    Name,
    Section,
    Timestamp,
    Unsubscribe,
    listed,
    refuse,
)
from worker.settings.secrets import SecretRef


class _Channel(Section):
    name: Name
    """Its name in routes and commands."""
    enabled: bool = True
    """Whether anything is sent."""
    language: LabelLanguage = "en"
    """The language of labels; quotes stay in their own."""

    @property
    def kind(self) -> str:
        """The kind of payload that it takes (worker.core.render.KINDS)."""
        return str(getattr(self, "type", ""))


class SlackChannel(_Channel):
    """A Slack incoming webhook, or a bot that posts to one conversation and keeps threads."""

    type: Literal["slack"]
    """This kind."""
    webhook_url: SecretRef | None = None
    """The incoming webhook."""
    thread_ts: Timestamp | None = None
    """Post as replies to the message with this timestamp (with webhook_url)."""
    token: SecretRef | None = None
    """A bot's token (xoxb-…), instead of webhook_url: follow-ups then stay in one thread."""
    conversation: Conversation | None = None
    """Where the bot posts: the conversation's id, at the foot of its details in Slack."""
    api_url: HttpUrl = "https://slack.com/api"
    """Where Slack's API is."""

    @property
    def kind(self) -> str:
        """``slack_bot`` with a token, else ``slack``."""
        return "slack" if self.token is None else "slack_bot"

    @model_validator(mode="after")
    def _one_way(self) -> SlackChannel:
        if (self.webhook_url is None) == (self.token is None):
            raise refuse("exactly one of webhook_url and token must be set")
        if (self.token is None) != (self.conversation is None):
            raise refuse("token and conversation go together: set both or neither")
        if self.token is not None and self.thread_ts is not None:
            raise refuse("thread_ts is for a webhook_url: a bot keeps threads by itself")
        return self


class EmailChannel(_Channel):
    """An SMTP server and the people it is to reach."""

    type: Literal["email"]
    """This kind."""
    host: Annotated[str, Field(min_length=1)]
    """The SMTP server or relay."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """587 for starttls, 465 for tls, 25 for none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; `none` is refused with a password."""
    username: SecretRef | None = None
    """The login; for a relay that asks for none, leave it out."""
    password: SecretRef | None = None
    """The login's password."""
    ca_file: str | None = None
    """Certificates to trust instead of the public ones (a private CA)."""
    sender: Address
    """The address mail comes from."""
    sender_name: Annotated[str, Field(min_length=1, max_length=60)] = "Coalition Watch"
    """The name that stands before that address in a reader's list."""
    to: Annotated[tuple[Address, ...], BeforeValidator(listed), Field(min_length=1)]
    """Who gets it."""
    unsubscribe: Unsubscribe | None = None
    """Where readers ask for no more: mailto: or https:// (default: a mail to the sender)."""
    unsubscribe_one_click: bool = False
    """Whether a bare POST to that https:// address ends it (RFC 8058)."""

    @property
    def unsubscribe_url(self) -> str:
        """Where a reader asks for no more: the address given, else a mail to the sender."""
        return self.unsubscribe or f"mailto:{self.sender}?subject=unsubscribe"

    @model_validator(mode="after")
    def _one_click(self) -> EmailChannel:
        if self.unsubscribe_one_click and not (self.unsubscribe or "").startswith("https://"):
            raise refuse("unsubscribe_one_click needs an https:// address in unsubscribe")
        return self

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
    """This kind."""
    url: HttpUrl | None = None
    """The receiver's address."""
    url_secret: SecretRef | None = None
    """The address where it holds a secret itself."""
    signing_secret: SecretRef
    """The key that signs each call, `whsec_…`."""
    previous_signing_secret: SecretRef | None = None
    """The key before the last rotation; each call is signed with both while it holds."""
    rotated_at: Moment | None = None
    """When signing_secret came into use: the previous key then holds for 24 hours more."""

    @model_validator(mode="after")
    def _one_url(self) -> WebhookChannel:
        if (self.url is None) == (self.url_secret is None):
            raise refuse("exactly one of url and url_secret must be set")
        if self.rotated_at and not self.previous_signing_secret:
            raise refuse("rotated_at goes with previous_signing_secret: set both or neither")
        return self


class AppriseChannel(_Channel):
    """Any service that Apprise knows: Teams, Discord, Telegram, Matrix, ntfy, PagerDuty …"""

    type: Literal["apprise"]
    """This kind."""
    url: SecretRef
    """The service's Apprise address, as in discord://ID/TOKEN; it holds the secret itself."""


class ConsoleChannel(_Channel):
    """The worker's own standard output."""

    type: Literal["console"]
    """This kind."""


Channel = Annotated[
    SlackChannel | EmailChannel | WebhookChannel | AppriseChannel | ConsoleChannel,
    Field(discriminator="type"),
]


class ChannelsFile(Section):
    """``channels.yaml``."""

    channels: tuple[Channel, ...] = ()
    """Where alerts go."""
