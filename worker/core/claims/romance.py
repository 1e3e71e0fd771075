"""Romance grammar: what French, Spanish and Italian tell by endings, relatives and appositions."""

from __future__ import annotations

import re

from worker.core.claims.clause import COMMA, Clause, predicates_of
from worker.core.claims.marks import Actor, Marks, Predicate
from worker.core.claims.reading import SUBJECT_KINDS, Subject
from worker.core.claims.wordlists import word_set
from worker.model import Stance

ROMANCE = frozenset({"fr", "es", "it"})
_RELATIVES = frozenset({"que", "qu'", "qui", "che"})
_DEEDS = ("stance", "action", "action_past", "done")


def relative_head(clause: Clause, marks: Marks) -> Subject | None:
    """ "… nella Polonia, che non invierà soldati": whom the name before a relative clause makes its subject.

    ``None`` where the clause is no such relative or names a subject of its own.
    """
    relative = marks.language in ROMANCE and clause.opener == "subordinator"
    if not relative or marks.words[clause.start].norm not in _RELATIVES or _names(clause, marks):
        return None
    if _of_others(clause.start, marks):
        return Subject(nonstate=True, explicit=True)
    for actor in marks.actors:
        head = actor.end == clause.start and actor.kind == "state" and actor.oblique
        beside = marks.words[actor.start - 1].norm in _BESIDE or marks.has(
            "foresees", clause.start, clause.end
        )  # "un accordo con gli Stati Uniti, che prevede …"
        if head and not beside and clause.comma and actor.code is not None:
            return Subject((actor.code,), explicit=True)
    return None


def _names(clause: Clause, marks: Marks) -> bool:
    return any(
        a.start in clause and a.kind in SUBJECT_KINDS and not a.oblique for a in marks.actors
    )


_BESIDE = word_set("con avec col tra fra entre gli los les le la il")
_STATES = word_set("países estados paesi stati pays états capitales capitali")
_SOME = word_set(
    """
    otros otras los aquellos muchos varios algunos altri altre i gli quei molti vari diversi
    alcuni autres les ceux certains plusieurs
    """
)


def _of_others(at: int, marks: Marks) -> bool:
    """ "… a otros países que evalúan el envío": states without a name, none of those told of."""
    if at < 2 or marks.words[at - 1].norm not in _STATES or marks.words[at - 2].norm not in _SOME:
        return False
    return not any(a.code is not None and a.start < at <= a.end for a in marks.actors)


_WE = re.compile(r"^\w{2,}(?:[aei]mos|iamo|remo)$")


def says_we(clause: Clause, marks: Marks) -> bool:
    """ "Adotteremo nuove sanzioni", "desplegaremos tropas": the ending tells who does it."""
    if marks.language not in {"es", "it"}:
        return False
    deeds = [p for p in predicates_of(clause, marks) if p.kind in _DEEDS]
    return any(_WE.match(marks.words[w].norm) for p in deeds for w in p.words)


_FUTURE = {
    "es": re.compile(r"^\w{2,}(?:[aei]rá|[aei]rán|[aei]remos)$"),
    "it": re.compile(r"^\w{2,}(?:[aei]rà|[aei]ranno|[aei]remo)$"),
    "fr": re.compile(r"^\w{2,}(?:[ei]ront|dront|[ei]rons)$"),
}
#: Verbs that leave open what is done: talking, asking, deciding, being, coming, needing.
_IDLE = re.compile(
    r"^(?:ser|estar|habr|podr|deber|tendr|discut|debat|abord|habl|tratar|reun|analiz|examin|decid|"
    r"ver|dir|viaj|asist|recib|presid|necesit|requer|permit|serv|depend|conoc|sabr|pregunt|ped|"
    r"exig|insist|present|public|negoci|consult|evalu|estudi|llegar|vendr|ir|pasar|quedar|volver|"
    r"esper|contar|supon|signific|marc|celebr|visit|regres|vari|agi|acud|convers|intent|tratar|buscar|"
    r"sar|avr|potr|dovr|parl|affront|riun|esam|vedr|viagg|ricev|presied|dipend|sapr|chied|consent|"
    r"permett|pubblic|negoz|valut|stud|arriv|verr|andr|rest|rimarr|torn|aspett|incontr|tratt|avverr|"
    r"succed|accad|cerc|tent|serv|"
    r"seront|auront|pourront|devront|parler|abord|réun|examin|verr|recev|demand|négoci|évalu|"
    r"arriver|viendr|rester|rencontr|discuter|débatt|tent|cherch)"
)


def future_of_unknown(clause: Clause, marks: Marks) -> int | None:
    """Index of a future that the tables do not know, before a measure: "establecerán centros"."""
    future = _FUTURE.get(marks.language)
    if future is None:
        return None
    known = {w for p in marks.predicates if p.kind != "action_past" for w in p.words}
    known |= {w for t in marks.topics for w in range(t.start, t.end)}
    for at in range(clause.start, clause.end):
        word = marks.words[at]
        if at in known or word.capitalised or not future.match(word.norm):
            continue
        if _IDLE.match(word.norm) or not any(
            t.start in clause and t.start > at for t in marks.topics
        ):
            return None
        return at
    return None


def drop_attributes(clause: Clause, at: int, marks: Marks) -> None:
    """ "Construirán instalaciones protegidas": a participle behind the verb of its clause is no deed."""
    helped = {hit[-1] + 1 for kind in ("passive", "perfect") for hit in marks.context.get(kind, ())}
    marks.predicates = [
        p
        for p in marks.predicates
        if not (
            p.kind == "action_past"
            and p.start in clause
            and p.start > at
            and len(p.words) == 1
            and p.start not in helped
        )
    ]


def apposed(left: Actor, right: Actor, marks: Marks) -> bool:
    """ "El presidente francés, Emmanuel Macron": a role and the name of its holder."""
    if marks.language not in ROMANCE or left.kind != "role" or right.kind != "person":
        return False
    between = range(left.end, right.start)
    if left.code != right.code or "," not in marks.words[left.end].before:
        return False
    return all(marks.words[i].capitalised for i in between) and not any(
        COMMA.search(marks.words[i].before) for i in range(left.end + 1, right.start + 1)
    )


_WITH = frozenset({"con", "avec"})


def absolute(actor: Actor, before: int, marks: Marks) -> bool:
    """ "Con Francia y Suecia listas para enviar tropas": a subject, though a preposition leads to it."""
    if marks.language not in ROMANCE or before < 0 or marks.words[before].norm not in _WITH:
        return False
    kinds = ("coordinator", "article")
    joints = {w for kind in kinds for hit in marks.context.get(kind, ()) for w in hit}
    end = actor.end
    for other in marks.actors:
        gap = range(end, other.start)
        if other.start >= end and len(gap) <= 2 and all(i in joints for i in gap):
            end = other.end
    return any(
        p.start == end and p.kind == "stance" and _ADJECTIVE.match(marks.words[end].norm)
        for p in marks.predicates
    )


_ADJECTIVE = re.compile(
    r"^(?:list|dispuest|preparad|pront|dispost|disponibil|prêt|dispos|favorabl|favorevol|contrari|"
    r"reaci|reticent|restia|restii|restio|réticent|opuest|oppost|opposé)"
)


def no_predicate(predicate: Predicate, marks: Marks) -> bool:
    """ "Considera que se define una arquitectura" is an opinion, "Mette Frederiksen" a first name."""
    at = predicate.words[-1] + 1
    if marks.language not in ROMANCE or at >= len(marks.words):
        return False
    if predicate.kind in {"action", "action_past"} and len(predicate.words) == 1:
        name = marks.words[predicate.start].capitalised and predicate.start > 0
        return name and any(a.kind == "person" and a.start == at for a in marks.actors)
    if predicate.stance is not Stance.OPEN:
        return False
    thinks = marks.words[predicate.start].norm.startswith(("consider", "considér"))
    return thinks and marks.words[at].norm in _RELATIVES


_INFINITIVE = re.compile(r"^\w{2,}(?:[aei]re?|[aei]r|oir|endre)$")
BUT = frozenset({"bensì", "sino", "ma", "mais", "pero"})


def but_to_do(clause: Clause, before: Clause, marks: Marks) -> Predicate | None:
    """ "Non intende inviare truppe, bensì fornire aiuti": what is meant instead of what is refused."""
    first = clause.start + 1
    if marks.language not in ROMANCE or clause.opener != "contrast" or first >= clause.end:
        return None
    if marks.words[clause.start].norm not in BUT or not _INFINITIVE.match(marks.words[first].norm):
        return None
    refused = any(
        p.stance is Stance.RULED_OUT or marks.has("negation", before.start, before.end)
        for p in predicates_of(before, marks)
        if p.kind in _DEEDS
    )
    return Predicate("stance", Stance.COMMITTED, "", (first,), "but to do") if refused else None


def subject_infinitive(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Che finanziare la difesa è difficile": an infinitive that opens its clause is what is judged."""
    if marks.language not in ROMANCE or predicate.kind != "action" or len(predicate.words) > 1:
        return False
    opens = predicate.start <= clause.start + (clause.opener != "main")
    return opens and bool(_INFINITIVE.match(marks.words[predicate.start].norm))


def heading_of(actor: Actor, marks: Marks) -> bool:
    """Italian agencies' "Ucraina, Tajani: …": what the item is about, not who speaks."""
    behind = marks.words[actor.end].before if actor.end < len(marks.words) else ""
    return (
        marks.language == "it" and actor.code == "UA" and actor.start == 0 and behind.strip() == ","
    )


def waits_for_verb(piece: Clause, marks: Marks) -> bool:
    """ "Que 26 países, la mayoría europeos, se han comprometido": a that-clause cut before its verb."""
    opens = piece.opener == "subordinator" and marks.words[piece.start].norm in _RELATIVES
    if marks.language not in ROMANCE or not opens or piece.comma:
        return False
    named = [a for a in marks.actors if a.start in piece and a.kind in SUBJECT_KINDS]
    return len(named) > 0 and not named[0].oblique and named[-1].end == piece.end


_COMMENTS = frozenset({("lo", "que"), ("il", "che"), ("ce", "qui"), ("ce", "que"), ("ce", "qu'")})


def comments(piece: Clause, marks: Marks) -> bool:
    """ "…, lo que marca un año de esfuerzos": a remark on the whole clause before it."""
    first = tuple(w.norm for w in marks.words[piece.start : piece.start + 2])
    return marks.language in ROMANCE and piece.comma and first in _COMMENTS
