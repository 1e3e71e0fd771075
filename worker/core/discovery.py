"""Where a site's feeds may be: what its pages name, and the addresses that are usual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from worker.core.text import decode_bytes
from worker.core.urls import web_url

#: More places than these are not tried at one site.
MOST_CANDIDATES = 20
_FEED_TYPES = re.compile(r"application/((rss|atom|rdf)\+xml|feed\+json)|text/xml", re.IGNORECASE)
_FEED_LINK = re.compile(
    r"(^|[/._-])(rss2?|atom|feeds?|rdf)([/._?-]|$)|\.(rss|atom|rdf)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment|kommentar|commentaire|komentar", re.IGNORECASE)
_USUAL = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.rss",
    "/feed.json",
    "/feeds",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def feed_candidates(page: bytes, url: str) -> tuple[str, ...]:
    """The feeds that a page names: those declared in its head first, then its links; no comments."""
    try:
        tree = lxml_html.document_fromstring(decode_bytes(page[:3_000_000]))
    except (etree.LxmlError, ValueError, AssertionError):
        return ()
    found = [web_url(urljoin(url, link)) for link in (*_declared(tree), *_linked(tree))]
    wanted = [link for link in found if link and link != url and not _COMMENTS.search(link)]
    return tuple(dict.fromkeys(wanted))[:MOST_CANDIDATES]


def _declared(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for link in tree.xpath("//link[@href]"):
        kind, relation = link.get("type", ""), link.get("rel", "").lower().split()
        if "alternate" in relation and _FEED_TYPES.fullmatch(kind.partition(";")[0].strip()):
            yield link.get("href")


def _linked(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for link in tree.xpath("//a[@href]")[:5000]:
        if _FEED_LINK.search(link.get("href")[:500]):
            yield link.get("href")


def usual_places(url: str) -> tuple[str, ...]:
    """Where sites keep their feeds without saying so."""
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}"
    below = [url.rstrip("/") + place for place in ("/feed", "/rss")]
    return tuple(dict.fromkeys((*below, *(site + place for place in _USUAL))))


def sitemaps_of(robots: bytes) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, those for news first."""
    found = [web_url(link) for link in _SITEMAP.findall(decode_bytes(robots[:500_000]))]
    links = dict.fromkeys(link for link in found if link)
    return tuple(sorted(links, key=lambda link: "news" not in link.lower()))[:MOST_CANDIDATES]
