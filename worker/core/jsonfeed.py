"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) into the items of core.feeds.

Also the article list of the GDELT DOC 2.0 API (``mode=artlist&format=json``).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from worker.errors import InputError

#: More items than this no feed has; each costs some microseconds.
MAX_ITEMS = 50_000
_GDELT_LANGUAGES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "dutch": "nl",
    "polish": "pl",
    "ukrainian": "uk",
    "russian": "ru",
}


def looks_like_json(text: str) -> bool:
    """Whether a body is meant as JSON, going by its first character."""
    return text[:1] in ("{", "[")


def parse_json_feed(text: str, feed_id: str) -> tuple[list[dict[str, Any]], str, list[str]]:
    """Items, title and problems of a JSON Feed; InputError where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"feed {feed_id}: the JSON cannot be read: {error}") from error
    if document == {}:  # GDELT's way to say that nothing matches
        return [], "", []
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return _parse_gdelt(document, feed_id)
    language = _text(document.get("language"))
    read = [_item(item, language) for item in items[:MAX_ITEMS] if isinstance(item, dict)]
    dropped = len(items) - len(read)
    problems = [f"{dropped:,} items were left out (no objects, or too many)"] if dropped else []
    return read, _text(document.get("title")), problems


def _parse_gdelt(document: Any, feed_id: str) -> tuple[list[dict[str, Any]], str, list[str]]:
    articles = document.get("articles") if isinstance(document, dict) else None
    if not isinstance(articles, list):
        raise InputError(
            f"feed {feed_id}: JSON, but neither a JSON Feed (an object with 'items') nor GDELT's "
            "list of articles"
        )
    found = [_gdelt_item(item) for item in articles[:MAX_ITEMS] if isinstance(item, dict)]
    return found, "GDELT", []


def _gdelt_item(item: dict[str, Any]) -> dict[str, Any]:
    title = re.sub(r"\s+([,.:;!?%)])", r"\1", _text(item.get("title")))  # its words stand apart
    return {
        "id": "",
        "url": _text(item.get("url")),
        "title": title,
        "summary": "",
        "content": "",
        "published": _gdelt_moment(_text(item.get("seendate"))),
        "source": _text(item.get("domain")),
        "language": _GDELT_LANGUAGES.get(_text(item.get("language")).lower(), ""),
    }


def _gdelt_moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _item(item: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "id": _text(item.get("id")),
        "url": _text(item.get("url")) or _text(item.get("external_url")),
        "title": _text(item.get("title")),
        "summary": _text(item.get("summary")),
        "content": _text(item.get("content_html")) or _text(item.get("content_text")),
        "published": _moment(item.get("date_published")) or _moment(item.get("date_modified")),
        "source": "",
        "language": _text(item.get("language")) or language,
    }


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value)[:100] if number else ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value[:40])
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
