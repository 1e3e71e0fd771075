"""What is read straight from the tree of a feed is what feedparser reads in it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.core import feeds
from worker.core.feeds import ParsedFeed, parse_feed
from worker.core.plainfeeds import read_plain
from worker.model import Feed, FeedKind

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
PRESS = Feed("blatt", "https://blatt.example/rss", "Blatt", "de", "DE", FeedKind.PRESS)
NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)
#: Zero-width and other marks are taken out later, alike on both ways.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Zs"]),
    min_size=1,
    max_size=12,
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
MARKUP = TEXTS.map(lambda text: f"<p>{escape(text)} <b>fett</b> &amp; mehr</p>")
MOMENTS = st.integers(820_000_000, int(NOW.timestamp())).map(
    lambda s: datetime.fromtimestamp(s, UTC)
)


def rss(items: str, channel: str = "") -> str:
    head = f'<rss version="2.0" {NAMES}><channel><title>Blatt</title>'
    return f"{head}{channel}{items}</channel></rss>"


@st.composite
def rss_items(draw: st.DrawFn) -> str:
    number = draw(st.integers(1, 10**6))
    parts = [f"<title>{escape(draw(TEXTS))}</title>"]
    parts.append(f"<link>https://blatt.example/{number}?a=1&amp;b=2</link>")
    if draw(st.booleans()):
        parts.append(f"<guid isPermaLink='false'>g {number}</guid>")
    # Together in this order: a content before its description makes feedparser mix them up.
    texts = [f"<description>{escape(draw(st.one_of(TEXTS, MARKUP)))}</description>"]
    texts.append(f"<content:encoded><![CDATA[{draw(MARKUP)}]]></content:encoded>")
    parts.append("".join(text for text in texts if draw(st.booleans())))
    if draw(st.booleans()):
        parts.append(f"<pubDate>{draw(MOMENTS):%a, %d %b %Y %H:%M:%S} +0100</pubDate>")
    if draw(st.booleans()):
        parts.append(f"<dc:date>{draw(MOMENTS):%Y-%m-%dT%H:%M:%SZ}</dc:date>")
    if draw(st.booleans()):
        parts.append("<media:content url='https://b.example/a.jpg' medium='image'/>")
        parts.append("<dc:creator>A</dc:creator><category>Politik</category>")
    return f"<item>{''.join(draw(st.permutations(parts)))}</item>"


@st.composite
def atom_entries(draw: st.DrawFn) -> str:
    number, moment = draw(st.integers(1, 10**6)), draw(MOMENTS)
    parts = [
        f"<id>tag:{number}</id>",
        f"<title type='html'>{escape(escape(draw(TEXTS)))}</title>",
        f"<link rel='alternate' href='https://blatt.example/{number}'/>",
        f"<link rel='enclosure' href='https://blatt.example/{number}.mp3'/>",
        f"<updated>{moment:%Y-%m-%dT%H:%M:%S}+01:00</updated>",
        f"<summary type='html'>{escape(draw(MARKUP))}</summary>",
        "<author><name>A</name></author>",
    ]
    if draw(st.booleans()):
        parts.append(f"<content type='html'>{escape(draw(MARKUP))}</content>")
    return f"<entry>{''.join(parts)}</entry>"


def by_feedparser(body: str) -> ParsedFeed:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "read_plain", lambda text: None)
        return parse_feed(body.encode(), PRESS, now=NOW)


def both(body: str) -> ParsedFeed:
    """What is read, after it was held against feedparser's reading."""
    assert read_plain(body) is not None, "it was left to feedparser"
    read = parse_feed(body.encode(), PRESS, now=NOW)
    assert read == by_feedparser(body)
    return read


@settings(deadline=None, max_examples=150)
@given(st.lists(rss_items(), min_size=1, max_size=4))
def test_rss_of_the_usual_shape_is_read_as_feedparser_reads_it(items: list[str]) -> None:
    channel = "<ttl>30</ttl><skipHours><hour>3</hour></skipHours><language>de</language>"
    assert both(rss("".join(items), channel)).ttl_minutes == 30


@settings(deadline=None, max_examples=100)
@given(st.lists(atom_entries(), min_size=1, max_size=4))
def test_atom_of_the_usual_shape_is_read_as_feedparser_reads_it(entries: list[str]) -> None:
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Amt</title>'
    assert both(f"{head}{''.join(entries)}</feed>").entries


RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="https://blatt.example/"><title>Blatt</title>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel>
<item rdf:about="https://blatt.example/1"><title>Force &amp;amp; planned</title>
<link>https://blatt.example/1</link><description>Kurz.</description>
<dc:date>2026-01-14T08:00:00+01:00</dc:date></item></rdf:RDF>"""


def test_rdf_is_read_as_feedparser_reads_it() -> None:
    read = both(RDF)
    assert read.ttl_minutes == 15
    assert read.entries[0].published == datetime(2026, 1, 14, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        "<title>T</title><link>https://b.example/1</link><title>Zweiter</title>",
        "<title>T</title><guid>https://b.example/1</guid>",
        "<title>T <b>fett</b></title><link>https://b.example/1</link>",
        "<title>T</title><link>https://b.example/1</link><pubDate>gestern</pubDate>",
        "<title>T</title><link>https://b.example/1</link><pubDate>2026-01-14</pubDate>",
        "<title>T</title><link>https://b.example/1</link><summary>Anders</summary>",
        "<title>T</title><link>https://b.example/1</link><description type='xhtml'>x</description>",
        "<title>T</title><link>https://b.example/1</link><content mode='base64'>eA==</content>",
        "<title>T & U</title><link>https://b.example/1</link>",
    ],
)
def test_what_is_odd_or_broken_is_left_to_feedparser(item: str) -> None:
    assert read_plain(rss(f"<item>{item}</item>")) is None
    assert parse_feed(rss(f"<item>{item}</item>").encode(), PRESS, now=NOW).entries


def test_a_feed_without_items_is_left_to_feedparser() -> None:
    assert read_plain(rss("")) is None
    assert parse_feed(rss("").encode(), PRESS, now=NOW).entries == ()
