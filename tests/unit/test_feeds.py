"""Feed bodies of every format, and hostile ones, become entries."""

from __future__ import annotations

import json
import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.core.feeds import MAX_ENTRIES, parse_feed
from worker.core.feedsplit import _UNREADABLE, _has_unreadable, keep_new
from worker.errors import InputError
from worker.model import Entry, Feed, FeedKind

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
PRESS = Feed("blatt", "https://blatt.example/rss", "Blatt", "de", "DE", FeedKind.PRESS)
SEARCH = Feed("suche", "https://such.example/rss", "Suche", "de", "DE", FeedKind.SEARCH)


def rss(items: str, channel: str = "", head: str = "") -> bytes:
    return (
        f'{head}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>Blatt</title>{channel}{items}</channel></rss>"
    ).encode()


def item(number: int, extra: str = "") -> str:
    return (
        f"<item><title>Meldung {number}</title><link>https://blatt.example/{number}</link>"
        f'<guid isPermaLink="false">id-{number}</guid>{extra}</item>'
    )


def only(body: bytes, feed: Feed = PRESS) -> Entry:
    entries = parse_feed(body, feed, now=NOW).entries
    assert len(entries) == 1
    return entries[0]


def test_an_rss_item_becomes_an_entry_with_plain_texts() -> None:
    entry = only(
        rss(
            "<item><title>Kopenhagen &amp;amp; Oslo</title><link>/a?x=1#teil</link><guid isPermaLink='false'>g</guid>"
            "<pubDate>Wed, 14 Jan 2026 10:00:00 +0100</pubDate>"
            "<description>&lt;p&gt;Kurz &lt;b&gt;gesagt&lt;/b&gt;.&lt;/p&gt;</description>"
            "<content:encoded><![CDATA[<p>Erster Absatz.</p><p>Zweiter<br>Absatz.</p>"
            "<script>alert(1)</script>]]></content:encoded></item>"
        )
    )
    assert entry == Entry(
        feed_id="blatt",
        key="g",
        url="https://blatt.example/a?x=1",
        title="Kopenhagen & Oslo",
        summary="Kurz gesagt.",
        content="Erster Absatz.\n\nZweiter\n\nAbsatz.",
        published=datetime(2026, 1, 14, 9, 0, tzinfo=UTC),
        source=None,
        language="de",
    )


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>Ministry</title>
<entry><id>tag:1</id><title type="html">Force &lt;i&gt;planned&lt;/i&gt;</title>
<link rel="alternate" href="https://blatt.example/1"/><updated>2026-01-14T08:00:00Z</updated>
<author><name>A</name></author><summary>Short.</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://blatt.example/"><title>Blatt</title>
<items><rdf:Seq><rdf:li resource="https://blatt.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://blatt.example/1"><title>Force planned</title>
<link>https://blatt.example/1</link><dc:date>2026-01-14T08:00:00Z</dc:date></item></rdf:RDF>"""
RSS_091 = """<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>
<title>Blatt</title><item><title>Force planned</title><link>https://blatt.example/1</link>
<pubDate>14 Jan 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Blatt",
        "items": [
            {
                "id": 7,
                "url": "https://blatt.example/1",
                "title": "Force planned",
                "content_html": "<p>One.</p><p>Two.</p>",
                "date_published": "2026-01-14T09:00:00+01:00",
            }
        ],
    }
)


@pytest.mark.parametrize(
    "document", [ATOM, RDF, RSS_091, JSON_FEED], ids=["atom", "rdf", "091", "json"]
)
def test_every_format_gives_address_title_and_date(document: str) -> None:
    entry = only(document.encode())
    assert entry.url == "https://blatt.example/1"
    assert entry.title == "Force planned"
    assert entry.published == datetime(2026, 1, 14, 8, 0, tzinfo=UTC)


def test_the_language_of_the_document_beats_that_of_the_configuration() -> None:
    document = json.loads(JSON_FEED) | {"language": "en-US"}
    assert only(json.dumps(document).encode()).language == "en"
    assert only(JSON_FEED.encode()).language == "de"


def test_known_entries_are_left_out() -> None:
    body = rss("".join(item(n) for n in range(20)))
    parsed = parse_feed(body, PRESS, known={f"id-{n}" for n in range(18)}, now=NOW)
    assert [entry.key for entry in parsed.entries] == ["id-18", "id-19"]
    assert parsed.seen == 20


@pytest.mark.parametrize(
    "document", [ATOM, RDF, RSS_091, JSON_FEED], ids=["atom", "rdf", "091", "json"]
)
def test_the_key_of_one_poll_is_known_in_the_next(document: str) -> None:
    key = only(document.encode()).key
    assert parse_feed(document.encode(), PRESS, known={key}, now=NOW).entries == ()


def test_an_id_that_only_looks_like_a_relative_link_is_kept_and_known_as_written() -> None:
    body = b"<rss version='2.0'><channel><item><title>T</title><link>/a/1</link><guid>a-1</guid></item></channel></rss>"
    (entry,) = parse_feed(body, PRESS, now=NOW).entries
    assert entry.key == "a-1"
    assert entry.url.endswith("/a/1")
    assert keep_new(body.decode(), {entry.key}, 10)[0].count("<item>") == 0


def test_cutting_known_items_out_gives_what_the_full_parse_gives() -> None:
    tricky = "".join(
        [
            item(1, "<description><![CDATA[a <item> in a text]]></description>"),
            "<item><title>2</title><link>https://blatt.example/2</link><guid><![CDATA[id 2]]></guid></item>",
            "<item><title>3</title><link> https://blatt.example/3 </link></item>",
            item(4, "<source url='https://x.example/'>X</source>"),
        ]
    )
    everything = parse_feed(rss(tricky), PRESS, now=NOW).entries
    for entry in everything:
        rest = parse_feed(rss(tricky), PRESS, known={entry.key}, now=NOW).entries
        assert rest == tuple(other for other in everything if other.key != entry.key)


def test_an_update_costs_a_fraction_of_the_first_read() -> None:
    body = rss("".join(item(n, f"<description>{'Wort ' * 200}</description>") for n in range(200)))

    def cost(known: frozenset[str]) -> float:
        started = time.perf_counter()
        parse_feed(body, PRESS, known=known, now=NOW)
        return time.perf_counter() - started

    full = min(cost(frozenset()) for _ in range(3))
    update = min(cost(frozenset(f"id-{n}" for n in range(199))) for _ in range(3))
    assert update < full / 2


def test_wishes_of_the_feed_are_read() -> None:
    channel = (
        "<ttl>30</ttl><skipHours><hour>0</hour><hour>24</hour><hour>23</hour><hour>99</hour>"
        "</skipHours><skipDays><day>Saturday</day><day>sunday</day></skipDays>"
    )
    parsed = parse_feed(rss(item(1), channel), PRESS, now=NOW)
    assert parsed.ttl_minutes == 30
    assert parsed.skip_hours == {0, 23}
    assert parsed.skip_days == {"Saturday", "Sunday"}
    often = "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    assert parse_feed(rss(item(1), often), PRESS, now=NOW).ttl_minutes == 30
    assert parse_feed(rss(item(1)), PRESS, now=NOW).ttl_minutes is None


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOW),
        ("Thu, 15 Jan 2026 15:00:00 GMT", NOW),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("vorgestern", None),
        ("", None),
    ],
)
def test_future_dates_become_now_and_impossible_ones_none(date: str, read: datetime | None) -> None:
    assert only(rss(item(1, f"<pubDate>{date}</pubDate>"))).published == read


def test_a_search_engines_publisher_is_kept_and_taken_off_the_title() -> None:
    found = (
        "<item><title>Oslo sagt zu - Tagblatt</title><link>https://such.example/x</link>"
        "<source url='https://tagblatt.example'>Tagblatt</source></item>"
    )
    entry = only(rss(found), SEARCH)
    assert (entry.title, entry.source) == ("Oslo sagt zu", "Tagblatt")
    assert only(rss(found), PRESS).title == "Oslo sagt zu - Tagblatt"


def test_a_search_engines_link_becomes_the_publishers() -> None:
    found = (
        "<item><title>x</title><link>http://www.bing.com/news/apiclick.aspx?ref=F&amp;"
        "url=https%3a%2f%2ftagblatt.example%2fpolitik%2f1&amp;c=2</link></item>"
    )
    assert only(rss(found), SEARCH).url == "https://tagblatt.example/politik/1"


def test_of_a_search_engines_list_of_headlines_only_the_entrys_own_is_kept() -> None:
    others = "<ol><li><a href='u'>Oslo sagt zu</a> Tagblatt</li><li>Rom schickt Truppen</li></ol>"
    found = (
        "<item><title>Oslo sagt zu - Tagblatt</title><link>https://such.example/x</link>"
        f"<description><![CDATA[{others}]]></description><source url='u'>Tagblatt</source></item>"
    )
    assert only(rss(found), SEARCH).summary == "Oslo sagt zu"
    assert "Rom" in only(rss(found), PRESS).summary


def test_the_publisher_that_bing_names_is_kept() -> None:
    named = (
        b'<rss version="2.0" xmlns:News="https://www.bing.com/news/search?format=rss"><channel>'
        b"<title>b</title><item><title>Oslo</title><link>https://tagblatt.example/1</link>"
        b"<News:Source>Tagblatt</News:Source></item></channel></rss>"
    )
    assert only(named, SEARCH).source == "Tagblatt"


def test_addresses_lose_their_tracking() -> None:
    tracked = "<item><title>a</title><link>https://b.example/1?utm_source=rss#x</link></item>"
    assert only(rss(tracked)).url == "https://b.example/1"


def test_items_that_share_one_id_are_told_apart_by_their_links() -> None:
    items = "".join(
        f"<item><title>{n}</title><link>https://blatt.example/{n}</link>"
        "<guid isPermaLink='false'>same</guid></item>"
        for n in range(3)
    )
    parsed = parse_feed(rss(items), PRESS, now=NOW)
    assert [entry.key for entry in parsed.entries] == [
        f"https://blatt.example/{n}" for n in range(3)
    ]


def test_items_without_a_web_address_are_left_out_and_counted() -> None:
    items = "<item><title>a</title></item><item><title>b</title><link>javascript:x()</link></item>"
    parsed = parse_feed(rss(items + item(1)), PRESS, now=NOW)
    assert [entry.key for entry in parsed.entries] == ["id-1"]
    assert "2 items without a web address were left out" in parsed.problems


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\x00" * 100, "empty"),
        (b"<!doctype html><html><body>Please wait</body></html>", "HTML page"),
        (b"<html><head><title>403</title></head></html>", "HTML page"),
        (b"/etc/passwd", "no feed"),
        (b"/dev/zero", "no feed"),
        (b"http://127.0.0.1:1/", "no feed"),
        (b"../config/settings.yaml", "no feed"),
        (b'{"items": 5}', "neither a JSON Feed"),
        (b"{", "JSON cannot be read"),
        (b"[" * 200_000, "JSON cannot be read"),
        (bytes(range(256)) * 100, "no feed"),
        (b"\xff\xfe\x00", "no feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        parse_feed(body, PRESS, now=NOW)
    assert str(caught.value).startswith("feed blatt: ")


def test_an_empty_feed_is_a_feed() -> None:
    assert parse_feed(rss(""), PRESS, now=NOW).entries == ()


def test_a_badly_written_feed_is_read_as_far_as_it_goes() -> None:
    broken = rss(item(1) + "<item><title>a & b &nbsp; <br>c</title>")[:-20] + item(2).encode()
    keys = {entry.key for entry in parse_feed(broken, PRESS, now=NOW).entries}
    assert "id-1" in keys


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "iso-8859-1",
        "windows-1252",
        "koi8-r",
        "windows-1251",
        "iso-8859-2",
    ],
)
def test_every_honest_encoding_is_read(encoding: str) -> None:
    word = {"koi8-r": "Войска", "windows-1251": "Войска", "iso-8859-2": "żołnierze"}.get(
        encoding, "Grüße"
    )
    text = rss(
        item(1).replace("Meldung", word), head=f'<?xml version="1.0" encoding="{encoding}"?>'
    )
    assert only(text.decode().encode(encoding)).title == f"{word} 1"


@pytest.mark.parametrize(
    "encoding", ["punycode", "idna", "utf-7", "unicode_escape", "rot13", "zip", "x" * 39]
)
def test_an_encoding_that_is_a_trick_is_not_used(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    body = rss(item(1).replace("Meldung", "+ADw-script+AD4-"), head=head)
    assert only(body).title == "+ADw-script+AD4- 1"
    assert only(body + b"<!-- \xe4 -->").title == "+ADw-script+AD4- 1"


def test_entities_of_a_document_type_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{levels}]>'
    entry = only(rss(item(1).replace("Meldung", "&l9;"), head=laughs))
    assert len(entry.title) < 50
    stolen = '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    assert "root:" not in only(rss(item(1).replace("Meldung", "&f;"), head=stolen)).title


def test_headlines_hold_no_controls_markup_or_mail_encoding() -> None:
    title = "=?utf-8?q?Oslo=0D=0ABcc:_x=40y?= \x1b[31m&#x202E;rot&#x2028;\u00adneu&#0;&#xD800; <!channel>"
    entry = only(
        rss(f"<item><title><![CDATA[{title}]]></title><link>https://b.example/</link></item>")
    )
    assert entry.title.startswith("Oslo Bcc: x@y [31mrot neu")
    assert entry.title.isprintable()


def test_endless_texts_are_cut() -> None:
    entry = only(
        rss(
            f"<item><title>{'Wort ' * 9000}</title><link>https://b.example/</link>"
            f"<guid>{'k' * 5000}</guid><description>{'x' * 900_000}</description></item>"
        )
    )
    assert len(entry.title) <= 500
    assert entry.title.endswith("…")
    assert len(entry.summary) <= 5_000
    assert len(entry.key) < 100


def test_fifty_thousand_items_are_read_five_hundred_at_a_time() -> None:
    body = rss("".join(item(n) for n in range(50_000)))
    started = time.perf_counter()
    first = parse_feed(body, PRESS, now=NOW)
    assert len(first.entries) == MAX_ENTRIES
    assert (first.more, first.seen) == (True, 50_000)
    second = parse_feed(body, PRESS, known={e.key for e in first.entries}, now=NOW)
    assert second.entries[0].key == "id-500"
    assert time.perf_counter() - started < 8


@pytest.mark.parametrize("tag", ["<a>", "<item>", "</a>", "<a/>"])
def test_a_million_tags_are_refused_at_once(tag: str) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError, match="more than 300,000 tags"):
        parse_feed(rss(tag * 1_000_000), PRESS, now=NOW)
    assert time.perf_counter() - started < 5


def test_forty_thousand_attributes_cost_nothing() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(40_000))
    started = time.perf_counter()
    assert only(rss(item(1, f"<media {attributes}/>"))).key == "id-1"
    parse_feed(rss(f"<item {attributes}><title>x</title></item>"), PRESS, now=NOW)
    assert time.perf_counter() - started < 3


def test_an_endless_author_costs_nothing() -> None:
    author = f"<author>{'a@a.' + 'a.' * 32_000}</author><dc:creator>{'a@' * 30_000}</dc:creator>"
    started = time.perf_counter()
    assert only(rss(item(1, author))).key == "id-1"
    assert time.perf_counter() - started < 2


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(noise: bytes) -> None:
    for body in (noise, rss(item(1)).replace(b"Meldung", noise), b"<rss><channel><item>" + noise):
        try:
            parsed = parse_feed(body, PRESS, now=NOW)
        except InputError:
            continue
        titles = "".join(entry.title for entry in parsed.entries)
        assert not {unicodedata.category(letter) for letter in titles} & {"Cc", "Cs"}


@given(st.text(st.one_of(st.characters(), st.sampled_from("\x00\x0b\t\n\x1f\ufffe\uffff\x7f"))))
def test_what_no_parser_takes_is_found_in_the_bytes_as_well(text: str) -> None:
    assert _has_unreadable(text) == bool(_UNREADABLE.search(text))
