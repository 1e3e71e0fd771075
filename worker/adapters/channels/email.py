"""E-mail over SMTP: text and HTML, with STARTTLS, TLS or (for a local relay) neither."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from worker.core.outbox import smtp_retryable
from worker.core.render.inert import header
from worker.core.text import clean_line
from worker.errors import DeliveryError
from worker.logs import logger
from worker.model import Delivery
from worker.settings import EmailChannel

TIMEOUT_SECONDS = 30.0
log = logger(__name__)


class EmailSender:
    """Sends one message per delivery to all recipients of the channel."""

    def __init__(
        self,
        channel: EmailChannel,
        username: str | None = None,
        password: str | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._channel = channel
        self._username = username
        self._password = password
        self._timeout = timeout

    async def send(self, delivery: Delivery) -> None:
        """Hand the message to the server; SMTP 4xx may be tried again, 5xx not (RFC 5321, 4.2.1).

        Recipients that a server refuses while it takes others are logged: a second try would
        tell the others twice.
        """
        message = build_message(delivery, self._channel, datetime.now(UTC))
        try:
            async with asyncio.timeout(self._timeout):
                refused = await self._hand_over(message)
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            raise DeliveryError(f"no answer within {self._timeout:g} s", retryable=True) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _all_refused(error) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, error.message) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            reason = clean_line(str(error), 200) or type(error).__name__
            raise DeliveryError(f"connection failed: {reason}", retryable=True) from None
        for code in refused.values():
            log.warning("recipient.refused", channel=self._channel.name, code=code)

    async def _hand_over(self, message: EmailMessage) -> dict[str, str]:
        channel = self._channel
        smtp = aiosmtplib.SMTP(
            hostname=channel.host,
            port=channel.port,
            username=self._username,
            password=self._password,
            use_tls=channel.security == "tls",
            start_tls=channel.security == "starttls",
            cert_bundle=channel.ca_file,
            timeout=self._timeout,
        )
        async with smtp:
            errors, _ = await smtp.send_message(
                message, sender=channel.sender, recipients=list(channel.to)
            )
        return {address: str(reply.code) for address, reply in errors.items()}


def build_message(delivery: Delivery, channel: EmailChannel, now: datetime) -> EmailMessage:
    """The message of a delivery; its Message-ID is the delivery's id, so repeats can be told.

    Follow-ups answer the message that told their alert first (RFC 5322, 3.6.4), under its subject,
    which gathers them into one thread. Nothing answers automatically (RFC 3834), and a reader finds
    how to end it (RFC 2369, RFC 8058).
    """
    payload = delivery.payload
    domain = channel.sender.rpartition("@")[2]
    message = EmailMessage()
    message["Subject"] = header(str(payload["subject"]))
    message["From"] = Address(header(channel.sender_name, 60), addr_spec=channel.sender)
    message["To"] = ", ".join(channel.to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{header(delivery.id, 100)}@{domain}>"
    if earlier := [
        f"<{header(str(one), 100)}@{domain}>" for one in payload.get("references") or ()
    ]:
        message["In-Reply-To"] = earlier[-1]
        message["References"] = " ".join(earlier)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-ID"] = f"Coalition Watch <{channel.name}.coalition-watch.{domain}>"
    message["List-Unsubscribe"] = f"<{channel.unsubscribe_url}>"
    if channel.unsubscribe_one_click:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(str(payload["text"]))
    if payload.get("html"):
        message.add_alternative(str(payload["html"]), subtype="html")
        _add_images(message, payload.get("images") or {})
    return message


def _add_images(message: EmailMessage, images: Mapping[str, str]) -> None:
    """Put PNGs beside the HTML that shows them as ``cid:name@coalition-watch``."""
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for name, encoded in images.items():
        html.add_related(
            base64.b64decode(encoded),
            maintype="image",
            subtype="png",
            cid=f"<{name}@coalition-watch>",
            filename=f"{name}.png",
            disposition="inline",
        )


def _refusal(code: int, text: str) -> DeliveryError:
    reply = clean_line(text, 200)
    return DeliveryError(f"SMTP {code}: {reply}", retryable=smtp_retryable(code), status=code)


def _all_refused(error: aiosmtplib.SMTPRecipientsRefused) -> DeliveryError:
    """Worth another try as long as one recipient's refusal is a temporary one."""
    codes = sorted({one.code for one in error.recipients})
    retryable = any(smtp_retryable(code) for code in codes)
    told = ", ".join(map(str, codes))
    return DeliveryError(
        f"SMTP {told}: all recipients refused", retryable=retryable, status=codes[0]
    )
