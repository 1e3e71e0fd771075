"""Live blogs: one page, many statements, each an article of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from worker.core.articles import extract_articles
from worker.model import Entry

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://blatt.example/liveblog-ukraine"
ENTRY = Entry("blatt", "1", URL, "Liveblog: Deutschland schickt Soldaten", "Kurz.", "", NOW)
FILL = "<p>Die Beratungen der Partner gehen am Nachmittag in Brüssel weiter, hieß es.</p>" * 8


def update(number: int, text: str, at: datetime | str | None) -> dict:
    stated = at.isoformat() if isinstance(at, datetime) else at
    return {
        "@type": "BlogPosting",
        "headline": f"Meldung {number}",
        "articleBody": text,
        "datePublished": stated,
        "url": f"{URL}#m{number}",
    }


def blog(*updates: object) -> bytes:
    data = {"@context": "https://schema.org", "@type": "LiveBlogPosting"}
    told = json.dumps(data | {"headline": "Liveblog", "liveBlogUpdate": list(updates)})
    script = f'<script type="application/ld+json">{told}</script>'
    return f"<html><head>{script}</head><body><article>{FILL}</article></body></html>".encode()


def test_each_update_is_an_article_with_its_own_address_headline_and_date() -> None:
    page = blog(
        update(2, "Norwegen sagt nun doch Minenjäger zu.", NOW - timedelta(hours=1)),
        update(1, "Norwegen zögert noch mit einer Zusage.", NOW - timedelta(days=1)),
    )
    first, second = extract_articles(page, ENTRY, URL, now=NOW)
    assert (first.url, first.title) == (f"{URL}#m1", "Meldung 1")
    assert (first.published, second.published) == ("2026-01-14", "2026-01-15")
    assert second.text == "Norwegen sagt nun doch Minenjäger zu."


def test_updates_come_oldest_first_even_without_a_time() -> None:
    page = blog(*(update(n, f"Text der Meldung Nummer {n} hier.", None) for n in (3, 2, 1)))
    titles = [article.title for article in extract_articles(page, ENTRY, URL, now=NOW)]
    assert titles == ["Meldung 1", "Meldung 2", "Meldung 3"]


def test_updates_of_an_earlier_week_are_not_told_again() -> None:
    old = update(1, "Vor einer Woche hieß es noch anders.", NOW - timedelta(days=8))
    news = [update(n, f"Neue Meldung Nummer {n} des Tages.", NOW) for n in (2, 3)]
    found = extract_articles(blog(*news, old), ENTRY, URL, now=NOW)
    assert {article.url for article in found} == {f"{URL}#m2", f"{URL}#m3"}


def test_an_update_without_an_anchor_keeps_its_address_while_its_text_stays() -> None:
    updates = [update(n, f"Meldung ohne eigene Adresse {n}.", NOW) for n in (1, 2)]
    for value in updates:
        del value["url"]
    once = {article.url for article in extract_articles(blog(*updates), ENTRY, URL, now=NOW)}
    more = [update(3, "Noch eine Meldung kam hinzu.", NOW), *updates]
    again = {article.url for article in extract_articles(blog(*more), ENTRY, URL, now=NOW)}
    assert once < again
    assert len(again) == 3


def test_updates_in_microdata_are_split_too() -> None:
    posts = "".join(
        f'<div itemprop="liveBlogUpdate" id="p{n}"><h2 itemprop="headline">Stand {n}</h2>'
        f'<time itemprop="datePublished" datetime="2026-01-15T0{n}:00:00Z"></time>'
        f'<div itemprop="articleBody"><p>Erster Absatz von {n}.</p><p>Zweiter.</p></div></div>'
        for n in (2, 1)
    )
    found = extract_articles(f"<html><body>{posts}</body></html>".encode(), ENTRY, URL, now=NOW)
    assert [article.url for article in found] == [f"{URL}#p1", f"{URL}#p2"]
    assert found[0].text == "Erster Absatz von 1.\n\nZweiter."


def test_a_page_with_one_update_or_none_is_one_article() -> None:
    page = blog(update(1, "Nur eine einzige Meldung bisher.", NOW))
    (article,) = extract_articles(page, ENTRY, URL, now=NOW)
    assert article.url == URL
    assert article.title == ENTRY.title


def test_broken_updates_are_left_out() -> None:
    junk = [7, None, {}, {"articleBody": 5}, {"articleBody": "kurz"}, ["x"]]
    good = [update(n, f"Eine richtige Meldung Nummer {n}.", "gestern") for n in (1, 2)]
    found = extract_articles(blog(*junk, *good), ENTRY, URL, now=NOW)
    assert [article.published for article in found] == ["2026-01-15"] * 2
