"""Slavic subjects that stand in another case: "Polaków nie będzie", "от Рима солдат ждать не стоит"."""

from __future__ import annotations

import re

from worker.core.claims.clause import SLAVIC, Clause, predicates_of
from worker.core.claims.marks import Actor, Marks, Topic
from worker.core.claims.reading import Subject
from worker.core.claims.wordlists import word_set
from worker.model import Measure

_BE = word_set("będzie ma буде будет")
_THERE_IS_NONE = word_set("нема немає нет")
_FROM = word_set("od від от")
_ON = word_set("na на")
_RESTS = re.compile(r"^(?:spocz|leży|leżą|ляга|ляже|лежить|лежит|лож|ляжет|поклад|возло)")
_IN = word_set("w we у в во")
_IMPERSONAL = re.compile(r"(?:no|to|но|то|шли|szło|шло)$")
#: So near to the beginning of the clause the name must stand.
_REACH = 2


def in_another_case(clause: Clause, marks: Marks) -> Subject | None:
    """Whom a clause without a nominative speaks of by the name that opens it in another case."""
    if marks.language not in SLAVIC or _has_nominative(clause, marks):
        return None
    first = next((a for a in marks.actors if a.start in clause and a.kind != "adjective"), None)
    if first is None or first.code in {None, "UA", "RU"} or first.kind not in {"oblique", "state"}:
        return None
    start = clause.start + (clause.opener in {"coordinator", "contrast"})
    if first.start - start > _REACH or first.end - first.start > _REACH:
        return None
    before = marks.words[first.start - 1].norm if first.start > clause.start else ""
    if _fits(before, first, clause, marks):
        return Subject((first.code or "",), explicit=True)
    return None


def _fits(before: str, actor: Actor, clause: Clause, marks: Marks) -> bool:
    if before in _FROM or actor.start == clause.start:
        refused = any(
            p.stance is not None and p.stance.rank < 0 and p.kind == "stance"
            for p in predicates_of(clause, marks)
        )
        return _none_of(clause, marks) or (before in _FROM and refused)
    if before in _ON:
        return any(
            _RESTS.match(marks.words[i].norm)
            for i in range(actor.end, min(actor.end + 2, clause.end))
        )
    trained = any(t.measure is Measure.TRAINING and t.start in clause for t in marks.topics)
    deeds = (
        w
        for p in predicates_of(clause, marks)
        if p.kind in {"action_past", "done"}
        for w in p.words
    )
    return before in _IN and trained and any(_IMPERSONAL.search(marks.words[w].norm) for w in deeds)


def _none_of(clause: Clause, marks: Marks) -> bool:
    """ "Nie będzie", "нема": there is nothing or nobody of the kind."""
    for hit in marks.context.get("negation", ()):
        if hit[0] not in clause:
            continue
        following = marks.words[hit[-1] + 1].norm if hit[-1] + 1 < clause.end else ""
        if marks.words[hit[0]].norm in _THERE_IS_NONE or following in _BE:
            return True
    return False


def _has_nominative(clause: Clause, marks: Marks) -> bool:
    return any(
        a.start in clause and not a.oblique and a.kind not in {"adjective", "oblique"}
        for a in marks.actors
    )


_OURS = word_set("nasi nasze naszych naszego nasz")


def our_soldiers(clause: Clause, marks: Marks) -> bool:
    """ "Naszych żołnierzy tam nie będzie": in its own voice the Polish press means Polish ones."""
    says = any(p.kind == "reporting" for p in marks.predicates)
    if marks.language != "pl" or clause.quoted or says:
        return False
    ours = {i for i in range(clause.start, clause.end) if marks.words[i].norm in _OURS}
    return any(t.measure is Measure.TROOPS and t.start - 1 in ours for t in marks.topics)


_NO = word_set("nie ні нет")
_DASH = re.compile(r"[–—]|\s-\s")


def refused_behind(topic: Topic, marks: Marks) -> bool:
    """ "Пропонує літаки й кораблі, піхоти – ні": a no behind the dash is for that measure alone."""
    at = topic.end
    if marks.language not in SLAVIC or at >= len(marks.words) or marks.words[at].norm not in _NO:
        return False
    last = at + 1 == len(marks.words) or bool(re.search(r"[,.;)]", marks.words[at + 1].before))
    return last and bool(_DASH.search(marks.words[at].before))


_WHOEVER = word_set("хто кто kto")
_WHICH = word_set("który która które którzy який яка яке які который которая которое которые")


def drop_whoever(marks: Marks) -> None:
    """ "Всіх, хто поїде миротворцем, Румунія підтримає": what nobody named does is no deed of hers.

    Nor is what an inserted relative clause denies: "Norwegia, która czołgów nie ma, zapłaci".
    """
    if marks.language not in SLAVIC:
        return
    for at, word in enumerate(marks.words):
        if word.norm not in _WHOEVER | _WHICH or not at or "," not in word.before:
            continue
        later = range(at + 1, len(marks.words))
        end = next((i for i in later if "," in marks.words[i].before), None)
        if end is None:
            continue  # "… , кто поедет": the question itself
        inside = [p for p in marks.predicates if at <= p.start < end]
        if word.norm in _WHICH and (inside or not marks.has("negation", at, end)):
            continue
        marks.predicates = [p for p in marks.predicates if p not in inside]
        marks.topics = [t for t in marks.topics if not at <= t.start < end]
