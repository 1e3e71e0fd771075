"""Articles change after they were read: corrections are followed, live blogs too, twins are one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.integration.desk import SetClock
from tests.integration.test_pipeline import NO_PATIENCE, Desk
from tests.integration.values import NOW, a_feed, a_record, an_entry
from worker.adapters.store import Store, tables
from worker.core.origins import KnownText
from worker.core.schedule import FeedState
from worker.core.views import Verdict
from worker.model import Article, FeedKind, TextSource
from worker.ports import Judged, Polled

LEASE = timedelta(minutes=5)
TITLE = "Norway will send two minehunters to the Black Sea"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(tmp_path, stack)


async def later(app, clock, **step):
    clock.move(**step)
    await app.run_once(patience=NO_PATIENCE)


def told(desk) -> list[tuple[str, str]]:
    return [(alert["event"], alert["to"]["stance"]) for alert in desk.hook.alerts]


async def test_a_correction_of_the_page_is_found_within_an_hour_and_told(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    desk.press.feeds["a"][0].text = "CLAIM NO troops ruled_out"
    await later(app, clock, minutes=50)
    assert told(desk) == [("raised", "committed")]
    await later(app, clock, minutes=20)
    assert told(desk) == [("raised", "committed"), ("corrected", "ruled_out")]


async def test_a_page_that_meanwhile_shows_a_wall_corrects_nothing(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    desk.press.feeds["a"][0].text = "Subscribe now to read on. It is worth it, our readers say."
    desk.press.feeds["a"][0].background = ""
    await later(app, clock, hours=2)
    desk.press.statuses["/a/0.html"] = 404
    await later(app, clock, hours=8)
    assert told(desk) == [("raised", "committed")]
    assert desk.press.asked["/a/0.html"] == 3
    assert app.review() == []


async def test_an_unchanged_article_is_read_three_times_more_and_then_left_alone(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    desk.story("b", "Nothing of note.")
    app = await desk.round(clock=clock)
    for _ in range(40):
        await later(app, clock, hours=1)
    assert desk.press.asked["/a/0.html"] == 4
    assert desk.press.asked["/b/0.html"] == 1
    assert told(desk) == [("raised", "committed")]


async def test_a_live_blog_is_told_update_by_update_and_followed(desk):
    clock = SetClock(datetime.now(UTC))
    updates = [live(clock, 1, "CLAIM NO troops open"), live(clock, 2, "Nothing else happened.")]
    desk.story("a", "unread")
    page = desk.press.page
    desk.press.page = lambda feed, story: blog(updates) if feed == "a" else page(feed, story)
    app = await desk.round(clock=clock)
    assert told(desk) == [("raised", "open")]
    assert desk.hook.alerts[0]["article"].endswith("/a/0.html#u1")
    clock.move(minutes=40)
    updates.insert(0, live(clock, 3, "CLAIM NO troops committed"))
    await app.run_once(patience=NO_PATIENCE)
    assert told(desk)[-1] == ("raised", "committed")
    assert app.store.queries.counts()["articles"] == 3


def live(clock: SetClock, number: int, text: str) -> dict:
    at = (clock.now() - timedelta(minutes=10)).isoformat()
    body = {"@type": "BlogPosting", "headline": f"Update {number}", "articleBody": text}
    return body | {"datePublished": at, "url": f"https://x.example/live#u{number}"}


def blog(updates: list[dict]) -> bytes:
    data = json.dumps({"@type": "LiveBlogPosting", "liveBlogUpdate": updates})
    return f'<html><head><script type="application/ld+json">{data}</script></head></html>'.encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'watch.db'}")
    search = replace(a_feed("s", host="search.example"), kind=FeedKind.SEARCH)
    store.feeds.sync([a_feed("a"), search], NOW)
    yield store
    store.close()


def take_in(store: Store, feed: str, article: Article) -> None:
    """An entry of ``feed`` comes in and leads to ``article``."""
    works = store.feeds.claim(NOW + timedelta(days=1), busy=(), limit=9, lease_for=LEASE)
    for work in works:
        entries = [replace(an_entry(feed, str(article.url)), url=str(article.url))]
        state = FeedState(work.feed.url, NOW, last_success_at=NOW)
        store.feeds.save_polls([Polled(work, state, entries if work.feed.id == feed else [], NOW)])
    (entry,) = store.articles.claim_entries(NOW, busy=(), limit=9, lease_for=LEASE)
    store.articles.save_articles(entry, [article], NOW)


def judge(store: Store, *, relevant: bool = True) -> int:
    works = store.articles.claim_articles(NOW, limit=9, lease_for=LEASE)
    for work in works:
        text = KnownText(str(work.article.url), "d", "outlet:fjord post", "2026-03-01")
        records = (a_record("NO"),) if relevant else ()
        verdict = Verdict(records=records, text=text)
        store.ledger.judge(work, lambda view, desk, v=verdict: Judged(v, relevant=relevant), NOW)
    return len(works)


def rows(store: Store) -> list[dict]:
    with store.database.read() as connection:
        return [dict(row) for row in connection.execute(select(tables.article)).mappings()]


DIRECT = Article("The whole text, at length.", TITLE, "http://a.example/1", "2026-03-01")
HEADLINE = Article(
    TITLE,
    TITLE,
    "http://search.example/CBMi",
    "2026-03-01",
    source="Fjord Post",
    text_source=TextSource.FEED_SUMMARY,
)


def test_a_mere_headline_from_a_search_engine_is_the_article_that_is_known(store):
    take_in(store, "a", DIRECT)
    take_in(store, "s", HEADLINE)
    assert [row["url"] for row in rows(store)] == [DIRECT.url]


def test_the_whole_text_takes_the_place_of_a_headline_that_is_not_judged_yet(store):
    take_in(store, "s", HEADLINE)
    take_in(store, "a", DIRECT)
    states = {row["url"]: row["state"] for row in rows(store)}
    assert states == {HEADLINE.url: "done", DIRECT.url: "pending"}


def test_the_whole_text_after_a_judged_headline_is_the_same_report_and_confirms_nothing(store):
    take_in(store, "s", HEADLINE)
    assert judge(store) == 1
    take_in(store, "a", DIRECT)
    origins = {row["url"]: row["origin"] for row in rows(store)}
    assert origins[DIRECT.url] == "outlet:fjord post"


def test_the_whole_text_after_a_headline_that_told_nothing_has_its_own_origin(store):
    take_in(store, "s", HEADLINE)
    assert judge(store, relevant=False) == 1
    take_in(store, "a", DIRECT)
    origins = {row["url"]: row["origin"] for row in rows(store)}
    assert origins[DIRECT.url] is None


@pytest.mark.parametrize(
    "other", [replace(DIRECT, title="Live"), replace(DIRECT, published="2026-02-20")]
)
def test_a_short_headline_or_another_week_makes_no_twin(store, other):
    take_in(store, "a", other)
    take_in(store, "s", replace(HEADLINE, title=other.title, text=other.title))
    assert len(rows(store)) == 2


async def test_a_page_that_is_gone_withdraws_what_it_said(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    desk.press.statuses["/a/0.html"] = 410
    await later(app, clock, minutes=70)
    assert told(desk) == [("raised", "committed"), ("corrected", "committed")]
    assert "NO" not in {p.slot.actor for p in app.positions(actor="NO")}
    before = clock.now() - timedelta(minutes=5)
    assert [p.stance for p in app.positions(actor="NO", known_at=before)] == ["committed"]
    assert [n["kind"] for n in app.notes(kind="article_withdrawn")] == ["article_withdrawn"]


async def test_a_page_not_found_once_may_be_a_hitch_and_withdraws_nothing(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    desk.press.statuses["/a/0.html"] = 404
    await later(app, clock, minutes=70)
    del desk.press.statuses["/a/0.html"]
    await later(app, clock, minutes=11)
    desk.press.statuses["/a/0.html"] = 404
    await later(app, clock, hours=8)
    assert told(desk) == [("raised", "committed")]
    await later(app, clock, minutes=11)
    assert told(desk) == [("raised", "committed"), ("corrected", "committed")]


async def test_a_page_that_says_its_article_was_taken_back_withdraws_it(desk):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    desk.press.feeds["a"][0].text = "This article has been withdrawn. We regret the error."
    desk.press.feeds["a"][0].background = ""
    await later(app, clock, minutes=70)
    assert told(desk) == [("raised", "committed"), ("corrected", "committed")]


async def test_a_live_blog_that_is_gone_withdraws_every_update(desk):
    clock = SetClock(datetime.now(UTC))
    updates = [live(clock, 1, "CLAIM NO troops open"), live(clock, 2, "CLAIM SE air committed")]
    desk.story("a", "unread")
    page = desk.press.page
    desk.press.page = lambda feed, story: blog(updates) if feed == "a" else page(feed, story)
    app = await desk.round(clock=clock)
    desk.press.statuses["/a/0.html"] = 410
    await later(app, clock, minutes=40)
    assert sorted(told(desk)[2:]) == [("corrected", "committed"), ("corrected", "open")]
