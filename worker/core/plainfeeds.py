"""Well-formed feeds of the usual shape, read straight from their tree: ten times faster.

Only what is beyond doubt is read here: RSS, RDF and Atom whose items have texts without markup of
their own and dates that can be read. Everything else is left to feedparser (``None``), which reads
what is broken and odd. Both give the same items; tests hold them against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

_ATOM = "http://www.w3.org/2005/Atom"
_RSS1 = "http://purl.org/rss/1.0/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
_PARSER = {"resolve_entities": False, "no_network": True, "recover": False, "huge_tree": False}
#: The elements of an item that are read, each under the name of its value.
_RSS_FIELDS = {
    "title": "title",
    "link": "url",
    "guid": "id",
    "description": "summary",
    "pubDate": "published",
    "source": "source",
    f"{{{_CONTENT}}}encoded": "content",
    f"{{{_DC}}}date": "updated",
    f"{{{_DCTERMS}}}modified": "updated",
    f"{{{_DC}}}language": "language",
}
_RSS1_FIELDS = {
    **{f"{{{_RSS1}}}{name}": value for name, value in _RSS_FIELDS.items() if "{" not in name},
    **{name: value for name, value in _RSS_FIELDS.items() if "{" in name},
}
_ATOM_FIELDS = {
    f"{{{_ATOM}}}title": "title",
    f"{{{_ATOM}}}id": "id",
    f"{{{_ATOM}}}summary": "summary",
    f"{{{_ATOM}}}content": "content",
    f"{{{_ATOM}}}published": "published",
    f"{{{_ATOM}}}updated": "updated",
    f"{{{_DC}}}language": "language",
}
#: Other names under which feeds tell an item's text, date or source; feedparser knows what to do.
_DOUBTFUL = re.compile(
    r"(\{[^}]*\})?(title|link|guid|id|description|summary|encoded|content|abstract|tagline|body|"
    r"fullitem|pubdate|published|updated|issued|modified|created|date|source|language|origlink|"
    r"expirationdate|subtitle)",
    re.IGNORECASE,
)
#: Names of other vocabularies that only look alike.
_IGNORED = re.compile(
    r"\{(http://search\.yahoo\.com/mrss/?|http://www\.itunes\.com/dtds/podcast-1\.0\.dtd|"
    r"http://www\.w3\.org/2003/01/geo/wgs84_pos#|http://www\.georss\.org/georss)\}"
    r"(content|description|title|date|credit|category|image)"
)
_DATE = re.compile(
    r"([A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} (19|20)\d\d \d\d:\d\d(:\d\d)? ([+-]\d{4}|GMT|UTC|UT|Z)"
)
_ISO_DATE = re.compile(r"(19|20)\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
_TEXT_TYPES = frozenset({None, "", "text", "html", "text/plain", "text/html"})


@dataclass(frozen=True, slots=True)
class PlainFeed:
    """The items of a feed and what its channel says, all as written."""

    items: list[dict[str, Any]]
    channel: Mapping[str, str]


class _DoubtError(Exception):
    """The document is better left to feedparser."""


def read_plain(text: str) -> PlainFeed | None:
    """The feed that ``text`` is (disarmed, declaration left out); ``None`` where in doubt."""
    try:
        root = etree.fromstring(text.encode("utf-8"), etree.XMLParser(**_PARSER))
        return _read(root)
    except (etree.XMLSyntaxError, _DoubtError, ValueError):
        return None


def _read(root: Any) -> PlainFeed:
    if root.tag == "rss":
        channel = root.find("channel")
        if channel is None or len(root) != 1 or root.find("item") is not None:
            raise _DoubtError
        return _feed(channel, channel.iterchildren("item"), _RSS_FIELDS, "")
    if root.tag == f"{{{_RDF}}}RDF":
        channel = root.find(f"{{{_RSS1}}}channel")
        if channel is None:
            raise _DoubtError
        items = root.iterchildren(f"{{{_RSS1}}}item")
        return _feed(channel, items, _RSS1_FIELDS, f"{{{_RSS1}}}")
    if root.tag == f"{{{_ATOM}}}feed":
        return _feed(root, root.iterchildren(f"{{{_ATOM}}}entry"), _ATOM_FIELDS, f"{{{_ATOM}}}")
    raise _DoubtError


def _feed(channel: Any, items: Iterator[Any], fields: Mapping[str, str], own: str) -> PlainFeed:
    told = {
        "title": f"{own}title",
        "ttl": "ttl",
        "sy_updateperiod": f"{{{_SYNDICATION}}}updatePeriod",
        "sy_updatefrequency": f"{{{_SYNDICATION}}}updateFrequency",
    }
    values = {name: channel.findtext(tag) for name, tag in told.items()}
    read = [_item(item, fields) for item in items]
    if not read:
        raise _DoubtError
    return PlainFeed(read, {name: value.strip() for name, value in values.items() if value})


def _item(item: Any, fields: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(fields.values(), "")
    for child in item.iterchildren():
        name = fields.get(child.tag) if isinstance(child.tag, str) else None
        if name is not None:
            if values[name]:
                raise _DoubtError  # told twice
            values[name] = _text(child)
        elif child.tag == f"{{{_ATOM}}}link":
            values["url"] = values.get("url") or _atom_link(child)
        elif child.tag == f"{{{_ATOM}}}source":
            values["source"] = (child.findtext(f"{{{_ATOM}}}title") or "").strip()
        elif isinstance(child.tag, str):
            _look_alike(child.tag)
    return _finished(item, values)


def _look_alike(tag: str) -> None:
    if tag.endswith("}source") or (_DOUBTFUL.fullmatch(tag) and not _IGNORED.fullmatch(tag)):
        raise _DoubtError


def _text(element: Any) -> str:
    """The text of an element without children of its own."""
    if len(element) or element.get("type") not in _TEXT_TYPES or element.get("mode") is not None:
        raise _DoubtError
    if element.get("src") is not None:
        raise _DoubtError
    return (element.text or "").strip()


def _atom_link(link: Any) -> str:
    kind, relation = link.get("type", "text/html"), link.get("rel", "alternate")
    usual = relation == "alternate" and kind.partition(";")[0] in (
        "text/html",
        "application/xhtml+xml",
    )
    return (link.get("href") or "").strip() if usual else ""


def _finished(item: Any, values: dict[str, Any]) -> dict[str, Any]:
    if not values.get("url"):
        raise _DoubtError
    values["id"] = item.get(f"{{{_RDF}}}about") or values["id"]
    dates = [_moment(values.pop(name)) for name in ("published", "updated")]
    values = dict.fromkeys(("source", "content"), "") | values
    values["summary"] = values["summary"] or values["content"]
    return {**values, "published": dates[0] or dates[1]}


def _moment(text: str) -> datetime | None:
    """The moment that a date tells, in UTC; in doubt about one of another form."""
    if not text:
        return None
    plain, read = bool(_DATE.fullmatch(text)), datetime.fromisoformat
    if not plain and not _ISO_DATE.fullmatch(text):
        raise _DoubtError
    try:
        found = parsedate_to_datetime(text) if plain else read(text)
        zoned = found.replace(tzinfo=UTC) if found.tzinfo is None else found
        return zoned.astimezone(UTC).replace(microsecond=0)
    except (ValueError, TypeError, OverflowError):
        raise _DoubtError from None
