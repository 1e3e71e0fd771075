"""Lists: the items of a release, which name neither who gives nor that it is given.

"The package includes:" is followed by "- £150 million for drones" and "- 1,000 missiles"; each item
goes on with the pledge before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from worker.core.claims.discourse import Discourse
from worker.core.claims.owners import Judgement
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.text import Word
from worker.core.claims.wordlists import word_set
from worker.model import Stance

_BULLET = re.compile(r"^\s*(?:[-–—•*·▪►●]|\(?\d{1,2}[.)])\s+\S")


def pledgers_of_item(text: str, discourse: Discourse) -> tuple[str, ...]:
    """Whose pledges a sentence goes on with, where it is an item of a list behind one."""
    if not _BULLET.match(text) or discourse.pledge_age > 0:
        return ()
    return discourse.pledgers


#: A finite verb of its own makes an item a statement.
_FINITE = word_set("is are was were has have ist sind war waren hat haben zijn heeft hebben")


_DONE = word_set(
    "sent shipped trained disbursed paid imposed sanctioned deployed opgeleid getraind"
)


def _to_be(at: int, words: Sequence[Word]) -> bool:
    """ "… to be delivered this year": still to come."""
    return at > 1 and [words[at - 2].norm, words[at - 1].norm] == ["to", "be"]


def go_on(judgement: Judgement, number: int, reading: Reading) -> None:
    """Give an item without a subject to those who pledged before it."""
    own = reading.subjects[number]
    if not reading.listed or own.codes or own.nonstate or judgement.subject.nonstate:
        return
    clause, words = reading.clauses[number], reading.marks.words
    if any(words[i].norm in _FINITE for i in range(clause.start, clause.end)):
        return  # a statement of its own: "- The force is to secure the sky"
    chosen = judgement.chosen
    if chosen is not None and chosen.kind == "action_past":
        given = any(hit[0] == chosen.start for hit in reading.marks.context.get("giving", ()))
        if _to_be(chosen.start, words) or not (given or words[chosen.start].norm in _DONE):
            judgement.stance = Stance.COMMITTED  # "drones produced in Ukraine" are still to come
    bare = (
        chosen is not None and chosen.kind == "action" and "negated action" not in judgement.rules
    )
    if judgement.stance is None and (chosen is None or bare):
        judgement.stance = Stance.COMMITTED
    if not judgement.subject.codes:
        judgement.subject, judgement.confidence = Subject(reading.listed, explicit=True), 0.8
    judgement.rules = [*judgement.rules, "an item of a list"]


def name_members(reading: Reading) -> None:
    """ "Ten countries have refused: Greece, Italy, …": the states listed, not the body of them."""
    for number, clause in enumerate(reading.clauses[1:], 1):
        before, listed = reading.subjects[number - 1], reading.subjects[number]
        opened = ":" in reading.marks.words[clause.start].before
        bare = not any(p.start in clause for p in reading.marks.predicates)
        body = (
            before.codes == ("COALITION",)
            or _counts_states(number - 1, reading)
            or _they(number - 1, reading)
        )
        if opened and bare and body and len(listed.codes) > 1:
            reading.subjects[number - 1] = replace(listed, name=None)


_PLURAL = word_set("ils elles they sie zij ze ellos ellas essi loro oni вони они")
#: So near to its beginning "they" is the subject of a clause.
_OPENS = 3


def _they(number: int, reading: Reading) -> bool:
    """ "They are ready to provide the men: France, Germany, Britain"."""
    clause, words = reading.clauses[number], reading.marks.words
    first = words[clause.start : min(clause.start + _OPENS, clause.end)]
    return not reading.subjects[number].codes and any(w.norm in _PLURAL for w in first)


def _counts_states(number: int, reading: Reading) -> bool:
    """ "Four countries have refused": too few for the coalition, and named behind."""
    clause = reading.clauses[number]
    counted = any(
        q.start in clause and q.payload["value"] == "countries" for q in reading.marks.quantities
    )
    return counted and not reading.subjects[number].codes
