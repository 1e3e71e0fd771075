"""Apprise services against real servers on 127.0.0.1: what they are sent, and what answers mean."""

from __future__ import annotations

import asyncio
import json
import logging
import time

import pytest

from tests.integration.test_channels import answer, failure, http_server
from tests.samples import sample_alert
from worker.adapters.channels import MessengerSender
from worker.core.render import render_payload, render_test
from worker.errors import ConfigError
from worker.model import Alert, Delivery, Severity


def told(*alerts: Alert) -> Delivery:
    payload = render_payload("apprise", alerts or [sample_alert()]).payload
    return Delivery("d", "team", payload)


def address(url: str, scheme: str = "json") -> str:
    return url.replace("http://", f"{scheme}://")


async def test_a_service_gets_a_title_and_the_alert_in_plain_words() -> None:
    async with http_server(answer("200 OK")) as server:
        await MessengerSender(address(server.url)).send(
            told(sample_alert(severity=Severity.CRITICAL))
        )
    sent = json.loads(server.requests[0][1])
    assert sent["title"] == "🇫🇷 France · ground troops: new pledge"
    assert sent["type"] == "failure"
    lines = sent["message"].splitlines()
    assert lines[0].startswith(
        "🟨 open to it → 🟩 committed · up to 5,000 soldiers · if: a ceasefire"
    )
    assert lines[1] == "✔️ Confirmed · 2 independent sources · severity: critical"
    assert lines[-1] == "https://zeitung.example/a/1"


async def test_ntfy_and_its_kind_are_reached_through_their_own_schemes() -> None:
    async with http_server(answer("200 OK", body="{}")) as server:
        await MessengerSender(address(server.url, "ntfy") + "/topic").send(told())
    body = server.requests[0][1].decode()
    assert "Frankreich wird bis zu 5000 Soldaten entsenden" in json.loads(body)["message"]


@pytest.mark.parametrize(
    ("status", "retryable", "disable"),
    [
        ("404 Not Found", False, False),
        ("410 Gone", False, True),
        ("429 Too Many Requests", True, False),
        ("503 Service Unavailable", True, False),
    ],
)
async def test_a_refusal_says_whether_to_try_again(
    status: str, retryable: bool, disable: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with http_server(answer(status)) as server:
        error = await failure(MessengerSender(address(server.url)), told())
    assert (error.retryable, error.disable) == (retryable, disable)
    assert str(error) == f"HTTP {status.split()[0]}"
    assert "planted-secret" not in caplog.text


async def test_a_service_that_hangs_holds_up_no_other_and_is_tried_again() -> None:
    async with http_server(answer("200 OK"), 3.0) as slow, http_server(answer("200 OK")) as quick:
        hanging = MessengerSender(address(slow.url) + "?rto=0.5")
        waits = asyncio.create_task(failure(hanging, told()))
        begun = time.monotonic()
        await MessengerSender(address(quick.url)).send(told())
        assert time.monotonic() - begun < 0.4
        assert (await waits).retryable


async def test_a_service_that_takes_little_gets_the_short_form() -> None:
    async with http_server(answer("200 OK")) as server:
        sender = MessengerSender(address(server.url))
        sender._service.body_maxlen = 300
        await sender.send(told())
    assert json.loads(server.requests[0][1])["message"] == (
        "🟨 open to it → 🟩 committed · up to 5,000 soldiers · if: a ceasefire, approval by "
        "parliament · Confirmed · 2 independent sources"
    )


async def test_a_test_message_is_marked() -> None:
    async with http_server(answer("200 OK")) as server:
        payload = render_test("apprise", "team", "de")
        await MessengerSender(address(server.url)).send(Delivery("d", "team", payload))
    sent = json.loads(server.requests[0][1])
    assert sent["title"] == "［TEST］ Coalition Watch: Testnachricht (team)"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("planted-secret", "must begin with a service, as in discord://"),
        ("planted:secret@planted", "must begin with a service"),
        ("https://planted.example/hook", "a plain https:// address"),
        (
            "nosuchservice://planted-secret",
            "nosuchservice:// is no service that Apprise knows; see",
        ),
        ("discrod://planted/secret", "did you mean discord://?"),
        ("msteams://planted/secret", "a workflow of Teams is workflows://"),
        (
            "discord://planted-secret",
            "of Discord lacks a part .* discord://WEBHOOK_ID/WEBHOOK_TOKEN",
        ),
        ("TGRAM://planted-secret", "of Telegram lacks a part .* expected: tgram://BOT_TOKEN"),
        ("matrix://", "the address of Matrix lacks a part or has a wrong one"),
        ("mqtts://planted@host/secret", "MQTT .* needs a package that is not here: paho-mqtt"),
    ],
)
def test_an_address_is_refused_with_what_is_wrong_and_without_repeating_it(
    url: str, told: str
) -> None:
    with pytest.raises(ConfigError, match=told.replace("?", r"\?")) as caught:
        MessengerSender(url)
    assert "planted" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
