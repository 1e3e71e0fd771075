"""The words of the dashboard in English and German, from a table that anyone can edit."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from worker.core.render.labels import LANGUAGES, word

TABLE = Path(__file__).parent / "words.tsv"


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {language: {row["key"]: row[language] for row in rows} for language in LANGUAGES}


def say(key: str, language: str, *values: object) -> str:
    """The words of ``key``, its gaps filled; a label of the domain where the table has none."""
    text = _table()[language].get(key)
    return word(key, language, *values) if text is None else text.format(*values)


def keys() -> frozenset[str]:
    """Every key of the table."""
    return frozenset(_table()["en"])


def preferred(header: str) -> str:
    """The language that an ``Accept-Language`` header prefers of those there are, else English."""
    asked = []
    for number, part in enumerate(header.split(",")):
        name, _, weight = part.strip().partition(";q=")
        try:
            asked.append((-float(weight or 1), number, name.split("-")[0].lower()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(asked) if name in LANGUAGES), "en")
