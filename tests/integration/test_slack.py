"""A Slack bot against a receiver shaped like Slack: threads, edits, limits, pace and refusals."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.integration.handover import Desk
from tests.samples import sample_alert
from tests.slackshaped import CONVERSATION, TOKEN, SlackShaped, faults, slack_shaped
from worker.adapters.channels import SlackBotSender, build_sender, channel_client
from worker.adapters.store import Store
from worker.core.render import render_payload, render_test
from worker.errors import ConfigError, DeliveryError
from worker.model import Alert, AlertEvent, Confirmation, Delivery, Evidence
from worker.settings import SlackChannel, load_settings

UNCONFIRMED = sample_alert(confirmation=Confirmation.UNCONFIRMED, origins=1)
RIVAL = Evidence("Davon kann keine Rede sein.", None, "", "Gegenblatt", "2026-02-04", "de")


def another(number: int, **changes: Any) -> Alert:
    return sample_alert(id=f"7f0c2c1a-0000-5000-8000-{number:012}", **changes)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind that the worker runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'watch.db'}"
    return str(request.getfixturevalue("postgres_url"))


@asynccontextmanager
async def desk(
    folder: Path, url: str | None = None, **options: Any
) -> AsyncIterator[tuple[Desk, SlackShaped]]:
    (folder / "channels.yaml").write_text(
        f"channels:\n  - {{name: desk, type: slack, token: env:BOT, conversation: {CONVERSATION}}}\n"
    )
    channels = load_settings(folder, {}).channels
    async with slack_shaped(**options) as slack, channel_client() as client:
        sender = SlackBotSender(TOKEN, CONVERSATION, client, slack.url, pause=0)
        store = Store(url or f"sqlite:///{folder / 'watch.db'}")
        try:
            yield Desk(store, channels, {"desk": sender}, "https://watch.example/"), slack
        finally:
            store.close()


def words(message: dict[str, Any]) -> str:
    texts = [message["text"]]
    for block in message["blocks"]:
        elements = [block.get("text"), *block.get("elements", [])]
        texts += [
            e["text"] if isinstance(e["text"], str) else e["text"]["text"] for e in elements if e
        ]
    return "\n".join(texts)


async def test_follow_ups_answer_the_first_message_which_shows_how_things_stand(
    tmp_path: Path, url: str
) -> None:
    async with desk(tmp_path, url) as (at, slack):
        await at.tell(UNCONFIRMED)
        (root,) = slack.roots
        assert "Not confirmed · 1 independent source" in words(root)
        confirmed = replace(UNCONFIRMED, event=AlertEvent.CONFIRMED, origins=2,
                            confirmation=Confirmation.CONFIRMED)  # fmt: skip
        await at.tell(confirmed)
        await at.tell(replace(confirmed, event=AlertEvent.CONTESTED, rival=RIVAL))
        assert len(slack.roots) == 1
        first, second = slack.replies(root["ts"])
        assert "*now confirmed*" in words(first)
        assert "Davon kann keine Rede sein." in words(second)
        assert (first["reply_broadcast"], second["reply_broadcast"]) == (False, True)
        now = words(slack.messages[root["ts"]])
        assert "Contested · 2 independent sources" in now
        assert "Not confirmed" not in now
        assert [method for method, _ in slack.calls] == [
            "chat.postMessage",
            *("chat.update", "chat.postMessage") * 2,
        ]


async def test_one_message_tells_a_group_and_each_of_its_alerts_has_its_thread_there(
    tmp_path,
) -> None:
    async with desk(tmp_path) as (at, slack):
        one, other = another(1), another(2)
        await at.tell(one, other)
        (root,) = slack.roots
        later = replace(other, event=AlertEvent.UPDATED, origins=5)
        await at.tell(replace(one, event=AlertEvent.RESOLVED), later, another(3))
        assert len(slack.replies(root["ts"])) == 2
        assert len(slack.roots) == 2
        now = words(slack.messages[root["ts"]])
        assert "5 independent sources" in now
        assert "replaced by a later position" in now


async def test_a_digest_lists_its_alerts_and_later_news_join_its_thread(
    tmp_path: Path, url: str
) -> None:
    async with desk(tmp_path, url) as (at, slack):
        await at.tell(another(1), another(2), digest=True)
        await at.tell(replace(another(2), event=AlertEvent.CORRECTED))
        (root,) = slack.roots
        assert words(root).startswith("2 changes")
        assert "correction" in words(slack.replies(root["ts"])[0])


async def test_a_thread_goes_on_after_a_restart_and_in_the_language_of_its_route(tmp_path) -> None:
    async with desk(tmp_path) as (at, slack):
        await at.tell(UNCONFIRMED, language="de")
        at.store.close()
        at.store = Store(f"sqlite:///{tmp_path / 'watch.db'}")
        await at.tell(replace(UNCONFIRMED, event=AlertEvent.UPDATED), language="de")
        (root,) = slack.roots
        assert "Frankreich · Bodentruppen" in words(root)
        assert "Ergänzung" in words(slack.replies(root["ts"])[0])


async def test_where_the_first_message_was_never_taken_a_follow_up_becomes_the_first(
    tmp_path,
) -> None:
    refusals = ["channel_not_found"] * 3
    async with desk(tmp_path, answers=refusals) as (at, slack):
        await at.tell(UNCONFIRMED)
        for _ in range(3):
            at.now_ = at.now_.replace(hour=at.now_.hour + 1)
            await at.send()
        assert [row["state"] for row in at.store.queries.deliveries()] == ["dead"]
        await at.tell(replace(UNCONFIRMED, event=AlertEvent.UPDATED))
        await at.tell(replace(UNCONFIRMED, event=AlertEvent.CONFIRMED))
        (root,) = slack.roots
        assert len(slack.replies(root["ts"])) == 1


async def test_a_message_that_may_not_be_edited_is_answered_all_the_same(tmp_path) -> None:
    async with desk(tmp_path) as (at, slack):
        await at.tell(UNCONFIRMED)
        slack.answers = ["edit_window_closed"]
        assert await at.tell(replace(UNCONFIRMED, event=AlertEvent.UPDATED)) == 1
        assert len(slack.replies(slack.roots[0]["ts"])) == 1


async def test_an_older_edit_that_comes_late_does_not_undo_a_newer_one() -> None:
    thread = {"root": "d", "channel": CONVERSATION, "ts": "1", "at": "2026-02-03T12:00:05"}
    payload = {**render_test("slack_bot", "desk"), "at": "2026-02-03T12:00:00"}
    payload["edit"] = payload["message"]
    async with slack_shaped() as slack, channel_client() as client:
        slack.messages["1"] = {"ts": "1"}
        sender = SlackBotSender(TOKEN, CONVERSATION, client, slack.url, pause=0)
        await sender.send(Delivery("d2", "desk", payload, thread=thread))
    assert [method for method, _ in slack.calls] == ["chat.postMessage"]


async def test_a_bot_keeps_to_one_message_a_second() -> None:
    async with slack_shaped(pause=0.19) as slack, channel_client() as client:
        sender = SlackBotSender(TOKEN, CONVERSATION, client, slack.url, pause=0.2)
        begun = time.monotonic()
        for number in range(4):
            await sender.send(Delivery(f"d{number}", "desk", render_test("slack_bot", "desk")))
        assert time.monotonic() - begun >= 0.6
    assert (slack.limited, len(slack.messages)) == (0, 4)


@pytest.mark.parametrize(
    ("answer", "retryable", "told"),
    [
        (429, True, "HTTP 429"),
        (500, True, "HTTP 500"),
        ("ratelimited", True, "Slack: ratelimited"),
        ("internal_error", True, "Slack: internal_error"),
        ("channel_not_found", False, "Slack: channel_not_found"),
        ("token_revoked", False, "Slack: token_revoked"),
        ("is_archived", False, "Slack: is_archived"),
    ],
)
async def test_what_slack_answers_says_whether_to_try_again(
    answer: int | str, retryable: bool, told: str
) -> None:
    async with slack_shaped(answers=[answer]) as slack, channel_client() as client:
        sender = SlackBotSender(TOKEN, CONVERSATION, client, slack.url, pause=0)
        with pytest.raises(DeliveryError, match=told) as caught:
            await sender.send(Delivery("d", "desk", render_test("slack_bot", "desk")))
    assert caught.value.retryable is retryable
    assert "planted-secret" not in str(caught.value)
    if answer == 429:
        assert caught.value.retry_after == 1.0


async def test_blocks_that_slack_refuses_are_told_as_text() -> None:
    payload = render_payload("slack_bot", [sample_alert()]).payload
    payload["message"]["blocks"][0]["text"]["text"] = "x" * 151
    async with slack_shaped() as slack, channel_client() as client:
        sender = SlackBotSender(TOKEN, CONVERSATION, client, slack.url, pause=0)
        await sender.send(Delivery("d", "desk", payload))
    (message,) = slack.messages.values()
    assert "France · ground troops: new pledge (open to it → committed · " in message["text"]
    assert "blocks" not in message


def test_buttons_lead_to_the_dashboard_and_there_are_none_without_one() -> None:
    with_one = render_payload("slack", [sample_alert()]).payload
    assert not [block for block in with_one["blocks"] if block["type"] == "actions"]


async def test_the_buttons_of_a_message_lead_to_evidence_silence_confirm_dismiss(tmp_path) -> None:
    async with desk(tmp_path) as (at, slack):
        await at.tell(UNCONFIRMED)
        (actions,) = [b for b in slack.roots[0]["blocks"] if b["type"] == "actions"]
    page = f"https://watch.example/alert/{UNCONFIRMED.id}"
    forms = files("worker.web").joinpath("templates", "forms.html").read_text("utf-8")
    for name in ("silence", "confirm", "dismiss"):
        assert f'id="{name}"' in forms, "the dashboard has no such place"
    assert [(b["text"]["text"], b["url"]) for b in actions["elements"]] == [
        ("Evidence", page),
        ("Silence", f"{page}#silence"),
        ("Confirm", f"{page}#confirm"),
        ("Dismiss", f"{page}#dismiss"),
    ]


@pytest.mark.parametrize("size", [1, 7, 8, 20])
def test_a_message_of_long_quotes_stays_within_what_slack_takes(size: int) -> None:
    evidence = replace(sample_alert().evidence, quote="Ausführlich & genau. " * 60)
    alerts = [another(n, evidence=evidence, rival=evidence) for n in range(size)]
    payload = render_payload("slack", alerts).payload
    assert faults(payload) == []


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", "exactly one of webhook_url and token must be set"),
        ("token: env:T, webhook_url: env:H", "exactly one of webhook_url and token must be set"),
        ("token: env:T", "token and conversation go together"),
        ("token: env:T, conversation: '#general'", "must be a Slack conversation id"),
        ("token: env:T, conversation: C0DESK00001, thread_ts: '1.2'", "thread_ts is for"),
    ],
)
def test_a_slack_channel_is_a_webhook_or_a_bot(tmp_path: Path, keys: str, told: str) -> None:
    more = f", {keys}" if keys else ""
    (tmp_path / "channels.yaml").write_text(f"channels:\n  - {{name: s, type: slack{more}}}\n")
    with pytest.raises(ConfigError, match=told):
        load_settings(tmp_path, {})


def test_a_token_that_is_none_is_refused_without_repeating_it() -> None:
    channel = SlackChannel(
        name="s",
        type="slack",
        token="env:T",
        conversation=CONVERSATION,  # type: ignore[arg-type]
    )
    with pytest.raises(ConfigError, match="begins with xox") as caught:
        build_sender(channel, {"T": "planted-secret"}, channel_client())
    assert "planted" not in str(caught.value)
