"""News sitemaps and GDELT's lists are read like any other feed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from worker.core.feeds import MAX_ENTRIES, parse_feed
from worker.core.sitemaps import Place, may_hold, parse_sitemap
from worker.errors import InputError
from worker.model import Feed, FeedKind

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
FEED = Feed("blatt", "https://blatt.example/news.xml", "Blatt", "de", "DE", FeedKind.PRESS)
SEARCH = Feed("gdelt", "https://api.example/doc", "GDELT", "en", "US", FeedKind.SEARCH)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset '
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)


def place(number: int, *, title: str = "Oslo &amp; Kiew", at: str = "2026-01-15T08:00:00+01:00"):
    return (
        f"<url><loc>https://blatt.example/a?id={number}&amp;x=1</loc><news:news><news:publication>"
        f"<news:name>Blatt</news:name><news:language>de</news:language></news:publication>"
        f"<news:publication_date>{at}</news:publication_date>"
        f"<news:title><![CDATA[{title}]]></news:title></news:news></url>"
    )


def sitemap(*places: str) -> bytes:
    return f"{HEAD}{''.join(places)}</urlset>".encode()


def test_a_news_sitemap_gives_address_headline_date_and_publisher() -> None:
    (entry,) = parse_feed(sitemap(place(1, title="Oslo & Kiew")), FEED, now=NOW).entries
    assert entry.url == "https://blatt.example/a?id=1&x=1"
    assert entry.title == "Oslo & Kiew"
    assert entry.published == datetime(2026, 1, 15, 7, 0, tzinfo=UTC)
    assert (entry.source, entry.language, entry.key) == ("Blatt", "de", entry.url)


def test_what_a_sitemap_showed_before_is_known() -> None:
    first = parse_feed(sitemap(place(1), place(2)), FEED, now=NOW)
    known = {entry.key for entry in first.entries}
    later = parse_feed(sitemap(place(3), place(1), place(2)), FEED, known=known, now=NOW)
    assert [entry.url[-6:-4] for entry in later.entries] == ["=3"]


def test_a_large_sitemap_is_read_in_parts() -> None:
    body = sitemap(*(place(n) for n in range(MAX_ENTRIES + 20)))
    first = parse_feed(body, FEED, now=NOW)
    assert (len(first.entries), first.more) == (MAX_ENTRIES, True)
    rest = parse_feed(body, FEED, known={entry.key for entry in first.entries}, now=NOW)
    assert (len(rest.entries), rest.more) == (20, False)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b"<sitemapindex><sitemap><loc>https://b.example/n.xml</loc></sitemap></sitemapindex>",
            "index of sitemaps.*https://b.example/n.xml",
        ),
        (b"<urlset><url><loc>https://b.example/1</loc></url></urlset>", "without news"),
    ],
)
def test_a_sitemap_that_is_no_feed_is_refused_with_what_to_name_instead(
    body: bytes, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        parse_feed(body, FEED, now=NOW)


def test_of_an_index_only_what_may_hold_the_days_wanted_is_followed() -> None:
    since = date(2026, 1, 10)
    old = datetime(2025, 12, 1, tzinfo=UTC)
    assert not may_hold(Place("https://b.example/1.xml", old), since)
    assert not may_hold(Place("https://b.example/sitemap-2025-12.xml", None), since)
    assert may_hold(Place("https://b.example/sitemap/2026/01.xml", None), since)
    assert may_hold(Place("https://b.example/all.xml", None), since)


def test_fifty_thousand_unclosed_places_cost_nothing() -> None:
    assert parse_sitemap("<urlset>" + "<url><loc>" * 50_000).places == ()


def gdelt(*articles: dict) -> bytes:
    return json.dumps({"articles": list(articles)}).encode()


def test_gdelts_list_gives_publisher_language_and_time() -> None:
    body = gdelt(
        {
            "url": "https://www.blatt.example/oslo?utm_source=x",
            "title": "Oslo sagt zu , heißt es",
            "seendate": "20260115T101500Z",
            "domain": "blatt.example",
            "language": "German",
        }
    )
    (entry,) = parse_feed(body, SEARCH, now=NOW).entries
    assert entry.url == "https://www.blatt.example/oslo"
    assert (entry.title, entry.source, entry.language) == (
        "Oslo sagt zu, heißt es",
        "blatt.example",
        "de",
    )
    assert entry.published == datetime(2026, 1, 15, 10, 15, tzinfo=UTC)


def test_gdelt_without_a_match_is_an_empty_feed() -> None:
    assert parse_feed(b"{}", SEARCH, now=NOW).entries == ()


def test_a_json_feed_of_any_length_is_read_in_parts() -> None:
    items = [{"id": str(n), "url": f"https://b.example/{n}", "title": "T"} for n in range(1_200)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    known: set[str] = set()
    parts = []
    while True:
        parsed = parse_feed(body, FEED, known=known, now=NOW)
        known |= {entry.key for entry in parsed.entries}
        parts.append(len(parsed.entries))
        if not parsed.more:
            break
    assert parts == [500, 500, 200]
