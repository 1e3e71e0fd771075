"""Lists of feeds as OPML 2.0 (http://opml.org/spec2.opml), the format that feed readers exchange.

What OPML has no attribute for travels in ``category``, so that an export comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from worker.core.text import clean_line
from worker.core.urls import web_url
from worker.errors import InputError
from worker.model import Feed

#: More feeds than these are not read from one file.
MOST_OUTLINES = 10_000
_CARRIED = ("country", "kind", "priority", "publisher_group")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list; ``values`` are the keys of feeds.yaml that it states."""

    url: str
    title: str
    values: Mapping[str, str]


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds of an OPML file, folders ignored; InputError where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"not readable as XML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise InputError("no OPML file: its root element must be <opml>")
    found = (_outline(node) for node in root.iter("{*}outline"))
    outlines = {outline.url: outline for outline in found if outline is not None}
    return tuple(outlines.values())[:MOST_OUTLINES]


def _outline(node: etree._Element) -> Outline | None:
    stated = {name.lower(): value for name, value in node.attrib.items()}
    url = web_url(stated.get("xmlurl", ""))
    if url is None:
        return None
    title = clean_line(stated.get("title") or stated.get("text") or "", 200)
    values = dict(_carried(stated.get("category", "")))
    if stated.get("language"):
        values["language"] = stated["language"].lower().partition("-")[0]
    return Outline(url, title, values)


def _carried(category: str) -> Iterable[tuple[str, str]]:
    for path in category.split(","):
        key, _, value = path.strip().lstrip("/").partition("/")
        if key in _CARRIED and value:
            yield key, value


def write_opml(feeds: Iterable[Feed], now: datetime) -> bytes:
    """The feeds as an OPML file in UTF-8."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = "Coalition Watch"
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=True)
    for feed in feeds:
        carried = {key: getattr(feed, key) for key in _CARRIED}
        etree.SubElement(
            body,
            "outline",
            type="rss",
            text=feed.title,
            title=feed.title,
            xmlUrl=feed.url,
            language=feed.language,
            category=",".join(f"/{key}/{value}" for key, value in carried.items() if value),
        )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
