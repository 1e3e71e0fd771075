"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) into the items of core.feeds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from worker.errors import InputError


def looks_like_json(text: str) -> bool:
    """Whether a body is meant as JSON, going by its first character."""
    return text[:1] in ("{", "[")


def parse_json_feed(text: str, feed_id: str) -> tuple[list[dict[str, Any]], str, list[str]]:
    """Items, title and problems of a JSON Feed; InputError where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"feed {feed_id}: the JSON cannot be read: {error}") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise InputError(f"feed {feed_id}: JSON, but no JSON Feed (an object with 'items')")
    language = _text(document.get("language"))
    read = [_item(item, language) for item in items[:500] if isinstance(item, dict)]
    dropped = len(items) - len(read)
    problems = [f"{dropped:,} items were left out (over 500, or no objects)"] if dropped else []
    return read, _text(document.get("title")), problems


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
