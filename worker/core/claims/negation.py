"""Negation: which words deny, and what they deny."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.core.claims.clause import COMMA, SLAVIC, Clause
from worker.core.claims.marks import PREDICATE_TYPES, Marks, Predicate
from worker.core.claims.wordlists import word_set
from worker.model import Stance

#: Negations that stand right before what they negate, never behind it.
_BEFORE_ITS_VERB = frozenset({"не", "nie"})


CUES = ("stance", "noun", "action", "action_past", "done")


def negations(clause: Clause, marks: Marks) -> list[int]:
    """The words that negate in a clause and are no part of a cue or of a condition."""
    said = [p for p in marks.predicates if p.kind != "reporting" and p.rule != "implied deed"]
    covered = {w for p in said for w in p.words}
    masked = {w for _, start, end in marks.conditions for w in range(start, end)}
    # "not only … but also" stands among the conjunctions and negates nothing
    masked |= {w for hit in marks.context.get("coordinator", ()) if len(hit) > 1 for w in hit}
    harmless = {w for hit in marks.context.get("not_denied", ()) for w in hit}
    phrases = phrase_negations(clause, marks)
    found = sorted(
        hit[0]
        for hit in marks.context.get("negation", ())
        if hit[0] in clause
        and hit[0] not in covered
        and hit[0] not in masked
        and not harmless & set(hit)  # "n'ouvrira pas seulement"
        and hit[0] not in phrases
        and not _of_a_participle(hit[0], marks)
        and not _compounded(hit[-1], marks)
        and not _with_no(hit[0], marks)
        and not _inserted(hit[0], clause, marks)
    )
    return [at for n, at in enumerate(found) if not n or not _again(found[n - 1], at, marks)]


def _again(before: int, at: int, marks: Marks) -> bool:
    """ "Not one soldier and not one lev": two nouns denied by one and the same refusal."""
    between = range(before + 1, at)
    joined = any(hit[0] in between for hit in marks.context.get("coordinator", ()))
    verbs = any(p.start in between and p.rule != "implied deed" for p in marks.predicates)
    return joined and not verbs and len(between) <= _JOINED_NOUNS


_JOINED_NOUNS = 5


def _inserted(at: int, clause: Clause, marks: Marks) -> bool:
    """ "Iceland, which has no army, will pay": denied in a relative clause set off by commas."""
    if marks.language not in {"en", "nl", *SLAVIC}:
        return False
    opened = any(
        clause.start < hit[0] < at and "," in marks.words[hit[0]].before
        for hit in marks.context.get("subordinator", ())
    )
    later = range(at + 1, clause.end)
    closed = next((i for i in later if "," in marks.words[i].before), None)
    return (
        opened
        and closed is not None
        and not any(at < p.start < closed for p in marks.predicates)
        and any(p.start >= closed and p.start in clause for p in marks.predicates)
    )


def _with_no(at: int, marks: Marks) -> bool:
    """ "With no army of its own, Iceland will pay": a circumstance."""
    return marks.language == "en" and at > 0 and marks.words[at - 1].norm == "with"


def _compounded(at: int, marks: Marks) -> bool:
    """ "Nicht-tödliche Ausrüstung", "niet-dodelijke steun": a part of a word denies that word alone."""
    return at + 1 < len(marks.words) and marks.words[at + 1].before == "-"


_ATTRIBUTIVE = re.compile(r"^(?:\w*ge\w+|\w+ier)te[nrms]?$")


def _of_a_participle(at: int, marks: Marks) -> bool:
    """ "Einem noch nicht gebilligten Papier zufolge": it negates the participle before the noun."""
    following = marks.words[at + 1 : at + 3]
    return (
        marks.language == "de"
        and not marks.words[at].norm.startswith("kein")
        and len(following) == 2
        and not following[0].capitalised
        and following[1].capitalised
        and bool(_ATTRIBUTIVE.match(following[0].norm))
    )


def phrase_negations(clause: Clause, marks: Marks) -> list[int]:
    """Negations of one thing only: "drones, not soldiers", "trainers but no combat troops"."""
    joints = {
        hit[-1] + 1 for kind in ("coordinator", "contrast") for hit in marks.context.get(kind, ())
    }
    found = []
    for hit in marks.context.get("negation", ()):
        at = hit[0]
        if at not in clause or at == clause.start:
            continue
        joint = at in joints or "," in marks.words[at].before or "–" in marks.words[at].before
        near = any(at < t.start <= at + 4 for t in marks.topics)
        later = any(
            p.start in clause and p.start > at and p.kind != "reporting" for p in marks.predicates
        )
        earlier = any(
            p.start in clause and p.start < at and p.kind in CUES for p in marks.predicates
        )
        if joint and near and earlier and not later:
            found.append(at)
    return found


_WITHOUT = frozenset(["ohne", "without", "sans", "sin", "senza", "zonder", "bez", "без"])


_INFINITIVES = {
    "en": ("ing",),
    "fr": ("er", "ir", "re"),
    "es": ("ar", "er", "ir"),
    "it": ("are", "ere", "ire"),
}


def _without_doing(at: int, clause: Clause, marks: Marks) -> bool:
    """ "Ohne Soldaten zu entsenden", "without sending": only before an infinitive it negates."""
    if marks.language in {"de", "nl"}:
        particle = {"zu", "te"}
        return any(marks.words[i].norm in particle for i in range(at, min(at + 10, clause.end)))
    following = marks.words[at + 1].norm if at + 1 < len(marks.words) else ""
    return following.endswith(_INFINITIVES.get(marks.language, ()))


def _without_entering(at: int, marks: Marks) -> bool:
    """Whether a Romance "without" denies a verb of its own that has nothing to do with a measure."""
    romance = marks.language in _CONCORD and marks.words[at].norm in _WITHOUT
    return romance and not any(at < t.start <= at + 4 for t in marks.topics)


_EVEN = word_set(
    """
    auch even nor ook même ni neppure nemmeno neanche anche también tampoco siquiera także również
    nawet też навіть також даже также selbst evenmin
    """
)


def _said_again(at: int, predicate: Predicate, marks: Marks) -> bool:
    """Whether a negation behind its verb only stresses the one before: "auch nicht", "ook niet"."""
    earlier = any(hit[0] < at for hit in marks.context.get("negation", ()))
    if not earlier and (predicate.stance is None or predicate.stance.rank > 0):
        return False
    before = marks.words[at - 1].norm if at else ""
    following = marks.words[at + 1].norm if at + 1 < len(marks.words) else ""
    return {before, marks.words[at].norm, following} & _EVEN != set()


_AND = word_set("und sowie oder en of")


def _closed(at: int, clause: Clause, marks: Marks) -> bool:
    """Whether a German or Dutch clause ends right behind "nicht" and its particle, before an "and"."""
    if marks.language not in {"de", "nl"} or at == clause.start:
        return False
    if marks.words[at].norm not in {"nicht", "niet"}:
        return False  # "keine Waffen und keine Soldaten"
    following = marks.words[at + 1 : at + 3]
    ends = next((n for n, word in enumerate(following) if word.norm in _AND), None)
    return ends is not None and not any(word.capitalised for word in following[:ends])


def only_with(clause: Clause, marks: Marks) -> bool:
    """ "Not a soldier without a vote": a condition of what is meant to happen, no refusal."""
    return any(
        marks.words[at].norm in _WITHOUT and not _without_doing(at, clause, marks)
        for at in range(clause.start, clause.end)
    )


#: Languages that negate one thing with several words ("no enviará nunca ningún soldado").
_CONCORD = frozenset({"fr", "es", "it"})


def is_negated(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """Whether an odd number of negations in the clause belongs to this predicate."""
    rivals = [
        p for p in marks.predicates if p.start in clause and p.kind in (*CUES, *PREDICATE_TYPES)
    ]
    count = 0
    for at in negations(clause, marks):
        after = [p for p in rivals if p.start > at]
        if after and _closed(at, clause, marks):
            after = []  # "gehören der Koalition nicht an und lehnen … ab"
            if predicate.start > at:
                continue
        if not after and _said_again(at, predicate, marks):
            continue  # "…, not even after a ceasefire": the same no once more
        if marks.words[at].norm in _WITHOUT and not _without_doing(at, clause, marks):
            continue  # "ohne die Amerikaner": a circumstance
        if not after and _without_entering(at, marks):
            continue  # "podrían desplegarse en un país vecino, sin entrar en Ucrania"
        if not after and marks.words[at].norm in _BEFORE_ITS_VERB and not _modal_at(at + 1, marks):
            continue  # it negates a verb that the tables do not know
        if not after and _coordinated_modal(at, rivals, marks):
            continue  # "nie wysyłamy żołnierzy i nie planujemy tego robić": said twice, not undone
        if not after and _too_late(at, max(rivals, key=lambda p: p.start), marks):
            continue
        owner = min(after, key=lambda p: p.start) if after else max(rivals, key=lambda p: p.start)
        count += owner is predicate
    if marks.language in _CONCORD:  # "non invierà mai nessun soldato": said once, meant once
        before = any(at < predicate.start for at in negations(clause, marks))
        return count > 0 and (before or not says_no(predicate, marks))
    return count % 2 == 1


#: In English a negation this far behind a verb belongs to something else.
_LATE = 3


def _too_late(at: int, last: Predicate, marks: Marks) -> bool:
    """ "Could play a part, a formula requiring nothing": English negates before the verb."""
    if marks.language not in {"en", "nl"}:
        return False
    between = range(last.end, at + 1)
    far = marks.language == "en" and len(between) > _LATE
    return far or any(COMMA.search(marks.words[i].before) for i in between)


def _coordinated_modal(at: int, rivals: Sequence[Predicate], marks: Marks) -> bool:
    """Whether a negation with its modal stands behind "and" after the predicates of its clause."""
    if marks.language not in SLAVIC:
        return False  # "finanziert sie aber nicht mehr": the verb comes before its negation
    last = max(p.end for p in rivals)
    return any(
        last <= hit[0] < at
        for kind in ("coordinator", "contrast")
        for hit in marks.context.get(kind, ())
    )


def _modal_at(at: int, marks: Marks) -> bool:
    """ "Отправлять солдат не будет": the auxiliary stands after its verb, and the negation with it."""
    return any(
        hit[0] == at for kind in ("modal_will", "modal_open") for hit in marks.context.get(kind, ())
    )


def says_no(predicate: Predicate, marks: Marks) -> bool:
    """Whether a cue holds its negation itself ("kein Thema", "not on the table")."""
    if predicate.rule == "implied deed":  # "ni un soldado": the deed is left out, not the no
        return False
    return any(hit[0] in predicate.words for hit in marks.context.get("negation", ()))


#: "Aucun soldat ne foulera …", "nessun soldato non …": a negation that its verb repeats.
_DENIED_FIRST = word_set(
    """
    aucun aucune nul nulle pas jamais rien personne ni ningún ninguna ninguno nadie nunca jamás
    nessun nessuno nessuna mai żaden żadna żadne żadni nikt nigdy nic жоден жодна жодне жодного
    ніхто ніколи ніщо никто никогда ничто ни ані
    """
)
_REPEATS = word_set("ne n' no non nie не")
#: So far behind the word that denies a noun the verb repeats the negation.
_REPEATED_WITHIN = 6


def said_once(first: Predicate, over: Stance | None, under: Stance | None, marks: Marks) -> bool:
    """ "Aucun militaire américain ne foulera le sol": two refusals in words, one in sense."""
    refused = over is Stance.RULED_OUT and under is Stance.RULED_OUT
    at = first.words[-1]
    near = marks.words[at : at + _REPEATED_WITHIN]
    opens = marks.words[first.start].norm in _DENIED_FIRST
    return refused and opens and any(w.norm in _REPEATS for w in near)
