"""Who speaks: roles and names become actors, and each reported statement gets its speaker."""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.core.claims.clause import Clause, in_parenthesis
from worker.core.claims.marks import NONSTATE_TYPES, Actor, Marks, Predicate
from worker.core.claims.wordlists import word_set
from worker.model import Measure

ROLE_TYPES = ("gov_role", "parliament_role")
_NEAR = 3
_BREAK = re.compile(r"[,;:–—()\"“”„«»]")


@dataclass(slots=True)
class Attribution:
    """A verb of saying with the one who says it (``speaker`` None when nobody is named)."""

    predicate: Predicate
    clause: int
    speaker: Actor | None


def add_roles(marks: Marks, language: str) -> None:
    """Turn "the British defence minister John Healey" and "opposition MP X" into one actor each."""
    nonstate = _spans(marks, NONSTATE_TYPES)
    for start, end in nonstate:
        if _specialists(marks, end):
            continue
        if not in_parenthesis(marks, start) and not _inside_person(marks, start):
            marks.actors.append(
                Actor(
                    None, "nonstate", start, end, _name_after(marks, end, language), "role:nonstate"
                )
            )
    for start, end in _merged(_spans(marks, ROLE_TYPES)):
        if _near_nonstate(marks, start, end, nonstate):
            continue
        _role(marks, start, end, language)
    marks.actors.sort(key=lambda a: (a.start, a.end))


def _specialists(marks: Marks, end: int) -> bool:
    """ "Esperti di sminamento", "experts du déminage": people who are sent, not who comment."""
    return any(t.measure is Measure.MINE_CLEARANCE and 0 < t.start - end <= 2 for t in marks.topics)


def _spans(marks: Marks, kinds: tuple[str, ...]) -> list[tuple[int, int]]:
    return sorted((hit[0], hit[-1] + 1) for kind in kinds for hit in marks.context.get(kind, ()))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _inside_person(marks: Marks, index: int) -> bool:
    known = {"person", "institution", "state", "capital"}
    return any(a.kind in known and a.start <= index < a.end for a in marks.actors)


def _near_nonstate(marks: Marks, start: int, end: int, nonstate: list[tuple[int, int]]) -> bool:
    """A role that a word like "former" or "shadow" or "elect" belongs to."""
    return any(
        (0 <= start - right <= 1 or 0 <= left - end <= 1 or (left < end and start < right))
        and not _BREAK.search(marks.words[max(left, start)].before)
        for left, right in nonstate
    )


def _role(marks: Marks, start: int, end: int, language: str) -> None:
    owner = _owner(marks, start, end)
    if any(
        a.kind in {"state", "capital", "institution"} and a.start < end and start < a.end
        for a in marks.actors
    ):
        return
    person = next(
        (
            a
            for a in marks.actors
            if a.kind == "person"
            and 0 <= a.start - _behind(owner, end) <= 2
            and not _says_between(marks, end, a.start)
            and (not _broken(marks, end, a.start) or _apposed(marks, end, a, owner))
        ),
        None,
    )
    if person is not None:
        person.start = start
        return
    name = _name_after(marks, end, language)
    if owner is not None:
        owner_first = owner.kind == "adjective" or owner.possessive or owner.start > start
        if owner_first:
            low, high = min(start, owner.start), max(end, owner.end)
            code, high = _joined_owners(owner, high, marks)
            marks.actors.append(Actor(code, "role", low, high, name, owner.rule))
            if owner.kind != "adjective":
                owner.possessive = True
            return
    marks.actors.append(Actor(None, "role", start, end, name, "role"))


def _joined_owners(owner: Actor, end: int, marks: Marks) -> tuple[str | None, int]:
    """ "Les ministres britannique et français": one of each; the codes and where they end."""
    second = next((a for a in marks.actors if a.kind == "adjective" and a.start == end + 1), None)
    joints = {hit[0] for hit in marks.context.get("coordinator", ()) if len(hit) == 1}
    behind = owner.kind == "adjective" and owner.end == end and end in joints
    if marks.language != "fr" or second is None or not behind or second.code in {None, owner.code}:
        return owner.code, end
    return f"{owner.code}+{second.code}", second.end


def _says_between(marks: Marks, end: int, start: int) -> bool:
    """ "… odbudowę armii – powiedział Macron": the verb parts the army from who speaks of it."""
    return any(p.kind == "reporting" and end <= p.start < start for p in marks.predicates)


def _behind(owner: Actor | None, end: int) -> int:
    """Where a role ends with the state it belongs to: "premier Wielkiej Brytanii | Keir Starmer"."""
    return owner.end if owner is not None and owner.start == end else end


def _apposed(marks: Marks, end: int, person: Actor, owner: Actor | None) -> bool:
    """A name set off by a comma: "la ministre des armées, Catherine Vautrin"."""
    if owner is not None and owner.code != person.code:
        return False
    return (
        marks.words[end].before.strip() == ","
        and all(marks.words[i].capitalised for i in range(end, person.start))
        and (end == person.start or not _broken(marks, end + 1, person.start))
    )


def _broken(marks: Marks, start: int, end: int) -> bool:
    return any(
        _BREAK.search(marks.words[i].before) for i in range(start, end + 1) if i < len(marks.words)
    )


def _owner(marks: Marks, start: int, end: int) -> Actor | None:
    """The state a role belongs to: an adjective beside it, or a name in the genitive."""
    near: list[tuple[int, Actor]] = []
    for actor in marks.actors:
        if actor.kind in {"nonstate", "role"} or actor.code is None:
            continue
        if actor.kind == "person" and not (0 < actor.start - end <= _NEAR):
            continue
        if actor.end <= start and start - actor.end <= 2:
            gap, inside = start - actor.end, (actor.end, start)
            if (
                actor.kind not in {"adjective"}
                and not actor.possessive
                and not _directly(marks, actor, start)
            ):
                continue
        elif actor.start >= end and actor.start - end <= _NEAR:
            gap, inside = actor.start - end, (end, actor.start)
            if actor.kind == "adjective" and gap > 1:
                continue
        else:
            continue
        if actor.start >= end and _forces_in(marks, start, actor):
            continue
        if not _broken(marks, inside[0], inside[1]) or gap == 0:
            near.append((gap + (actor.end <= start) * 0, actor))
    near = [
        (gap, a)
        for gap, a in near
        if not _broken_between(marks, a, start, end) and not _parted(marks, a, start)
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


_FORCES = word_set(
    "streitkräfte streitkräften armee truppen forces army armées fuerzas forze leger"
)
_INSIDE = word_set("in im dans en nel nella")


def _forces_in(marks: Marks, start: int, actor: Actor) -> bool:
    """ "Die größten Streitkräfte in der EU": where they are, not whose."""
    between = [w.norm for w in marks.words[start : actor.start]]
    return bool(_FORCES & set(between) and _INSIDE & set(between))


def _parted(marks: Marks, actor: Actor, start: int) -> bool:
    """ "Spanish troops to parliament": a preposition parts the adjective from the role."""
    if marks.language != "en" or actor.end > start:
        return False
    return any(actor.end <= hit[0] < start for hit in marks.context.get("preposition", ()))


def _directly(marks: Marks, actor: Actor, start: int) -> bool:
    """A hyphenated or bare noun before a role: "US-Präsident", "EU Commission president"."""
    return (
        actor.end == start
        and marks.words[start].before in {"-", "‑", " ", "–"}
        and actor.kind
        in {
            "state",
            "institution",
            "capital",
        }
    )


def _broken_between(marks: Marks, actor: Actor, start: int, end: int) -> bool:
    """Whether punctuation or a predicate parts a name from a role."""
    left, right = (actor.end, start) if actor.end <= start else (end, actor.start)
    deeds = {w for p in marks.predicates for w in p.words}
    return any(i in deeds for i in range(left, right)) or any(
        _BREAK.search(marks.words[i].before) for i in range(left, min(right + 1, len(marks.words)))
    )


_NOT_NAMES = {"der", "die", "das", "the", "le", "la", "el", "il", "de"}


def _name_after(marks: Marks, end: int, language: str) -> str | None:
    """A personal name behind a role: two or three capitalised words that the tables do not know."""
    index, parts = end, list[str]()
    while index < len(marks.words) and len(parts) < 3:
        word = marks.words[index]
        if not word.capitalised or word.norm in _NOT_NAMES or _BREAK.search(word.before):
            break
        if any(a.start <= index < a.end and a.kind != "person" for a in marks.actors):
            break
        parts.append(word.text)
        index += 1
    return " ".join(parts) if len(parts) >= 2 else None


def attributions(marks: Marks, clauses: list[Clause], language: str) -> list[Attribution]:
    """Every verb of saying in the sentence with its speaker."""
    found: list[Attribution] = []
    for predicate in marks.predicates:
        if predicate.kind != "reporting" or _of_a_text(predicate, marks):
            continue
        number = next((n for n, c in enumerate(clauses) if predicate.start in c), None)
        if number is None:
            continue
        found.append(
            Attribution(predicate, number, _speaker(predicate, clauses[number], marks, language))
        )
    return found


def _of_a_text(predicate: Predicate, marks: Marks) -> bool:
    """ "Eine Erklärung, der zufolge sie Soldaten stationieren": the text says so, nobody speaks."""
    at = predicate.start
    return (
        marks.language == "de"
        and marks.words[at].norm in {"zufolge", "gemäß", "nach"}
        and at > 0
        and marks.words[at - 1].norm in {"der", "dem", "denen"}
    )


def _head(predicate: Predicate, clause: Clause, marks: Marks) -> Actor | None:
    """ "Cyprus, which holds the presidency of the EU, has said": the name before the relative clause."""
    openers = marks.context.get("subordinator", ())
    opened = [h[0] for h in openers if clause.start < h[0] < predicate.start]
    if marks.language != "en" or not opened:
        return None
    first = min(opened)
    heads = [
        a
        for a in marks.actors
        if a.start <= clause.start + 2 and a.start in clause and a.end == first and not a.oblique
    ]
    return heads[0] if heads and "," in marks.words[first].before else None


_IMPERSONAL = word_set("hieß heißt verlautete verlautet hörte hört")


def _impersonal(predicate: Predicate, marks: Marks) -> bool:
    """ "Aus den USA hieß es", "aus Paris verlautete": the place speaks."""
    return marks.language == "de" and marks.words[predicate.start].norm in _IMPERSONAL


def _speaker(predicate: Predicate, clause: Clause, marks: Marks, language: str) -> Actor | None:
    head = _head(predicate, clause, marks)
    if head is not None:
        return head
    rank = {"person": 0, "role": 1, "nonstate": 0, "state": 2, "capital": 2, "institution": 2}
    near: list[tuple[int, int, Actor]] = []
    for actor in marks.actors:
        if (
            actor.kind not in rank
            or actor.start not in clause
            or in_parenthesis(marks, actor.start)
        ):
            continue
        after = actor.start >= predicate.end
        distance = actor.start - predicate.end if after else predicate.start - actor.end
        if distance > 8 or (actor.oblique and not after and not _impersonal(predicate, marks)):
            continue
        behind = 0 if after or language == "en" else 3  # "…, sagte Merz": the speaker follows
        near.append((distance + behind + 2 * rank[actor.kind], 0 if after else 1, actor))
    return min(near, key=lambda item: item[:2])[2] if near else None
