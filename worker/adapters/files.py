"""Articles that a person keeps as files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from worker.errors import InputError
from worker.model import Article

#: Larger files are no articles.
MAX_BYTES = 20_000_000
KINDS = (".json", ".txt", ".html", ".htm")


def read_article(path: Path) -> Article:
    """The article in a ``.json``, ``.txt`` or ``.html`` file; InputError says why there is none.

    JSON is ``{"url", "title", "text", "published", "source"}``, where anything may be null but the
    text; other keys are ignored. A ``.txt`` file is all text; the title of a page is its own.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputError(
            f"unknown kind of file {kind or 'without ending'}; allowed: .json, .txt, .html"
        )
    body = _read(path)
    if kind == ".json":
        return _from_json(_decode(body))
    if kind == ".txt":
        text = _decode(body).replace("\r\n", "\n").replace("\r", "\n")
        return Article(text=_not_empty(text))
    return _from_html(body, path)


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError("is a folder, not a file")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"is larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or type(error).__name__}") from None
    except ValueError:  # a NUL in the name
        raise InputError("cannot be read: no such name is possible") from None


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text (byte {error.start})") from None


def _not_empty(text: str) -> str:
    if not text.strip():
        raise InputError("has no text")
    return text


def _from_json(text: str) -> Article:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not valid JSON: {error}") from None
    if not isinstance(data, dict):
        raise InputError('must be a JSON object with "text"')
    if not isinstance(data.get("text"), str):
        raise InputError('"text" must be text' if "text" in data else '"text" is missing')
    return Article(
        text=_not_empty(data["text"]),
        title=_text(data, "title") or "",
        url=_text(data, "url"),
        published=_text(data, "published"),
        source=_text(data, "source"),
    )


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f'"{key}" must be text or null')
    return value


def _from_html(body: bytes, path: Path) -> Article:
    # Imported here: a text or JSON article needs none of the page machinery and its start-up time.
    from worker.core.articles import extract_article
    from worker.errors import ExtractionError
    from worker.model import Entry

    entry = Entry(
        feed_id="file", key=str(path), url="", title="", summary="", content="", published=None
    )
    try:
        return extract_article(body, entry, "", now=datetime.now(UTC))
    except ExtractionError as error:
        raise InputError(f"no article in this page{error}") from None  # the text begins with ": "
    except (InputError, MemoryError):
        raise
    except Exception as error:  # whatever a parser stumbles over in a stranger's page
        raise InputError(f"this page cannot be read: {type(error).__name__}: {error}") from None


def article_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The ``.json`` files named or in the folders named, folders in order of their names."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(path.rglob("*.json"))
        if not inside:
            raise InputError(f"{path}: no .json file in this folder")
        yield from inside
