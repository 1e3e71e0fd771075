"""Quotes in their context, and who copied whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.core.text import clean_line
from worker.model import Article, Evidence

#: So many characters of the article are shown on either side of a quote.
AROUND = 280


@dataclass(frozen=True, slots=True)
class Context:
    """A quote with the text around it; ``found`` is False where the article has it no more."""

    before: str
    quote: str
    after: str
    found: bool


def in_context(evidence: Evidence, article: Article | None) -> Context:
    """The sentence as it stands in the stored article."""
    quote = evidence.quote
    whole = article.full_text if article else ""
    start = whole.find(quote) if quote else -1
    if start < 0:
        return Context("", clean_line(quote, 1200), "", False)
    end = start + len(quote)
    before, after = whole[max(start - AROUND, 0) : start], whole[end : end + AROUND]
    if start > AROUND:
        before = "… " + before.partition(" ")[2]
    if end + AROUND < len(whole):
        after = after.rpartition(" ")[0] + " …"
    return Context(_flat(before), clean_line(quote, 1200), _flat(after), True)


def _flat(text: str) -> str:
    """One line with the spaces at its ends kept: a quote begins and ends inside a sentence."""
    lead = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() else ""
    return f"{lead}{clean_line(text, 2 * AROUND)}{tail}"


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that tells what its origin reported."""

    url: str | None
    title: str
    source: str
    published: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who really reported it, and everybody who carried it; the earliest comes first."""

    name: str
    kind: str
    copies: tuple[Copy, ...]


def origin_tree(
    articles: Mapping[str, Article], origins: Mapping[str, str], keys: Sequence[str]
) -> list[Origin]:
    """Articles under who really reported them, the origin that was first at the top."""
    grouped: dict[str, list[Copy]] = {}
    for key in dict.fromkeys(keys):
        article = articles.get(key)
        copy = Copy(
            url=key if key.startswith("http") else None,
            title=article.title if article else "",
            source=(article.source if article else None) or _host(key),
            published=article.published if article else None,
        )
        grouped.setdefault(origins.get(key, f"outlet:{_host(key)}"), []).append(copy)
    found = []
    for name, copies in grouped.items():
        kind, _, told = name.partition(":")
        ordered = sorted(copies, key=lambda c: (c.published or "9", c.source))
        found.append(Origin(told or name, kind if told else "outlet", tuple(ordered)))
    return sorted(found, key=lambda o: (o.copies[0].published or "9", o.name))


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.") if url.count("/") >= 2 else url[:40]
