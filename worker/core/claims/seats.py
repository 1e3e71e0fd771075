"""Seats: a capital that speaks for its government without being a subject."""

from __future__ import annotations

from worker.core.claims.clause import Clause, predicates_of
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.wordlists import word_set

_IN = frozenset({"у", "в", "во", "w", "we"})


_AT = frozenset({"à", "a", "ad", "en"})


_NOBODY = word_set("on l' il si se ci no non ne n' nadie nessuno personne")


#: "У Раді безпеки Росії пообіцяли": so far from the preposition its state may stand.
_SEAT = 4


def is_seat(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """A seat of government that speaks without a subject: "у Кремлі заявили", "w Berlinie uznano"."""
    if marks.language == "de":
        return _from_there(actor, clause, marks)
    if actor.kind == "capital" and actor.code != "UA":
        return _seat_of_nobody(actor, clause, marks)
    inside = actor.kind in {"state", "role"} and actor.oblique  # "у США", "в румынском Минобороны"
    if not (inside or actor.kind in {"oblique", "institution"}) or actor.code == "UA":
        return False
    first = clause.start + (clause.opener != "main")
    if first >= len(marks.words) or marks.words[first].norm not in _IN:
        return False
    if actor.start > first + _SEAT:
        return False
    verbs = [p for p in predicates_of(clause, marks) if p.kind in {"reporting", "stance"}]
    near = actor.start == first + 1
    return any(near or p.kind == "stance" or actor.end <= p.start <= actor.end + 2 for p in verbs)


def _seat_of_nobody(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """ "À Varsovie, on ne veut pas …", "En Berlín descartan …", "A Roma si frena": the government there."""
    if marks.language not in {"fr", "es", "it"} or actor.end >= clause.end:
        return False
    if actor.start > clause.start + 2 or marks.words[clause.start].norm not in _AT:
        return False
    says = [p for p in predicates_of(clause, marks) if p.kind in {"reporting", "stance"}]
    nobody = marks.words[actor.end].norm in _NOBODY
    return bool(says) and (nobody or says[0].start <= actor.end)


def _from_there(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """ "Aus Den Haag kommt die Zusage für …": the seat of government it comes from."""
    if actor.kind not in {"capital", "state"} or actor.code in {None, "UA"}:
        return False
    opens = actor.start <= clause.start + 2 and marks.words[clause.start].norm == "aus"
    before = [w.norm for w in marks.words[max(clause.start, actor.start - 4) : actor.start]]
    comes = before[-1:] == ["aus"] and any(w.startswith(("komm", "kam")) for w in before)
    here = actor.start <= clause.start + 2 and marks.words[clause.start].norm == "in"
    there_is = (
        here
        and actor.code not in {"EU", "NATO", "UN"}
        and [w.norm for w in marks.words[actor.end : actor.end + 2]][1:] == ["es"]
    )
    return (opens or comes or there_is) and any(
        p.kind in {"stance", "noun"} for p in predicates_of(clause, marks)
    )
