"""What goes wrong without a sound is told to the operator, once, on his own channel."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from tests.integration.desk import SetClock
from tests.integration.newsroom import stub_analyze
from tests.integration.test_pipeline import NO_PATIENCE, desk, sqlite_desk  # noqa: F401
from tests.unit.ledger_language import record
from worker.adapters.store import tables
from worker.adapters.store.codec import record_row
from worker.model import OfficeHolder

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)


def fill(app, *, actor="PL", days=range(35, 60), language="pl"):
    """One claim and one article a day, so many days ago."""
    with app.store.database.write() as connection:
        for day in days:
            at = NOW - timedelta(days=day)
            told = record(f"{actor} troops open", f"{at:%F}", key=f"k{language}{day}")
            connection.execute(insert(tables.claim), record_row(told))
            connection.execute(insert(tables.article), an_article(f"{language}{day}", language, at))


def an_article(name, language, at):
    words = {"url": f"https://b.example/{name}", "title": name, "text": name, "language": language}
    done = {"state": "done", "next_at": at, "revision": 1, "content_hash": name, "seeding": False}
    times = {"sort_at": at, "first_seen": at, "fetched_at": at, "published": f"{at:%F}"}
    return {**words, **done, **times, "text_source": "page", "relevant": True, "claims": 1}


def notices(hook):
    told = [body for body in hook.bodies if body["type"] == "coalition_watch.note"]
    return [body for body in told if "first look back" not in body["data"]["title"]]


async def test_blind_spots_are_told_on_the_operators_channel_once_a_week(desk):  # noqa: F811
    ops, clock = desk.add_hook("ops"), SetClock(NOW)
    desk.options = {"route": {"channels": ["hook"]}, "operations": {"channels": ["ops"]}}
    app = desk.app(clock=clock)
    fill(app)
    fill(app, actor="DE", days=range(0, 60), language="de")
    await app.run_once(patience=NO_PATIENCE)
    (told,) = notices(ops)
    assert "actor:PL: no claim of PL for 30 days, 25 before" in str(told)
    assert "language:pl: no article in 'pl' for 3 days, 25 before" in str(told)
    assert "DE" not in str(told)
    assert notices(desk.hook) == []
    assert {n["subject"] for n in app.notes(kind="blind_spot")} == {"actor:PL", "language:pl"}
    clock.move(days=1)
    await app.run_once(patience=NO_PATIENCE)
    assert len(notices(ops)) == 1
    clock.move(days=7)
    fill(app, actor="DE", days=range(-9, 0), language="de")
    await app.run_once(patience=NO_PATIENCE)
    assert len(notices(ops)) == 2


async def test_a_route_that_asks_for_it_is_told_daily_that_the_worker_is_alive(desk):  # noqa: F811
    clock = SetClock(NOW)
    desk.options = {"route": {"alive": {"at": "09:00"}}}
    desk.story("a", "CLAIM NO troops committed")
    desk.story("a", "Nothing was decided.")
    for hours, story in enumerate(desk.press.feeds["a"], start=1):
        story.published = NOW - timedelta(hours=hours)
    app = await desk.round(clock=clock)
    assert len(desk.hook.alert_ids) == 1
    for _ in range(3):
        clock.move(minutes=10)
        await app.run_once(patience=NO_PATIENCE)
    clock.move(days=1, minutes=-30)
    await app.run_once(patience=NO_PATIENCE)
    clock.move(days=1)
    await app.run_once(patience=NO_PATIENCE)
    said = [re.search(r"alive: [^\"]+", str(body))[0] for body in notices(desk.hook)]
    assert [words.rstrip("']}") for words in said] == [
        "alive: 2 read, 1 of them coverage, 1 alert was told here",
        "alive: 0 read, 0 of them coverage, nothing changed",
        "alive: 0 read, 0 of them coverage, nothing changed",
    ]


async def test_a_dying_feed_is_told_where_the_operator_is_told(desk):  # noqa: F811
    ops, clock = desk.add_hook("ops"), SetClock(NOW)
    desk.options = {"route": {"channels": ["hook"]}, "operations": {"channels": ["ops"]}}
    desk.story("a", "CLAIM NO troops committed")
    desk.press.statuses["/a.xml"] = 500
    app = desk.app(clock=clock)
    for _ in range(8):
        await app.run_once(patience=NO_PATIENCE)
        clock.move(days=2)
    assert notices(desk.hook) == []
    assert len(notices(ops)) == 1
    assert "is dying" in str(notices(ops)[0])


@pytest.mark.parametrize("channels", [[], None])
async def test_an_operator_who_wants_no_notices_finds_the_notes(desk, channels):  # noqa: F811
    desk.options = {"operations": {"channels": channels}}
    app = desk.app(clock=SetClock(NOW))
    fill(app)
    fill(app, actor="DE", days=range(0, 60), language="de")
    await app.run_once(patience=NO_PATIENCE)
    assert len(notices(desk.hook)) == (0 if channels == [] else 1)
    assert len(app.notes(kind="blind_spot")) == 2


async def test_a_name_in_office_that_no_table_knows_is_noted_once(desk):  # noqa: F811
    roe = OfficeHolder("DK", "Jorunn Tveskov", "is in no table of people", "minister Tveskov said")

    def analyze(article):
        return replace(stub_analyze(article), office_holders=(roe,))

    for feed in ("a", "b"):
        desk.story(feed, "CLAIM NO troops committed")
    app = await desk.round(analyze=analyze)
    (note,) = app.notes(kind="office_holder")
    assert note["subject"] == "DK Jorunn Tveskov"
    assert "“minister Tveskov said” (http://127." in note["detail"]
