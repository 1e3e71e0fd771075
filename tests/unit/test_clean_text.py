"""Strangers' bytes and markup become clean text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.text import (
    _UNWANTED,
    _cleaned,
    clean_line,
    clean_text,
    clean_title,
    decode_bytes,
    join_paragraphs,
    plain_text,
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        ("\ufeffGrüße".encode(), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("<a>é".encode("utf-16-le"), "<a>é"),
        ("<a>é".encode("utf-16-be"), "<a>é"),
        (b'<meta charset="koi8-r">' + "Войска".encode("koi8-r"), '<meta charset="koi8-r">Войска'),
        (
            b'<meta http-equiv=Content-Type content="text/html; charset=windows-1251">'
            + "Війська".encode("windows-1251"),
            '<meta http-equiv=Content-Type content="text/html; charset=windows-1251">Війська',
        ),
        (b'<meta charset="iso-8859-1">\x84Ja\x93', '<meta charset="iso-8859-1">„Ja“'),
        (b'<meta charset="punycode">\xe4', '<meta charset="punycode">ä'),
        (b'<?xml encoding="utf-8"?>ok \xff', '<?xml encoding="utf-8"?>ok \ufffd'),
        (b"", ""),
    ],
)
def test_the_encoding_is_found(body: bytes, text: str) -> None:
    assert decode_bytes(body) == text


def test_marks_that_hide_or_reorder_text_are_removed() -> None:
    assert clean_text("a\x00b\x1b[1mc\u202ed\u2066e\u200bf\u00adg\ud800h\ufeff") == "ab[1mcdefgh"


def test_spaces_and_breaks_are_made_plain() -> None:
    assert clean_text("  a\u00a0\u2009 b \r\nc\u2028d\t\te  ") == "a b\nc\nd e"


def test_text_is_composed() -> None:
    assert clean_text("Gru\u0308\u00dfe") == "Grüße"


def test_a_long_line_is_cut_at_a_word() -> None:
    assert clean_line("eins zwei drei", 11) == "eins zwei…"
    assert clean_line("x" * 50, 10) == "x" * 9 + "…"
    assert clean_line("kurz", 10) == "kurz"


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Rom &amp; Paris", "Rom & Paris"),
        ("<b>Rom</b> sagt<br/>zu", "Rom sagt zu"),
        ("3 &lt; 5", "3 < 5"),
        ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe=0D=0ABcc:_a=40b?=", "Grüße Bcc: a@b"),
        ("=?utf-8?q?=3D=3Futf-8=3Fq=3F=0ABcc=3F=3D?= x", "x"),
        ("=?punycode?q?abc?=", "abc"),
        ("=?utf-8?b?%%%?=", ""),
        ("a\r\nb", "a b"),
    ],
)
def test_a_headline_is_one_line_of_plain_text(raw: str, title: str) -> None:
    assert clean_title(raw) == title


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("Eins<br>Zwei", "Eins\n\nZwei"),
        ("<p>ein <b>fett</b>es Wort</p>", "ein fettes Wort"),
        ("<p>a<!-- b -->c</p>", "ac"),
        ("<script>x</script><style>y</style>z", "z"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("zeile\neins &amp; zwei", "zeile\n\neins & zwei"),
        ("<p>über\n  zwei   Zeilen</p>", "über zwei Zeilen"),
        ("", ""),
        ("<", "<"),
    ],
)
def test_markup_becomes_paragraphs(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.text(max_size=300))
def test_no_text_breaks_the_cleaning(text: str) -> None:
    for cleaned in (clean_text(text), plain_text(text), clean_title(text)):
        assert "\x00" not in cleaned
        cleaned.encode("utf-8")


@given(
    st.text(st.one_of(st.characters(), st.sampled_from(" \u00a0\n\r\x85\ufffc\ufffd\u0344\u212b")))
)
def test_a_text_with_nothing_to_remove_takes_a_shorter_way_to_the_same_end(text: str) -> None:
    assert clean_text(text) == _cleaned(text)
    if "<" not in text and "&" not in text:
        assert plain_text(text) == join_paragraphs(_UNWANTED.sub("", text).split("\n"))
