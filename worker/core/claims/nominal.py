"""Nominal forms: verbs that stand as nouns or adjectives and tell no deed."""

from __future__ import annotations

import re

from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.wordlists import word_set


def drop_nominal(marks: Marks) -> None:
    """Take away the predicates that only name or describe a thing."""
    if marks.language == "nl":
        marks.predicates = [p for p in marks.predicates if not _named_deed(p, marks)]
    if marks.language == "en":
        marks.predicates = [p for p in marks.predicates if not _noun_verb(p, marks)]
    if marks.language == "fr":
        marks.predicates = [p for p in marks.predicates if not _attribute(p, marks)]


def _named_deed(predicate: Predicate, marks: Marks) -> bool:
    """ "Het leveren van tanks is lastig": a noun; "is tanks aan het leveren" is a deed."""
    at = predicate.start
    if predicate.kind != "action" or len(predicate.words) != 1 or at < 1:
        return False
    named = marks.words[at].norm.endswith("en") and marks.words[at - 1].norm == "het"
    follows = at + 1 < len(marks.words) and marks.words[at + 1].norm == "van"
    judged = any(p.kind != "reporting" and p is not predicate for p in marks.predicates)
    return named and follows and judged and (at < 2 or marks.words[at - 2].norm != "aan")


#: English words that are verbs and nouns alike, and what stands before the noun.
_NOUN_VERBS = word_set(
    "form forms head heads lead base bases guard guards partner partners plan plans back deal deals "
    "host hosts work works police watch"
)
_BEFORE_NOUN = word_set("no any every some a an in for with of")


def _noun_verb(predicate: Predicate, marks: Marks) -> bool:
    """ "In no form", "the bill is for partners": a noun that looks like a deed."""
    at = predicate.start
    if predicate.kind != "action" or len(predicate.words) > 1 or not at:
        return False
    noun = marks.words[at].norm in _NOUN_VERBS
    return noun and marks.words[at - 1].norm in _BEFORE_NOUN


_PARTICIPLE = re.compile(r"(?:é|ée|és|ées|i|ie|is|ies|it|ite|its|ites|u|ue|us|ues)$")
_AUXILIARIES = word_set(
    "a ai as ont avons avez avait avaient aura auront aurait auraient ayant avoir est sont été "
    "était étaient sera seront serait seraient fut furent soit soient étant être"
)
#: So many words before a participle its auxiliary may stand ("ont, eux aussi, livré").
_REACH = 5


def _attribute(predicate: Predicate, marks: Marks) -> bool:
    """ "Il enverra des missiles pour le système livré à Kiev": the participle describes a thing."""
    at = predicate.start
    if predicate.kind not in {"action_past", "stance"} or len(predicate.words) > 2:
        return False  # "les blindés promis à Kiev"
    if not _PARTICIPLE.search(marks.words[at].norm):
        return False
    if any(w.norm in _AUXILIARIES for w in marks.words[max(0, at - _REACH) : at]):
        return False
    thing = any(at - 1 <= t.end <= at and t.kind != "verb" for t in marks.topics)
    kinds = {"stance", "action", "action_past"}
    ruled = any(p.end < at and p.kind in kinds for p in marks.predicates if p is not predicate)
    return thing and ruled
