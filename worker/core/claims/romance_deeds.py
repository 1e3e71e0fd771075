"""Romance deeds: verbs that the tables do not know, corrections, and what only looks like a deed."""

from __future__ import annotations

import re

from worker.core.claims.clause import Clause, predicates_of
from worker.core.claims.marks import Marks, Predicate, Topic
from worker.core.claims.romance import RELATIVES, ROMANCE
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance

_DEED_KINDS = ("stance", "action", "action_past", "done")


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


#: Participles that belong to the name of a measure ("frozen assets", "deployed forces").
_FROZEN = re.compile(r"^(?:congel|immobil|inmovil|blo[cq]|gel[ée]|dispieg|despleg|déploy)")


#: Verbs that are nouns as well, and what stands before the noun.
_NOUNS = word_set("forma ayuda entrega firma compra guía guida consegna forme aide commande")
_BEFORE_NOUN = word_set(
    """
    una la esta esa su nuestra alguna otra cualquier de della dalla alla nella una' un' questa
    ogni une cette sa leur en in
    """
)


_PROMISED = re.compile(
    r"^(?:prometid|comprometid|anunciad|previst|acordad|promess|annunciat|concordat|promis|annonc|prévu)"
    r"(?:o|a|os|as|i|e|é|ée|és|ées|es|s)?$"
)


def _promised(predicate: Predicate, marks: Marks) -> bool:
    """ "Han entregado los cazas prometidos": what was promised is handed over, not promised again."""
    at = predicate.start
    if len(predicate.words) > 1 or not at or not _PROMISED.match(marks.words[at].norm):
        return False
    things = any(t.end == at for t in marks.topics) or marks.words[at - 1].text[:1].isdigit()
    deed = any(p.kind in {"action", "action_past"} and p.start < at for p in marks.predicates)
    return things and deed


#: What lies frozen.
_ASSETS = word_set("asset beni averi attivi fondi activos bienes fondos avoirs actifs fonds")


def no_predicate(predicate: Predicate, marks: Marks) -> bool:
    """Whether a word is no predicate: a first name, an attribute inside a measure, an opinion."""
    if marks.language not in ROMANCE:
        return False
    if _promised(predicate, marks):
        return True
    at, behind = predicate.start, predicate.words[-1] + 1
    alone = len(predicate.words) == 1
    if alone and predicate.kind in {"action", "action_past"}:
        named = any(t.start < at < t.end and t.kind != "verb" for t in marks.topics)
        named = named or bool(_ASSETS & {w.norm for w in marks.words[max(0, at - 3) : at]})
        if predicate.kind == "action_past" and named and _FROZEN.match(marks.words[at].norm):
            return True  # "gli asset russi congelati"
        if at and marks.words[at].norm in _NOUNS and marks.words[at - 1].norm in _BEFORE_NOUN:
            return True  # "una forma de tranquilidad"
        name = at > 0 and marks.words[at].capitalised  # "Mette Frederiksen"
        return name and any(a.kind == "person" and a.start == behind for a in marks.actors)
    if predicate.stance is not Stance.OPEN or behind >= len(marks.words):
        return False  # "considera que se define una arquitectura"
    thinks = marks.words[at].norm.startswith(("consider", "considér"))
    return thinks and marks.words[behind].norm in RELATIVES


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
        if p.kind in _DEED_KINDS
    )
    return Predicate("stance", Stance.COMMITTED, "", (first,), "but to do") if refused else None


def subject_infinitive(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Che finanziare la difesa è difficile": an infinitive that opens its clause is what is judged."""
    if marks.language not in ROMANCE or predicate.kind != "action" or len(predicate.words) > 1:
        return False
    at = predicate.start
    opens = at <= clause.start + (clause.opener != "main")
    opens = opens or (at > 0 and marks.words[at - 1].norm in RELATIVES)
    return opens and bool(_INFINITIVE.match(marks.words[predicate.start].norm))


_OWN = word_set("sus su sue suo suoi sua ses son propias propios proprie propri leurs leur loro")
_FORCES = word_set(
    """
    tropas ejército fuerzas soldados militares truppe esercito forze soldati militari troupes
    armée forces soldats
    """
)
_READIES = re.compile(
    r"^(?:prepar|equip|entren|adiestr|moderniz|addestr|attrezz|prépar|entraîn|form)"
)
#: So near behind the verb of making ready stand one's own forces.
_READY = 4


_DEPLOYMENT = word_set("despliegue misión dispiegamento schieramento missione déploiement mission")


def _paid_deployment(end: int, marks: Marks) -> bool:
    """ "Asignará 270 millones a un eventual despliegue": what its own mission costs."""
    near = marks.words[end : end + _READY]
    return (
        bool(near)
        and near[0].norm in {"a", "al", "para", "per", "alla", "au", "pour"}
        and any(w.norm in _DEPLOYMENT for w in near)
    )


def own_forces(clause: Clause, marks: Marks) -> bool:
    """ "Destinará 200 millones a equipar y entrenar a sus tropas": no aid, no training given."""
    if marks.language not in ROMANCE:
        return False
    if any(_paid_deployment(end, marks) for _, end in marks.money):
        return True
    for at in range(clause.start, len(marks.words) - 1):
        own = marks.words[at].norm in _OWN and marks.words[at + 1].norm in _FORCES
        before = range(max(clause.start, at - _READY), at)
        if own and any(_READIES.match(marks.words[i].norm) for i in before):
            return True
    return False


_BUYS = re.compile(
    r"^(?:compr|adqui|acquist|achat|achet|acqu[ié]|financ|finanz|sufrag|coste|pag|pay)"
)
#: So far behind the buying stands what is bought.
_BOUGHT = 5


def without_bought(topics: list[Topic], payable: tuple[Measure, ...], marks: Marks) -> list[Topic]:
    """ "La compra de misiles Patriot", "financiar armamento": what is paid for is not given."""
    if marks.language not in ROMANCE:
        return topics
    paying = [
        t
        for t in topics
        if t.measure is Measure.FUNDING
        and any(_BUYS.match(marks.words[i].norm) for i in range(t.start, t.end))
    ]
    return [
        t
        for t in topics
        if t.measure not in payable or not any(_paid_by(p, t, marks) for p in paying)
    ]


def _paid_by(payment: Topic, thing: Topic, marks: Marks) -> bool:
    between = range(payment.end, thing.start)
    listed = any(marks.words[i].norm in {"né", "ni"} for i in between)
    return payment.start < thing.start and len(between) <= _BOUGHT and not listed


_EVEN_SO = frozenset({"sí", "sì", "bien", "anche", "invece", "également", "también", "en", "al"})


def turned(chosen: Predicate, topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "Descartó el envío de tropas, pero prolongó el apoyo aéreo": the no ends where "but" begins."""
    if marks.language not in ROMANCE or chosen.words[-1] >= topic.start:
        return False
    between = range(chosen.end, topic.start)
    turns = [i for i in between if i in clause and marks.words[i].norm in BUT]
    if not turns or any(hit[0] in clause for hit in marks.context.get("negation", ())):
        return False  # "non intende inviare soldati, bensì …" is a correction
    return not _EVEN_SO & {marks.words[i].norm for i in between if i > turns[0]}


def led_by(predicate: Predicate, marks: Marks) -> bool:
    """ "La coalizione guidata da Londra": a participle that only describes a body."""
    at = predicate.start
    if marks.language not in ROMANCE or predicate.kind != "action_past" or len(predicate.words) > 1:
        return False
    return any(
        a.end == at and a.code in {"COALITION", "EU", "NATO"} and a.kind == "state"
        for a in marks.actors
    ) and bool(_LED.match(marks.words[at].norm))


_LED = re.compile(
    r"^(?:guidat|lidera|encabeza|dirigid|diretta|dirett|capitane|promoss|organiza|organizz|menée|dirigée|conduit)"
)


_ALLOTS = re.compile(
    r"^(?:destin|asign|dedic|assegn|stanzi|alloc|allou|consacr|invert|invest|gast)"
)


def without_allotted(
    topics: list[Topic], payable: tuple[Measure, ...], clause: Clause, marks: Marks
) -> list[Topic]:
    """ "Destinará 4.000 millones a la iniciativa para suministrar munición": money is what it gives."""
    words = range(clause.start, clause.end)
    allots = [at for at in words if _ALLOTS.match(marks.words[at].norm)]
    sums = [(start, end) for start, end in marks.money if start in clause]
    sums = [(start, end) for start, end in sums if any(at < start for at in allots)]
    if marks.language not in ROMANCE or not sums:
        return topics
    start, end = sums[0]
    kept = [t for t in topics if t.measure not in payable or t.start < start]
    if len(kept) == len(topics) or any(t.measure is Measure.FUNDING for t in kept):
        return kept
    return [*kept, Topic(Measure.FUNDING, "money", start, end, "money")]
