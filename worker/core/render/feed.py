"""Changes as a feed that any reader subscribes to: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from worker.core.render.text import render_text
from worker.core.render.view import alert_view
from worker.model import Alert

_ATOM = "http://www.w3.org/2005/Atom"
#: The authority of the tag URIs (RFC 4151) by which readers know an entry again.
_TAG = "tag:coalition-watch,2026:"

Told = tuple[Alert, datetime]


def atom(told: Sequence[Told], base: str, now: datetime, language: str = "en") -> bytes:
    """An Atom feed of alerts with the time each was told last; ``base`` is where links begin."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(feed, "id", f"{_TAG}changes")
    _add(feed, "title", "Coalition Watch")
    _add(feed, "updated", max((at for _, at in told), default=now).isoformat())
    _add(feed, "link", rel="self", href=f"{base}/changes.atom")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base}/alerts")
    author = _add(feed, "author")
    _add(author, "name", "Coalition Watch")
    for alert, at in told:
        _entry(feed, alert, at, base, language)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="UTF-8"))


def _entry(feed: Any, alert: Alert, at: datetime, base: str, language: str) -> None:
    view = alert_view(alert, language)
    entry = _add(feed, "entry")
    _add(entry, "id", f"{_TAG}change/{alert.id}")
    _add(entry, "title", view.headline)
    _add(entry, "updated", at.isoformat())
    _add(entry, "published", alert.raised_at.isoformat())
    _add(entry, "link", rel="alternate", type="text/html", href=f"{base}/alert/{alert.id}")
    for term in (alert.change.slot.actor, alert.change.slot.measure.value, alert.severity.value):
        _add(entry, "category", term=term)
    _add(entry, "content", render_text(alert, language), type="text")


def _add(parent: Any, name: str, words: str | None = None, **attributes: str) -> Any:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    child.text = words
    return child


def json_feed(told: Sequence[Told], base: str, language: str = "en") -> dict[str, Any]:
    """The same as JSON Feed 1.1 (jsonfeed.org)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Coalition Watch",
        "home_page_url": f"{base}/alerts",
        "feed_url": f"{base}/changes.json",
        "language": language,
        "items": [_item(alert, at, base, language) for alert, at in told],
    }


def _item(alert: Alert, at: datetime, base: str, language: str) -> dict[str, Any]:
    slot = alert.change.slot
    return {
        "id": alert.id,
        "url": f"{base}/alert/{alert.id}",
        "title": alert_view(alert, language).headline,
        "content_text": render_text(alert, language),
        "date_published": alert.raised_at.isoformat(),
        "date_modified": at.isoformat(),
        "tags": [slot.actor, slot.measure.value, alert.severity.value],
    }
