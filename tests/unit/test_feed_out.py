"""Feeds of alerts: readers take them, a round trip through the own reader loses nothing, all is inert."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from tests.samples import hostile_alert, sample_alert
from worker.core.feeds import parse_feed
from worker.core.render.feed import FeedHead, atom, json_feed
from worker.model import AlertEvent, Feed, FeedKind

NOW = datetime(2026, 2, 3, 13, 0, tzinfo=UTC)
BASE = "https://watch.example"
TOLD = [
    (replace(sample_alert(), event=AlertEvent.CONFIRMED), NOW),
    (sample_alert(id="7f0c2c1a-0000-5000-8000-000000000002"), NOW - timedelta(hours=2)),
]
ATOM = "{http://www.w3.org/2005/Atom}"


def feeds(told: Any = TOLD, base: str | None = BASE, **options: Any) -> dict[str, bytes]:
    body = json.dumps(json_feed(told, base, **options)).encode()
    return {"atom": atom(told, base, NOW, **options), "json": body}


def test_a_reader_finds_all_that_rfc_4287_asks_for() -> None:
    read = feedparser.parse(BytesIO(feeds()["atom"]))
    assert not read.bozo
    assert read.version == "atom10"
    assert (read.feed.id, read.feed.updated) == (
        "tag:coalition-watch,2026:changes",
        NOW.isoformat(),
    )
    assert read.feed.author == "Coalition Watch"
    first, second = read.entries
    assert first.title == "🇫🇷 France · ground troops: new pledge — now confirmed"
    assert first.link == f"{BASE}/alert/{sample_alert().id}"
    assert (first.updated, first.published) == (
        NOW.isoformat(),
        sample_alert().raised_at.isoformat(),
    )
    assert {tag.term for tag in first.tags} == {"FR", "troops", "high"}
    assert first.id != second.id
    root = etree.fromstring(feeds()["atom"])
    for entry in root.iter(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "link", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1


def test_json_feed_1_1_has_its_fields_and_tells_the_same() -> None:
    feed = json.loads(feeds()["json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["feed_url"], feed["language"]) == (f"{BASE}/changes.json", "en")
    read = feedparser.parse(BytesIO(feeds()["atom"]))
    for item, entry in zip(feed["items"], read.entries, strict=True):
        assert (item["title"], item["url"]) == (entry.title, entry.link)
        assert item["content_html"] == entry.content[0].value
        assert item["date_modified"] == entry.updated


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_what_is_written_can_be_read_by_the_worker_itself(kind: str) -> None:
    feed = Feed("own", BASE, "own", "en", "GB", FeedKind.PRESS)
    read = parse_feed(feeds()[kind], feed, known=(), now=NOW)
    assert [entry.url for entry in read.entries] == [f"{BASE}/alert/{a.id}" for a, _ in TOLD]
    assert "Frankreich wird bis zu 5000 Soldaten entsenden" in read.entries[0].content


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_without_a_dashboard_entries_lead_to_their_article(kind: str) -> None:
    body = feeds(base=None, head=FeedHead("Own", None, "route=x"))[kind].decode()
    assert "https://zeitung.example/a/1" in body
    assert "/alert/" not in body


def test_feeds_of_different_scope_are_different_feeds_and_one_scope_is_one_feed() -> None:
    tags = [FeedHead(scope=scope).tag for scope in ("", "actor=DE", "actor=FR", "actor=DE")]
    assert len(set(tags)) == 3
    assert tags[1] == tags[3]


def test_labels_are_german_where_asked_and_an_empty_feed_is_one_too() -> None:
    assert "Frankreich · Bodentruppen" in feeds(language="de")["atom"].decode()
    read = feedparser.parse(BytesIO(feeds([])["atom"]))
    assert (read.bozo, len(read.entries), read.feed.updated) == (False, 0, NOW.isoformat())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=60) | st.sampled_from(["<script>x</script>", "]]>", "\x00\ud800", "&#0;"]))
def test_whatever_an_article_holds_stays_inert_in_a_feed(text: str) -> None:
    told = [(hostile_alert(text), NOW)]
    root = etree.fromstring(feeds(told)["atom"])
    (item,) = json.loads(feeds(told)["json"])["items"]
    for page in (root.findtext(f".//{ATOM}content"), item["content_html"]):
        shown = html.fragment_fromstring(page)
        assert {e.tag for e in shown.iter()} <= {"div", "p", "strong", "blockquote", "a"}
        for element in shown.iter():
            assert set(element.attrib) <= {"href"}
            assert re.match(r"https?://", element.get("href", "https://"))
