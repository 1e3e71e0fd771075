"""How words add up to a stance: tense and mood of an action, negation, one stance over another."""

from __future__ import annotations

from collections.abc import Sequence

from worker.core.claims.clause import Clause
from worker.core.claims.deeds import deed_stance, has_context, in_condition
from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.negation import CUES, is_negated, only_with, said_once, says_no
from worker.model import Stance

_NEGATED = {
    Stance.RULED_OUT: Stance.OPEN,
    Stance.OPPOSED: Stance.OPEN,
    Stance.COMMITTED: Stance.RULED_OUT,
    Stance.DELIVERED: None,
    Stance.OPEN: Stance.RULED_OUT,
    Stance.RELUCTANT: Stance.OPEN,
    Stance.UNDECIDED: None,
}


_SHALL = frozenset({"soll", "solle", "sollen", "sollten"})


def _planned(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Zwei Systeme sollen in die Ukraine gehen, kündigte er an": what is announced is no wish."""
    musts = [hit[0] for hit in marks.context.get("modal_must", ()) if hit[0] in clause]
    return (
        marks.language == "de"
        and predicate.stance is Stance.COMMITTED
        and predicate.words[-1] > predicate.start  # the announcing verb and its particle
        and all(marks.words[at].norm in _SHALL and at < predicate.start for at in musts)
    )


def local_stance(
    predicate: Predicate, clause: Clause, marks: Marks, language: str
) -> tuple[Stance | None, list[str]]:
    """The stance of one predicate in its clause, and the rules that made it."""
    rules = [predicate.rule]
    negated = is_negated(predicate, clause, marks)
    if predicate.kind in {"action", "action_past"}:
        stance = deed_stance(predicate, clause, marks, language, negated, rules)
    elif predicate.kind == "done" and not negated and has_context(marks, "modal_open", clause):
        stance = Stance.OPEN
        rules.append("modal")
    elif predicate.kind == "done" and has_context(marks, "modal_will", clause):
        stance = Stance.RULED_OUT if negated else Stance.COMMITTED
    elif negated:
        stance = _negate(predicate)
        rules.append("negated")
    else:
        stance = predicate.stance
        if _norm(predicate, clause, marks) and not _planned(predicate, clause, marks):
            return None, [*rules, "norm"]
        if stance in {Stance.COMMITTED, Stance.DELIVERED} and _modal_before(
            predicate, clause, marks
        ):
            stance = Stance.OPEN
            rules.append("modal")
    negative = negated or says_no(predicate, marks)
    romance = marks.language in {
        "fr",
        "es",
        "it",
    }  # the tables of the others hold no bare "no soldier"
    if stance is Stance.RULED_OUT and romance and negative and only_with(clause, marks):
        return None, [*rules, "only under a condition"]
    if stance is Stance.RULED_OUT and negative and _tempered(clause, marks):
        rules.append("tempered")
        stance = Stance.RELUCTANT
    return stance, rules


_NEITHER = frozenset({"ani", "ні", "ни", "ані", "weder", "noch", "neither", "nor", "ni", "né"})


def _tempered(clause: Clause, marks: Marks) -> bool:
    """Whether "for now" softens a refusal; "neither now nor after a ceasefire" does not."""
    return any(
        hit[0] in clause
        and not in_condition(marks, hit[0])
        and (not hit[0] or marks.words[hit[0] - 1].norm not in _NEITHER)
        for hit in marks.context.get("temper", ())
    )


def _negate(predicate: Predicate) -> Stance | None:
    if predicate.negated:
        return None if predicate.negated == "none" else Stance(predicate.negated)
    if predicate.stance is None:
        return None
    if predicate.kind == "noun" and predicate.stance is Stance.COMMITTED:
        return Stance.UNDECIDED
    return _NEGATED[predicate.stance]


def _norm(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Trump should pledge aircraft": what ought to be is nobody's stance; hearsay ("soll haben") is."""
    must = any(
        hit[0] in clause and not in_condition(marks, hit[0]) and hit[0] not in predicate.words
        for hit in marks.context.get("modal_must", ())
    )
    return must and not marks.has("reported_mark", clause.start, clause.end)


def _modal_before(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """Whether "could", "might", "könnte" stands over a stance word ("could pledge")."""
    covered = {w for p in marks.predicates if p.kind in CUES for w in p.words}
    return any(
        hit[0] in clause
        and hit[0] not in covered
        and abs(predicate.start - hit[-1]) <= 6
        and not in_condition(marks, hit[0])  # "to secure a possible ceasefire"
        and not _of_a_noun(hit, predicate, marks)
        for hit in marks.context.get("modal_open", ())
    )


_POSSIBLE = frozenset({"mögliche", "möglichen", "möglicher", "möglichem", "mögliches"})


def _of_a_noun(hit: Sequence[int], predicate: Predicate, marks: Marks) -> bool:
    """ "Eines möglichen Einsatzes": an adjective weakens its noun, no other word of the clause."""
    return marks.words[hit[-1]].norm in _POSSIBLE and hit[-1] + 1 != predicate.start


def compose(outer: Stance | None, inner: Stance | None, joined: bool = False) -> Stance | None:
    """One stance over another: "refuses to rule out" is open, "ready to discuss" is open.

    ``joined`` tells that the two are coordinated ("sceptical and dismissive"), not one over the other.
    """
    if outer is None or inner is None:
        return outer or inner
    if outer.rank < 0 and inner.rank < 0:
        return max(outer, inner, key=lambda s: abs(s.rank)) if joined else Stance.OPEN
    if Stance.UNDECIDED in {outer, inner}:
        return Stance.UNDECIDED
    if outer.rank < 0 or inner.rank < 0:
        return outer if outer.rank < 0 else inner
    if {outer, inner} == {Stance.DELIVERED, Stance.COMMITTED}:
        return Stance.COMMITTED
    return min(outer, inner, key=lambda s: s.rank)


_REFUSALS = frozenset({Stance.OPPOSED, Stance.RULED_OUT})


def chain(
    chosen: Predicate, cues: Sequence[Predicate], clause: Clause, marks: Marks, language: str
) -> tuple[Stance | None, list[str]]:
    """The stance of the chosen cue together with the cues right beside it."""
    stance, rules = local_stance(chosen, clause, marks, language)
    if chosen.kind in {"done", "action_past"}:
        return stance, rules  # "pledged by Sweden has arrived"
    for other in cues:
        if other is chosen or other.kind not in {"stance", "noun"}:
            continue
        outer, inner = (other, chosen) if other.start < chosen.start else (chosen, other)
        between = range(outer.end, inner.start)
        if len(between) > 3 or set(outer.words) & set(inner.words):
            continue
        joined = any(
            hit[0] in between
            for kind in ("coordinator", "contrast")
            for hit in marks.context.get(kind, ())
        )
        more, reasons = local_stance(other, clause, marks, language)
        if more is None:
            continue
        over, under = (more, stance) if outer is other else (stance, more)
        if said_once(outer, over, under, marks):
            stance = Stance.RULED_OUT
            rules += [*reasons, "one negation"]
            continue
        # "rejects it as unacceptable", "is on the contrary unacceptable": one objection, said twice
        twice = under is Stance.OPPOSED and inner.kind == "stance" and over in _REFUSALS
        stance = Stance.OPPOSED if twice else compose(over, under, joined)
        rules += [*reasons, "chained"]
    return stance, rules
