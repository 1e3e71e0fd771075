"""Feeds are added to ``feeds.yaml`` at its end; what stands there, comments included, stays as it is."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from worker.errors import ConfigError
from worker.model import Feed
from worker.settings.checking import validate
from worker.settings.reading import Document, read_document
from worker.settings.schema import FeedsFile

_KEYS = ("id", "url", "title", "language", "country", "kind", "priority", "publisher_group")
_NO_PLACE = "a feed cannot be added at its end: `feeds:` must be the last key, `- id: …` its form"
#: Text that YAML reads as the same text.
_PLAIN = re.compile(r"[A-Za-z](?:[\w./?=&%+~-]|:(?=\S))*")
_EMPTY = re.compile(r"^feeds\s*:\s*(\[\s*\]|null|~)?[ \t]*(#.*)?$", re.MULTILINE)
_ITEM = re.compile(r"^([ ]*)- ", re.MULTILINE)


def append_feeds(path: Path, feeds: Sequence[Feed]) -> None:
    """Write ``feeds`` at the end of the file at ``path``, which is made where there is none.

    ConfigError, and nothing written, where the file or a feed is wrong or an id is taken.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else "feeds:\n"
    before = _feeds_of(path, read_document(path)) if path.exists() else FeedsFile()
    changed = _with_block(text, feeds, has_feeds=bool(before.feeds))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".feeds-", suffix=".tmp")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(changed)
        after = _changed(path, read_document(draft))
        if after.feeds[: len(before.feeds)] != before.feeds:
            raise ConfigError(f"{path}: {_NO_PLACE}")
        _check_unique(path, after)
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _feeds_of(path: Path, document: Document) -> FeedsFile:
    value, mistakes = validate(document, FeedsFile)
    if mistakes or not isinstance(value, FeedsFile):
        told = (f"{path}: {mistake.key}: {mistake.reason}" for mistake in mistakes)
        raise ConfigError("\n".join(told) or f"{path}: cannot be read")
    return value


def _changed(path: Path, document: Document) -> FeedsFile:
    if document.mistakes:
        raise ConfigError(f"{path}: {_NO_PLACE}")
    return _feeds_of(path, document)


def _check_unique(path: Path, file: FeedsFile) -> None:
    seen: set[str] = set()
    for feed in file.feeds:
        if feed.id in seen:
            raise ConfigError(f"{path}: the id {feed.id} is taken; name another with --id")
        seen.add(feed.id)


def _with_block(text: str, feeds: Iterable[Feed], *, has_feeds: bool) -> str:
    if not has_feeds:
        text = _EMPTY.sub("feeds:", text, count=1)
    if not re.search(r"^feeds\s*:", text, re.MULTILINE):
        text = text.rstrip("\n") + "\nfeeds:\n"
    items = _ITEM.findall(text)
    indent = items[-1] if has_feeds and items else "  "
    return text.rstrip() + "\n" + "".join(_block(feed, indent) for feed in feeds)


def _block(feed: Feed, indent: str) -> str:
    values: dict[str, Any] = {key: getattr(feed, key) for key in _KEYS}
    if values["priority"] == "normal":
        del values["priority"]
    written = [f"{key}: {_scalar(str(value))}" for key, value in values.items() if value]
    if not feed.enabled:
        written.append("enabled: false")
    return f"{indent}- " + f"\n{indent}  ".join(written) + "\n"


def _scalar(text: str) -> str:
    """Text as YAML; a JSON string is one, too."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in ("true", "false", "null")
    return text if plain else json.dumps(text, ensure_ascii=False)


def free_id(url: str, taken: Iterable[str]) -> str:
    """An id for a feed, made from its host: ``spiegel``, ``spiegel-2`` where that is taken."""
    host = (urlsplit(url).hostname or "feed").lower()
    parts = [part for part in host.split(".") if part not in ("www", "feeds", "feed", "rss", "m")]
    name = parts[-2] if len(parts) > 1 else parts[0] if parts else "feed"
    if name in ("co", "com", "org", "gov", "net") and len(parts) > 2:
        name = parts[-3]
    name = re.sub(r"[^a-z0-9-]", "", name.strip("-"))[:34] or "feed"
    used = set(taken)
    numbers = (f"{name}-{n}" for n in range(2, len(used) + 3))
    return name if name not in used else next(each for each in numbers if each not in used)


def feed_from(values: Mapping[str, Any], path: Path) -> Feed:
    """A feed of these values; ConfigError names what is wrong with them."""
    stated = {key: str(value) for key, value in values.items() if value is not None}
    document = Document(str(path), {"feeds": [stated]})
    return Feed(**_feeds_of(path, document).feeds[0].model_dump())
