"""Joining: pieces of a sentence that belong to one clause."""

from __future__ import annotations

import re

from worker.core.claims.clause import SLAVIC, Clause, infinitival, verb_final
from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.wordlists import COMPLEMENTIZERS, word_set


def join_spanned(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join pieces that one predicate spans ("schließt eine Beteiligung, auch später, aus")."""
    marks.predicates = [p for p in marks.predicates if not _straddles(p, marks)]
    for predicate in marks.predicates:
        if len(predicate.words) < 2 or predicate.kind == "reporting":
            continue
        inside = [n for n, p in enumerate(pieces) if any(w in p for w in predicate.words)]
        if len(inside) > 1:
            first, last = inside[0], inside[-1]
            joined = pieces[first]
            joined.end = pieces[last].end
            pieces[first : last + 1] = [joined]
    return pieces


def _straddles(predicate: Predicate, marks: Marks) -> bool:
    """ "… zwei Minensucher stellen, Bodentruppen schloss er aus": a verb and what is not its object."""
    return (
        predicate.kind in {"action", "action_past"}
        and marks.language == "de"
        and len(predicate.words) == 2
        and predicate.words[1] == predicate.words[0] + 1
        and "," in marks.words[predicate.words[1]].before
    )


_ATTRIBUTION_WORDS = 10


def lift_attributions(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join what an inserted "…, the diplomats said, …" parts; the insertion stands behind it."""
    number = 1
    while number + 1 < len(pieces):
        before, piece, after = pieces[number - 1 : number + 2]
        inserted = (
            piece.comma
            and after.comma
            and not after.hard
            and not piece.hard
            and piece.opener == after.opener == "main"
        )
        if inserted and before.more is None and _only_says(piece, marks):  # noqa: SIM102
            if not _has_predicate(before, marks) or _only_infinitive(before, marks):
                before.more = (after.start, after.end)
                del pieces[number + 1]
        number += 1
    return pieces


_INFINITIVE = re.compile(r"(?:ти|тися|ть|ться|чь|ć|c)$")


def _only_infinitive(piece: Clause, marks: Marks) -> bool:
    """ "Отправлять солдат Италия, по ее словам, …": the verb that rules the infinitive comes behind."""
    if marks.language not in SLAVIC:
        return False
    own = [p for p in marks.predicates if p.start in piece]
    return bool(own) and all(
        p.kind == "action" and _INFINITIVE.search(marks.words[p.start].norm) for p in own
    )


def _only_says(piece: Clause, marks: Marks) -> bool:
    kinds = {p.kind for p in marks.predicates if p.start in piece}
    return kinds == {"reporting"} and piece.end - piece.start <= _ATTRIBUTION_WORDS


def _has_predicate(clause: Clause, marks: Marks) -> bool:
    return any(p.start in clause for p in marks.predicates)


def join_incomplete(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join the pieces without a predicate of their own to their neighbours."""
    clauses: list[Clause] = []
    for number, piece in enumerate(pieces):
        last = clauses[-1] if clauses else None
        if last is not None and (piece.hard or piece.start != last.end):
            clauses.append(piece)
        elif (
            last is not None
            and piece.opener == "subordinator"
            and not _has_predicate(piece, marks)
            and not _ends_in_modal(piece, marks)
            and not _interrupts(last, number, pieces, marks)
            and not _parallel(piece, marks)
        ):
            last.end = piece.end  # "as part of a force", or a verb that the tables do not know
        elif last is None or piece.subordinate or _verb_second(piece, marks):
            clauses.append(piece)
        elif (main := _bracketed(clauses, piece, marks)) is not None:
            main.more = (piece.start, piece.end)
        elif last.subordinate:
            if _continues(last, piece, marks):
                last.end = piece.end
            elif (main := _interrupted(clauses, piece, marks)) is not None:
                main.more = (piece.start, piece.end)
            else:
                clauses.append(piece)
        elif piece.comma and marks.words[piece.start].norm == "something":
            clauses.append(piece)  # "… no soldiers – something Trump has ruled out"
        elif _finishes(last, piece, marks):
            last.end = piece.end
        elif (
            (piece.opener == "contrast" and _names(last, marks) and _names(piece, marks))
            or _turns(last, piece, marks)
            or (_has_predicate(last, marks) and _begins(piece, pieces[number + 1 :], marks))
            or (_has_predicate(last, marks) and _opens_with_name(piece, last, marks))
            or (_finite(last, marks) and (_finite(piece, marks) or _says_more(piece, marks)))
            or _new_subject(last, piece, marks)
            or _asyndetic(last, piece, marks)
            or (gapped(piece, marks) and (_has_predicate(last, marks) or gapped(last, marks)))
        ):
            clauses.append(piece)
        else:
            last.end = piece.end
            last.more = last.more or piece.more
    return clauses


#: So few words behind its subject the thing of a clause without a verb is named.
_GAP = 6


def gapped(piece: Clause, marks: Marks) -> bool:
    """ "…, Riga un peloton de logisticiens": a subject and a thing, the verb is that of the clause before."""
    first = [a for a in marks.actors if piece.start <= a.start <= piece.start + 2]
    subject = next((a for a in first if a.code and not a.oblique and a.kind != "adjective"), None)
    listed = "," in marks.words[piece.start].before or ";" in marks.words[piece.start].before
    if subject is None or subject.possessive or not (listed or piece.opener == "coordinator"):
        return False
    if _has_predicate(piece, marks) or _opens_with_modal(piece, marks):
        return False
    things = [t.start for t in marks.topics] + [start for start, _ in marks.money]
    following = sorted(at for at in things if at in piece and at >= subject.end)
    if not following or following[0] - subject.end > _GAP:
        return False
    bare = following[0] == subject.end
    counted = marks.words[subject.end].text[:1].isdigit() if subject.end < piece.end else False
    article = any(hit[0] == subject.end for hit in marks.context.get("article", ()))
    number = any(m.start == subject.end for m in marks.quantities)
    purpose = any(hit[0] == subject.end for hit in marks.context.get("preposition", ()))
    return bare or counted or article or number or purpose


#: The end of a German verb bracket has no more words than this ("zurückgezogen", "nicht bestätigt").
_BRACKET_END = 3


def _bracketed(clauses: list[Clause], piece: Clause, marks: Marks) -> Clause | None:
    """The clause whose verb ends behind an infinitive: "hat die Zusage, Schiffe zu senden, widerrufen"."""
    if marks.language not in {"de", "nl"} or len(clauses) < 2 or piece.opener != "main":
        return None
    main, inserted = clauses[-2:]
    if not piece.comma or piece.end - piece.start > _BRACKET_END or _names(piece, marks):
        return None
    whole = main.more is None and not main.subordinate and infinitival(inserted, marks)
    return main if whole else None


_RELATIVES = frozenset({"que", "qui", "qu'", "che", "dont", "où", "cui", "quien", "quienes"})


def _parallel(piece: Clause, marks: Marks) -> bool:
    """ "… qu'il n'enverrait aucun soldat et qu'il passerait la main": a that-clause of its own."""
    if marks.language not in {"fr", "es", "it"}:
        return False
    joints = {hit[-1] + 1 for hit in marks.context.get("coordinator", ())}
    return piece.start in joints and marks.words[piece.start].norm in _RELATIVES


def _interrupts(last: Clause, number: int, pieces: list[Clause], marks: Marks) -> bool:
    """ "Portugal, que no ha querido quedarse atrás, donará …": its no is not that of the main verb."""
    piece = pieces[number]
    if marks.language not in {"fr", "es", "it"} or not piece.comma or number + 1 >= len(pieces):
        return False
    following = pieces[number + 1]
    closed = following.comma and not following.hard and following.opener == "main"
    relative = marks.words[piece.start].norm in _RELATIVES
    subject = _names(last, marks) and not _has_predicate(last, marks) and not last.subordinate
    return closed and relative and subject and _has_predicate(following, marks)


#: A contrast shorter than this may be one of two things, not of two clauses ("trainers, but no soldiers").
_LONG_TURN = 7


def _turns(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "…, ma nel testo finale i riferimenti …": a clause of its own whose verb the tables lack."""
    if piece.opener != "contrast" or not piece.comma or marks.language not in {"fr", "es", "it"}:
        return False
    long = piece.end - piece.start >= _LONG_TURN and _has_predicate(last, marks)
    return long or _has_predicate(piece, marks)


def _finishes(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Moscow says Nato soldiers, under any flag, would be unacceptable": the verb of those soldiers."""
    closed = ")" in marks.words[piece.start].before
    resumes = _opens_with_modal(piece, marks) or (closed and not _names(piece, marks))
    if marks.language != "en" or not resumes or piece.opener != "main":
        return False
    said = [p for p in marks.predicates if p.start in last]
    if not said or any(p.kind != "reporting" for p in said):
        return False
    return any(t.start in last and t.start >= said[-1].end for t in marks.topics)


def _begins(piece: Clause, following: list[Clause], marks: Marks) -> bool:
    """Whether a piece behind a whole clause begins a new one: by its predicate, or by its subject."""
    if _has_predicate(piece, marks) or _opens_with_modal(piece, marks):
        return True
    if marks.language in SLAVIC and piece.comma and _turns_second(piece, marks):
        return True
    if _has_auxiliary(piece, marks):
        return True
    comes = bool(following) and _has_predicate(following[0], marks)
    if comes and following[0].subordinate:  # "…, однак повторив, що …": the verb is one of saying
        return piece.comma and _content(following[0], marks) and piece.opener != "coordinator"
    if not comes or following[0].opener == "contrast":
        return False
    return piece.opener == "contrast" or _names(piece, marks)


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


def _opens_with_name(piece: Clause, last: Clause, marks: Marks) -> bool:
    """ "…, Polska zajmie się logistyką": a Slavic nominative that opens a piece is its subject."""
    if marks.language not in SLAVIC or not piece.comma or piece.opener != "main":
        return False
    opens = any(
        a.start == piece.start
        and a.kind in {"state", "capital"}
        and (a.end + 2 <= piece.end or _dash_behind(a.end, marks))
        for a in marks.actors
    )
    return opens and _names(last, marks)


def _turns_second(piece: Clause, marks: Marks) -> bool:
    """ "…, weźmie natomiast udział": the word of contrast stands second, behind the verb."""
    first = range(piece.start + 1, min(piece.start + 3, piece.end))
    return any(hit[0] in first for hit in marks.context.get("contrast", ()))


def _content(piece: Clause, marks: Marks) -> bool:
    """Whether a piece is what somebody says ("that …")."""
    return marks.words[piece.start].norm in COMPLEMENTIZERS


def _opens_with_modal(piece: Clause, marks: Marks) -> bool:
    """ "…, könne aber als Drehkreuz dienen": a second verb of the same subject."""
    first = range(piece.start, min(piece.start + 2, piece.end))
    return piece.comma and any(
        hit[0] in first
        for kind in ("modal_will", "modal_open")
        for hit in marks.context.get(kind, ())
    )


def _new_subject(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "… sich zurückhalten und Italien … ausschließt": a conjunction before another subject."""
    if piece.opener != "coordinator" or not _has_predicate(piece, marks):
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


def _asyndetic(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "EU-leiders breken zich het hoofd, Orbán blijft dwarsliggen": a name and its own verb."""
    if not piece.comma or piece.opener != "main" or marks.language not in {"en", "nl"}:
        return False
    starts = [a for a in marks.actors if a.start == piece.start and a.kind not in _NO_SUBJECT]
    before = [a for a in marks.actors if a.start in last and a.kind not in _NO_SUBJECT]
    if not starts or not before or before[0].oblique or not _has_predicate(piece, marks):
        return False
    return last.end - before[0].end >= 3 and not starts[0].oblique


_NO_SUBJECT = frozenset({"adjective", "oblique", "nonstate"})


def _finite(piece: Clause, marks: Marks) -> bool:
    """Whether a piece has a subject and a modal, though no verb that the tables know."""
    modal = any(
        hit[0] in piece
        for kind in ("modal_will", "modal_open")
        for hit in marks.context.get(kind, ())
    )
    return modal and _names(piece, marks)


def _verb_second(piece: Clause, marks: Marks) -> bool:
    """ "…, und Ankara denkt nicht daran": German word order begins a clause, whatever came before."""
    if marks.language != "de" or not piece.comma or piece.opener != "coordinator":
        return False
    first = next((a for a in marks.actors if a.start == piece.start + 1 and a.code), None)
    return first is not None and any(
        p.start == first.end and p.kind != "reporting" for p in marks.predicates
    )


def _ends_in_modal(piece: Clause, marks: Marks) -> bool:
    """ "…, das von Rumänien aus operieren soll": a German clause of its own, whatever its verb."""
    if marks.language != "de" or not piece.comma:
        return False
    if verb_final(marks, piece.start, piece.end):
        return True
    kinds = ("modal_will", "modal_open", "modal_must")
    return any(hit[-1] == piece.end - 1 for kind in kinds for hit in marks.context.get(kind, ()))


def _says_more(piece: Clause, marks: Marks) -> bool:
    """Whether a German piece behind a comma has a verb, a subject and a thing of its own."""
    return (
        marks.language == "de"
        and piece.comma
        and any(p.start in piece and p.kind != "reporting" for p in marks.predicates)
        and any(t.start in piece for t in marks.topics)
        and _names(piece, marks)
    )


def _names(piece: Clause, marks: Marks) -> bool:
    """Whether a piece names somebody who could be its subject."""
    return any(
        a.start in piece and a.kind not in {"adjective", "oblique"} and not a.oblique
        for a in marks.actors
    )


def _continues(last: Clause, piece: Clause, marks: Marks) -> bool:
    """Whether a piece goes on with a subordinate clause: a list in it, or an "and" in it."""
    if _and_that(piece, marks):
        return False
    if piece.opener in {"coordinator"} and not piece.comma:
        return True
    if last.opener == "if" and piece.comma and _stated(last, marks) and _names(piece, marks):
        return False  # "Quand il y aura une trêve, la France sera là"
    return piece.comma and not _has_predicate(piece, marks) and not _has_predicate(last, marks)


def _stated(clause: Clause, marks: Marks) -> bool:
    """Whether the words of a clause state a condition to its end."""
    return any(start in clause and clause.end - 1 <= end for _, start, end in marks.conditions)


def _and_that(piece: Clause, marks: Marks) -> bool:
    """ "… once there is a truce, and that it would secure the sea": a second thing said."""
    second = marks.words[piece.start + 1].norm if piece.end - piece.start > 1 else ""
    return piece.opener == "coordinator" and second in {"that", "dat", "dass"}


def _interrupted(clauses: list[Clause], piece: Clause, marks: Marks) -> Clause | None:
    """The main clause that a subordinate one interrupts and this piece completes, if any."""
    if piece.opener != "main" or len(clauses) < 2:
        return None
    main = clauses[-2]
    if main.subordinate or main.more is not None:
        return None
    return None if _has_predicate(main, marks) else main
