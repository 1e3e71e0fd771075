"""What kind of page this is: an article, or a wall, a stub, an error in article's clothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from worker.core.stubsigns import CONSENT_WALL, MISSING_PAGE, PAYWALL, ROBOT_CHECK
from worker.core.text import clean_line, clean_title, plain_text

#: A text shorter than this many characters is no article by itself; agencies' flashes are longer.
SHORT_TEXT = 250
#: A wall's own words fill a short page; in a long one they are part of the story.
_WALL_TEXT = 1500
_MAX_JSON = 300_000
_ARTICLE_TYPES = re.compile(
    r"(News|Analysis|Background|Opinion|Report(age)?|Review|Satirical|Live)?(Article|Posting|"
    r"BlogPosting|Reportage)|LiveBlogPosting|Report"
)


class Stub(StrEnum):
    """Why a page's text is not the article."""

    CONSENT = "consent wall"
    PAYWALL = "paywall stub"
    MISSING = "page not found"
    BLOCKED = "robot check"
    EMPTY = "no text"


_SIGNS = (
    (Stub.BLOCKED, ROBOT_CHECK),
    (Stub.CONSENT, CONSENT_WALL),
    (Stub.PAYWALL, PAYWALL),
    (Stub.MISSING, MISSING_PAGE),
)


def stub_of(text: str, page_title: str = "") -> Stub | None:
    """The named reason why ``text`` is no article, or ``None`` where it may be one.

    Only short texts are suspected, so that a story about cookie banners stays a story. A missing
    page is known by its title or its first words.
    """
    if not text.strip():
        return Stub.EMPTY
    if len(text) > _WALL_TEXT:
        return None
    if not any(_is_sentence(paragraph) for paragraph in text.split("\n\n")):
        return Stub.EMPTY  # a menu, a caption, a headline
    head = f"{page_title}\n{text[:200]}"
    for stub, signs in _SIGNS:
        scope = head if stub is Stub.MISSING else f"{page_title}\n{text}"
        if signs.search(scope) and (stub is not Stub.MISSING or len(text) < 600):
            return stub
    return None


def _is_sentence(paragraph: str) -> bool:
    return len(paragraph) >= 30 and bool(re.search(r"[.!?…:][\"'”“»«’)\]]{0,3}$", paragraph))


def without_wall_lines(text: str) -> str:
    """The paragraphs of a stub that are not the wall's own words."""
    return "\n\n".join(
        paragraph
        for paragraph in text.split("\n\n")
        if not any(signs.search(paragraph) for _, signs in _SIGNS)
    )


@dataclass(frozen=True, slots=True)
class PageData:
    """What a page says of itself in JSON-LD (schema.org) about the article it shows."""

    body: str = ""
    headline: str = ""
    published: str = ""
    publisher: str = ""
    language: str = ""
    free: bool = True


_SCRIPT = re.compile(r"<script\b([^>]{0,500})>", re.IGNORECASE)


def page_data(html: str) -> PageData:
    """The article object of a page's JSON-LD; an empty value where there is none. Never raises."""
    best = PageData()
    for node in ld_nodes(html):
        if not _is_article(node):
            continue
        found = _read(node)
        if len(found.body) > len(best.body) or not best.headline:
            best = found
    return best


def ld_nodes(html: str) -> Iterator[dict[str, Any]]:
    """The objects of a page's JSON-LD; what cannot be read is left out. Never raises."""
    for document in _json_scripts(html):
        yield from _nodes(document)


def _json_scripts(html: str) -> Iterator[Any]:
    for count, tag in enumerate(_SCRIPT.finditer(html)):
        if count >= 200:
            return
        if "ld+json" not in tag[1].lower():
            continue
        end = html.find("</", tag.end(), tag.end() + _MAX_JSON)
        while end >= 0 and html[end + 2 : end + 8].lower() != "script":
            end = html.find("</", end + 2, tag.end() + _MAX_JSON)
        if end < 0:
            continue
        try:
            yield json.loads(html[tag.end() : end], strict=False)
        except (ValueError, RecursionError):
            continue


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    """The objects of a document, two lists or graphs deep, at most 100."""
    waiting, given = [(document, 0)], 0
    while waiting and given < 100:
        value, depth = waiting.pop(0)
        if isinstance(value, list) and depth < 3:
            waiting.extend((item, depth + 1) for item in value[:100])
        elif isinstance(value, dict):
            given += 1
            yield value
            if depth < 3:
                inner = (value.get(key) for key in ("@graph", "mainEntity", "mainEntityOfPage"))
                waiting.extend((item, depth + 1) for item in inner if isinstance(item, dict | list))


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and _ARTICLE_TYPES.fullmatch(name[:40]) for name in names[:5])


def _read(node: dict[str, Any]) -> PageData:
    publisher = node.get("publisher")
    if isinstance(publisher, list):
        publisher = publisher[0] if publisher else None
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    return PageData(
        body=article_body(node.get("articleBody")),
        headline=clean_title(ld_text(node.get("headline")), 500),
        published=ld_text(node.get("datePublished"))[:40].strip(),
        publisher=clean_line(ld_text(name), 120),
        language=ld_text(node.get("inLanguage"))[:10].strip(),
        free=str(node.get("isAccessibleForFree", True)).strip().lower() not in ("false", "no"),
    )


def article_body(value: Any) -> str:
    """An ``articleBody`` as paragraphs, whether it was written as text or as markup."""
    text = ld_text(value)
    if re.search(r"</?(p|br|div)\b|&[a-z]{2,8};|&#", text[:20_000], re.IGNORECASE):
        return plain_text(text)
    return plain_text(text.replace("<", "&lt;")) if text else ""


def ld_text(value: Any) -> str:
    """A value of JSON-LD that should be text; empty where it is none."""
    return value if isinstance(value, str) else ""
