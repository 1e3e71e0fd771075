"""Joining: pieces of a sentence that belong to one clause."""

from __future__ import annotations

import re

from worker.core.claims.beginnings import (
    asyndetic,
    begins_clause,
    ends_in_modal,
    german_order,
    has_predicate,
    is_finite,
    names_somebody,
    new_subject,
    opens_with_modal,
    opens_with_name,
    says_more,
)
from worker.core.claims.clause import SLAVIC, Clause, infinitival
from worker.core.claims.collective import wills_something
from worker.core.claims.germanic import (
    completes_bracket,
    list_before_verb,
    names_behind_auxiliary,
    own_reason,
)
from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.romance import ROMANCE, and_has, comments, waits_for_verb
from worker.core.claims.wordlists import COMPLEMENTIZERS, word_set


def join_spanned(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join pieces that one predicate spans ("schließt eine Beteiligung, auch später, aus")."""
    marks.predicates = [p for p in marks.predicates if not _straddles(p, marks)]
    for predicate in marks.predicates:
        if len(predicate.words) < 2 or predicate.kind == "reporting":
            continue
        predicate.words = _without_that(predicate.words, marks)
        inside = [n for n, p in enumerate(pieces) if any(w in p for w in predicate.words)]
        if len(inside) > 1:
            first, last = inside[0], inside[-1]
            joined = pieces[first]
            joined.end = pieces[last].end
            pieces[first : last + 1] = [joined]
    return pieces


def _without_that(words: tuple[int, ...], marks: Marks) -> tuple[int, ...]:
    """ "Zapewnił, że …": what is assured is a clause of its own."""
    last = marks.words[words[-1]]
    apart = marks.language in SLAVIC and last.norm in COMPLEMENTIZERS and "," in last.before
    apart = apart or (marks.language == "nl" and last.norm == "dat")  # "kondigde aan dat …"
    return words[:-1] if apart else words


def _straddles(predicate: Predicate, marks: Marks) -> bool:
    """ "… zwei Minensucher stellen, Bodentruppen schloss er aus": a verb and what is not its object."""
    return (
        predicate.kind in {"action", "action_past"}
        and marks.language == "de"
        and len(predicate.words) == 2
        and predicate.words[1] == predicate.words[0] + 1
        and "," in marks.words[predicate.words[1]].before
    )


def join_names(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join a list that a comma cuts: "that Sweden, Norway and Denmark …", "że Duńczycy, Finowie i …"."""
    joined: list[Clause] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and (
            _list_of_names(last, piece, marks) or list_before_verb(last, piece, marks)
        ):
            last.end = piece.end
        else:
            joined.append(piece)
    return joined


def _list_of_names(last: Clause, piece: Clause, marks: Marks) -> bool:
    opened = last.opener == "subordinator" and not has_predicate(last, marks)
    bare = opened or names_behind_auxiliary(last, marks)
    if not bare or not piece.comma or piece.hard or piece.opener != "main" or piece.quoted:
        return False
    named = [a for a in marks.actors if a.kind in _NAMES and not a.oblique]
    # "that in Paris, Macron …" opens with a place
    prepositions = {hit[-1] for hit in marks.context.get("preposition", ())}
    opens = any(
        a.start in {last.start + 1, last.start + 2} and a.start - 1 not in prepositions
        for a in named
    )
    ends = any(a.end == last.end for a in named)
    goes_on = any(piece.start <= a.start <= piece.start + 1 for a in named)
    return opens and ends and goes_on and "," in marks.words[piece.start].before


_NAMES = frozenset({"state", "person", "capital"})


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
        whole = before.opener in {"if", "whether"}  # "Once there is peace, he said, troops could …"
        if inserted and not whole and before.more is None and _only_says(piece, marks):  # noqa: SIM102
            if not has_predicate(before, marks) or _only_infinitive(before, marks):
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
    said = [p for p in marks.predicates if p.start in piece and p.kind == "reporting"]
    words = {w for p in said for w in p.words}
    # "announced" both tells and promises; between commas it tells
    others = [p for p in marks.predicates if p.start in piece and not set(p.words) <= words]
    return bool(said) and not others and piece.end - piece.start <= _ATTRIBUTION_WORDS


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
            and not has_predicate(piece, marks)
            and not ends_in_modal(piece, marks)
            and not _interrupts(last, number, pieces, marks)
            and not _parallel(piece, marks)
            and not _told(last, piece, marks)
            and not waits_for_verb(piece, marks)
            and not wills_something(piece, marks)
            and not comments(piece, marks)
            and not own_reason(piece, marks)
        ):
            last.end = piece.end  # "as part of a force", or a verb that the tables do not know
        elif (
            last is None
            or piece.subordinate
            or german_order(last, piece, marks)
            or _tag(last, piece, marks)
        ):
            clauses.append(piece)
        elif (main := _bracketed(clauses, piece, marks)) is not None:
            main.more = (piece.start, piece.end)
        elif last.subordinate:
            if _continues(last, piece, marks) or _at_last(last, piece, marks):
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
            (
                piece.opener == "contrast"
                and names_somebody(last, marks)
                and names_somebody(piece, marks)
            )
            or _turns(last, piece, marks)
            or (has_predicate(last, marks) and begins_clause(piece, pieces[number + 1 :], marks))
            or (has_predicate(last, marks) and opens_with_name(piece, last, marks))
            or (is_finite(last, marks) and (is_finite(piece, marks) or says_more(piece, marks)))
            or new_subject(last, piece, marks)
            or asyndetic(last, piece, marks)
            or (gapped(piece, marks) and (has_predicate(last, marks) or gapped(last, marks)))
        ):
            clauses.append(piece)
        else:
            last.end = piece.end
            last.more = last.more or piece.more
    return clauses


def _modal(clause: Clause, marks: Marks) -> bool:
    return any(marks.has(kind, clause.start, clause.end) for kind in ("modal_will", "modal_open"))


def _says(clause: Clause, marks: Marks) -> bool:
    kinds = [p.kind for p in marks.predicates if p.start in clause]
    return bool(kinds) and set(kinds) == {"reporting"}


def _tag(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "… could be stationed there, said Macron": whoever says so is not who does it."""
    if not piece.comma or piece.opener != "main" or not _only_says(piece, marks):
        return False
    opens = any(p.start == piece.start for p in marks.predicates)
    opens = opens and marks.language not in SLAVIC | {"de"}  # their order tells more
    return opens and names_somebody(piece, marks) and _modal(last, marks)


def _modal_told(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Paris said that soldiers would …": what is told is a clause, whatever its verb."""
    told = marks.words[piece.start].norm in COMPLEMENTIZERS and _says(last, marks)
    told = told and marks.language != "de"  # its verb-final order tells more
    return told and _modal(piece, marks)


#: So few words behind its subject the thing of a clause without a verb is named.
_GAP = 6


def gapped(piece: Clause, marks: Marks) -> bool:
    """ "…, Riga un peloton de logisticiens": a subject and a thing, the verb is that of the clause before."""
    first = [a for a in marks.actors if piece.start <= a.start <= piece.start + 2]
    subject = next((a for a in first if a.code and not a.oblique and a.kind != "adjective"), None)
    listed = "," in marks.words[piece.start].before or ";" in marks.words[piece.start].before
    if subject is None or subject.possessive or not (listed or piece.opener == "coordinator"):
        return False
    says = [p.kind for p in marks.predicates if p.start in piece]
    told = marks.language in ROMANCE and says and set(says) == {"reporting"}  # "…, según Axios"
    if (has_predicate(piece, marks) and not told) or opens_with_modal(piece, marks):
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
    if not piece.comma:
        return None
    brief = piece.end - piece.start <= _BRACKET_END and not names_somebody(piece, marks)
    if not brief and not completes_bracket(main, piece, marks):
        return None
    whole = main.more is None and not main.subordinate and infinitival(inserted, marks)
    return main if whole else None


_RELATIVES = frozenset({"que", "qui", "qu'", "che", "dont", "où", "cui", "quien", "quienes"})


def _at_last(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Que 26 países, la mayoría europeos, | se han comprometido": the verb behind the insertion."""
    start = Clause(last.start, _first_comma(last, marks), last.opener, last.comma)
    cut = waits_for_verb(start, marks) and not has_predicate(last, marks)
    return cut and piece.opener == "main" and piece.comma and not names_somebody(piece, marks)


def _first_comma(clause: Clause, marks: Marks) -> int:
    inside = range(clause.start + 1, clause.end)
    return next((i for i in inside if "," in marks.words[i].before), clause.end)


_WHICH = word_set("który która które którzy яка який яке які который которая которое которые")
#: So long is a Slavic "że …" behind a verb of saying a clause, whatever its verb.
_TOLD = 4


def _told(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Przekazał, że inicjatywa będzie dotyczyć wojsk": what is told is a clause of its own."""
    if marks.language not in SLAVIC or piece.end - piece.start < _TOLD:
        return _modal_told(last, piece, marks)
    first = marks.words[piece.start].norm
    if first in _WHICH and piece.comma:
        kinds = ("modal_will", "modal_open", "modal_must")
        return any(marks.has(kind, piece.start, piece.end) for kind in kinds)
    opens = first in COMPLEMENTIZERS and piece.comma
    return opens and any(p.start in last and p.kind == "reporting" for p in marks.predicates)


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
    subject = (
        names_somebody(last, marks) and not has_predicate(last, marks) and not last.subordinate
    )
    return closed and relative and subject and has_predicate(following, marks)


#: A contrast shorter than this may be one of two things, not of two clauses ("trainers, but no soldiers").
_LONG_TURN = 7


def _turns(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "…, ma nel testo finale i riferimenti …": a clause of its own whose verb the tables lack."""
    if piece.opener != "contrast" or not piece.comma or marks.language not in {"fr", "es", "it"}:
        return False
    long = piece.end - piece.start >= _LONG_TURN and has_predicate(last, marks)
    return long or has_predicate(piece, marks)


def _finishes(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Moscow says Nato soldiers, under any flag, would be unacceptable": the verb of those soldiers."""
    if _list_goes_on(last, piece, marks):
        return True
    closed = ")" in marks.words[piece.start].before
    resumes = opens_with_modal(piece, marks) or (closed and not names_somebody(piece, marks))
    if marks.language != "en" or not resumes or piece.opener != "main":
        return False
    said = [p for p in marks.predicates if p.start in last]
    if not said or any(p.kind != "reporting" for p in said):
        return False
    return any(t.start in last and t.start >= said[-1].end for t in marks.topics)


def _list_goes_on(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Countries including Italy, the UK, Latvia, and Germany have …": more of the subject."""
    if marks.language != "en" or not piece.comma or has_predicate(last, marks):
        return False
    named = any(a.end == last.end and a.kind == "state" for a in marks.actors)
    return named and any(
        a.start - piece.start in {0, 1} and a.kind == "state" for a in marks.actors
    )


def _continues(last: Clause, piece: Clause, marks: Marks) -> bool:
    """Whether a piece goes on with a subordinate clause: a list in it, or an "and" in it."""
    if _and_that(piece, marks) or and_has(piece, last, marks):
        return False
    if (piece.opener in {"coordinator"} and not piece.comma) or _verb_behind(last, piece, marks):
        return True
    if (
        last.opener == "if"
        and piece.comma
        and _stated(last, marks)
        and names_somebody(piece, marks)
    ):
        return False  # "Quand il y aura une trêve, la France sera là"
    if marks.language in ROMANCE and piece.comma and _one_more_place(piece, marks):
        return True
    return piece.comma and not has_predicate(piece, marks) and not has_predicate(last, marks)


#: "… sul territorio, sul mare e nei cieli": so short a piece goes on with the places told.
_PLACE = 4


def _one_more_place(piece: Clause, marks: Marks) -> bool:
    leads = any(hit[0] == piece.start for hit in marks.context.get("preposition", ()))
    return leads and piece.end - piece.start <= _PLACE and not has_predicate(piece, marks)


def _verb_behind(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Indien Rome, met steun van Parijs, tanks zou leveren, …": the verb of the clause begun."""
    if marks.language != "nl" or not piece.comma or piece.opener != "main":
        return False
    waits = names_somebody(last, marks) and not has_predicate(last, marks)
    verbs = [p.start for p in marks.predicates if p.start in piece]
    first = opens_with_modal(piece, marks) or piece.start in verbs
    return waits and not first and bool(verbs) and max(verbs) >= piece.end - 2


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
    return None if has_predicate(main, marks) else main
