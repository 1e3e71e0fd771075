"""Names in office that the tables of people do not know, or know otherwise: for the operator.

A new minister speaks for a state from the first day, and the table learns of him only when a person
adds a line. So each name that a text gives a governing role is held against the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from worker.core.claims.lexicon import GOVERNING_ROLES, Lexicon, Row
from worker.core.claims.marks import NONSTATE_TYPES, Actor, Marks
from worker.core.claims.text import fold
from worker.model import Claim, OfficeHolder

#: Bodies whose people also hold offices in their own states.
_BODIES = frozenset({"EU", "NATO", "UN", "COALITION"})
#: English capitalises bodies as it does people.
_NO_PERSON = frozenset(
    [
        "armed",
        "army",
        "command",
        "commission",
        "committee",
        "council",
        "department",
        "forces",
        "foundation",
        "group",
        "house",
        "institute",
        "international",
        "ministry",
        "national",
        "office",
        "party",
        "parliament",
        "security",
        "senate",
        "services",
        "staff",
        "union",
        "university",
    ]
)


def unknown_holders(
    sentences: Sequence[Marks], lexicon: Lexicon, published: str | None
) -> tuple[OfficeHolder, ...]:
    """Those a text names in a governing role and the table does not, or names otherwise."""
    people, found = lexicon.people, dict[tuple[str, str], OfficeHolder]()
    for marks in sentences:
        for actor in marks.actors:
            for holder in _of(actor, marks, people, published or ""):
                found.setdefault((holder.actor, holder.name), holder)
    return tuple(found.values())


def in_office(claim: Claim, marks: Marks, lexicon: Lexicon, published: date | None) -> bool:
    """Whether who speaks has taken office: what a coming prime minister promises binds no state."""
    row = lexicon.people.get(fold(claim.speaker or ""))
    if row is None or published is None or row["role"] not in GOVERNING_ROLES:
        return True
    if row["code"] != claim.actor:
        return True  # what he tells of another state
    titled = any(a.name == claim.speaker and _in_office(a, marks) for a in marks.actors)
    return titled or not row["from"] or published.isoformat() >= row["from"]


def _of(actor: Actor, marks: Marks, people: dict[str, Row], day: str) -> Iterator[OfficeHolder]:
    if not actor.name:
        return
    parts = set(fold(actor.name).split())
    if actor.kind == "role" and actor.code and not _NO_PERSON & parts and not _named(actor, people):
        told = "holds a governing role and is in no table of people"
        yield OfficeHolder(actor.code, actor.name, told, _words(marks, actor))
    row = people.get(fold(actor.name))
    if row is None or not _in_office(actor, marks):
        return
    other = _other_state(actor, marks, row["code"])
    if row["role"] == "former" and day[:10] < row["from"]:
        return
    if row["role"] not in GOVERNING_ROLES:
        told = f"is named in office; the table has: {row['role']}"
    elif other is not None:
        told = f"is named in office for {other}; the table has: {row['code']}"
    elif row["until"] and day[:10] > row["until"]:
        told = f"is named in office; the table ends on {row['until']}"
    else:
        return
    yield OfficeHolder(other or row["code"], actor.name, told, _words(marks, actor))


def _named(actor: Actor, people: dict[str, Row]) -> bool:
    """Whether the table has the name, or its last part for the same actor in another form."""
    name = fold(actor.name or "")
    last = name.split()[-1][:5]
    return name in people or any(
        row["code"] == actor.code and known.split()[-1].startswith(last)
        for known, row in people.items()
    )


def _in_office(actor: Actor, marks: Marks) -> bool:
    """Whether a governing role stands right before the name, and no word such as "former"."""
    roles = {hit[-1] + 1 for hit in marks.context.get("gov_role", ())}
    within = range(actor.start + 1, actor.end) if actor.kind == "person" else ()
    start, first = actor.start, set(fold(actor.name or "").split())
    while start > 0 and marks.words[start - 1].norm in first:
        start -= 1  # the table may know a name by its last part alone
    held = start in roles or any(word in roles for word in within)
    aside = (hit for kind in NONSTATE_TYPES for hit in marks.context.get(kind, ()))
    return held and not any(actor.start - 4 <= hit[0] < actor.end for hit in aside)


def _other_state(actor: Actor, marks: Marks, code: str) -> str | None:
    """Another state whose adjective stands right before the role."""
    for other in marks.actors:
        beside = other.end == actor.start or actor.start <= other.start < other.end < actor.end
        if beside and other.kind == "adjective" and other.code not in {None, code} | _BODIES:
            return None if code in _BODIES else other.code
    return None


def _words(marks: Marks, actor: Actor) -> str:
    around = marks.words[max(actor.start - 3, 0) : actor.end + 4]
    return " ".join(word.text for word in around)
