"""Links of Google News that hide the publisher's page: what is asked, and what is answered."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.googlenews import answer, question, token_of

TOKEN = "CBMiVkFVX3lxTE5hYmNkZWY"
LINK = f"https://news.google.com/rss/articles/{TOKEN}?oc=5"
PAGE = b'<c-wiz><div data-n-a-sg="AU_yq&amp;x" data-n-a-ts="1769000000"></div></c-wiz>'
PUBLISHER = "https://tagblatt.example/politik/1"


def told(url: str) -> bytes:
    call = ["wrb.fr", "Fbv4je", json.dumps(["garturlres", url, 1]), None, None, None, "generic"]
    return (
        ")]}'\n\n" + json.dumps([call, ["di", 12]]) + "\n26\n" + json.dumps([["e", 4]])
    ).encode()


@pytest.mark.parametrize(
    ("url", "token"),
    [
        (LINK, TOKEN),
        (f"https://news.google.com/articles/{TOKEN}", TOKEN),
        (f"https://news.google.com/read/{TOKEN}?hl=de", TOKEN),
        ("https://news.google.com/rss/search?q=x", None),
        (f"https://tagblatt.example/rss/articles/{TOKEN}", None),
        ("https://[", None),
    ],
)
def test_only_a_link_of_google_news_has_a_token(url: str, token: str | None) -> None:
    assert token_of(url) == token


def test_the_signature_of_the_page_is_sent_back_with_the_token() -> None:
    asked = question(LINK, PAGE)
    assert asked is not None
    where, form = asked
    assert where == "https://news.google.com/_/DotsSplashUi/data/batchexecute"
    ((call, inner, _, _),) = json.loads(parse_qs(form.decode())["f.req"][0])[0]
    assert call == "Fbv4je"
    assert json.loads(inner)[0] == "garturlreq"
    assert json.loads(inner)[-3:] == [TOKEN, 1769000000, "AU_yq&x"]


@pytest.mark.parametrize("page", [b"", b"<html>consent</html>", PAGE.replace(b"-ts", b"-xx")])
def test_a_page_without_a_signature_is_not_asked_about(page: bytes) -> None:
    assert question(LINK, page) is None


def test_the_answer_names_the_publishers_page() -> None:
    assert answer(told(PUBLISHER)) == PUBLISHER


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b")]}'",
        told("javascript:alert(1)"),
        told(""),
        b'[["wrb.fr","Fbv4je",null]]',
        b"[" * 9000,
    ],
)
def test_an_answer_of_another_form_names_nothing(body: bytes) -> None:
    assert answer(body) is None


@given(st.binary(max_size=300))
def test_no_answer_breaks_the_reading(body: bytes) -> None:
    assert answer(b"[" + body) is None
