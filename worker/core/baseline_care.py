"""Care of the baseline: propose one from seed documents, compare it with the reviewed, accept it.

What is proposed is a draft for a person: every position stands with its verbatim evidence, and
nothing is judged on it before it is accepted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from worker.core.alerting import position_values
from worker.core.baseline import load_baseline
from worker.core.ledger import LedgerRecord, derive_position
from worker.model import Analysis, Article, Claim, Position, Slot

_HEADER = """\
# Proposed from seed documents; review every position against its evidence (docs/ontology.md),
# correct or delete what is wrong, then run `coalition-watch baseline accept`.
"""


def propose_baseline(
    documents: Mapping[str, Article], analyze: Callable[[Article], Analysis]
) -> str:
    """A baseline file drawn from seed documents (by file name) for a person to review.

    A claim that the text does not date has the document's date and is marked ``estimated``; a
    document without a date gets no positions, and a comment that says so.
    """
    undated = sorted(name for name, article in documents.items() if not article.published)
    entries = [
        _document(name, article, analyze(article))
        for name, article in sorted(documents.items())
        if article.published
    ]
    notes = "".join(
        f"# {name}: no date is known, so nothing is drawn from it\n" for name in undated
    )
    return _HEADER + notes + _dump({"version": 1, "documents": entries})


def _document(name: str, article: Article, analysis: Analysis) -> dict[str, Any]:
    entry: dict[str, Any] = {"file": name, "published": article.published}
    known = {"title": article.title, "source": article.source, "url": article.url}
    entry |= {key: value for key, value in known.items() if value}
    entry["language"] = article.language or analysis.language
    claims = analysis.claims if analysis.relevant else ()
    entry["positions"] = [_position(claim, article) for claim in claims]
    return entry


def _position(claim: Claim, article: Article) -> dict[str, Any]:
    told: dict[str, Any] = {
        "actor": claim.actor,
        "measure": claim.measure.value,
        "item": claim.item,
        "stance": claim.stance.value,
        "conditions": sorted(c.value for c in claim.conditions) or None,
        "quantity": claim.quantity.as_json() if claim.quantity else None,
        "status": claim.status.value,
        "speaker": claim.speaker,
        "location": claim.location,
        "as_of": claim.as_of or article.published,
        "estimated": claim.as_of in (None, article.published),
        "evidence": claim.evidence,
    }
    return {key: value for key, value in told.items() if value is not None}


def propose_from_ledger(
    held: Iterable[tuple[LedgerRecord, Article]],
) -> tuple[str, dict[str, str]]:
    """A baseline file of what the ledger holds, and the seed documents (by file name) behind it.

    ``held`` are the records that hold a position, each with its article.
    """
    entries: dict[str, dict[str, Any]] = {}
    documents: dict[str, str] = {}
    for record, article in sorted(held, key=lambda pair: (pair[0].published, str(pair[0].slot))):
        name = f"{record.published[:10]}-{hashlib.sha256(record.article_key.encode()).hexdigest()[:10]}.txt"
        documents[name] = article.text
        entry = entries.setdefault(name, _found_in(name, record, article))
        entry["positions"].append(_known(record))
    return _HEADER + _dump({"version": 1, "documents": list(entries.values())}), documents


def _found_in(name: str, record: LedgerRecord, article: Article) -> dict[str, Any]:
    proof = record.evidence
    entry: dict[str, Any] = {"file": name, "published": record.published[:10]}
    known = {"title": article.title, "source": proof.source, "url": proof.article_url}
    entry |= {key: value for key, value in known.items() if value}
    return entry | {"language": article.language or proof.language or "en", "positions": []}


def _known(record: LedgerRecord) -> dict[str, Any]:
    told: dict[str, Any] = {
        "actor": record.slot.actor,
        "measure": record.slot.measure.value,
        "item": record.slot.item,
        "stance": record.stance.value,
        "conditions": sorted(c.value for c in record.conditions) or None,
        "quantity": record.quantity.as_json() if record.quantity else None,
        "status": record.status.value,
        "speaker": record.evidence.speaker,
        "location": record.location,
        "as_of": record.as_of[:10],
        "estimated": record.estimated,
        "evidence": record.evidence.quote,
    }
    return {key: value for key, value in told.items() if value is not None}


def _dump(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10**6)


@dataclass(frozen=True, slots=True)
class PositionDiff:
    """One slot that two baselines see differently; ``None`` where one knows nothing of it."""

    slot: Slot
    reviewed: Position | None
    proposed: Position | None

    def as_json(self) -> dict[str, Any]:
        """Slot, both positions as the contracts write them, and the quotes that prove them."""
        return {
            "actor": self.slot.actor,
            "measure": self.slot.measure.value,
            "item": self.slot.item,
            "reviewed": _values(self.reviewed),
            "proposed": _values(self.proposed),
        }


def _values(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    quote = position.evidence.quote if position.evidence else None
    return position_values(position) | {"status": position.status.value, "evidence": quote}


def diff_baselines(
    reviewed: Iterable[LedgerRecord], proposed: Iterable[LedgerRecord]
) -> list[PositionDiff]:
    """The slots whose positions differ in stance, quantity, conditions, date or status."""
    before, after = _by_slot(reviewed), _by_slot(proposed)
    diffs = (
        PositionDiff(
            slot, derive_position(before.get(slot, ())), derive_position(after.get(slot, ()))
        )
        for slot in sorted({*before, *after}, key=str)
    )
    return [diff for diff in diffs if _told(diff.reviewed) != _told(diff.proposed)]


def _told(position: Position | None) -> Any:
    if position is None:
        return None
    return position_values(position) | {"status": position.status}


def _by_slot(records: Iterable[LedgerRecord]) -> dict[Slot, list[LedgerRecord]]:
    slots: dict[Slot, list[LedgerRecord]] = {}
    for record in records:
        slots.setdefault(record.slot, []).append(record)
    return slots


def accept_baseline(
    proposed: str,
    path: str,
    documents: Mapping[str, str],
    *,
    earlier: str | None,
    at: datetime,
    by: str,
    note: str | None = None,
) -> str:
    """The proposed file as the reviewed one, with who accepted it and when recorded in it.

    ``earlier`` is the reviewed file it replaces; its records of acceptance are carried over.
    Raises ConfigError where the proposal is wrong (see ``load_baseline``).
    """
    records = load_baseline(proposed, path, documents)
    value = yaml.safe_load(proposed)
    accepted = _accepted(earlier) if earlier else []
    entry = {"at": at.isoformat(timespec="seconds"), "by": by, "positions": len(records)}
    value["accepted"] = [*accepted, entry | ({"note": note} if note else {})]
    return _dump(_texts(value))


def _accepted(text: str) -> Sequence[Any]:
    found: Sequence[Any] = yaml.safe_load(text).get("accepted") or []
    return found


def _texts(value: Any) -> Any:
    """The value with what YAML took for dates or for yes and no turned back into text."""
    if isinstance(value, dict):
        return {key: _text_field(key, inner) for key, inner in value.items()}
    return [_texts(inner) for inner in value] if isinstance(value, list) else value


def _text_field(key: str, value: Any) -> Any:
    if key == "actor" and value is False:
        return "NO"
    if key in ("published", "as_of", "at") and value is not None:
        return str(value)
    return _texts(value)
