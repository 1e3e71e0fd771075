"""Mail from an alert to the mailbox: threads, digests with their picture, TLS, ways to end it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from ssl import SSLContext

import pytest

from tests.integration.handover import Desk
from tests.integration.test_channels import (
    Mailbox,
    certificate,
    delivery,
    mail_channel,
    smtp_server,
)
from tests.samples import sample_alert
from worker.adapters.channels import EmailSender
from worker.adapters.channels.email import build_message
from worker.adapters.store import Store
from worker.errors import ConfigError
from worker.model import AlertEvent
from worker.settings import load_settings

__all__ = ["certificate"]


@contextmanager
def desk(folder: Path, mailbox: Mailbox) -> Iterator[Desk]:
    with smtp_server(mailbox) as port:
        channel = mail_channel(port)
        store = Store(f"sqlite:///{folder / 'watch.db'}")
        try:
            yield Desk(store, (channel,), {channel.name: EmailSender(channel)})
        finally:
            store.close()


async def test_follow_ups_answer_the_mail_that_told_the_alert_first(tmp_path: Path) -> None:
    mailbox, alert = Mailbox(), sample_alert()
    with desk(tmp_path, mailbox) as at:
        await at.tell(alert)
        await at.tell(replace(alert, event=AlertEvent.CONFIRMED))
        await at.tell(replace(alert, event=AlertEvent.UPDATED), language="de")
    first, second, third = mailbox.messages
    assert first["references"] is None
    for later in (second, third):
        assert later["in-reply-to"] == later["references"] == first["message-id"]
        assert later["subject"] == f"Re: {first['subject']}"
    assert len({message["message-id"] for message in mailbox.messages}) == 3


async def test_a_mail_on_other_alerts_too_belongs_to_no_thread(tmp_path: Path) -> None:
    mailbox, alert = Mailbox(), sample_alert()
    with desk(tmp_path, mailbox) as at:
        await at.tell(alert)
        await at.tell(replace(alert, event=AlertEvent.UPDATED), sample_alert(id="another"))
    assert mailbox.messages[1]["references"] is None
    assert mailbox.messages[1]["subject"].startswith("[Coalition Watch] France · ground troops: ")


async def test_news_of_an_alert_first_told_in_a_long_digest_is_a_mail_of_its_own(
    tmp_path: Path,
) -> None:
    mailbox = Mailbox()
    alerts = [sample_alert(id=f"id-{number}") for number in range(4)]
    with desk(tmp_path, mailbox) as at:
        await at.tell(*alerts, digest=True)
        await at.tell(replace(alerts[2], event=AlertEvent.CONFIRMED))
    assert mailbox.messages[1]["references"] is None
    assert mailbox.messages[1]["subject"].startswith("[Coalition Watch] France · ground troops")


async def test_a_digest_arrives_with_its_chart_beside_the_html(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with desk(tmp_path, mailbox) as at:
        await at.tell(sample_alert(), digest=True, language="de")
    (message,) = mailbox.messages
    assert message["subject"] == "[Coalition Watch] Überblick: 1 Änderung: Frankreich"
    parts = [part.get_content_type() for part in message.walk()]
    assert parts == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    picture = list(message.walk())[-1]
    assert isinstance(picture, EmailMessage)
    assert picture["content-id"] == "<chart@coalition-watch>"
    assert picture.get_content().startswith(b"\x89PNG")


async def test_a_mail_goes_through_tls_from_the_first_byte(
    certificate: tuple[Path, SSLContext],
) -> None:
    cert, context = certificate
    mailbox = Mailbox()
    with smtp_server(mailbox, ssl_context=context) as port:
        channel = mail_channel(port, security="tls", ca_file=str(cert))
        await EmailSender(channel).send(delivery("email"))
    assert len(mailbox.messages) == 1


def test_a_reader_finds_how_to_end_it_and_no_machine_answers() -> None:
    link = "https://example.org/lists/coalition"
    channel = mail_channel(25, unsubscribe=link, unsubscribe_one_click=True)
    message = build_message(delivery("email"), channel, sample_alert().raised_at)
    assert message["list-unsubscribe"] == f"<{link}>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["list-id"] == "Coalition Watch <desk.coalition-watch.example.org>"
    assert message["auto-submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("unsubscribe: javascript:x", "must be a mailto: or https:// address"),
        ("unsubscribe: 'https://a.example/>,<mailto:b'", "must be a mailto: or https:// address"),
        ("unsubscribe_one_click: true", "needs an https:// address in unsubscribe"),
    ],
)
def test_a_way_to_unsubscribe_that_is_none_is_refused(tmp_path: Path, keys: str, told: str) -> None:
    line = f"{{name: m, type: email, host: h, sender: a@b.org, to: c@d.org, {keys}}}"
    (tmp_path / "channels.yaml").write_text(f"channels:\n  - {line}\n")
    with pytest.raises(ConfigError, match=told):
        load_settings(tmp_path, {})
