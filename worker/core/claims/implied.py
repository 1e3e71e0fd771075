"""Implied deeds: what a clause tells without a verb that the tables know."""

from __future__ import annotations

import re
from dataclasses import replace

from worker.core.claims.clause import SLAVIC, Clause, predicates_of
from worker.core.claims.deeds import looks_past
from worker.core.claims.germanic import talked_about
from worker.core.claims.marks import PREDICATE_TYPES, Actor, Marks, Predicate
from worker.core.claims.negation import CUES
from worker.core.claims.recall import ENDED
from worker.core.claims.romance_deeds import but_to_do, drop_attributes, future_of_unknown
from worker.core.claims.slavic_clauses import says_what_it_is
from worker.core.claims.wordlists import word_set
from worker.model import Stance


def imply_deeds(clauses: list[Clause], marks: Marks, language: str) -> None:
    """Add the deeds left unsaid: behind modals, in lists, in "Norway money, Poland nothing"."""
    for number, clause in enumerate(clauses):
        if number and _leave_out(clause, clauses[number - 1], marks):
            continue
        meant = but_to_do(clause, clauses[number - 1], marks) if number else None
        if meant is not None:
            marks.predicates.append(meant)
            continue
        future = future_of_unknown(clause, marks)
        if future is not None:
            drop_attributes(clause, future, marks)
        _imply_deed(clause, marks, language, future)
    _imply_listed(clauses, marks)


#: So short a clause can leave its verb to the one before.
_SHORT = 8
_NO = word_set("ні нет nie")
_DASH = re.compile(r"[–—]|\s-\s")


def _leave_out(clause: Clause, before: Clause, marks: Marks) -> bool:
    """ "… надішле саперів, а Греція ні", "… mają samoloty, a Norwegia – okręty": the verb before holds."""
    if marks.language not in SLAVIC or clause.end - clause.start > _SHORT or clause.subordinate:
        return False
    named = _first_actor(clause, marks)
    verbs = [p for p in predicates_of(before, marks) if p.kind in {"action", "stance"}]
    if named is None or not verbs or not _bare(clause, marks):
        return False
    last = clause.end - 1
    if marks.words[last].norm in _NO and named.end >= last - 1:
        marks.predicates.append(Predicate("stance", Stance.RULED_OUT, "", (last,), "left out"))
        return True
    dash = named.end < clause.end and _DASH.search(marks.words[named.end].before)
    gift = any(t.start in clause and t.start >= named.end for t in marks.topics) or any(
        start in clause for start, _ in marks.money
    )
    if dash and gift and not _denied(before, marks):
        marks.predicates.append(replace(verbs[0], words=(named.end,), rule="left out"))
        return True
    return False


def _bare(clause: Clause, marks: Marks) -> bool:
    kinds = (*CUES, *PREDICATE_TYPES, "reporting")
    return all(
        p.kind not in kinds or marks.words[p.start].norm in _NO
        for p in predicates_of(clause, marks)
    )


def _first_actor(clause: Clause, marks: Marks) -> Actor | None:
    at = clause.start + (clause.opener in {"coordinator", "contrast"})
    kinds = {"state", "capital", "person"}
    return next((a for a in marks.actors if a.start == at and a.kind in kinds), None)


def _denied(clause: Clause, marks: Marks) -> bool:
    return marks.has("negation", clause.start, clause.end)


#: The modal verbs of possibility; the adverbs beside them in the tables make no deed.
_CAN = word_set(
    """
    kann können könne könnte könnten can could may might peut peuvent pourrait pourraient
    puede pueden podría podrían può possono potrebbe potrebbero kan kunnen zou może mogą
    mógłby mogłaby може можуть міг могла може может могут мог могла
    """
)


def _imply_deed(clause: Clause, marks: Marks, language: str, future: int | None) -> None:
    """Add the deed that a clause names without a known verb: "wird die Drehscheibe betreiben".

    A verb that is itself a measure ("trains", "räumt") is a deed; so is any verb behind a modal.
    """
    if any(p.start in clause and p.kind in (*CUES, *PREDICATE_TYPES) for p in marks.predicates):
        return
    inner = [p for p in marks.verbs if p.start in clause]
    if inner:
        marks.predicates.append(inner[0])
        return
    verbs = [t for t in marks.topics if t.kind == "verb" and t.start in clause]
    rule = "measure verb" if verbs else "implied deed"
    if verbs:
        at = verbs[0].start if language in SLAVIC else verbs[0].end - 1
        kind = "action_past" if looks_past(marks.words[at].norm, language) else "action"
    else:
        modals = [
            hit[0]
            for name in ("modal_will", "modal_open", "modal_must")
            for hit in marks.context.get(name, ())
            if hit[0] in clause
            and (name != "modal_must" or marks.has("draft_mark"))
            and (name != "modal_open" or _can(hit[0], marks))
            and not says_what_it_is(hit[0], clause, marks)
            and not _is_told(hit[0], clause, marks)
        ]
        if marks.language == "de" and marks.has("modal_must", clause.start, clause.end):
            modals = [at for at in modals if marks.words[at].norm != "werden"]  # "sollen … werden"
        if not modals and future is not None:
            modals = [future]
        if not modals:
            modals = _bare_refusal(clause, marks)
        if not modals:
            return
        kind, at = "action", min(modals)
    marks.predicates.append(Predicate(kind, None, "", (at,), rule))


_BE = word_set("wordt worden sera seront")


def _is_told(at: int, clause: Clause, marks: Marks) -> bool:
    """ "Wanneer er geleverd wordt, wordt niet bekendgemaakt": telling it is all that is done."""
    if talked_about(at, clause, marks):
        return True
    said = {w for p in predicates_of(clause, marks) if p.kind == "reporting" for w in p.words}
    last = clause.more[1] if clause.more else clause.end
    return marks.words[at].norm in _BE and bool(said & set(range(max(at, last - 2), last)))


def _can(at: int, marks: Marks) -> bool:
    """ "Could provide", but not "the only guarantee could be its own army"."""
    following = marks.words[at + 1].norm if at + 1 < len(marks.words) else ""
    return marks.words[at].norm in _CAN and following not in {"be", "have"}


def _imply_listed(clauses: list[Clause], marks: Marks) -> None:
    """Add the deed of an item in a list of pledges: "Norway: 560 million dollars for drones"."""
    if not clauses or any(p.start in c for c in clauses[:2] for p in marks.predicates):
        return
    start = clauses[0].start
    giver = next(
        (
            a
            for a in marks.actors
            if a.start == start and a.kind == "state" and a.code not in {None, "UA", "RU"}
        ),
        None,
    )
    if giver is None or giver.end >= len(marks.words):
        return
    mark = marks.words[giver.end].before.strip()
    slavic_dash = marks.language in SLAVIC and mark in {"–", "—", "-"}
    if not (mark == ":" or slavic_dash):
        return
    gift = next(c for c in clauses if giver.end in c)
    counted = any(q.start in gift for q in marks.quantities) or any(
        start in gift for start, _ in marks.money
    )
    if counted:
        marks.predicates.append(Predicate("action", None, "", (giver.end,), "listed"))


def _bare_refusal(clause: Clause, marks: Marks) -> list[int]:
    """The negation of a headline without a verb: "Rom: Keine Soldaten in die Ukraine"."""
    if ENDED.search(marks.sentence.tail) or any(p.start in clause for p in marks.predicates):
        return []
    return [
        hit[0]
        for hit in marks.context.get("negation", ())
        if hit[0] in clause and any(hit[0] < t.start <= hit[0] + 3 for t in marks.topics)
    ]
