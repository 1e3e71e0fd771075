"""Clauses: the values of a cut sentence, and what is asked of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.wordlists import word_set

COMMA = re.compile(r"[,;:–—()…]|\s-\s|\+\+\+")


#: Languages whose names of states show their case.
SLAVIC = frozenset({"pl", "uk", "ru"})


_SUBORDINATE = ("if", "whether", "subordinator")


@dataclass(slots=True)
class Clause:
    """The words ``start:end`` of a sentence (and ``more`` after an insertion) with their opener."""

    start: int
    end: int
    opener: str  # main | coordinator | contrast | subordinator | whether | if
    #: Whether a comma (not only a conjunction) stands before it.
    comma: bool
    more: tuple[int, int] | None = None
    quoted: bool = False
    #: Whether a colon, semicolon or dash stands before it: it is never joined to what precedes.
    hard: bool = False

    def __contains__(self, index: int) -> bool:
        if self.start <= index < self.end:
            return True
        return self.more is not None and self.more[0] <= index < self.more[1]

    @property
    def subordinate(self) -> bool:
        """Whether it opens with "that", "whether", "if" and the like."""
        return self.opener in _SUBORDINATE


def in_parenthesis(marks: Marks, index: int) -> bool:
    """Whether a word stands in brackets."""
    depth = 0
    for word in marks.words[: index + 1]:
        depth += word.before.count("(") - word.before.count(")")
    return depth > 0


INFIX = re.compile(r"^\w{2,}zu\w{3,}en$")


def infinitival(clause: Clause, marks: Marks) -> bool:
    """Whether a clause is a German or Dutch infinitive: it has no subject of its own, whoever it names."""
    if marks.language not in {"de", "nl"} or clause.opener not in {"main", "coordinator"}:
        return False
    if clause.start == 0 or not (clause.comma or clause.opener == "coordinator"):
        return False
    kinds = ("modal_will", "modal_open", "modal_must", "perfect", "passive", "pluperfect")
    if any(hit[0] in clause for kind in kinds for hit in marks.context.get(kind, ())):
        return False
    verbs = {w for p in marks.predicates if p.start in clause for w in p.words}
    verbs |= {t.end - 1 for t in marks.topics if t.start in clause}
    verbs.add(clause.end - 1)
    return any(
        INFIX.match(marks.words[w].norm)
        or (
            w > clause.start
            and marks.words[w - 1].norm in {"zu", "te"}
            and not (marks.language == "de" and marks.words[w].capitalised)  # "zu Minenabwehr"
        )
        for w in verbs
        if w < len(marks.words)
    )


_RELATIVE = word_set("der die das den dem deren dessen denen")
_VERBAL = re.compile(r"^\w{2,}(?:t|te|ten|en)$")


def verb_final(marks: Marks, start: int, end: int) -> bool:
    """Whether German words are a relative clause by their shape: "das keine Armee besitzt"."""
    first, last = marks.words[start], marks.words[end - 1]
    relative = marks.language == "de" and first.norm in _RELATIVE and end - start > 2
    return relative and not last.capitalised and bool(_VERBAL.match(last.norm))


def predicates_of(clause: Clause, marks: Marks) -> list[Predicate]:
    """The predicates that begin in a clause."""
    return [p for p in marks.predicates if p.start in clause]
