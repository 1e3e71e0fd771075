"""Changes as a feed that any reader subscribes to: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree, html

from worker.core.render.labels import word
from worker.core.render.text import quoted, render_text
from worker.core.render.view import AlertView, QuoteView, alert_view, host_of
from worker.model import Alert

_ATOM = "http://www.w3.org/2005/Atom"
#: The authority of the tag URIs (RFC 4151) by which readers know an entry again.
_TAG = "tag:coalition-watch,2026:"

Told = tuple[Alert, datetime]


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself: its name, its own address if it has one, what is in it."""

    title: str = "Coalition Watch"
    url: str | None = None
    #: What the feed was filtered by; it tells feeds apart that have no address.
    scope: str = ""

    @property
    def tag(self) -> str:
        """The id of the feed, the same for as long as its scope is."""
        if not self.scope:
            return f"{_TAG}changes"
        return f"{_TAG}changes/{hashlib.sha256(self.scope.encode()).hexdigest()[:16]}"


def atom(
    told: Sequence[Told],
    base: str | None,
    now: datetime,
    language: str = "en",
    head: FeedHead | None = None,
) -> bytes:
    """An Atom feed of alerts with the time each was told last.

    ``base`` is where links into the dashboard begin; without one entries link to their article.
    """
    head = head or FeedHead(url=f"{base}/changes.atom" if base else None)
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(feed, "id", head.tag)
    _add(feed, "title", head.title)
    _add(feed, "updated", max((at for _, at in told), default=now).isoformat())
    if head.url:
        _add(feed, "link", rel="self", href=head.url)
    if base:
        _add(feed, "link", rel="alternate", type="text/html", href=f"{base}/alerts")
    author = _add(feed, "author")
    _add(author, "name", "Coalition Watch")
    for alert, at in told:
        _entry(feed, alert, at, base, language)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="UTF-8"))


def _entry(feed: Any, alert: Alert, at: datetime, base: str | None, language: str) -> None:
    view = alert_view(alert, language)
    entry = _add(feed, "entry")
    _add(entry, "id", f"{_TAG}change/{alert.id}")
    _add(entry, "title", _title(view))
    _add(entry, "updated", at.isoformat())
    _add(entry, "published", alert.raised_at.isoformat())
    if url := _link(view, base):
        _add(entry, "link", rel="alternate", type="text/html", href=url)
    for term in _terms(alert):
        _add(entry, "category", term=term)
    _add(entry, "summary", f"{view.move} · {view.confirmation}", type="text")
    _add(entry, "content", _page(view, language), type="html")


def _add(parent: Any, name: str, words: str | None = None, **attributes: str) -> Any:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    child.text = words
    return child


def _title(view: AlertView) -> str:
    return f"{view.flag} {view.headline}{f' — {view.event}' if view.event else ''}".strip()


def _terms(alert: Alert) -> tuple[str, ...]:
    return (alert.change.slot.actor, alert.change.slot.measure.value, alert.severity.value)


def _link(view: AlertView, base: str | None) -> str | None:
    return f"{base}/alert/{view.id}" if base else view.quote.url


def _page(view: AlertView, language: str) -> str:
    """The alert as a few plain elements; the library escapes what stands in them."""
    body = html.Element("div")
    before = view.stances[0] or word("unknown_before", language)
    first = _element(body, "p", "" if view.keeps_stance else f"{before} → ")
    stance = _element(first, "strong", view.stances[1])
    stance.tail = f" · {word('as_before', language)}" if view.keeps_stance else ""
    if view.terms:
        _element(body, "p", view.terms)
    _element(body, "p", f"{view.confirmation} · {word('severity_of', language, view.severity)}")
    _said(body, view.quote, language, "")
    if view.rival:
        _said(body, view.rival, language, word("rival", language))
    if view.before_quote:
        _said(body, view.before_quote, language, word("before", language))
    if view.also:
        also = _element(body, "p", f"{word('also', language)}: ")
        for url in view.also:
            _element(also, "a", host_of(url), href=url).tail = " "
    return str(etree.tostring(body, encoding="unicode", method="html"))


def _said(body: Any, quote: QuoteView, language: str, label: str) -> None:
    if not quote.text:
        return
    if label:
        _element(body, "p", f"{label}:")
    _element(body, "blockquote", quoted(quote.text, language))
    source = _element(body, "p", f"— {quote.attribution} " if quote.attribution else "")
    if quote.url:
        _element(source, "a", word("read", language), href=quote.url)


def _element(parent: Any, name: str, words: str, **attributes: str) -> Any:
    child = etree.SubElement(parent, name, attributes)
    child.text = words
    return child


def json_feed(
    told: Sequence[Told],
    base: str | None,
    language: str = "en",
    head: FeedHead | None = None,
) -> dict[str, Any]:
    """The same as JSON Feed 1.1 (jsonfeed.org)."""
    head = head or FeedHead(url=f"{base}/changes.json" if base else None)
    links = {"home_page_url": f"{base}/alerts" if base else None, "feed_url": head.url}
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        **{name: url for name, url in links.items() if url},
        "language": language,
        "items": [dict(_item(alert, at, base, language)) for alert, at in told],
    }


def _item(alert: Alert, at: datetime, base: str | None, language: str) -> Iterator[tuple[str, Any]]:
    view = alert_view(alert, language)
    yield "id", alert.id
    if url := _link(view, base):
        yield "url", url
    if view.quote.url and base:
        yield "external_url", view.quote.url
    yield "title", _title(view)
    yield "summary", f"{view.move} · {view.confirmation}"
    yield "content_text", render_text(alert, language)
    yield "content_html", _page(view, language)
    yield "date_published", alert.raised_at.isoformat()
    yield "date_modified", at.isoformat()
    yield "tags", list(_terms(alert))
