"""A small language for the tests: ``DE troops committed 500 soldiers if ceasefire`` is a claim."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from worker.core.ledger import LedgerRecord, record_id
from worker.model import (
    Analysis,
    Article,
    Claim,
    Condition,
    Evidence,
    Measure,
    Quantity,
    Slot,
    Stance,
    Status,
)

_CLAIM = re.compile(
    r"(?P<actor>[A-Z]+) (?P<measure>\w+) (?P<stance>\w+)"
    r"(?: (?P<quantity>[\d.]*(?:-[\d.]*)?) (?P<unit>[A-Z]{3}|[a-z]+))??"
    r"(?: if (?P<conditions>[\w,]+))?"
    r"(?: drop (?P<drop>[\w,]+))?"
    r"(?: (?P<status>official|reported|draft))?"
    r"(?: item (?P<item>[\w-]+))?"
    r"(?: of (?P<as_of>\d{4}(?:-\d\d){0,2}))?"
    r"(?: by (?P<speaker>.+))?"
)


def parse_claim(words: str) -> Claim:
    """A claim in the test language: numbers are ``500``, ``200-400``, ``-800`` or ``60-``."""
    found = _CLAIM.fullmatch(words)
    if not found:
        raise ValueError(f"no claim: {words!r}")
    drops = tuple(f"drops:{name}" for name in _names(found["drop"]))
    return Claim(
        actor=found["actor"],
        measure=Measure(found["measure"]),
        stance=Stance(found["stance"]),
        evidence=words,
        start=0,
        end=len(words),
        conditions=frozenset(Condition(name) for name in _names(found["conditions"])),
        quantity=_quantity(found["quantity"], found["unit"]),
        status=Status(found["status"] or "official"),
        speaker=found["speaker"],
        as_of=found["as_of"],
        item=found["item"],
        rules=drops,
    )


def _names(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _quantity(text: str | None, unit: str | None) -> Quantity | None:
    if not text or not unit:
        return None
    low, dash, high = text.partition("-")
    least = float(low) if low else None
    return Quantity(least, (float(high) if high else None) if dash else least, unit)


def record(words: str, published: str, *, origin: str = "outlet:a", **more: Any) -> LedgerRecord:
    """A ledger record of a claim in the test language, told by an article of that day."""
    claim = parse_claim(words)
    key = more.pop("key", f"{origin}/{published}")
    known_from = datetime.fromisoformat(published).replace(tzinfo=UTC)
    values: dict[str, Any] = {
        "id": record_id(key, 1, (words,)),
        "slot": Slot(claim.actor, claim.measure, claim.item),
        "stance": claim.stance,
        "as_of": claim.as_of or published,
        "published": published,
        "known_from": known_from,
        "article_key": key,
        "origin": origin,
        "evidence": Evidence(words, f"https://example.org/{key}", "", None, published, "en"),
        "status": claim.status,
        "quantity": claim.quantity,
        "conditions": claim.conditions,
        "dropped": frozenset(Condition(r.removeprefix("drops:")) for r in claim.rules),
    }
    return LedgerRecord(**(values | more))


class Newsroom:
    """Articles in the test language, and the claims that reading them would give."""

    def __init__(self) -> None:
        self.analyses: dict[tuple[str | None, str], Analysis] = {}

    def article(
        self,
        at: str,
        claims: list[str] | None = None,
        *,
        url: str = "",
        source: str = "",
        text: str | None = None,
        relevant: bool = True,
        language: str = "en",
    ) -> Article:
        """An article of a day; without ``text`` its words are its own and copy nobody's."""
        told = claims or []
        url = url or f"https://{source or 'a'}.example/{at}/{len(self.analyses)}"
        article = Article(
            text=text if text is not None else self._own_words(told),
            title="",
            url=url,
            published=at,
            source=source or None,
            language=language,
        )
        parsed = tuple(parse_claim(words) for words in told)
        self.analyses[url, article.text] = Analysis(language, relevant, parsed)
        return article

    def _own_words(self, told: list[str]) -> str:
        number = len(self.analyses)
        return " ".join(f"{word}{number}" for word in " and ".join(["News", *told]).split())

    def analyze(self, article: Article) -> Analysis:
        """What the extractor would read in an article."""
        return self.analyses[article.url, article.text]
