"""Addresses: one form for each page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core import urls
from worker.core.urls import canonical_url, publisher_url, site_of, web_url


@pytest.mark.parametrize(
    "same",
    [
        "https://blatt.example/politik/oslo?id=5",
        "https://Blatt.Example:443/politik/oslo?id=5#kommentare",
        "https://reader:pw@blatt.example/politik/oslo?id=5&utm_source=rss&utm_medium=x",
        "https://blatt.example/politik/oslo?fbclid=abc&id=5&at_medium=custom7",
        "https://blatt.example/politik/oslo?id=5&outputType=amp&wt_mc=nl",
        " https://blatt.example/politik/oslo?id=5&print=1\n",
    ],
)
def test_the_same_page_has_one_address(same: str) -> None:
    assert canonical_url(same) == "https://blatt.example/politik/oslo?id=5"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/?id=1", "https://a.example/?id=2"),
        ("https://a.example/x?cid=1", "https://a.example/x?cid=2"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://a.example:8443/x", "https://a.example/x"),
        ("https://a.example/X", "https://a.example/x"),
        ("https://a.example/ampel", "https://a.example/el"),
        ("http://127.0.0.1:81/x", "http://127.0.0.1:82/x"),
    ],
)
def test_different_pages_have_different_addresses(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_what_may_choose_the_page_stays_as_given() -> None:
    for address in (
        "http://blatt.example/a/?b=2&a=1&c",
        "https://blatt.example/a?b",
        "https://blatt.example/?q=a%26b+c",
        "https://blatt.example/a;b=1/amp",
    ):
        assert canonical_url(address) == address
    assert canonical_url("https://blatt.example") == "https://blatt.example/"


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "java\nscript:alert(1)", "&#106;avascript:alert(1)", "data:text/html,x",
        "file:///etc/passwd", "mailto:a@b.example", "", "https://", "http:///x", "http://a b/",
        "http://a:port/", "http://a:99999/", "http://[::1", "http://%65xample.org/", "ftp://a.example/",
        "https://a.example/" + "x" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert web_url(text) is None
    assert canonical_url(text) == text


def test_links_are_made_absolute_and_lose_credentials() -> None:
    assert web_url("/x y", "https://a.example/b/") == "https://a.example/x%20y"
    assert web_url("//b.example/ü?q=ß") is None
    assert web_url("//b.example/ü?q=ß", "https://a.example/") == "https://b.example/%C3%BC?q=%C3%9F"
    assert web_url("https://me:secret@a.example/%20") == "https://a.example/%20"


def test_publishers_are_found_inside_search_links() -> None:
    inside = "https://tagblatt.example/politik/1"
    assert publisher_url(f"http://www.bing.com/news/apiclick.aspx?url={inside}&c=1") == inside
    assert publisher_url(f"https://www.google.com/url?rct=j&url={inside}&ct=ga") == inside
    token = "CBMiImh0dHBzOi8vdGFnYmxhdHQuZXhhbXBsZS9wb2xpdGlrLzHSAQA"
    assert publisher_url(f"https://news.google.com/rss/articles/{token}?oc=5") == inside
    assert (
        publisher_url("https://tagblatt-example.cdn.ampproject.org/c/s/tagblatt.example/politik/1")
        == inside
    )
    assert publisher_url("https://www.google.com/amp/s/tagblatt.example/politik/1") == inside
    for closed in (
        "https://tagblatt.example/amp/s/x.example/1",
        "https://tagblatt-example.cdn.ampproject.org/c/s/nothing",
        "https://news.google.com/rss/articles/CBMiAAAA?oc=5",
        "https://www.bing.com/news/apiclick.aspx?url=javascript:x",
        "https://tagblatt.example/url?url=https://x.example/",
        "no address",
    ):
        assert publisher_url(closed) == closed


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://news.bbc.co.uk/x", "bbc.co.uk"),
        ("https://www.tagesschau.de/", "tagesschau.de"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("nothing", ""),
    ],
)
def test_the_site_is_the_registrable_domain(url: str, site: str) -> None:
    assert site_of(url) == site


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_addresses(text: str) -> None:
    for url in (text, "https://" + text, "https://a.example/" + text, "https://a.example/?" + text):
        key = canonical_url(url)
        assert canonical_url(key) == key or web_url(url) is None
        publisher_url(url)
        site_of(url)


_PIECES = st.sampled_from(
    [
        "http",
        "https",
        "://",
        "a",
        "B",
        "1",
        ".",
        "-",
        "/",
        "//",
        ":",
        "@",
        "?",
        "&",
        "=",
        "#",
        "%",
        ";",
        "~",
        "amp",
        "x.example",
        "utm_a=1",
        "é",
        "[",
        "$",
        "\xa0",
        "news.google.com",
        "www.bing.com",
        "/amp/s/",
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join), st.sampled_from(["", "https://b.example/x/"]))
def test_addresses_of_the_usual_form_take_a_shorter_way_to_the_same_end(
    rest: str, base: str
) -> None:
    text = f"https://a.example{rest}"
    for address in (text, rest):
        found = [
            f(address) for f in (lambda each: web_url(each, base), canonical_url, publisher_url)
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(urls, "_USUAL", re.compile(r"(?!)"))
            patch.setattr(urls, "_HIDING", re.compile(""))
            slowly = [
                f(address) for f in (lambda each: web_url(each, base), canonical_url, publisher_url)
            ]
        assert found == slowly
