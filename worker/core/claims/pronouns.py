"""Pronouns: whom "he", "both", "the country" and a clause without a subject mean."""

from __future__ import annotations

from itertools import pairwise

from worker.core.claims.clause import Clause
from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Marks
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.romance import says_we, these_states
from worker.core.claims.slavic import of_some_states
from worker.core.claims.slavic_subjects import our_soldiers
from worker.core.claims.wordlists import word_set

#: A pronoun is taken as the subject only this near to the beginning of its clause.
_PRONOUN_REACH = 4


def pronoun_subject(clause: Clause, reading: Reading, discourse: Discourse) -> Subject:
    """The subject that a pronoun, "both" or "the country" stands for."""
    marks = reading.marks
    if of_some_states(clause, marks):
        return Subject(nonstate=True, explicit=True)
    if _our_country(clause, marks) or our_soldiers(clause, marks):
        return Subject(("PL",), explicit=True)
    if _ons_land(clause, marks):
        return Subject(("BE",), explicit=True)
    if _leads(marks, "pronoun_we", clause) or says_we(clause, marks):
        if discourse.host and discourse.speaker_age > 0:
            return Subject((discourse.host,), pronoun=True, name=discourse.host_name)
        return Subject(pronoun=True)
    if _leads(marks, "pronoun_person", clause):
        named = any(a.speaker is not None and a.speaker.code for a in reading.attributions)
        if discourse.speaker_nonstate and discourse.speaker_age <= 1 and not named:
            return Subject(nonstate=True, pronoun=True)
        return Subject(pronoun=True)
    if _both(marks, clause) and discourse.group:
        return Subject(discourse.group, pronoun=True, explicit=True)
    if these_states(clause, marks) and discourse.coalition:
        return Subject(discourse.group or ("COALITION",), pronoun=True, explicit=True)
    return Subject(pronoun=_leads(marks, "pronoun_state", clause))


def _our_country(clause: Clause, marks: Marks) -> bool:
    """ "Nasz kraj przekazał …": in its own voice the Polish press means Poland."""
    if marks.language != "pl" or clause.quoted:
        return False
    return any(
        hit[0] in clause and marks.words[hit[0]].norm.startswith("nasz")
        for hit in marks.context.get("pronoun_state", ())
    )


def _ons_land(clause: Clause, marks: Marks) -> bool:
    """ "Ons land zal F-16's leveren": so the press of Flanders writes of Belgium; Dutchmen do not."""
    if marks.language != "nl" or clause.quoted:
        return False
    words = marks.words[clause.start : clause.end]
    prepositions = {hit[-1] for hit in marks.context.get("preposition", ())}
    return any(
        first.norm == "ons" and second.norm == "land" and clause.start + at - 1 not in prepositions
        for at, (first, second) in enumerate(pairwise(words))
    )


_BOTH = word_set(
    """
    beide beiden allebei both neither two pair deux ambos dos entrambi due beide twee obie oba obaj obydwaj oboje обидві обидва обоє оба обе
    """
)


def _both(marks: Marks, clause: Clause) -> bool:
    """ "Beide Länder", "both countries", "les deux pays"."""
    return any(
        hit[0] in clause
        and any(marks.words[i].norm in _BOTH for i in range(max(0, hit[0] - 1), hit[-1] + 1))
        for hit in marks.context.get("pronoun_state", ())
    )


def the_two(at: int, marks: Marks) -> bool:
    """Whether a noun is "the two leaders", "beide Minister": not just any "two officials"."""
    for i in range(max(0, at - 1), at + 1):
        norm = marks.words[i].norm
        if norm in _NUMERALS and (not i or marks.words[i - 1].norm not in _THE):
            continue
        if norm in _BOTH:
            return True
    return False


_NUMERALS = word_set("two deux dos due twee pair")
_THE = word_set("the these les ces los las estos i gli le de die deze")


def _leads(marks: Marks, kind: str, clause: Clause) -> bool:
    """Whether a word of this kind can be the subject: near the beginning, or right behind a modal."""
    prepositions = {hit[-1] for hit in marks.context.get("preposition", ())}
    modals = {
        hit[-1] + 1
        for name in ("modal_will", "modal_open", "perfect", "passive")
        for hit in marks.context.get(name, ())
    }
    words = marks.words
    starts = [clause.start] if clause.more is None else [clause.start, clause.more[0]]
    return any(
        hit[0] in clause
        and not (words[hit[-1]].norm in _DETERMINERS and _noun_follows(hit[-1], marks))
        and (hit[0] in starts or hit[0] - 1 not in prepositions)
        and (hit[0] in modals or any(start <= hit[0] < start + _PRONOUN_REACH for start in starts))
        for hit in marks.context.get(kind, ())
    )


_DETERMINERS = word_set("dieser diese dieses jener jene")


def _noun_follows(at: int, marks: Marks) -> bool:
    """ "Dieser Schritt": a noun with its determiner, no pronoun."""
    return marks.language == "de" and at + 1 < len(marks.words) and marks.words[at + 1].capitalised
