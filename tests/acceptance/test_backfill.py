"""What was published before a feed was watched fills the ledger, and is told only if asked."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.acceptance.conftest import TEXT
from tests.integration.desk import write_config
from worker.core.searching import past_searches

TODAY = datetime.now(UTC).date()
SINCE = TODAY - timedelta(days=20)


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def serve(press, path: str, body: bytes) -> str:
    answer = press.answer

    def with_body(asked: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        if asked == path:
            press.asked[asked] += 1
            return 200, body, {"Content-Type": "application/xml"}
        return answer(asked, validator)

    press.answer = with_body
    return press.url("a", path)


def sitemap(*places: tuple[str, date]) -> bytes:
    listed = "".join(f"<url><loc>{url}</loc><lastmod>{at}</lastmod></url>" for url, at in places)
    return f"<urlset>{listed}</urlset>".encode()


@pytest.fixture
def archive(press) -> None:
    """An index of two sitemaps, one of them too old to be asked for; three articles."""
    pages = [serve(press, f"/old/{number}.html", story_page(number)) for number in (1, 2, 3)]
    months = sitemap((pages[0], day(10)), (pages[1], day(15)), (pages[2], day(60)))
    recent = serve(press, "/months.xml.gz", gzip.compress(months))
    dead = press.url("a", "/2019-01.xml")
    listed = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in (recent, dead))
    index = serve(press, "/index.xml", f"<sitemapindex>{listed}</sitemapindex>".encode())
    press.robots = f"User-agent: *\nAllow: /\nSitemap: {index}\n"


def story_page(number: int) -> bytes:
    return (
        f"<html><body><article><h1>Old {number}</h1><p>{TEXT}</p></article></body></html>".encode()
    )


def run_backfill(program, *options: object) -> list[dict]:
    arguments = ("--from", SINCE, "--feed", "a", "--format", "json", *options)
    return program("backfill", *arguments).lines


@pytest.mark.usefixtures("archive")
def test_a_sitemaps_articles_of_the_days_asked_for_are_read_and_not_told(program, press):
    assert run_backfill(program) == [{"feed": "a", "found": 2, "new": 2}]
    assert press.asked["/2019-01.xml"] == 0
    del press.feeds["a"][:]
    assert program("run", "--once").code == 0
    assert [press.asked[f"/old/{number}.html"] for number in (1, 2, 3)] == [1, 1, 0]
    assert program("alerts", "--format", "json").out == ""
    known = program("positions", "--actor", "DE", "--format", "json").lines
    assert any(row["measure"] == "troops" and row["stance"] == "committed" for row in known)


@pytest.mark.usefixtures("archive")
def test_asked_for_alerts_they_are_told(program, press):
    assert run_backfill(program, "--alerts")[0]["new"] == 2
    del press.feeds["a"][:]
    assert program("run", "--once").code == 0
    assert len(program("alerts", "--format", "json").lines) > 0


@pytest.mark.usefixtures("archive")
def test_it_can_be_narrowed_tried_and_repeated(program):
    assert run_backfill(program, "--match", "/old/1", "--dry-run")[0] == {
        "feed": "a",
        "found": 1,
        "new": None,
    }
    assert run_backfill(program, "--limit", "1")[0]["new"] == 1
    assert [run_backfill(program)[0]["new"] for _ in range(2)] == [1, 0]


def test_a_search_feed_is_asked_week_by_week(program, press, config):
    hit = {"url": press.url("a", "/a/0.html"), "title": "Hit", "domain": "a.example"}
    hit |= {"seendate": f"{day(12):%Y%m%d}T080000Z", "language": "English"}
    asked = []
    answer = press.answer

    def search(path: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        if path.startswith("/doc/doc"):
            asked.append(path)
            return 200, json.dumps({"articles": [hit]}).encode(), {}
        return answer(path, validator)

    press.answer = search
    url = press.url("a", "/doc/doc?query=coalition&mode=artlist&format=json&timespan=1d")
    feed = {"id": "a", "url": url, "title": "A", "language": "en", "country": "GB"}
    write_config(config, press, {})
    (config / "feeds.yaml").write_text(json.dumps({"feeds": [{**feed, "kind": "search"}]}))
    assert run_backfill(program) == [{"feed": "a", "found": 1, "new": 1}]
    assert len(asked) == 3
    assert f"startdatetime={SINCE:%Y%m%d}000000" in asked[0]
    assert all("timespan" not in path for path in asked)


def test_google_news_is_asked_with_its_own_words_for_days():
    (url,) = past_searches(
        "https://news.google.com/rss/search?q=%22coalition%22&hl=en",
        date(2026, 1, 1),
        date(2026, 1, 7),
    )
    assert "q=%22coalition%22+after%3A2026-01-01+before%3A2026-01-08" in url
    assert past_searches("https://www.bing.com/news/search?q=x", date(2026, 1, 1), TODAY) == ()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--from", "soon", "--feed", "a"), "must be a date such as 2026-01-31"),
        (("--from", "2026-01-01", "--feed", "zz"), "no such feed"),
        (("--from", str(TODAY), "--feed", "a"), "ask for --alerts"),
        (("--from", "2026-01-01", "--feed", "a", "--match", "("), "not a regular expression"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_the_reason(program, options, told):
    outcome = program("backfill", *options)
    assert outcome.code == 2
    assert told in outcome.err
