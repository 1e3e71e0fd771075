"""Romance subjects: what French, Spanish and Italian tell by relatives, endings and appositions."""

from __future__ import annotations

import re
from itertools import pairwise

from worker.core.claims.clause import COMMA, Clause, predicates_of
from worker.core.claims.marks import Actor, Marks, Predicate, Topic
from worker.core.claims.reading import SUBJECT_KINDS, Subject
from worker.core.claims.wordlists import word_set

ROMANCE = frozenset({"fr", "es", "it"})
RELATIVES = frozenset({"que", "qu'", "qui", "che"})


def relative_head(clause: Clause, marks: Marks) -> Subject | None:
    """ "… nella Polonia, che non invierà soldati": whom the name before a relative clause makes its subject.

    ``None`` where the clause is no such relative or names a subject of its own.
    """
    relative = marks.language in ROMANCE and clause.opener == "subordinator"
    if (
        not relative
        or marks.words[clause.start].norm not in RELATIVES
        or names_its_own(clause, marks)
    ):
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


def names_its_own(clause: Clause, marks: Marks) -> bool:
    """Whether a clause has a name that can be its subject."""
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
    deeds = [
        p
        for p in predicates_of(clause, marks)
        if p.kind in {"stance", "action", "action_past", "done"}
    ]
    return any(_WE.match(marks.words[w].norm) for p in deeds for w in p.words)


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


def heading_of(actor: Actor, marks: Marks) -> bool:
    """Italian agencies' "Ucraina, Tajani: …": what the item is about, not who speaks."""
    behind = marks.words[actor.end].before if actor.end < len(marks.words) else ""
    return (
        marks.language == "it" and actor.code == "UA" and actor.start == 0 and behind.strip() == ","
    )


def waits_for_verb(piece: Clause, marks: Marks) -> bool:
    """ "Que 26 países, la mayoría europeos, se han comprometido": a that-clause cut before its verb."""
    opens = piece.opener == "subordinator" and marks.words[piece.start].norm in RELATIVES
    if marks.language not in ROMANCE or not opens or piece.comma:
        return False
    named = [a for a in marks.actors if a.start in piece and a.kind in SUBJECT_KINDS]
    return len(named) > 0 and not named[0].oblique and named[-1].end == piece.end


_COMMENTS = frozenset({("lo", "que"), ("il", "che"), ("ce", "qui"), ("ce", "que"), ("ce", "qu'")})


def comments(piece: Clause, marks: Marks) -> bool:
    """ "…, lo que marca un año de esfuerzos": a remark on the whole clause before it."""
    first = tuple(w.norm for w in marks.words[piece.start : piece.start + 2])
    return marks.language in ROMANCE and piece.comma and first in _COMMENTS


def adjective_owner(chosen: Predicate | None, marks: Marks) -> Subject | None:
    """ "I leader di Germania e Svezia, contrarie all'invio": an adjective behind the name it tells of."""
    if chosen is None or chosen.kind != "stance" or marks.language not in ROMANCE:
        return None
    at = chosen.start
    if not _ADJECTIVE.match(marks.words[at].norm):
        return None
    if (group := _led_in(at, marks)) is not None:
        return group
    while at and "," not in marks.words[at].before and chosen.start - at < _ASIDE:
        at -= 1
    if not at or "," not in marks.words[at].before:
        return None
    owners = [a for a in marks.actors if a.end == at and a.kind in {"state", "capital"} and a.code]
    return Subject((owners[0].code or "",), explicit=True) if owners else None


def _led_in(at: int, marks: Marks) -> Subject | None:
    """ "Ucrania requeriría tropas, con Francia y Suecia listas para enviarlas": whoever "with" leads in."""
    joints = {w for kind in _JOINTS for hit in marks.context.get(kind, ()) for w in hit}
    codes: list[str] = []
    start = at
    for actor in sorted(marks.actors, key=lambda a: -a.end):
        gap = range(actor.end, start)
        if actor.end > start or not actor.code or not all(i in joints for i in gap):
            continue
        codes.insert(0, actor.code)
        start = actor.start
        if any(w.norm in _WITH for w in marks.words[max(0, start - 2) : start]):
            return Subject(tuple(dict.fromkeys(codes)), explicit=True)
    return None


_JOINTS = ("coordinator", "article")


#: "… 31 paesi volenterosi, cioè ancora pronti a …": so many words may stand before the adjective.
_ASIDE = 3


def first_name(index: int, person: Actor, marks: Marks) -> bool:
    """ "Tra Donald Trump e …": the first name, which the tables leave out."""
    near = 0 < person.start - index <= _NAMES and index > 0
    names = range(index, person.start)
    known = any(a is not person and a.start in names for a in marks.actors)
    capitals = all(marks.words[i].capitalised for i in names)
    return marks.language in ROMANCE and near and capitals and not known


_NAMES = 2


_LED = re.compile(
    r"^(?:guidat|lidera|encabeza|dirigi|dirett|presiedut|presidi|co|capitane|promoss|impulsa|"
    r"organiza|organizz|mené|conduit|ospitat|autori|apoyad|respaldad|sostenut|appoggiat|soutenu|"
    r"validad|prescind)"
)


def led(actor: Actor, marks: Marks) -> bool:
    """ "La coalizione guidata da Londra": who leads a body does not do what its sentence tells."""
    before = marks.words[max(0, actor.start - 5) : actor.start]
    return marks.language in ROMANCE and any(_LED.match(w.norm) for w in before)


_THESE = word_set("estos questi ces эти ці te")
_COUNTRIES = word_set("países paesi pays страны государства країни держави kraje państwa")


def these_states(clause: Clause, marks: Marks) -> bool:
    """ "Estos países han ofrecido tropas": those just told of."""
    norms = [w.norm for w in marks.words[clause.start : clause.start + 3]]
    return any(a in _THESE and b in _COUNTRIES for a, b in pairwise(norms))


_BOTH_OF = {"tanto": ("como", "quanto", "che"), "sia": ("che", "sia"), "tant": ("que",)}
#: Between two such names stand the second conjunction and an article.
_BETWEEN = 2


def both_of(left: Actor, right: Actor, marks: Marks) -> bool:
    """ "Tanto Francia como el Reino Unido", "sia Parigi che Londra": two subjects of one verb."""
    if marks.language not in ROMANCE or not 1 <= right.start - left.end <= _BETWEEN:
        return False
    before = [w.norm for w in marks.words[max(0, left.start - 2) : left.start]]
    joint = marks.words[left.end].norm
    return any(joint in _BOTH_OF.get(word, ()) for word in before)


def second_of_both(at: int, marks: Marks) -> bool:
    """ "Sia la Svezia che la Finlandia": this conjunction opens no clause."""
    if marks.language not in ROMANCE:
        return False
    named = [a for a in marks.actors if a.end == at]
    before = [w.norm for a in named for w in marks.words[max(0, a.start - 2) : a.start]]
    return any(marks.words[at].norm in _BOTH_OF.get(word, ()) for word in before)


_GENITIVES = word_set("de del di della dell' dello du d' des de' la el l' le")
#: Nouns of a will that somebody has.
_WILLS = re.compile(
    r"^(?:disponibil|indisponibil|negativa|rechazo|rifiuto|volont|disposici|disposit|compromiso|impegno|"
    r"promes|intenci|intenzion|offert|ofert|contrariet|opposizi|oposici|refus|engagement|no$)"
)


def will_of(clause: Clause, marks: Marks) -> Subject | None:
    """ "Zelensky ha segnalato la disponibilità di Ankara a partecipare": whose will the noun tells."""
    if marks.language not in ROMANCE:
        return None
    for cue in predicates_of(clause, marks):
        if cue.kind not in {"stance", "noun"} or not _WILLS.match(marks.words[cue.start].norm):
            continue
        for actor in marks.actors:
            between = [w.norm for w in marks.words[cue.start + 1 : actor.start]]
            near = 0 < len(between) <= _BETWEEN and all(w in _GENITIVES for w in between)
            if near and actor.oblique and actor.code and actor.kind in {"state", "capital"}:
                return Subject((actor.code,), explicit=True)
    return None


_HAS = word_set("ha hanno abbiamo han hemos ont avons")


def and_has(piece: Clause, last: Clause, marks: Marks) -> bool:
    """ "… che non invierà soldati e ha frenato il progetto": a second thing done, its own clause."""
    second = piece.start + 1
    if marks.language not in ROMANCE or piece.opener != "coordinator" or second >= piece.end:
        return False
    deeds = {at for p in marks.predicates for at in p.words}
    does = marks.words[second].norm in _HAS and bool({second, second + 1} & deeds)
    return does and bool(predicates_of(last, marks))


_RANGES = re.compile(
    r"\b(?:contribut\w*|contribuci\w+|apport\w*|aporta\w+)(?: [\w'’]+){0,3} (?:va|vanno|variano?|varier\w+"
    r"|van|varían?|variarán?|oscilan?|vont|allant|varient|range|ranges|ranging)\b"
)


def in_range(at: int, marks: Marks) -> bool:
    """Whether a word stands in a list of what contributions range over."""
    if marks.language not in ROMANCE and marks.language != "en":
        return False
    return bool(_RANGES.search(_ahead(at, marks)))


#: So many words ahead of a measure its list may have begun.
_LIST = 40


def _ahead(at: int, marks: Marks) -> str:
    return " ".join(w.norm for w in marks.words[max(0, at - _LIST) : at])


_EACH = re.compile(r"\b(?:ogni|cada|chaque|each|every) (?:contribut|contribuci|apport|aport)")


def ranges(subject: Subject, topic: Topic, marks: Marks) -> Subject | None:
    """ "Essi daranno un contributo che va dall'addestramento all'invio di truppe": some do that."""
    if not in_range(topic.start, marks):
        return None
    each = _EACH.search(_ahead(topic.start, marks))
    return Subject(("COALITION",)) if each or len(subject.codes) > 1 else None


def told_of(
    chosen: Predicate | None, subject: Subject, topic: Topic, marks: Marks
) -> Subject | None:
    """Whoever a word of the predicate or of the list names, other than the clause's subject."""
    return adjective_owner(chosen, marks) or ranges(subject, topic, marks)
