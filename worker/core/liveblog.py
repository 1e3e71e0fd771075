"""A live blog becomes its updates, each an article of its own.

Read as one text, a live blog mixes what a dozen states said in a day, the older statement below the
newer. Publishers mark the updates up for search engines: schema.org ``LiveBlogPosting`` with
``liveBlogUpdate``, as JSON-LD or as microdata. A page without such marks is read as one article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from worker.core.pages import article_body, ld_nodes, ld_text
from worker.core.sitemaps import w3c_moment
from worker.core.text import clean_title, join_paragraphs

MOST_UPDATES = 200
#: Older updates than this were news when the blog began, and are told by other articles.
LIVE_DAYS = 3
_LEAST_TEXT = 20


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a live blog; ``anchor`` tells it apart from the others of the page."""

    anchor: str
    title: str
    text: str
    at: datetime | None


def live_updates(html: str, tree: Any, now: datetime) -> tuple[Update, ...]:
    """The updates of a live blog, oldest first; empty where the page is none."""
    found: dict[str, Update] = {}
    for update in (*_from_json(html), *_from_microdata(tree)):
        recent = update.at is None or now - timedelta(days=LIVE_DAYS) <= update.at
        if recent and len(update.text) >= _LEAST_TEXT:
            found.setdefault(update.anchor, update)
    updates = list(found.values())[:MOST_UPDATES]
    updates.reverse()  # blogs are written newest first; what has no time keeps that order
    first = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(updates, key=lambda update: update.at or first))


def _from_json(html: str) -> Iterator[Update]:
    if "liveBlogUpdate" not in html:
        return
    for node in ld_nodes(html):
        updates = node.get("liveBlogUpdate")
        for value in updates[:MOST_UPDATES] if isinstance(updates, list) else ():
            if isinstance(value, dict):
                yield _json_update(value)


def _json_update(value: Mapping[str, Any]) -> Update:
    title = clean_title(ld_text(value.get("headline") or value.get("name")), 500)
    text = article_body(value.get("articleBody") or value.get("text") or value.get("description"))
    at = ld_text(value.get("datePublished") or value.get("dateCreated"))
    anchor = _fragment(ld_text(value.get("url") or value.get("@id")))
    return _update(anchor, title, text, at)


def _from_microdata(tree: Any) -> Iterator[Update]:
    if tree is None:
        return
    for node in tree.xpath(f"//*[{_marked('liveBlogUpdate')}]")[:MOST_UPDATES]:
        parts = {
            name: _property(node, name) for name in ("headline", "articleBody", "datePublished")
        }
        text = join_paragraphs(parts["articleBody"].split("\n"))
        title = clean_title(parts["headline"], 500)
        yield _update(str(node.get("id", "")), title, text, parts["datePublished"])


def _marked(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@itemprop), ' '), ' {name} ')"


def _property(node: Any, name: str) -> str:
    found = node.xpath(f".//*[{_marked(name)}]")[:1]
    if not found:
        return ""
    stated = found[0].get("content") or found[0].get("datetime")
    if stated:
        return str(stated)
    paragraphs = found[0].xpath(".//p") or [found[0]]
    return "\n".join(paragraph.text_content() for paragraph in paragraphs)


def _update(anchor: str, title: str, text: str, at: str) -> Update:
    told = f"{title}\n{text}"
    named = re.sub(r"[^\w.:-]", "", anchor)[:80] or sha256(told.encode()).hexdigest()[:16]
    return Update(named, title, text or title, w3c_moment(at))


def _fragment(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.fragment or parts.path.strip("/").rpartition("/")[2]
