"""The reviewed positions known before the first article.

``seeds/baseline.yaml`` names per document the positions drawn from it, each with verbatim evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TypeVar

from worker.core.ledger import LedgerRecord, record_id
from worker.core.origins import origin_of, sketch_of
from worker.core.spans import parse_day, parse_span
from worker.core.yamlnodes import Fields, Place, read_yaml
from worker.model import (
    ACTOR_CODE,
    UNITS,
    Article,
    Condition,
    Evidence,
    Measure,
    Quantity,
    Slot,
    Stance,
    Status,
)

#: The extractor version of what a person has reviewed.
REVIEWED = "reviewed"
E = TypeVar("E", bound=StrEnum)
ACTORS = ("EU", "NATO", "UN", "COALITION")

_CURRENCY = re.compile(r"[A-Z]{3}")
_DOCUMENT = ("file", "published", "positions")
_DOCUMENT_OPTIONAL = ("title", "source", "language", "published_estimated", "url")
_POSITION = ("actor", "measure", "stance", "as_of", "evidence")
_POSITION_OPTIONAL = (
    "conditions",
    "quantity",
    "status",
    "speaker",
    "estimated",
    "location",
    "item",
)


def load_baseline(text: str, path: str, documents: Mapping[str, str]) -> list[LedgerRecord]:
    """The records of a baseline file.

    ``documents`` maps the name of each seed document to its text. Raises ConfigError naming file,
    line and reason where the file is wrong or an evidence is not verbatim in its document.
    """
    root = read_yaml(text, path).fields(("version", "documents"), ("accepted",))
    if root["version"].value() != 1:
        root["version"].refuse(f"{root['version'].value()!r} is not known; allowed: 1")
    records: list[LedgerRecord] = []
    for place in root["documents"].items():
        records += _document(place, documents)
    for place in given.items() if (given := root.get("accepted")) else ():
        place.fields(("at", "by", "positions"), ("note",))
    return _distinct(records, root["documents"])


def _distinct(records: list[LedgerRecord], place: Place) -> list[LedgerRecord]:
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            place.refuse(f"{record.slot} of {record.article_key} stands here twice")
        seen.add(record.id)
    return records


def _document(place: Place, documents: Mapping[str, str]) -> list[LedgerRecord]:
    fields = place.fields(_DOCUMENT, _DOCUMENT_OPTIONAL)
    name = fields["file"].text()
    if name not in documents:
        fields["file"].refuse(
            f"no seed document {name!r}; there are: {', '.join(sorted(documents))}"
        )
    article = Article(
        text=documents[name],
        title=_text(fields, "title") or "",
        url=_text(fields, "url"),
        published=_date(fields["published"]),
        source=_text(fields, "source"),
        language=_text(fields, "language"),
    )
    positions = fields["positions"].items()
    return [_position(position, article, name) for position in positions]


def _position(place: Place, article: Article, name: str) -> LedgerRecord:
    fields = place.fields(_POSITION, _POSITION_OPTIONAL)
    quote = fields["evidence"].text()
    if quote not in article.full_text:
        fields["evidence"].refuse(f"not verbatim in {name}: {quote[:60]!r}")
    assert article.published is not None
    slot = Slot(_actor(fields["actor"]), _enum(fields["measure"], Measure), _text(fields, "item"))
    stance, as_of = _enum(fields["stance"], Stance), _date(fields["as_of"])
    quantity = _quantity(fields.get("quantity"))
    status = _enum(given, Status) if (given := fields.get("status")) else Status.OFFICIAL
    conditions = _conditions(fields.get("conditions"))
    evidence = Evidence(
        quote=quote,
        article_url=article.url,
        title=article.title or name,
        source=article.source,
        published=article.published,
        language=article.language,
        speaker=_text(fields, "speaker"),
    )
    key = f"seed:{name}"
    values = (slot, stance, as_of, quantity, sorted(conditions), status)
    return LedgerRecord(
        id=record_id(key, 1, values),
        slot=slot,
        stance=stance,
        as_of=as_of,
        published=article.published,
        known_from=datetime.combine(parse_day(article.published), time(), UTC),
        article_key=key,
        origin=_origin(article, key),
        evidence=evidence,
        status=status,
        quantity=quantity,
        conditions=conditions,
        location=_text(fields, "location"),
        estimated=given.flag() if (given := fields.get("estimated")) else False,
        extractor_version=REVIEWED,
    )


def _origin(article: Article, key: str) -> str:
    origin = origin_of(article, sketch_of(article.full_text))
    unnamed = article.url is None and article.source is None and origin.startswith("outlet:")
    return f"outlet:{key}" if unnamed else origin


def _text(fields: Fields, name: str) -> str | None:
    place = fields.get(name)
    return place.text() if place else None


def _date(place: Place) -> str:
    text = str(place.value())
    try:
        parse_span(text)
    except ValueError as error:
        place.refuse(str(error))
    return text


def _actor(place: Place) -> str:
    text = place.text()
    if not ACTOR_CODE.fullmatch(text):
        place.refuse(
            f"{text!r} is no actor; allowed: an ISO 3166-1 alpha-2 code, {', '.join(ACTORS)}"
        )
    return text


def _enum(place: Place, kind: type[E]) -> E:
    return place.one_of(kind, [member.value for member in kind])


def _conditions(place: Place | None) -> frozenset[Condition]:
    return frozenset(_enum(item, Condition) for item in place.items()) if place else frozenset()


def _quantity(place: Place | None) -> Quantity | None:
    if place is None:
        return None
    fields = place.fields(("min", "max", "unit"))
    low, high, unit = fields["min"].number(), fields["max"].number(), fields["unit"].text()
    if unit not in UNITS and not _CURRENCY.fullmatch(unit):
        fields["unit"].refuse(
            f"{unit!r} is no unit; allowed: {', '.join(UNITS)} or a currency code such as EUR"
        )
    if low is None and high is None:
        place.refuse("min or max must be a number")
    if low is not None and high is not None and low > high:
        place.refuse(f"min {low} is above max {high}")
    return Quantity(low, high, unit)
