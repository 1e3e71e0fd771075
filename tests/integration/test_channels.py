"""Channels against real servers on 127.0.0.1: what each answer means, and what is sent."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from standardwebhooks import Webhook, WebhookVerificationError

from tests.samples import sample_alert
from worker.adapters.channels import (
    ChannelRenderer,
    ConsoleSender,
    EmailSender,
    Sender,
    SlackSender,
    WebhookSender,
    build_senders,
    channel_client,
)
from worker.adapters.channels import http as channels_http
from worker.core.render import render_payload
from worker.core.threads import Occasion
from worker.errors import ConfigError, DeliveryError
from worker.model import Delivery
from worker.settings import EmailChannel, load_settings

KEY = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_KEY = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def delivery(kind: str) -> Delivery:
    return Delivery("d-0001", "desk", render_payload(kind, [sample_alert()]).payload)


class HttpServer:
    """Answers with ``answer`` (raw bytes) and keeps what it was sent.

    ``parts`` are written instead, one each ``delay`` seconds; it hangs up unless it ``keeps``.
    """

    def __init__(self, answer: bytes, delay: float = 0.0) -> None:
        self.answer = answer
        self.delay = delay
        self.parts: tuple[bytes, ...] = ()
        self.keeps = False
        self.connections = 0
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._answer(reader, writer)
            while self.keeps:
                await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append((headers, body))
        in_two = (self.answer[:9], self.answer[9:]) if self.delay else (self.answer,)
        for part in self.parts or in_two:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(self.delay)


@asynccontextmanager
async def http_server(answer: bytes, delay: float = 0.0) -> AsyncIterator[HttpServer]:
    served = HttpServer(answer, delay)
    server = await asyncio.start_server(served.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    served.url = f"http://127.0.0.1:{port}/hooks/planted-secret"
    try:
        yield served
    finally:
        server.close()


def answer(status: str, *headers: str, body: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


@asynccontextmanager
async def http_sender(kind: str, url: str, limit: float = 15.0) -> AsyncIterator[Sender]:
    async with channel_client() as client:
        if kind == "slack":
            yield SlackSender(url, client, timeout=limit, pause=0)
        else:
            yield WebhookSender(url, [KEY], client, timeout=limit)


async def failure(sender: Sender, sent: Delivery) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await sender.send(sent)
    assert "planted-secret" not in str(caught.value)
    return caught.value


STATUS_TABLE = [
    # status, retryable, disable, retry_after
    ("200 OK", None, None, None),
    ("202 Accepted", None, None, None),
    ("204 No Content", None, None, None),
    ("301 Moved Permanently", False, False, None),
    ("302 Found", False, False, None),
    ("307 Temporary Redirect", False, False, None),
    ("400 Bad Request", False, False, None),
    ("401 Unauthorized", False, False, None),
    ("403 Forbidden", False, False, None),
    ("404 Not Found", False, False, None),
    ("408 Request Timeout", True, False, 7.0),
    ("410 Gone", False, True, None),
    ("413 Content Too Large", False, False, None),
    ("422 Unprocessable Content", False, False, None),
    ("425 Too Early", True, False, 7.0),
    ("429 Too Many Requests", True, False, 7.0),
    ("500 Internal Server Error", True, False, 7.0),
    ("502 Bad Gateway", True, False, 7.0),
    ("503 Service Unavailable", True, False, 7.0),
    ("504 Gateway Timeout", True, False, 7.0),
]


@pytest.mark.parametrize("kind", ["slack", "webhook"])
@pytest.mark.parametrize(("status", "retryable", "disable", "wait"), STATUS_TABLE)
async def test_a_status_code_says_whether_to_try_again(
    kind: str, status: str, retryable: bool | None, disable: bool | None, wait: float | None
) -> None:
    reply = answer(status, "Retry-After: 7", "Location: http://127.0.0.1:1/", body="no\x1b[31m")
    async with http_server(reply) as server, http_sender(kind, server.url) as sender:
        if retryable is None:
            await sender.send(delivery(kind))
        else:
            error = await failure(sender, delivery(kind))
            assert (error.retryable, error.disable) == (retryable, disable)
            assert error.status == int(status.split()[0])
            assert error.retry_after == wait
            assert str(error) == f"HTTP {error.status}: no[31m"
    assert len(server.requests) == 1, "no redirect is followed, nothing is retried inside"


@pytest.mark.parametrize("kind", ["slack", "webhook"])
async def test_a_date_in_retry_after_is_counted_from_the_hosts_own_clock(kind: str) -> None:
    host_now = datetime(2020, 1, 1, tzinfo=UTC)
    reply = answer(
        "503 Service Unavailable",
        f"Date: {format_datetime(host_now, usegmt=True)}",
        f"Retry-After: {format_datetime(host_now + timedelta(seconds=90), usegmt=True)}",
    )
    async with http_server(reply) as server, http_sender(kind, server.url) as sender:
        assert (await failure(sender, delivery(kind))).retry_after == 90.0


@pytest.mark.parametrize("kind", ["slack", "webhook"])
async def test_a_host_that_drips_its_answer_is_given_up_in_time(kind: str) -> None:
    reply = answer("200 OK")
    async with http_server(reply, 5.0) as server, http_sender(kind, server.url, 0.3) as sender:
        error = await failure(sender, delivery(kind))
    assert error.retryable
    assert str(error) == "no answer within 0.3 s"


@pytest.mark.parametrize("kind", ["slack", "webhook"])
async def test_a_message_that_was_taken_stays_so_however_the_body_of_the_answer_goes_on(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels_http, "_BODY_SECONDS", 0.4)
    cut_off = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"ok" * 1_000_000
    for reply in (cut_off, endless):
        async with http_server(reply) as server, http_sender(kind, server.url) as sender:
            await sender.send(delivery(kind))
    head, body = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"too late!"
    async with http_server(head + body) as server, http_sender(kind, server.url, 0.3) as sender:
        server.parts, server.delay = (head, body), 2.0
        await sender.send(delivery(kind))


@pytest.mark.parametrize("status", ["200 OK", "503 Service Unavailable"])
async def test_messages_to_one_receiver_share_a_connection(status: str) -> None:
    async with http_server(answer(status, body="{}")) as server, channel_client() as client:
        server.keeps = True
        sender = WebhookSender(server.url, [KEY], client)
        for _ in range(3):
            with suppress(DeliveryError):
                await sender.send(delivery("webhook"))
        await client.aclose()
    assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize("kind", ["slack", "webhook"])
async def test_nobody_listening_and_no_http_are_worth_another_try(kind: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/planted-secret"
        async with http_sender(kind, url) as sender:
            assert (await failure(sender, delivery(kind))).retryable
    strange = b"SSH-2.0 hello\r\n\r\n"
    async with http_server(strange) as server, http_sender(kind, server.url) as sender:
        assert (await failure(sender, delivery(kind))).retryable


@pytest.mark.parametrize("url", ["planted-secret", "ftp://planted-secret/", "http://", "http://["])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    for build in (
        lambda: SlackSender(url, channel_client()),
        lambda: WebhookSender(url, [KEY], channel_client()),
    ):
        with pytest.raises(ConfigError, match="must be an http") as caught:
            build()
        assert "planted-secret" not in str(caught.value)


async def test_slack_gets_the_message_as_json_in_the_configured_thread() -> None:
    async with http_server(answer("200 OK", body="ok")) as server, channel_client() as client:
        await SlackSender(server.url, client, thread_ts="1.2").send(delivery("slack"))
    (headers, body), *_ = server.requests
    sent = json.loads(body)
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert sent["thread_ts"] == "1.2"
    assert sent["blocks"] == delivery("slack").payload["blocks"]


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
async def test_a_webhook_verifies_with_the_new_and_the_old_key(key: str) -> None:
    async with http_server(answer("200 OK")) as server, channel_client() as client:
        await WebhookSender(server.url, [KEY, OLD_KEY], client).send(delivery("webhook"))
    headers, body = server.requests[0]
    assert headers["webhook-id"] == "d-0001"
    assert Webhook(key).verify(body, headers) == delivery("webhook").payload


@pytest.mark.parametrize(("hours", "signatures"), [(23, 2), (25, 1)])
async def test_the_old_key_ends_a_day_after_the_rotation(hours: int, signatures: int) -> None:
    rotated = datetime.now(UTC) - timedelta(hours=hours)
    async with http_server(answer("200 OK")) as server, channel_client() as client:
        keys = [KEY, OLD_KEY]
        await WebhookSender(server.url, keys, client, rotated_at=rotated).send(delivery("webhook"))
    headers, body = server.requests[0]
    assert len(headers["webhook-signature"].split()) == signatures
    Webhook(KEY).verify(body, headers)
    if signatures == 1:
        with pytest.raises(WebhookVerificationError):
            Webhook(OLD_KEY).verify(body, headers)


async def test_a_webhook_signs_each_attempt_anew_and_keeps_its_id() -> None:
    async with http_server(answer("500 Oops")) as server, http_sender("webhook", server.url) as to:
        await failure(to, delivery("webhook"))
        await asyncio.sleep(1.1)
        await failure(to, delivery("webhook"))
    first, second = (headers for headers, _ in server.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] < second["webhook-timestamp"]


async def test_a_webhook_body_over_20_kb_is_never_sent() -> None:
    big = Delivery("d", "desk", {"x": "ä" * 10_000})
    async with http_server(answer("200 OK")) as server, http_sender("webhook", server.url) as to:
        assert not (await failure(to, big)).retryable
    assert server.requests == []


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!", "whsec_c2hvcnQ="])
def test_a_signing_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ConfigError, match="signing secret must be"):
        WebhookSender("http://127.0.0.1/", [secret], channel_client())


class Mailbox:
    """Keeps what an SMTP server is given; ``reply`` answers DATA, ``rcpt`` each recipient."""

    def __init__(self, reply: str = "250 OK", rcpt: dict[str, str] | None = None) -> None:
        self.reply = reply
        self.rcpt = rcpt or {}
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.login: tuple[bytes, bytes] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answered = self.rcpt.get(address, "250 OK")
        if answered.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answered

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        parsed: Any = message_from_bytes(envelope.content or b"", policy=policy.default)
        self.messages.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        return self.reply

    def authenticate(self, *args: Any) -> AuthResult:
        data: LoginPassword = args[-1]
        self.login = (data.login, data.password)
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def smtp_server(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=0, **options)
    # port 0 asks the system for a free one; the controller must be told which it got
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mail_channel(port: int, **changes: Any) -> EmailChannel:
    values: dict[str, Any] = {
        "name": "desk",
        "type": "email",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "watch@example.org",
        "to": ("desk@example.org", "night@example.org"),
    }
    return EmailChannel(**values | changes)


async def test_an_email_arrives_with_text_html_and_the_delivery_as_its_id() -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        await EmailSender(mail_channel(port)).send(delivery("email"))
    (message,) = mailbox.messages
    assert mailbox.recipients == [["desk@example.org", "night@example.org"]]
    assert message["message-id"] == "<d-0001@example.org>"
    assert message["from"] == "Coalition Watch <watch@example.org>"
    assert (message["references"], message["auto-submitted"]) == (None, "auto-generated")
    assert message["list-unsubscribe"] == "<mailto:watch@example.org?subject=unsubscribe>"
    assert message["subject"].startswith("[Coalition Watch] France · ground troops: new pledge")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Frankreich wird bis zu 5000 Soldaten entsenden" in text.get_content()
    assert "Frankreich wird bis zu 5000 Soldaten entsenden" in html.get_content()


@pytest.mark.parametrize(
    ("reply", "retryable"),
    [
        ("421 going down", True),
        ("450 mailbox busy", True),
        ("451 try later", True),
        ("452 full", True),
        ("550 no such thing", False),
        ("552 too big", False),
        ("554 spam", False),
    ],
)
async def test_smtp_4xx_may_be_tried_again_and_5xx_not(reply: str, retryable: bool) -> None:
    with smtp_server(Mailbox(reply)) as port:
        error = await failure(EmailSender(mail_channel(port)), delivery("email"))
    assert error.retryable is retryable
    assert error.status == int(reply[:3])
    assert str(error) == f"SMTP {reply[:3]}: {reply[4:]}"


@pytest.mark.parametrize(("night", "retryable"), [("550 unknown", False), ("450 greylisted", True)])
async def test_all_recipients_refused_is_worth_a_try_if_one_may_be_taken_later(
    night: str, retryable: bool
) -> None:
    mailbox = Mailbox(rcpt={"desk@example.org": "550 unknown", "night@example.org": night})
    with smtp_server(mailbox) as port:
        error = await failure(EmailSender(mail_channel(port)), delivery("email"))
    assert error.retryable is retryable


async def test_one_refused_recipient_does_not_tell_the_others_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailbox = Mailbox(rcpt={"night@example.org": "550 unknown"})
    with smtp_server(mailbox) as port:
        await EmailSender(mail_channel(port)).send(delivery("email"))
    assert mailbox.recipients == [["desk@example.org"]]
    assert "recipient.refused" in caplog.text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return cert, context


async def test_starttls_is_used_and_the_login_goes_through_it(
    certificate: tuple[Path, ssl.SSLContext],
) -> None:
    cert, context = certificate
    mailbox = Mailbox()
    options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with smtp_server(mailbox, authenticator=mailbox.authenticate, **options) as port:
        channel = mail_channel(port, security="starttls", ca_file=str(cert))
        await EmailSender(channel, "user", "right").send(delivery("email"))
        wrong = await failure(EmailSender(channel, "user", "planted-secret"), delivery("email"))
    assert len(mailbox.messages) == 1
    assert (wrong.retryable, wrong.status) == (False, 535), str(wrong)


async def test_a_server_without_starttls_gets_no_mail_in_the_clear(
    certificate: tuple[Path, ssl.SSLContext],
) -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        channel = mail_channel(port, security="starttls")
        await failure(EmailSender(channel), delivery("email"))
    with smtp_server(mailbox, tls_context=certificate[1]) as port:
        untrusted = await failure(
            EmailSender(mail_channel(port, security="starttls")), delivery("email")
        )
    assert untrusted.retryable
    assert mailbox.messages == []


async def test_a_mail_server_that_says_nothing_is_given_up_in_time() -> None:
    async with http_server(b"", 5.0) as silent:
        port = int(silent.url.split(":")[2].split("/")[0])
        sender = EmailSender(mail_channel(port), timeout=0.3)
        error = await failure(sender, delivery("email"))
    assert error.retryable


async def test_the_console_prints_the_alert_and_survives_a_closed_stream() -> None:
    stream = io.StringIO()
    await ConsoleSender(stream).send(delivery("console"))
    assert stream.getvalue().startswith("🇫🇷 France · ground troops: new pledge [high]\n")
    stream.close()
    assert (await failure(ConsoleSender(stream), delivery("console"))).retryable


async def test_the_console_prints_what_its_encoding_can() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    await ConsoleSender(stream).send(delivery("console"))
    assert b"France ? ground troops: new pledge [high]" in raw.getvalue()


async def test_a_channel_without_its_secret_is_told_and_the_rest_works(tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(
        "channels:\n"
        "  - {name: desk, type: slack, webhook_url: env:MISSING}\n"
        "  - {name: off, type: slack, webhook_url: env:MISSING, enabled: false}\n"
        "  - {name: partner, type: webhook, url: 'http://127.0.0.1/', signing_secret: env:KEY}\n"
        "  - {name: mail, type: email, host: h, sender: a@b.org, to: c@d.org}\n"
        "  - {name: here, type: console}\n"
    )
    settings = load_settings(tmp_path, {})
    async with channel_client() as client:
        senders, problems = build_senders(settings.channels, {"KEY": KEY}, client)
    assert sorted(senders) == ["here", "mail", "partner"]
    assert problems == {
        "desk": "secret env:MISSING: the environment variable MISSING is not set or empty"
    }


def test_each_channel_is_rendered_in_its_kind_and_language(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "channels.yaml").write_text(
        "channels:\n"
        "  - {name: here, type: console, language: de}\n"
        "  - {name: desk, type: slack, webhook_url: env:HOOK}\n"
    )
    renderer = ChannelRenderer(load_settings(tmp_path, {}).channels)
    assert (
        "Frankreich · Bodentruppen" in renderer.alerts("here", [sample_alert()], Occasion())["text"]
    )
    assert "France · ground troops" in renderer.alerts("desk", [sample_alert()], Occasion())["text"]
    assert renderer.notice("here", "Title", "one\ntwo")["text"] == "Title\none\ntwo"
    broken: Any = sample_alert(confirmation="perhaps")
    fallback = renderer.alerts("desk", [broken], Occasion("de"))["blocks"][1]["text"]["text"]
    assert "Frankreich · Bodentruppen: neue Zusage" in fallback
    assert "channel.plain" in caplog.text
