"""An article page becomes its text, or the feed's own words where the page does not give it.

In this order: the main text of the page, its JSON-LD body where that is the better one, the full
content of the feed entry, the summary; ``Article.text_source`` says which it was. A page that is a
consent wall, a paywall stub, a robot check or an error page is recognised and not read as news.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from worker.core.liveblog import Update, live_updates
from worker.core.pages import SHORT_TEXT, PageData, Stub, page_data, stub_of, without_wall_lines
from worker.core.text import clean_line, clean_title, decode_bytes, join_paragraphs, plain_text
from worker.core.urls import canonical_url, site_of, web_url
from worker.errors import ExtractionError
from worker.model import Article, Entry, TextSource

#: No news article is longer; what follows on such a page is a list or an attack.
MAX_TEXT = 200_000
#: Pages are read up to here; the rest is scripts and footers.
MAX_PAGE = 3_000_000
_NOT_HTML = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "an archive"),
    (b"\x1f\x8b", "an archive"),
)


def extract_article(html: bytes, entry: Entry, url: str, *, now: datetime) -> Article:
    """The article behind ``entry`` as the page at ``url`` gives it, else as the feed gives it.

    Title and date come from the feed where it has them. Paragraphs are separated by blank lines.
    Raises ExtractionError, with the page's fault named, where neither has any text.
    """
    return _article(_Page(html, url), entry, now)


def extract_articles(html: bytes, entry: Entry, url: str, *, now: datetime) -> tuple[Article, ...]:
    """The updates of a live blog, oldest first, each with an address of its own; else the article.

    Raises ExtractionError as ``extract_article`` does.
    """
    page = _Page(html, url)
    updates = live_updates(page.markup, page.tree, now)
    if len(updates) < 2:
        return (_article(page, entry, now),)
    return tuple(_update_article(update, page, entry, now) for update in updates)


def _update_article(update: Update, page: _Page, entry: Entry, now: datetime) -> Article:
    published = min(update.at, now).date().isoformat() if update.at else None
    return Article(
        text=update.text[:MAX_TEXT],
        title=update.title,
        url=f"{page.canonical}#{update.anchor}",
        published=published or _published(entry, page, now),
        source=entry.source or page.publisher or site_of(page.canonical) or None,
        language=_language(page.data.language) or page.language or entry.language,
        text_source=TextSource.PAGE,
    )


def _article(page: _Page, entry: Entry, now: datetime) -> Article:
    text, source, stub = _best_text(page, entry)
    if not text:
        raise ExtractionError(f"{page.url[:200]}: {stub or Stub.EMPTY}, and the feed gives no text")
    return Article(
        text=text[:MAX_TEXT],
        title=entry.title or page.title,
        url=page.canonical,
        published=_published(entry, page, now),
        source=entry.source or page.publisher or site_of(page.canonical) or None,
        language=_language(page.data.language) or page.language or entry.language,
        text_source=source,
    )


def article_from_feed(entry: Entry) -> Article:
    """The article as the feed alone tells it, for pages that cannot or may not be fetched.

    Raises ExtractionError where the entry has neither content nor summary.
    """
    text, source = _feed_text(entry)
    if not text:
        raise ExtractionError(f"{entry.url[:200]}: the feed gives no text")
    return Article(
        text=text,
        title=entry.title,
        url=canonical_url(entry.url),
        published=entry.published.date().isoformat() if entry.published else None,
        source=entry.source or site_of(entry.url) or None,
        language=entry.language,
        text_source=source,
    )


class _Page:
    """A page read once: its tree, text, title and what it says of itself."""

    def __init__(self, body: bytes, url: str) -> None:
        for magic, name in _NOT_HTML:
            if body.startswith(magic):
                raise ExtractionError(f"{url[:200]}: the page is {name}, not HTML")
        markup = re.sub("[\x00\ud800-\udfff\ufffe\uffff]", "", decode_bytes(body[:MAX_PAGE]))
        self.url = url
        self.markup = markup
        self.data: PageData = page_data(markup)
        self.tree = _tree(markup)
        head = _head(self.tree)
        self.title = self.data.headline or head["title"]
        self.page_title = head["page_title"]
        self.publisher = clean_line(self.data.publisher or head["site"], 120)
        self.language = _language(head["language"])
        self.canonical = _canonical(head["canonical"], url)
        self.text = _without_headline(_main_text(self.tree, url), self.title)


def _tree(markup: str) -> Any:
    if not markup.strip():
        return None
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = lxml_html.document_fromstring(markup.encode("utf-8"), parser=parser)
        # trafilatura and htmldate would read JSON-LD again, slowly, and flatten its paragraphs;
        # the others hold no text and take seconds where a page has a hundred thousand of them
        etree.strip_elements(tree, "script", "style", "select", "svg", "template", with_tail=False)
        return tree
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _head(tree: Any) -> dict[str, str]:
    found = dict.fromkeys(("title", "page_title", "site", "language", "canonical"), "")
    if tree is None:
        return found
    metas = {
        (node.get("property") or node.get("name") or "").lower(): node.get("content") or ""
        for node in tree.xpath("//head//meta[@content]")[:300]
    }
    found["page_title"] = clean_title(str(tree.findtext(".//title") or ""), 500)
    found["title"] = (
        clean_title(metas.get("og:title", ""), 500) or _heading(tree) or found["page_title"]
    )
    found["site"] = metas.get("og:site_name", "")
    found["language"] = str(tree.get("lang") or metas.get("og:locale", ""))
    found["canonical"] = next(iter(tree.xpath("//head//link[@rel='canonical']/@href")), "")
    return found


def _heading(tree: Any) -> str:
    """The page's only first-level heading; several mean that none of them is the headline."""
    headings = tree.xpath("//h1")[:2]
    return clean_title(headings[0].text_content(), 500) if len(headings) == 1 else ""


def _main_text(tree: Any, url: str) -> str:
    import trafilatura  # seventeen megabytes that only the extraction processes need

    if tree is None:
        return ""
    found = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, include_tables=True, with_metadata=False
    )
    text = getattr(found, "text", None)
    return join_paragraphs(text.split("\n")) if isinstance(text, str) else ""


def _without_headline(text: str, title: str) -> str:
    """The text without a first paragraph that only repeats the headline."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and first.strip() and title.startswith(first.strip()) else text


def _best_text(page: _Page, entry: Entry) -> tuple[str, TextSource, Stub | None]:
    stub = stub_of(page.text, page.page_title)
    if stub is None and not page.data.free and len(page.text) < 1500:
        stub = Stub.PAYWALL
    body = page.data.body
    if len(body) >= SHORT_TEXT and (stub or len(body) > 1.3 * len(page.text)):
        return body, TextSource.JSON_LD, None
    if stub is None and len(page.text) >= SHORT_TEXT:
        return page.text, TextSource.PAGE, None
    return _rest(page, entry, stub)


def _rest(page: _Page, entry: Entry, stub: Stub | None) -> tuple[str, TextSource, Stub | None]:
    """The longest of what is left: the page's own lines (a teaser), the feed's content, summary."""
    readable = stub in (None, Stub.PAYWALL)
    teaser = without_wall_lines(page.text) if readable else ""
    feed_text, feed_source = _feed_text(entry)
    if len(teaser) > len(feed_text):
        return teaser, TextSource.PAGE, stub
    return feed_text, feed_source, stub


def _feed_text(entry: Entry) -> tuple[str, TextSource]:
    content, summary = plain_feed(entry.content), plain_feed(entry.summary)
    if content and len(content) >= len(summary):
        return content, TextSource.FEED_CONTENT
    return summary, TextSource.FEED_SUMMARY


def plain_feed(text: str) -> str:
    """An entry's text as paragraphs; entries of core.feeds are plain already, others may not be."""
    return (
        plain_text(text)
        if re.search(r"</?\w+[^>]*>", text[:2000])
        else join_paragraphs(text.split("\n"))
    )


def _published(entry: Entry, page: _Page, now: datetime) -> str | None:
    if entry.published is not None:
        return entry.published.date().isoformat()
    stated = _iso_date(page.data.published, now)
    if stated or page.tree is None:
        return stated
    from htmldate import find_date  # for the extraction processes only, as trafilatura

    return find_date(
        page.tree,
        original_date=True,
        extensive_search=False,
        url=page.url,
        max_date=now.date().isoformat(),
    )


def _iso_date(text: str, now: datetime) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    early = moment.year < 1995
    return None if early or moment > now + timedelta(days=1) else moment.date().isoformat()


def _canonical(link: str, url: str) -> str:
    """The page's own idea of its address, where it lies on the same site and is no front page."""
    own = web_url(link, url) if link else None
    same = own is not None and site_of(own) == site_of(url)
    front = own is not None and re.fullmatch(r"https?://[^/]+/?", own)
    return canonical_url(own if own is not None and same and not front else url)


def _language(tag: str) -> str | None:
    match = re.match(r"([a-z]{2,3})(?:[-_]|$)", tag.strip().lower())
    return match.group(1) if match else None
