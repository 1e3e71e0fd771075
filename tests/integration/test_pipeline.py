"""The chain over real HTTP and both kinds of real database, each with its engine.

What comes in is told, and nothing stops a round.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.desk import RunningClock, SetClock, open_app, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving
from worker.app import App
from worker.errors import ConfigError, UsageError
from worker.ports import Progress, Stage

NO_PATIENCE = timedelta(0)


class Desk:
    """A press, receivers and the configuration over them."""

    def __init__(self, folder: Path, stack: ExitStack):
        self.folder = folder
        self.press = stack.enter_context(publishing(Press()))
        self.hooks = {"hook": stack.enter_context(receiving(Receiver()))}
        self._stack = stack
        self.options: dict = {}

    @property
    def hook(self) -> Receiver:
        return self.hooks["hook"]

    def add_hook(self, name: str) -> Receiver:
        self.hooks[name] = self._stack.enter_context(receiving(Receiver()))
        return self.hooks[name]

    def story(self, feed: str, claim: str, **options) -> None:
        number = len(self.press.feeds.get(feed, ()))
        self.press.add(feed, f"{feed} story {number}", claim, **options)

    def app(self, **options) -> App:
        urls = {name: hook.url for name, hook in self.hooks.items()}
        config = write_config(self.folder, self.press, urls, **self.options)
        app = open_app(config, **options)
        self._stack.callback(app.close)
        return app

    async def round(self, **options) -> App:
        app = self.app(**options)
        await app.run_once(patience=NO_PATIENCE)
        return app


@pytest.fixture
def sqlite_desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(tmp_path, stack)


@pytest.fixture(params=["embedded", pytest.param("scaled", marks=pytest.mark.postgres)])
def desk(sqlite_desk: Desk, request: pytest.FixtureRequest) -> Desk:
    """The same pipeline, run by either engine."""
    if request.param == "scaled":
        sqlite_desk.options["database"] = request.getfixturevalue("postgres_url")
    return sqlite_desk


async def until(condition, seconds=30.0):
    """Wait for something that happens in another thread."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:  # noqa: ASYNC110 -- no event to wait for
        await asyncio.sleep(0.05)
    assert condition()


async def test_a_change_told_by_a_feed_reaches_the_receiver(desk):
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round()
    (alert,) = desk.hook.bodies[0]["data"]["alerts"]
    assert (alert["actor"], alert["measure"], alert["kind"]) == ("NO", "troops", "new_pledge")
    assert alert["evidence"] == "CLAIM NO troops committed"
    (row,) = app.deliveries()
    assert (row["state"], row["attempts"], row["id"]) == ("sent", 1, desk.hook.ids[0])


async def test_many_articles_on_one_change_are_one_alert(desk):
    for feed in ("a", "b", "c"):
        desk.story(feed, "CLAIM NO troops committed")
    app = await desk.round()
    assert len(app.alerts()) == 1
    assert len(set(desk.hook.alert_ids)) == 1


async def test_a_second_round_asks_nothing_that_is_not_due_and_tells_nothing_twice(desk):
    desk.story("a", "CLAIM NO troops committed")
    await desk.round()
    before = Counter(desk.press.asked)
    await desk.round()
    assert desk.press.asked == before
    assert len(desk.hook.bodies) == 1


async def test_an_unchanged_feed_is_asked_conditionally(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    clock.move(hours=2)
    await app.run_once(patience=NO_PATIENCE)
    assert desk.press.conditional == {"/a.xml": 1}
    assert app.feeds()[0]["last_status"] == 304
    assert app.feeds()[0]["entries"] == 1


async def test_news_that_comes_later_is_told_then(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    clock.move(days=2)
    desk.story("a", "CLAIM NO troops ruled_out", age=timedelta(days=-2))
    await app.run_once(patience=NO_PATIENCE)
    kinds = [alert["kind"] for body in desk.hook.bodies for alert in body["data"]["alerts"]]
    assert kinds == ["new_pledge", "withdrawn"]


async def test_what_was_there_before_the_first_poll_fills_the_ledger_silently(desk):
    desk.story("a", "CLAIM NO troops committed", age=timedelta(days=5))
    desk.story("a", "CLAIM SE troops committed", age=timedelta(hours=5))
    app = await desk.round()
    told = [alert["actor"] for body in desk.hook.bodies for alert in body["data"]["alerts"]]
    assert told == ["SE"]
    assert {p.slot.actor for p in app.positions()} >= {"NO", "SE"}
    assert [row["actor"] for row in app.suppressed(reason="look_back")] == ["NO"]


async def test_the_first_start_loads_the_reviewed_baseline_and_later_ones_do_not(desk):
    desk.story("a", "Nothing of note.")
    app = await desk.round()
    known = app.positions()
    assert len(known) > 10
    assert app.load_baseline() == 0
    assert {p.slot.actor for p in app.positions(actor="GB")} == {"GB"}


async def test_a_wrong_baseline_is_refused_with_its_file_and_line(desk, tmp_path):
    desk.story("a", "Nothing of note.")
    app = desk.app()
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("version: 1\ndocuments:\n  - file: nowhere.txt\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"wrong\.yaml, line 3"):
        app.load_baseline(wrong)


async def test_broken_feeds_and_pages_are_recorded_and_never_stop_the_round(desk):
    desk.story("good", "CLAIM NO troops committed")
    for broken in ("html", "gone", "down", "forbidden"):
        desk.story(broken, "unread")
    desk.story("paged", "unread")
    desk.press.statuses |= {"/gone.xml": 410, "/down.xml": 500, "/forbidden.xml": 403}
    desk.press.statuses["/paged/0.html"] = 404
    desk.press.feed_bodies["html"] = b"<!doctype html><html><body>No feed here</body></html>"
    app = await desk.round()
    assert [alert["actor"] for alert in desk.hook.alerts] == ["NO"]
    notices = [body["data"]["title"] for body in desk.hook.bodies if "title" in body["data"]]
    assert notices == ["A source is being lost"]
    feeds = {row["id"]: row for row in app.feeds()}
    assert "HTML page" in feeds["html"]["last_error"]
    assert feeds["gone"]["state"] == "disabled"
    assert [feeds[name]["last_status"] for name in ("down", "forbidden")] == [500, 403]
    kinds = Counter(note["kind"] for note in app.store.queries.notes())
    assert kinds.pop("looked_back") == 1
    assert kinds == {"feed_unreadable": 1, "feed_disabled": 1, "feed_unreachable": 2}
    (review,) = app.review()
    assert (review["reason"], review["url"]) == (
        "unreadable",
        desk.press.url("paged", "/paged/0.html"),
    )


async def test_an_unreachable_feed_is_recorded(desk):
    desk.story("a", "unread")
    desk.press.port, port = 1, desk.press.port
    config = write_config(desk.folder, desk.press, {"hook": desk.hook.url})
    desk.press.port = port
    app = open_app(config)
    await app.run_once(patience=NO_PATIENCE)
    (feed,) = app.feeds()
    assert feed["failures"] == 1
    assert feed["last_error"]
    app.close()


async def test_a_page_behind_a_wall_is_read_from_the_feeds_own_text(desk):
    desk.story("a", "unread")
    desk.press.feeds["a"][0].summary = "CLAIM NO troops committed"
    desk.press.statuses["/a/0.html"] = 402
    await desk.round()
    assert [a["actor"] for a in desk.hook.bodies[0]["data"]["alerts"]] == ["NO"]


async def test_a_page_that_fails_for_now_is_fetched_again_later(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    desk.press.statuses["/a/0.html"] = 500
    app = await desk.round(clock=clock)
    assert (len(desk.hook.bodies), app.store.queries.counts()["entries_waiting"]) == (0, 1)
    del desk.press.statuses["/a/0.html"]
    clock.move(minutes=1)
    await app.run_once(patience=NO_PATIENCE)
    assert len(desk.hook.bodies) == 1


async def test_pages_that_robots_txt_forbids_are_not_fetched(desk):
    desk.story("a", "unread")
    desk.press.feeds["a"][0].summary = "CLAIM NO troops committed"
    desk.press.robots = "User-agent: *\nDisallow: /a/\n"
    await desk.round()
    assert desk.press.asked["/a/0.html"] == 0
    assert len(desk.hook.bodies) == 1


async def test_what_the_extractor_cannot_read_goes_to_review_never_to_silence(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CRASH")
    desk.story("b", "REVIEW")
    desk.story("c", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    assert len(desk.hook.bodies) == 1
    for _ in range(4):
        clock.move(hours=1)
        await app.run_once(patience=NO_PATIENCE)
    assert {row["reason"] for row in app.review()} == {"failed", "unsupported_language"}
    assert app.store.queries.counts()["articles_waiting"] == 0


async def test_a_failing_receiver_is_tried_again_by_the_schedule_until_it_takes_it(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    desk.hook.statuses = [500, 503, 429]
    app = await desk.round(clock=clock)
    waits = []
    for _ in range(3):
        (row,) = app.deliveries()
        assert row["state"] == "pending"
        waits.append((row["next_at"] - clock.now()).total_seconds())
        clock.moment = row["next_at"]
        await app.run_once(patience=NO_PATIENCE)
    assert [4, 240, 1440] <= waits <= [5, 300, 1800]
    assert app.deliveries()[0]["state"] == "sent"
    assert len(desk.hook.bodies) == 1
    outcomes = [a["outcome"] for a in app.store.queries.attempts(app.deliveries()[0]["id"])]
    assert len(outcomes) == 4
    assert outcomes[-1] == "sent"


async def test_a_round_waits_for_a_retry_that_is_seconds_away(desk):
    desk.story("a", "CLAIM NO troops committed")
    desk.hook.statuses = [500]
    app = desk.app()
    await app.run_once()
    assert app.deliveries()[0]["state"] == "sent"


async def test_a_receiver_that_never_takes_it_gives_a_dead_letter_told_elsewhere(desk):
    clock = SetClock(datetime.now(UTC))
    other = desk.add_hook("other")
    desk.story("a", "CLAIM NO troops committed")
    desk.hook.statuses = [500] * 1000
    start = clock.now()
    app = await desk.round(clock=clock)
    while waiting := app.deliveries(states=["pending"]):
        clock.moment = max(clock.now(), min(row["next_at"] for row in waiting))
        channels = [row["open_until"] for row in app.store.queries.channels()]
        clock.moment = max([clock.now(), *filter(None, channels)])
        await app.run_once(patience=NO_PATIENCE)
    (dead,) = app.deliveries(states=["dead"])
    assert dead["channel"] == "hook"
    assert clock.now() - start <= timedelta(hours=76)
    notes = [body for body in other.bodies if body["type"] == "coalition_watch.note"]
    assert dead["id"] in json.dumps(notes)
    assert len(notes) == 1


async def test_a_refused_delivery_is_dead_after_three_and_can_be_retried(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    desk.hook.statuses = [400] * 3
    app = await desk.round(clock=clock)
    for _ in range(3):
        clock.move(minutes=6)
        await app.run_once(patience=NO_PATIENCE)
    assert desk.hook.refused == 3
    assert app.deliveries()[0]["state"] == "dead"
    assert app.retry_deliveries() == 1
    await app.run_once(patience=NO_PATIENCE)
    assert app.deliveries()[0]["state"] == "sent"


async def test_a_receiver_that_is_gone_is_not_called_again(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    desk.story("a", "CLAIM SE troops committed")
    desk.hook.statuses = [410] * 9
    app = await desk.round(clock=clock)
    clock.move(hours=80)
    await app.run_once(patience=NO_PATIENCE)
    assert desk.hook.refused == 1
    assert Counter(row["state"] for row in app.deliveries()) == {"dead": 2}


async def test_a_hanging_channel_never_slows_the_others(desk):
    fast = desk.add_hook("fast")
    desk.hook.hangs = 3.0
    for actor in ("NO", "SE", "DK", "FI", "EE"):
        desk.story("a", f"CLAIM {actor} troops committed")
    app = desk.app()
    task = asyncio.create_task(app.run_once(patience=NO_PATIENCE))
    await until(lambda: len(fast.bodies) == 5)
    assert len(desk.hook.bodies) == 0
    desk.hook.hangs = 0.0
    await task
    assert len(desk.hook.bodies) == 5


async def test_a_channel_without_its_secret_keeps_its_alerts_and_the_rest_works(desk, caplog):
    desk.story("a", "CLAIM NO troops committed")
    app = desk.app()
    app._environ = {}
    with caplog.at_level(logging.ERROR):
        await app.run_once(patience=NO_PATIENCE)
    assert "HOOK_KEY" in caplog.text
    (row,) = app.deliveries()
    assert row["state"] == "pending"
    again = await desk.round()
    assert again.deliveries()[0]["state"] == "sent"


async def test_a_second_worker_on_the_same_database_is_refused(sqlite_desk):
    sqlite_desk.story("a", "CLAIM NO troops committed")
    first, second = sqlite_desk.app(), sqlite_desk.app()
    async with first.working():
        with pytest.raises(UsageError, match="another worker") as told:
            await second.run_once()
    assert "\n" not in str(told.value)
    await second.run_once(patience=NO_PATIENCE)


async def test_a_database_locked_for_a_while_is_told_and_waited_for(sqlite_desk, caplog):
    sqlite_desk.story("a", "CLAIM NO troops committed")
    app = sqlite_desk.app()
    blocker = sqlite3.connect(
        sqlite_desk.folder / "watch.db", isolation_level=None, check_same_thread=False
    )
    release = threading.Timer(6.5, lambda: blocker.execute("ROLLBACK"))
    blocker.execute("BEGIN IMMEDIATE")
    release.start()
    with caplog.at_level(logging.WARNING):
        await app.run_once(patience=NO_PATIENCE)
    release.join()
    blocker.close()
    assert "another process holds its lock" in caplog.text
    assert len(sqlite_desk.hook.bodies) == 1


async def test_the_running_worker_polls_on_its_own_and_stops_when_told(desk):
    desk.options["route"] = {"group_wait": "1s"}
    desk.story("a", "CLAIM NO troops committed")
    app = desk.app(clock=RunningClock())
    async with app.working() as engine:
        task = asyncio.create_task(engine.run())
        await until(lambda: desk.hook.bodies)
        begun = time.monotonic()
        engine.stop()
        await task
    assert time.monotonic() - begun < 5


async def test_alerts_too_many_for_one_message_follow_in_the_next_and_none_is_left_out(desk):
    desk.options["route"] = {"group_by": []}
    actors = ("NO", "SE", "DK", "FI", "EE", "LV", "LT", "PL", "ES", "PT")
    padding = "with a long explanation of what was promised, when and by whom, " * 10
    for actor in actors:
        for measure in ("troops", "air", "navy"):
            desk.story(f"{actor}{measure}".lower(), f"CLAIM {actor} {measure} committed {padding}")
    await desk.round()
    assert all(body["data"]["omitted"] == [] for body in desk.hook.bodies)
    assert len(desk.hook.alert_ids) == len(set(desk.hook.alert_ids)) == 30
    assert 1 < len(desk.hook.bodies) < 30


async def test_progress_is_told_stage_by_stage(desk):
    seen: list[Progress] = []
    desk.story("a", "CLAIM NO troops committed")
    desk.story("down", "unread")
    desk.press.statuses["/down.xml"] = 500
    await desk.round(on_progress=seen.append)
    assert Counter(step.stage for step in seen) == {
        Stage.POLL: 2,
        Stage.READ: 1,
        Stage.JUDGE: 1,
        Stage.DELIVER: 1,
    }
    assert [step.label for step in seen if step.failed] != []


async def test_a_hundred_feeds_are_told_within_one_round(desk):
    actors = ("NO", "SE", "DK", "FI", "EE", "LV", "LT", "PL", "ES", "PT")
    measures = ("troops", "air", "navy", "arms", "funding", "training", "logistics", "sanctions")
    slots = [(actor, measure) for actor in actors for measure in (*measures, "command", "industry")]
    for number, (actor, measure) in enumerate(slots):
        desk.story(f"f{number:03}", f"CLAIM {actor} {measure} committed")
    app = await desk.round()
    told = [(a["actor"], a["measure"]) for b in desk.hook.bodies for a in b["data"]["alerts"]]
    assert sorted(told) == sorted(slots)
    assert app.store.queries.counts()["dead_letters"] == 0
