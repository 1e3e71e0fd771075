"""Pages become articles, or the feed's own words where the page gives none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from worker.core.articles import article_from_feed, extract_article
from worker.errors import ExtractionError
from worker.model import Entry, TextSource

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://blatt.example/politik/oslo?utm_source=rss"
SENTENCE = (
    "Norwegen will nach einem Waffenstillstand zwei Minenjagdboote in das Schwarze Meer schicken, "
    "sagte Verteidigungsminister Arne Holm am Mittwoch in Oslo vor Journalisten."
)
PARAGRAPHS = [f"{SENTENCE} Das ist Absatz {number}." for number in range(1, 5)]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
SUMMARY = "Norwegen will zwei Minenjagdboote in das Schwarze Meer schicken."


def entry(**values: object) -> Entry:
    given: dict[str, object] = {
        "feed_id": "blatt",
        "key": "1",
        "url": URL,
        "title": "Oslo sagt Minenjagdboote zu",
        "summary": SUMMARY,
        "content": "",
        "published": datetime(2026, 1, 14, 9, 0, tzinfo=UTC),
    }
    return Entry(**(given | values))  # type: ignore[arg-type]


def page(body: str, head: str = "", title: str = "Oslo sagt zu | Blatt") -> bytes:
    return (
        f'<!doctype html><html lang="de-DE"><head><meta charset="utf-8"><title>{title}</title>{head}'
        '</head><body><header><nav><a href="/">Start</a> <a href="/politik">Politik</a></nav></header>'
        f"<main><article><h1>Oslo sagt zu</h1>{body}</article></main>"
        '<section class="comments"><p>Leser: Italien sollte Soldaten schicken!</p></section>'
        "<footer>Impressum Datenschutz</footer></body></html>"
    ).encode()


def json_ld(**values: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle"} | values
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_the_main_text_of_a_page_becomes_paragraphs() -> None:
    article = extract_article(page(BODY), entry(), URL, now=NOW)
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert article.title == "Oslo sagt Minenjagdboote zu"
    assert article.url == "https://blatt.example/politik/oslo"
    assert article.published == "2026-01-14"
    assert article.source == "blatt.example"
    assert article.language == "de"
    assert article.text_source is TextSource.PAGE


def test_readers_comments_and_menus_are_left_out() -> None:
    text = extract_article(page(BODY), entry(), URL, now=NOW).text
    assert "Italien" not in text
    assert "Impressum" not in text


def test_title_and_date_come_from_the_page_where_the_feed_has_none() -> None:
    head = '<meta property="article:published_time" content="2026-01-13T10:00:00+01:00">'
    bare = entry(title="", published=None)
    article = extract_article(page(BODY, head), bare, URL, now=NOW)
    assert (article.title, article.published) == ("Oslo sagt zu", "2026-01-13")

    stated = json_ld(headline="Oslo: &lt;Boote&gt;", datePublished="2026-01-12T23:00:00Z")
    article = extract_article(page(BODY, stated), bare, URL, now=NOW)
    assert (article.title, article.published) == ("Oslo: <Boote>", "2026-01-12")


@pytest.mark.parametrize("date", ["9999-01-01", "0001-01-01", "2026-03-01", "morgen", ""])
def test_an_impossible_date_of_the_page_is_not_taken(date: str) -> None:
    article = extract_article(
        page(BODY, json_ld(datePublished=date)), entry(published=None), URL, now=NOW
    )
    assert article.published is None or article.published <= "2026-01-15"
    assert article.published != date


def test_the_publisher_is_the_feeds_source_else_the_pages_name() -> None:
    head = '<meta property="og:site_name" content="Blatt am Abend">'
    assert extract_article(page(BODY, head), entry(), URL, now=NOW).source == "Blatt am Abend"
    assert (
        extract_article(page(BODY, head), entry(source="Tagblatt"), URL, now=NOW).source
        == "Tagblatt"
    )
    named = json_ld(publisher={"name": "Blatt"})
    assert extract_article(page(BODY, named), entry(), URL, now=NOW).source == "Blatt"


def test_the_pages_own_address_is_taken_on_its_own_site_only() -> None:
    def address(link: str) -> str | None:
        head = f'<link rel="canonical" href="{link}">'
        return extract_article(page(BODY, head), entry(), URL, now=NOW).url

    assert address("/politik/oslo-1") == "https://blatt.example/politik/oslo-1"
    assert address("https://m.blatt.example/oslo") == "https://m.blatt.example/oslo"
    for foreign in ("https://andere.example/x", "https://blatt.example/", "javascript:x", ""):
        assert address(foreign) == "https://blatt.example/politik/oslo"


def test_the_json_ld_body_is_taken_where_it_is_fuller() -> None:
    body = "\n\n".join(PARAGRAPHS)
    article = extract_article(
        page(f"<p>{PARAGRAPHS[0]}</p>", json_ld(articleBody=body)), entry(), URL, now=NOW
    )
    assert article.text == body
    assert article.text_source is TextSource.JSON_LD


def test_the_json_ld_body_is_found_in_graphs_and_as_markup() -> None:
    graph = json.dumps(
        {"@graph": [{"@type": "WebSite"}, {"@type": ["Thing", "NewsArticle"], "articleBody": BODY}]}
    )
    script = f"<script type='application/ld+json'>{graph}</script>"
    article = extract_article(page("", script), entry(), URL, now=NOW)
    assert article.text == "\n\n".join(PARAGRAPHS)


def test_a_shorter_json_ld_body_is_not_taken() -> None:
    article = extract_article(page(BODY, json_ld(articleBody=SENTENCE * 2)), entry(), URL, now=NOW)
    assert article.text_source is TextSource.PAGE


WALLS = {
    "consent de": "<p>Weiterlesen mit Werbung</p><p>Besuchen Sie blatt.example wie gewohnt mit Werbung und Tracking. Ihre Zustimmung ist jederzeit widerrufbar. Details zu Cookies und zum Widerruf finden Sie in der Datenschutzerklärung und im Privacy Center dieses Angebots.</p>",
    "consent en": "<p>We value your privacy. We and our 842 partners store and access information on a device, such as cookies, and process personal data for personalised ads and content measurement, audience research and services development.</p><p>Accept all to continue</p>",
    "consent fr": "<p>Continuer sans accepter</p><p>Avec votre accord, nos partenaires et nous utilisons des cookies ou technologies similaires pour stocker et accéder à des informations personnelles comme votre visite sur ce site.</p>",
    "robot check": "<p>Checking your browser before accessing blatt.example. This process is automatic and your browser will redirect to your requested content shortly. Please enable JavaScript and cookies to continue to the page that you asked for.</p>",
    "missing de": "<p>Fehler 404: Die Seite wurde leider nicht gefunden. Bitte prüfen Sie die Adresse oder gehen Sie zur Startseite zurück, wo Sie unsere neuesten Meldungen und die Suche finden, mit der Sie das ganze Archiv durchsuchen.</p>",
    "missing en": "<p>Page not found. The page you were looking for could not be found; it may have been moved or deleted.</p>",
    "empty": "",
    "script only": "<div id='root'></div><script>render()</script>",
}  # fmt: skip


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS.keys())
def test_a_wall_falls_back_to_what_the_feed_gives(wall: str) -> None:
    article = extract_article(page(wall), entry(), URL, now=NOW)
    assert (article.text, article.text_source) == (SUMMARY, TextSource.FEED_SUMMARY)

    full = "\n\n".join(PARAGRAPHS)
    article = extract_article(page(wall), entry(content=full), URL, now=NOW)
    assert (article.text, article.text_source) == (full, TextSource.FEED_CONTENT)


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS.keys())
def test_a_wall_without_words_in_the_feed_is_an_error(wall: str) -> None:
    with pytest.raises(ExtractionError, match="and the feed gives no text") as caught:
        extract_article(page(wall), entry(summary=""), URL, now=NOW)
    assert str(caught.value).startswith("https://blatt.example/")


PAYWALLS = {
    "de": "<p>Dieser Artikel ist exklusiv für Abonnenten.</p><p>Jetzt weiterlesen</p>",
    "en": "<p>Subscribe to continue reading</p><p>Already a subscriber? Log in</p>",
    "fr": "<p>Cet article est réservé aux abonnés. Il vous reste 80% de cet article à lire.</p>",
    "it": "<p>Questo contenuto è riservato agli abbonati.</p>",
    "es": "<p>Contenido exclusivo para suscriptores</p>",
    "nl": "<p>Dit artikel is alleen voor abonnees.</p>",
    "pl": "<p>Dalsza część artykułu jest dostępna dla prenumeratorów.</p>",
    "ru": "<p>Этот текст доступен только подписчикам.</p>",
}


@pytest.mark.parametrize("stub", PAYWALLS.values(), ids=PAYWALLS.keys())
def test_of_a_paywall_stub_the_teaser_stays_and_the_walls_words_go(stub: str) -> None:
    article = extract_article(
        page(f"<p>{SENTENCE}</p>{stub}"), entry(summary="Kurz."), URL, now=NOW
    )
    assert article.text == SENTENCE
    assert article.text_source is TextSource.PAGE


def test_a_teaser_shorter_than_the_feeds_content_gives_way() -> None:
    full = "\n\n".join(PARAGRAPHS)
    stub = page(f"<p>{SENTENCE}</p>{PAYWALLS['de']}")
    assert extract_article(stub, entry(content=full), URL, now=NOW).text == full


def test_a_page_that_says_it_is_not_free_is_a_stub() -> None:
    head = json_ld(isAccessibleForFree="False")
    full = "\n\n".join(PARAGRAPHS)
    article = extract_article(
        page(f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>", head),
        entry(content=full),
        URL,
        now=NOW,
    )
    assert article.text_source is TextSource.FEED_CONTENT


def test_a_story_about_walls_stays_a_story() -> None:
    story = "".join(
        f"<p>{p} We value your privacy, sagte er. Subscribe to continue.</p>"
        for p in PARAGRAPHS * 3
    )
    assert extract_article(page(story), entry(), URL, now=NOW).text_source is TextSource.PAGE


def test_a_short_report_stays_a_report() -> None:
    article = extract_article(page(f"<p>{SENTENCE}</p>"), entry(), URL, now=NOW)
    assert article.text == SENTENCE


@pytest.mark.parametrize("body", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"PK\x03\x04", b"\x1f\x8b\x08"])
def test_what_is_not_html_is_named(body: bytes) -> None:
    with pytest.raises(ExtractionError, match="not HTML"):
        extract_article(body, entry(), URL, now=NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_every_honest_encoding_is_read(encoding: str) -> None:
    html = page(BODY.replace("Arne", "Bjørn Größe")).decode().replace("utf-8", encoding)
    article = extract_article(html.encode(encoding), entry(), URL, now=NOW)
    assert "Bjørn Größe Holm" in article.text


def test_marks_that_hide_or_reorder_text_are_removed() -> None:
    odd = SENTENCE.replace("Waffenstillstand", "Waf\u00adfen\u200bstill\u202estand\x00").replace(
        " zwei ", " &#xD800;zwei&nbsp;"
    )
    article = extract_article(page(f"<p>{odd}</p>" * 3), entry(), URL, now=NOW)
    assert article.text.startswith("Norwegen will nach einem Waffenstillstand ")
    article.text.encode("utf-8")
    assert not set(article.text) & set("\x00\u00ad\u200b\u202e\u00a0")


def test_an_article_can_be_made_from_the_feed_alone() -> None:
    article = article_from_feed(
        entry(
            content="<p>Eins.</p><p>Zwei, und dies ist länger als die Zusammenfassung des Blattes.</p>"
        )
    )
    assert article.text.split("\n\n")[0] == "Eins."
    assert article.text_source is TextSource.FEED_CONTENT
    assert article.url == "https://blatt.example/politik/oslo"
    with pytest.raises(ExtractionError, match="gives no text"):
        article_from_feed(entry(summary=""))
