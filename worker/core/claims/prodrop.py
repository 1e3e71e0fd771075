"""Subjects left out: Slavic verbs that stand alone ("Zapowiedział też, że …", "Также передаст …")."""

from __future__ import annotations

import re

from worker.core.claims.clause import SLAVIC, Clause, predicates_of
from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.reading import Reading
from worker.core.claims.wordlists import word_set

#: Words that may stand before a verb whose subject is left out; anything else may be that subject.
_ADVERBS = word_set(
    """
    також теж крім окрім того водночас раніше згодом ще вже уже потім натомість при цьому
    зокрема нагадаємо разом з тим надалі далі окремо одночасно
    też także ponadto również jednocześnie wcześniej już dodatkowo poza tym następnie
    równocześnie przy zarazem nadal dalej potem później oprócz ponownie jeszcze
    также тоже кроме того при этом ранее ещё еще уже одновременно вместе с тем затем позже
    дополнительно напомним
    sí también además asimismo ya luego después ahora así igualmente solo tampoco aún todavía
    además hoy ayer mañana
    anche inoltre poi già ora infine così ancora intanto oggi ieri domani solo soltanto sì
    """
)
#: Context words that are no nouns either.
_LIGHT = ("negation", "temper", "coordinator", "contrast", "old_stance", "modal_will", "modal_open")
#: Verbs of nobody: reflexive and impersonal forms ("сообщается", "poinformowano", "повідомлено").
_NOBODY = re.compile(r"(?:ться|тся|но|то|no|to)$")
#: Of deeds "przeszkolono", "передано" leave out who did it; the reflexive ones have a subject.
_REFLEXIVE = re.compile(r"(?:ться|тся)$")


#: So long may a phrase with a preposition be that opens a clause ("z tych pieniędzy kupią …").
_PHRASE = 9


def leads(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """Whether a personal verb opens its clause, with nothing before it that could be its subject."""
    nobody = _NOBODY if predicate.kind == "reporting" else _REFLEXIVE
    if nobody.search(marks.words[predicate.start].norm):
        return False
    light = {w for kind in _LIGHT for hit in marks.context.get(kind, ()) for w in hit}
    light |= {i for i in range(clause.start, clause.end) if marks.words[i].norm in _ADVERBS}
    light |= {w for m in marks.dates for w in m.words}
    before = [i for i in range(clause.start, predicate.start) if i not in light]
    prepositions = {hit[0] for hit in marks.context.get("preposition", ())}
    return not before or (before[0] in prepositions and len(before) <= _PHRASE)


def left_out(number: int, reading: Reading, discourse: Discourse) -> bool:
    """Whether a clause leaves its subject to the sentences before."""
    marks, clause = reading.marks, reading.clauses[number]
    if marks.language == "de":
        return _unnamed(clause, reading, discourse)
    if marks.language not in SLAVIC | {"es", "it"} or clause.subordinate:
        return False
    if any(a.start in clause and not a.oblique and a.kind != "adjective" for a in marks.actors):
        return False
    verbs = [
        p
        for p in predicates_of(clause, marks)
        if p.kind in {"stance", "action", "action_past", "done"}
    ]
    if discourse.interview and discourse.host:
        return bool(verbs)
    return any(leads(p, clause, marks) for p in verbs)


_UNNAMED = word_set("es man")


def _unnamed(clause: Clause, reading: Reading, discourse: Discourse) -> bool:
    """ "Über Bodentruppen wird noch beraten", "Soldaten soll es nicht geben": of the state just named."""
    marks = reading.marks
    named = any(a.start in clause for a in marks.actors if a.kind != "adjective" and a.code != "UA")
    if named or clause.subordinate or discourse.state_age > 0 or reading.attributions:
        return False
    cues = [p for p in predicates_of(clause, marks) if p.kind == "stance" and p.stance is not None]
    passive = marks.has("passive", clause.start, clause.end) or any(
        marks.words[i].norm in _UNNAMED for i in range(clause.start, clause.end)
    )
    return passive and any(p.stance is not None and p.stance.rank <= 0 for p in cues)


_HOME = {"uk": "UA", "pl": "PL"}
_IMPERSONAL = re.compile(r"(?:но|то|no|to)$")


_SIDES = word_set(
    """
    сторони співрозмовники міністри уряди обидва обидві strony rozmówcy ministrowie rządy oba
    obie obaj стороны собеседники министры оба обе
    """
)


def signing_home(number: int, reading: Reading, discourse: Discourse) -> tuple[str, ...]:
    """Whose ministry signs in "Також підписано меморандум з Німеччиною": that of the language.

    "The sides" that sign are Ukraine and the state spoken of.
    """
    marks, clause = reading.marks, reading.clauses[number]
    if any(a.start in clause and not a.oblique and a.kind != "adjective" for a in marks.actors):
        return ()
    signing = [hit for hit in marks.context.get("signing", ()) if hit[0] in clause]
    sides = any(w.norm in _SIDES for w in marks.words[clause.start : clause.end])
    if signing and sides and discourse.state not in {None, "UA"}:
        host = "UA" if discourse.states["UA"] else _HOME.get(marks.language, "UA")
        return (str(discourse.state), host if host != discourse.state else "UA")
    impersonal = any(_IMPERSONAL.search(marks.words[hit[0]].norm) for hit in signing)
    home = _HOME.get(marks.language)
    partner = any(a.code not in {None, home} for a in marks.actors)
    return (home,) if impersonal and home and partner else ()
