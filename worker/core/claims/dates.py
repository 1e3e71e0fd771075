"""Dates told in a text, as far as they date a stance back: partial ISO dates before publication."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from worker.core.claims.marks import Marks
from worker.core.claims.text import Word
from worker.core.claims.wordlists import word_set

_YEAR = re.compile(r"^(19|20)\d{2}$")
_DAY = re.compile(r"^\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Told:
    """A date in a sentence (``value`` is a partial ISO date) and where it stands."""

    value: str
    start: int
    end: int
    weekday: bool = False
    since: bool = False


def find_dates(marks: Marks, published: date) -> list[Told]:
    """The dates of a sentence that lie on or before the day of publication."""
    told: list[Told] = []
    for match in marks.dates:
        kind, value = match.payload["kind"], match.payload["value"]
        since = _near(marks, "since", match.start)
        if kind == "month":
            told.extend(_month(marks.words, match.start, match.end, int(value), published, since))
        elif kind == "weekday":
            day = published - timedelta(days=(published.isoweekday() - int(value)) % 7)
            told.append(Told(day.isoformat(), match.start, match.end, weekday=True))
        elif kind == "relative" and (text := _relative(value, published)):
            told.append(Told(text, match.start, match.end, since=since))
    told.extend(_bare_years(marks, told, published))
    return [t for t in told if t.value[:10] <= published.isoformat()[: len(t.value)]]


_IN_YEAR = word_set("jahr jahre in en nel w we у в anno année")
_YEAR_NOUN = word_set("roku році року году года")


def _bare_years(marks: Marks, told: list[Told], published: date) -> list[Told]:
    """ "Schon im Jahr 2023", "w 2023 roku", "en 2023": years gone by that stand alone."""
    words, found = marks.words, list[Told]()
    for at, word in enumerate(words):
        if not _YEAR.match(word.text) or int(word.text) >= published.year:
            continue
        led = at > 0 and words[at - 1].norm in _IN_YEAR
        named = at + 1 < len(words) and words[at + 1].norm in _YEAR_NOUN
        beside = any(t.start - 1 <= at <= t.end for t in told)
        if (led or named) and not beside:
            found.append(Told(word.text, at, at + 1, since=_near(marks, "since", at)))
    return found


def _near(marks: Marks, kind: str, at: int) -> bool:
    return any(m.payload["kind"] == kind and 0 <= at - m.end <= 2 for m in marks.dates)


#: A day without its year that lies so few days ahead is to come, not that of the year before.
_AHEAD = 45


def _month(
    words: Sequence[Word], start: int, end: int, month: int, published: date, since: bool
) -> list[Told]:
    year = _year_after(words, end)
    explicit = year is not None
    if year is None:
        year = published.year if month <= published.month else published.year - 1
    day = _day_beside(words, start, end)
    if day is None:
        return [Told(f"{year}-{month:02d}", start, end + explicit, since=since)]
    try:
        when = date(year, month, day)
        if not explicit and 0 < (when - published).days <= _AHEAD:
            return []  # "until the summit on 18 December": still to come
        if not explicit and when > published:
            when = date(year - 1, month, day)
    except ValueError:
        return []
    return [Told(when.isoformat(), start, end, since=since)]


def _year_after(words: Sequence[Word], end: int) -> int | None:
    for index in range(end, min(end + 2, len(words))):
        if _YEAR.match(words[index].text):
            return int(words[index].text)
    return None


def _day_beside(words: Sequence[Word], start: int, end: int) -> int | None:
    for index in (start - 1, end):
        if 0 <= index < len(words) and _DAY.match(words[index].text):
            value = int(words[index].text)
            if 1 <= value <= 31:
                return value
    return None


def _relative(value: str, published: date) -> str | None:
    if value == "year_start":
        return f"{published.year}-01"
    match = re.fullmatch(r"-?(\d+)([dwmy])", value)
    if match is None:
        return None
    amount, unit = int(match[1]), match[2]
    if unit == "d":
        return (published - timedelta(days=amount)).isoformat()
    if unit == "w":
        return (published - timedelta(weeks=amount)).isoformat()[:7]
    if unit == "y":
        return str(published.year - amount)
    months = published.year * 12 + published.month - 1 - amount
    return f"{months // 12}-{months % 12 + 1:02d}"
