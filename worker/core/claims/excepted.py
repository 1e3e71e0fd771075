"""Exceptions: who does what nobody else does ("apart from Norway, no ally has pledged ships")."""

from __future__ import annotations

from itertools import pairwise

from worker.core.claims.clause import Clause
from worker.core.claims.grouping import groups_of
from worker.core.claims.marks import Marks
from worker.core.claims.owners import Judgement
from worker.core.claims.reading import Subject
from worker.core.claims.wordlists import word_set
from worker.model import Stance

#: Words that take the names behind them out of what is denied.
_EXCEPT = word_set(
    """
    except besides save barring bar außer ausser abgesehen neben hormis sauf excepté salvo excepto
    tranne eccetto behalve uitgezonderd oprócz prócz poza крім окрім кроме помимо
    """
)
#: The same in two words: "other than", "apart from", "à part", "aparte de", "a parte".
_PAIRS = frozenset(
    {
        ("other", "than"),
        ("apart", "from"),
        ("aside", "from"),
        ("à", "part"),
        ("aparte", "de"),
        ("a", "parte"),
        ("afgezien", "van"),
    }
)
#: So many words may stand between the exception and the name ("abgesehen von", "except for the").
_REACH = 3


def turn_excepted(judgement: Judgement, clause: Clause, marks: Marks) -> None:
    """Take the denial off those who are named as the exception to it."""
    if judgement.stance not in {Stance.RULED_OUT, Stance.RELUCTANT}:
        return
    if not any(rule.startswith("negated") for rule in judgement.rules):
        return
    codes = _excepted(clause, marks)
    others = set(judgement.subject.codes) - {"COALITION", *codes}
    if not codes or others or judgement.chosen is None:
        return
    told = judgement.chosen.stance or Stance.COMMITTED
    judgement.subject = Subject(codes, explicit=True)
    judgement.confidence = max(judgement.confidence, 0.8)
    judgement.stance = told if told.rank > 0 else None
    judgement.rules = [*judgement.rules, "the exception"]


def _excepted(clause: Clause, marks: Marks) -> tuple[str, ...]:
    """The states of the first group of names, where a word of exception stands before it."""
    groups = groups_of(clause, marks)
    if not groups:
        return ()
    at = groups[0][0].start
    before = [w.norm for w in marks.words[max(clause.start, at - _REACH) : at]]
    two = any(pair in _PAIRS for pair in pairwise(before))
    if not two and not _EXCEPT & set(before):
        return ()
    return tuple(dict.fromkeys(a.code for a in groups[0] if a.code and a.code not in _BODIES))


_BODIES = frozenset({"COALITION", "UA", "RU"})
