"""A story found by a search engine and by its publisher's own feed is one article."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.integration.newsroom import Story
from tests.integration.test_pipeline import desk, sqlite_desk  # noqa: F401
from tests.unit.test_googlenews import PAGE, TOKEN, told
from worker.adapters.store import tables
from worker.core import googlenews

ANSWERS_AT = "/_/DotsSplashUi/data/batchexecute"


@pytest.fixture
def engine(desk, monkeypatch):  # noqa: F811
    """The press with a search engine whose links hide the page of a publisher."""
    desk.story("paper", "CLAIM NO troops committed")
    (story,) = desk.press.feeds["paper"]
    link = f"/rss/articles/{TOKEN}"
    desk.press.feeds["search"] = [
        Story(link, story.title, "", story.published, "Norway will send troops.")
    ]
    desk.press.searches.add("search")
    desk.press.pages[link] = PAGE
    desk.press.posted[ANSWERS_AT] = lambda body: told(desk.press.url("paper", story.path))
    monkeypatch.setattr(googlenews, "HOST", desk.press.host("search").partition(":")[0])
    return desk


def articles(app):
    with app.store.database.read() as connection:
        return connection.execute(select(tables.article)).mappings().all()


async def test_the_publishers_page_behind_a_link_is_read_and_is_one_article(engine):
    app = await engine.round()
    (article,) = articles(app)
    assert article["url"] == engine.press.url("paper", "/paper/0.html")
    assert engine.press.asked[ANSWERS_AT] >= 1
    (alert,) = engine.hook.alerts
    assert (alert["actor"], alert["origins"]) == ("NO", 1)


async def test_without_the_publishers_own_feed_its_page_is_read_all_the_same(engine):
    engine.press.statuses["/paper.xml"] = 500
    app = await engine.round()
    (article,) = articles(app)
    assert article["url"] == engine.press.url("paper", "/paper/0.html")
    assert article["text_source"] == "page"


async def test_where_robots_txt_forbids_to_ask_the_headline_stays(engine):
    engine.press.robots = "User-agent: *\nDisallow: /_/\n"
    engine.press.statuses["/paper.xml"] = 500
    app = await engine.round()
    (article,) = articles(app)
    assert article["text_source"] == "feed_summary"
    assert engine.press.asked[ANSWERS_AT] == 0
