"""How words add up to a stance: tense and mood of an action, negation, one stance over another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.core.claims.clause import COMMA, INFIX, SLAVIC, Clause
from worker.core.claims.marks import PREDICATE_TYPES, Marks, Predicate
from worker.core.claims.wordlists import word_set
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
_PAST_ENDINGS = {
    "en": ("ed", "ught", "rained"),
    "fr": ("é", "és", "ée", "ées"),
    "es": ("ado", "ados", "ada", "ido", "ó", "aron"),
    "it": ("ato", "ati", "ata", "ate", "uto", "ito"),
    "pl": ("ła", "ł", "li", "ły", "ło", "ony", "one"),
    "uk": ("ла", "в", "ли", "ло", "ено", "ано"),
    "ru": ("ла", "л", "ли", "ло", "ено", "ано"),
}


def looks_past(word: str, language: str) -> bool:
    """Whether a verb form of a measure ("trained", "ausgebildet") is past, by its ending."""
    if language in {"de", "nl"}:
        return "ge" in word[:5] and word.endswith(("t", "en", "d"))
    return word.endswith(_PAST_ENDINGS.get(language, ()))


#: Negations that stand right before what they negate, never behind it.
_BEFORE_ITS_VERB = frozenset({"не", "nie"})
CUES = ("stance", "noun", "action", "action_past", "done")
GOVERNING = ("stance", "noun", *PREDICATE_TYPES)


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
    if marks.language not in {"en", "nl"}:
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


_ATTRIBUTIVE = re.compile(r"^(?:\w*ge\w+|\w+ier)te[nrms]?$")


def _of_a_participle(at: int, marks: Marks) -> bool:
    """ "Einem noch nicht gebilligten Papier zufolge": it negates the participle before the noun."""
    following = marks.words[at + 1 : at + 3]
    return (
        marks.language == "de"
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
    """Whether a German or Dutch clause ends right behind its negation, before an "and"."""
    if marks.language not in {"de", "nl"} or at == clause.start:
        return False
    behind = marks.words[at + 1 : at + 3]
    return any(word.norm in _AND for word in behind)


def _only_with(clause: Clause, marks: Marks) -> bool:
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
        return count > 0 and (before or not _says_no(predicate, marks))
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


def local_stance(
    predicate: Predicate, clause: Clause, marks: Marks, language: str
) -> tuple[Stance | None, list[str]]:
    """The stance of one predicate in its clause, and the rules that made it."""
    rules = [predicate.rule]
    negated = is_negated(predicate, clause, marks)
    if predicate.kind in {"action", "action_past"}:
        stance = _action(predicate, clause, marks, language, negated, rules)
    elif predicate.kind == "done" and _has(marks, "modal_will", clause):
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
    negative = negated or _says_no(predicate, marks)
    romance = marks.language in {
        "fr",
        "es",
        "it",
    }  # the tables of the others hold no bare "no soldier"
    if stance is Stance.RULED_OUT and romance and negative and _only_with(clause, marks):
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
        and not _covered(marks, hit[0])
        and (not hit[0] or marks.words[hit[0] - 1].norm not in _NEITHER)
        for hit in marks.context.get("temper", ())
    )


def _says_no(predicate: Predicate, marks: Marks) -> bool:
    """Whether a cue holds its negation itself ("kein Thema", "not on the table")."""
    if predicate.rule == "implied deed":  # "ni un soldado": the deed is left out, not the no
        return False
    return any(hit[0] in predicate.words for hit in marks.context.get("negation", ()))


def _negate(predicate: Predicate) -> Stance | None:
    if predicate.negated:
        return None if predicate.negated == "none" else Stance(predicate.negated)
    if predicate.stance is None:
        return None
    if predicate.kind == "noun" and predicate.stance is Stance.COMMITTED:
        return Stance.UNDECIDED
    return _NEGATED[predicate.stance]


def _has(marks: Marks, kind: str, clause: Clause) -> bool:
    return any(
        hit[0] in clause and not _covered(marks, hit[0]) for hit in marks.context.get(kind, ())
    )


def _modal_ahead(predicate: Predicate, marks: Marks, kind: str) -> bool:
    return any(
        hit[0] < predicate.start and not _covered(marks, hit[0])
        for hit in marks.context.get(kind, ())
    )


def _covered(marks: Marks, index: int) -> bool:
    return any(start <= index < end for _, start, end in marks.conditions)


def _norm(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Trump should pledge aircraft": what ought to be is nobody's stance; hearsay ("soll haben") is."""
    must = any(
        hit[0] in clause and not _covered(marks, hit[0]) and hit[0] not in predicate.words
        for hit in marks.context.get("modal_must", ())
    )
    return must and not marks.has("reported_mark", clause.start, clause.end)


def _modal_before(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """Whether "could", "might", "könnte" stands over a stance word ("could pledge")."""
    covered = {w for p in marks.predicates if p.kind in CUES for w in p.words}
    return any(
        hit[0] in clause and hit[0] not in covered and abs(predicate.start - hit[-1]) <= 6
        for hit in marks.context.get("modal_open", ())
    )


def _modals(predicate: Predicate, clause: Clause, marks: Marks, language: str) -> tuple[bool, bool]:
    """Whether "will" and "could" stand over a deed, not over another verb of its clause."""
    if predicate.kind == "action_past" and language == "en":
        # "signed a declaration under which they would set up hubs"
        will, could = (
            _modal_ahead(predicate, marks, kind) for kind in ("modal_will", "modal_open")
        )
        return will, could
    told = predicate.kind == "action_past"
    if told and language == "nl" and _PRETERITE.match(marks.words[predicate.start].norm):
        return False, False  # "tekenden een verklaring waarin staat dat er troepen worden …"
    return _has(marks, "modal_will", clause), _has(marks, "modal_open", clause)


_PRETERITE = re.compile(r"^(?!ge)\w{3,}(?:d|t)en?$")


def _action(
    predicate: Predicate,
    clause: Clause,
    marks: Marks,
    language: str,
    negated: bool,
    rules: list[str],
) -> Stance | None:
    will, could = _modals(predicate, clause, marks, language)
    if negated:
        rules.append("negated action")
        if predicate.kind == "action_past" and not (will or could):
            return None
        if _only_with(clause, marks):
            rules.append("only under a condition")
            return None
        return Stance.RULED_OUT
    if could:
        rules.append("modal")
        return Stance.OPEN
    if will and _obliged(clause, marks):
        return None
    if will:
        rules.append("intention")
        return Stance.COMMITTED
    if _has(marks, "modal_must", clause):
        if not marks.has("draft_mark"):
            return None
        rules.append("planned in a draft")
        return Stance.COMMITTED
    return _told(predicate, clause, marks, language, rules)


def _told(
    predicate: Predicate, clause: Clause, marks: Marks, language: str, rules: list[str]
) -> Stance | None:
    """A deed without a modal: done where it is past, promised where it is present."""
    if predicate.kind == "action_past" and _announced_then(predicate, clause, marks):
        rules.append("intention")
        return Stance.COMMITTED
    if predicate.kind == "action_past" or _perfect(predicate, clause, marks):
        rules.append("done")
        return Stance.DELIVERED
    if predicate.kind == "action" and _conditional(predicate, clause, marks):
        rules.append("modal")
        return Stance.OPEN
    if language == "en" and bare_english(predicate, marks):
        return None
    if marks.has("ongoing", clause.start, clause.end):
        rules.append("going on")
        return Stance.DELIVERED
    rules.append("present")
    return Stance.COMMITTED


def _obliged(clause: Clause, marks: Marks) -> bool:
    """ "Who would have to send soldiers": what one would be obliged to do is no intention."""
    wills = {hit[-1] for hit in marks.context.get("modal_will", ()) if hit[0] in clause}
    return marks.language == "en" and any(
        {hit[0], hit[0] - 1} & wills for hit in marks.context.get("modal_must", ()) if len(hit) > 1
    )


_WOULD_HAVE = frozenset({"avrebbe", "avrebbero", "sarebbe", "sarebbero", "avremmo"})


def _announced_then(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """Italian "ha annunciato che avrebbe inviato due fregate": a promise, told in the past."""
    before = range(max(clause.start, predicate.start - 2), predicate.start)
    would = any(marks.words[i].norm in _WOULD_HAVE for i in before)
    return marks.language == "it" and clause.opener == "subordinator" and would


_CONDITIONAL = {
    "fr": ("rait", "raient", "rions"),
    "es": ("ría", "rían", "ríamos"),
    "it": ("rebbe", "rebbero", "remmo"),
}


def _conditional(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Ankara se chargerait du déminage": what might be, unless somebody reports or said so."""
    endings = _CONDITIONAL.get(marks.language)
    if endings is None or clause.opener == "subordinator" or marks.has("reported_mark"):
        return False
    told = any(p.kind == "reporting" for p in marks.predicates)
    return not told and marks.words[predicate.start].norm.endswith(endings)


def _perfect(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "hat … unterzeichnet": a form that could be present, made past by its auxiliary."""
    if INFIX.match(marks.words[predicate.start].norm):
        return False  # "habe ein Interesse daran, mitzuwirken"
    return any(
        hit[0] in clause and hit[0] < predicate.start for hit in marks.context.get("perfect", ())
    )


def bare_english(predicate: Predicate, marks: Marks) -> bool:
    """An infinitive or gerund that nothing makes finite: "to send", "sending", "for sending".

    In a headline the infinitive behind a name is finite: "Norway to send minehunters".
    """
    if any(a.code and a.end == predicate.start - 1 for a in marks.actors):
        return False
    word = marks.words[predicate.start].norm
    before = marks.words[predicate.start - 1].norm if predicate.start else ""
    if word.endswith("ing"):
        return before not in {
            "is",
            "are",
            "be",
            "'s",
            "we're",
            "i'm",
            "they're",
            "was",
            "were",
            "also",
            "now",
            "already",
        }
    return before == "to"


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
        # "rejects it as unacceptable", "is on the contrary unacceptable": one objection, said twice
        twice = under is Stance.OPPOSED and inner.kind == "stance" and over in _REFUSALS
        stance = Stance.OPPOSED if twice else compose(over, under, joined)
        rules += [*reasons, "chained"]
    return stance, rules
