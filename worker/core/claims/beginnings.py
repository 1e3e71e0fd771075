"""Beginnings: whether a piece of a sentence begins a clause of its own."""

from __future__ import annotations

import re

from worker.core.claims.clause import SLAVIC, Clause, verb_final
from worker.core.claims.marks import Marks
from worker.core.claims.romance_deeds import future_of_unknown
from worker.core.claims.wordlists import COMPLEMENTIZERS, word_set


def has_predicate(clause: Clause, marks: Marks) -> bool:
    """Whether a piece says anything of its own."""
    told = any(p.start in clause for p in marks.predicates)
    return told or future_of_unknown(clause, marks) is not None


def begins_clause(piece: Clause, following: list[Clause], marks: Marks) -> bool:
    """Whether a piece behind a whole clause begins a new one: by its predicate, or by its subject."""
    if has_predicate(piece, marks) or opens_with_modal(piece, marks):
        return True
    if marks.language in SLAVIC and piece.comma and _turns_second(piece, marks):
        return True
    if _has_auxiliary(piece, marks):
        return True
    comes = bool(following) and has_predicate(following[0], marks)
    if comes and following[0].subordinate:  # "…, однак повторив, що …": the verb is one of saying
        return piece.comma and _content(following[0], marks) and piece.opener != "coordinator"
    if not comes or following[0].opener == "contrast":
        return False
    return piece.opener == "contrast" or names_somebody(piece, marks)


#: Finite verbs without a stance of their own that make a German piece behind a comma a clause.
_AUXILIARIES = word_set(
    "ist sind war waren sei seien wäre wären hat haben hatte hatten habe hätte hätten wird werden "
    "wurde wurden werde würde würden bleibt bleiben blieb gilt gelten galt muss müssen müsse darf "
    "dürfen dürfe gibt gab geht ging steht stand liegt lag kommt kam heißt hieß"
)


_PARATACTIC = ("main", "contrast", "coordinator")


def _has_auxiliary(piece: Clause, marks: Marks) -> bool:
    """ "…, der Lega ist schon die Debatte zu viel": a clause of which the tables know no word."""
    if marks.language != "de" or not piece.comma or piece.opener not in _PARATACTIC:
        return False
    return any(marks.words[i].norm in _AUXILIARIES for i in range(piece.start + 1, piece.end))


def _dash_behind(end: int, marks: Marks) -> bool:
    """ "…, Естонія – роту": the dash stands for the verb of the clause before."""
    return end < len(marks.words) and marks.words[end].before.strip() in {"–", "—", "-"}


def opens_with_name(piece: Clause, last: Clause, marks: Marks) -> bool:
    """ "…, Polska zajmie się logistyką": a Slavic nominative that opens a piece is its subject."""
    if marks.language not in SLAVIC or not piece.comma or piece.opener != "main":
        return False
    opens = any(
        a.start == piece.start
        and a.kind in {"state", "capital"}
        and (a.end + 2 <= piece.end or _dash_behind(a.end, marks))
        and not _names_only(piece, marks)
        for a in marks.actors
    )
    return opens and names_somebody(last, marks)


def _names_only(piece: Clause, marks: Marks) -> bool:
    """ "Udziału odmówiły Czechy, Węgry i Słowacja": more of the subject, and nothing else."""
    named = {i for a in marks.actors if a.code for i in range(a.start, a.end)}
    joints = {i for hit in marks.context.get("coordinator", ()) for i in hit}
    return all(i in named | joints for i in range(piece.start, piece.end))


def _turns_second(piece: Clause, marks: Marks) -> bool:
    """ "…, weźmie natomiast udział": the word of contrast stands second, behind the verb."""
    first = range(piece.start + 1, min(piece.start + 3, piece.end))
    return any(hit[0] in first for hit in marks.context.get("contrast", ()))


def _content(piece: Clause, marks: Marks) -> bool:
    """Whether a piece is what somebody says ("that …")."""
    return marks.words[piece.start].norm in COMPLEMENTIZERS


def opens_with_modal(piece: Clause, marks: Marks) -> bool:
    """ "…, könne aber als Drehkreuz dienen": a second verb of the same subject."""
    first = range(piece.start, min(piece.start + 2, piece.end))
    return piece.comma and any(
        hit[0] in first
        for kind in ("modal_will", "modal_open")
        for hit in marks.context.get(kind, ())
    )


def new_subject(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "… sich zurückhalten und Italien … ausschließt": a conjunction before another subject."""
    if piece.opener != "coordinator" or not has_predicate(piece, marks):
        return False
    first = [
        a for a in marks.actors if a.start in piece and not a.oblique and a.kind != "adjective"
    ]
    before = [
        a for a in marks.actors if a.start in last and not a.oblique and a.kind != "adjective"
    ]
    if not first or not before or first[0].start > piece.start + 2:
        return False
    return piece.start - max(a.end for a in before) >= 2


def asyndetic(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "EU-leiders breken zich het hoofd, Orbán blijft dwarsliggen": a name and its own verb."""
    if not piece.comma or piece.opener != "main" or marks.language not in {"en", "nl"}:
        return False
    starts = [a for a in marks.actors if a.start == piece.start and a.kind not in _NO_SUBJECT]
    before = [a for a in marks.actors if a.start in last and a.kind not in _NO_SUBJECT]
    if not starts or not before or before[0].oblique or not has_predicate(piece, marks):
        return False
    return last.end - before[0].end >= 3 and not starts[0].oblique


_NO_SUBJECT = frozenset({"adjective", "oblique", "nonstate"})


def is_finite(piece: Clause, marks: Marks) -> bool:
    """Whether a piece has a subject and a modal, though no verb that the tables know."""
    modal = any(
        hit[0] in piece
        for kind in ("modal_will", "modal_open")
        for hit in marks.context.get(kind, ())
    )
    return modal and names_somebody(piece, marks)


def german_order(last: Clause, piece: Clause, marks: Marks) -> bool:
    """Whether German word order begins a clause: verb second, or first behind a clause in front."""
    return _verb_second(piece, marks) or _verb_first(last, piece, marks)


def _verb_second(piece: Clause, marks: Marks) -> bool:
    """ "…, und Ankara denkt nicht daran": German word order begins a clause, whatever came before."""
    if marks.language != "de" or not piece.comma or piece.opener != "coordinator":
        return False
    first = next((a for a in marks.actors if a.start == piece.start + 1 and a.code), None)
    return first is not None and any(
        p.start == first.end and p.kind != "reporting" for p in marks.predicates
    )


def _verb_first(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Während die einen zögern, bleibt Berlin …": behind a clause in front the verb comes first."""
    fronted = last.start == 0 and last.opener in {"contrast", "subordinator", "if", "whether"}
    if marks.language != "de" or not (fronted and piece.comma and piece.opener == "main"):
        return False
    return names_somebody(piece, marks) and finite_at(piece.start, marks)


def finite_at(at: int, marks: Marks) -> bool:
    """Whether a German finite verb stands at a place: an auxiliary, a modal, or a known verb."""
    kinds = ("modal_will", "modal_open", "modal_must", "perfect", "pluperfect", "passive")
    return (
        marks.words[at].norm in _AUXILIARIES
        or any(hit[0] == at for kind in kinds for hit in marks.context.get(kind, ()))
        or any(p.start == at for p in marks.predicates)
    )


def ends_in_modal(piece: Clause, marks: Marks) -> bool:
    """ "…, das von Rumänien aus operieren soll": a German clause of its own, whatever its verb."""
    if marks.language == "nl":
        return _dutch_clause(piece, marks)
    if marks.language != "de" or not piece.comma:
        return False
    if verb_final(marks, piece.start, piece.end):
        return True
    kinds = ("modal_will", "modal_open", "modal_must")
    return any(hit[-1] == piece.end - 1 for kind in kinds for hit in marks.context.get(kind, ()))


#: So near to its end a Dutch subordinate clause has its modal verb: "… kan aanschaffen".
_DUTCH_END = 3


def _dutch_clause(piece: Clause, marks: Marks) -> bool:
    """ "…, waarmee het leger radars kan kopen", "… die Macron voor zich ziet": its verb closes it."""
    last = marks.words[piece.end - 1]
    if marks.words[piece.start].norm not in _DUTCH_RELATIVES or piece.end - piece.start < 3:
        return False
    kinds = ("modal_will", "modal_open", "modal_must")
    behind = range(max(piece.start + 1, piece.end - _DUTCH_END), piece.end)
    if any(hit[-1] in behind for kind in kinds for hit in marks.context.get(kind, ())):
        return True
    named = any(
        a.start in piece and a.kind in {"person", "state", "capital"} and not a.oblique
        for a in marks.actors
    )
    return named and not last.capitalised and bool(_DUTCH_FINITE.search(last.norm))


_DUTCH_RELATIVES = word_set("die waar waarmee waarvan waarin waarbij waardoor waarvoor zoals")
_DUTCH_FINITE = re.compile(r"(?:[a-z]t|de|den|te|ten)$")


def says_more(piece: Clause, marks: Marks) -> bool:
    """Whether a German piece behind a comma has a verb, a subject and a thing of its own."""
    return (
        marks.language == "de"
        and piece.comma
        and any(p.start in piece and p.kind != "reporting" for p in marks.predicates)
        and any(t.start in piece for t in marks.topics)
        and names_somebody(piece, marks)
    )


def names_somebody(piece: Clause, marks: Marks) -> bool:
    """Whether a piece names somebody who could be its subject."""
    return any(
        a.start in piece and a.kind not in {"adjective", "oblique"} and not a.oblique
        for a in marks.actors
    )
