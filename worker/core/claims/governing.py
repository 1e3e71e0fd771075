"""Governing: the predicate that rules a clause, and the one of another clause that governs it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.core.claims.clause import SLAVIC, Clause, infinitival, predicates_of
from worker.core.claims.deeds import bare_english
from worker.core.claims.joining import gapped
from worker.core.claims.marks import PREDICATE_TYPES, Marks, Predicate, Topic
from worker.core.claims.negation import CUES, is_negated, negations, phrase_negations
from worker.core.claims.reading import Reading
from worker.core.claims.romance import ROMANCE
from worker.core.claims.romance_deeds import BUT, turned
from worker.core.claims.stances import chain
from worker.core.claims.topics import topics_of
from worker.core.claims.wordlists import COMPLEMENTIZERS, word_set
from worker.model import Measure, Stance


def stance_cues_of(clause: Clause, marks: Marks) -> list[Predicate]:
    """The words of a clause that name a stance, verbs and nouns."""
    return [p for p in predicates_of(clause, marks) if p.kind in {"stance", "noun"}]


def inner_stance(
    number: int, topic: Topic, reading: Reading, language: str
) -> tuple[Stance | None, list[str], Predicate | None]:
    """The stance that the clause's own predicates give to the measure."""
    marks, clause = reading.marks, reading.clauses[number]
    own = [p for p in predicates_of(clause, marks) if p.kind in (*CUES, *PREDICATE_TYPES)]
    own = without_contact(own, topic, marks)
    if not own and number > 0 and gapped(clause, marks):
        stance, rules, chosen = inner_stance(number - 1, topic, reading, language)
        return stance, [*rules, "verb left out"], chosen
    special = [p for p in own if p.kind in PREDICATE_TYPES]
    cues = [p for p in own if p.kind in {"stance", "noun"}]
    actions = [p for p in own if p.kind in {"action", "action_past", "done"}]
    finite = _finite(actions, clause, marks)
    if actions and not (finite or cues) and actions[0].start == clause.start and language != "en":
        return None, ["an attribute"], None
    signing = {w for hit in marks.context.get("signing", ()) for w in hit}
    signed = language in SLAVIC and any(signing & set(p.words) for p in actions)
    # "підписали декларацію про наміри": the signing rules, not the intent it names
    ruling = [c for c in cues if c.kind != "noun"] if signed else cues
    ruling = [c for c in ruling if not _promised_before(c, finite, topic, marks)]
    deeds = finite or ([] if _second_infinitive(ruling, actions, topic, marks) else actions)
    chosen = _signature(topic, actions, marks) or _ruling(ruling, deeds, topic)
    if special and (told := _demanded(special, chosen, cues, topic, reading, number)):
        return told
    if chosen is None:
        return None, [], None
    stance, rules = chain(chosen, cues, clause, marks, language)
    if chosen in cues and stance is not None and stance.rank > 0:
        undone = [p for p in actions if p.start >= chosen.end and is_negated(p, clause, marks)]
        if undone and language in SLAVIC:
            return Stance.RULED_OUT, [*rules, "not to do it"], chosen
    if stance is not None and stance.rank < 0 and turned(chosen, topic, clause, marks):
        return None, [*rules, "but this"], None
    if stance is Stance.RULED_OUT and _after_correction(topic, clause, marks):
        return Stance.COMMITTED, [*rules, "but this"], chosen
    if any(
        hit[-1] < topic.start <= hit[-1] + 3 and hit[0] in clause
        for hit in marks.context.get("instead", ())
    ):
        return None, [*rules, "instead of this"], chosen
    if any(at < topic.start for at in phrase_negations(clause, marks)):
        positive = stance is not None and stance.rank > 0
        return (Stance.RULED_OUT if positive else None), [*rules, "not this"], chosen
    return stance, rules, chosen


def _signature(topic: Topic, actions: Sequence[Predicate], marks: Marks) -> Predicate | None:
    """ "Signed a pact committing to deploy troops": the pact is signed, not promised."""
    if topic.measure is not Measure.DECLARATION:
        return None
    signing = {w for hit in marks.context.get("signing", ()) for w in hit}
    return next(
        (
            p
            for p in actions
            if p.kind == "action_past" and p.start < topic.start and signing & set(p.words)
        ),
        None,
    )


def _demanded(
    special: Sequence[Predicate],
    chosen: Predicate | None,
    cues: Sequence[Predicate],
    topic: Topic,
    reading: Reading,
    number: int,
) -> tuple[Stance | None, list[str], Predicate | None] | None:
    """What a demand, a denial or a norm in the clause makes of its stance, where it rules."""
    marks, clause = reading.marks, reading.clauses[number]
    if _rejected(special, chosen):
        return Stance.RULED_OUT, [special[0].rule, "demand rejected"], chosen
    if (answer := _answer(special, cues, marks)) is not None:
        stance, rules = chain(answer, cues, clause, marks, marks.language)
        return stance, [*rules, "a request answered"], answer
    nearest = min(special, key=lambda p: _distance(p, topic))
    if nearest.kind == "nocomment" and chosen is not None and chosen.kind == "noun":
        return None, [nearest.rule], nearest  # "on the offer of troops he would not be drawn"
    if chosen is None:
        return None, [nearest.rule], nearest
    ahead = nearest.start < topic.start and nearest.start < chosen.start
    if (
        nearest.kind != "deny"
        and not ahead
        and _distance(nearest, topic) >= _distance(chosen, topic)
    ):
        return None
    stance, rules = chain(chosen, cues, clause, marks, marks.language)
    return stance, [*rules, nearest.rule], nearest


def _rejected(special: Sequence[Predicate], chosen: Predicate | None) -> bool:
    """ "Hat die Forderung nach Taurus zurückgewiesen": the answer to a demand is a stance."""
    if chosen is None or chosen.stance is None or chosen.stance.rank >= 0:
        return False
    return all(p.kind == "demand" and p.start < chosen.words[-1] for p in special)


#: So few words lead from the answer to the request ("is weighing a British request").
_TO_REQUEST = 3


def _answer(
    special: Sequence[Predicate], cues: Sequence[Predicate], marks: Marks
) -> Predicate | None:
    """ "Is open to considering a request to send troops": the answer to a demand, not the demand."""
    asked = special[0]
    noun = marks.language == "en" and marks.words[asked.start].norm in _REQUESTS
    if len(special) > 1 or asked.kind != "demand" or not noun:
        return None
    near = (c for c in cues if 0 <= asked.start - c.words[-1] <= _TO_REQUEST)
    return next((c for c in near if c.kind == "stance"), None)


_REQUESTS = word_set("a an any request requests appeal appeals plea pleas call calls invitation")


def _finite(actions: list[Predicate], clause: Clause, marks: Marks) -> list[Predicate]:
    """The deeds without English infinitives and Romance participles behind their noun."""
    if marks.language == "en":
        names = [range(t.start, t.end) for t in marks.topics if t.kind == "core"]
        actions = [p for p in actions if p.kind != "action_past" or not _in_name(p, names)]
        return [p for p in actions if not bare_english(p, marks)]
    if marks.language in {"fr", "es", "it"}:
        return [p for p in actions if not _attributive(p, clause, marks)]
    return actions


def _in_name(participle: Predicate, names: Sequence[range]) -> bool:
    """ "Protected facilities": a participle that belongs to the name of a measure."""
    return any(set(participle.words) <= set(name) for name in names)


#: So near before a participle its auxiliary stands ("ont déjà été livrés").
_AUXILIARY_REACH = 4


def _attributive(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "…, financée par un emprunt commun": a participle behind its noun is no verb of the clause."""
    if predicate.kind != "action_past" or len(predicate.words) > 1 or predicate.start == 0:
        return False
    first = max(clause.start, predicate.start - _AUXILIARY_REACH)
    kinds = ("perfect", "pluperfect", "passive", "modal_will", "modal_open", "modal_must")
    helped = any(
        first <= hit[-1] < predicate.start for kind in kinds for hit in marks.context.get(kind, ())
    )
    word = marks.words[predicate.start]
    participle = word.norm.endswith(_PARTICIPLES)
    return participle and not helped and "," in word.before


_PARTICIPLES = (
    *("é", "ée", "és", "ées"),
    *("ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas"),
    *("ato", "ata", "ati", "ate", "uto", "uta", "uti", "ito", "ita", "iti"),
)


def _after_correction(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "will nicht Soldaten entsenden, sondern Ausbilder": what stands behind the correction holds."""
    denied = negations(clause, marks)
    noes = [hit[0] for hit in marks.context.get("negation", ())]
    corrects = marks.language in ROMANCE and any(
        marks.words[i].norm in BUT for i in range(clause.start, topic.start)
    )
    if corrects:  # "non intende inviare" holds its negation itself
        denied = [at for at in noes if at in clause]
    return any(
        hit[0] in clause
        and denied
        and min(denied) < hit[0] < topic.start
        and not any(hit[0] - 1 <= no < topic.start for no in noes)  # "not even as trainers"
        for hit in marks.context.get("contrast", ())
    )


def without_contact(predicates: list[Predicate], topic: Topic, marks: Marks) -> list[Predicate]:
    """ "The systems Germany had pledged were delivered": without what only says which they are."""
    if marks.language != "en" or len(predicates) < 2:
        return predicates
    after = [a for a in marks.actors if a.code and topic.end <= a.start <= topic.end + 1]
    after = [a for a in after if "," not in marks.words[a.start].before]
    inside = [p for p in predicates if any(a.end < p.start <= a.end + 2 for a in after)]
    outside = [p for p in predicates if p not in inside]
    told = any(p.kind in {"action", "action_past", "done", "stance"} for p in outside)
    return outside if told else predicates


#: Participles that say of a thing how it was once promised.
_PROMISED = re.compile(r"^(?:promised|pledged|announced|offered|agreed|approved|committed)$")


def _promised_before(
    cue: Predicate, deeds: Sequence[Predicate], topic: Topic, marks: Marks
) -> bool:
    """ "Delivered the first of the systems promised in May": what was done rules, not the promise."""
    if marks.language != "en" or cue.start < topic.end or cue.start > topic.end + 2:
        return False
    done = any(p.kind == "action_past" and p.start < topic.start for p in deeds)
    return done and bool(_PROMISED.match(marks.words[cue.start].norm))


def _second_infinitive(
    cues: Sequence[Predicate], actions: Sequence[Predicate], topic: Topic, marks: Marks
) -> bool:
    """ "Readiness to join a mission to monitor the truce": what the mission is for rules nothing."""
    cue = _nearest(cues, topic)
    nearest = _nearest(actions, topic)
    if marks.language != "en" or cue is None or nearest is None or cue.start > nearest.start:
        return False
    return any(cue.end <= p.start < nearest.start for p in actions)


def _ruling(
    cues: Sequence[Predicate], actions: Sequence[Predicate], topic: Topic
) -> Predicate | None:
    """The predicate that rules a clause: a stance over a deed, unless it is a mere attribute of it."""
    cue = _nearest(cues, topic)
    action = _nearest(actions, topic)
    if cue is None or action is None:
        return cue or action
    if cue.kind == "noun" and _distance(action, topic) <= _distance(cue, topic):
        return action
    done = action.kind == "done" and cue.stance is Stance.COMMITTED and cue.start < action.start
    return action if done else cue


def _distance(predicate: Predicate, topic: Topic) -> int:
    return min(
        max(0, word - topic.end + 1) if word >= topic.start else topic.start - word
        for word in predicate.words
    )


def _nearest(predicates: Sequence[Predicate], topic: Topic) -> Predicate | None:
    return min(predicates, key=lambda p: _distance(p, topic), default=None)


def governor(
    number: int, reading: Reading, chosen: Predicate | None
) -> tuple[int | None, Predicate | None]:
    """The predicate of another clause that governs this one ("versprach, … zu entsenden")."""
    clause = reading.clauses[number]
    if (
        clause.subordinate
        and reading.marks.language in ROMANCE
        and reading.subjects[number].nonstate
    ):
        return None, None  # "… a otros países que evalúan el envío"
    own_stance = chosen is not None and chosen.kind in {"stance", "noun", *PREDICATE_TYPES}
    joined = clause.opener == "main" or _goes_on(clause, reading.marks)
    free = joined and not clause.hard and not reading.subjects[number].explicit
    if free and reading.marks.language in {"de", "nl"}:
        free = infinitival(clause, reading.marks)
    elif free:
        free = not _has_modal(clause, reading.marks)
    if free and own_stance:
        free = number > 0 and not topics_of(reading.clauses[number - 1], reading.marks)
    free = free and not _speaks(clause, reading.marks)
    content = clause.opener == "whether" or (
        clause.opener == "subordinator"
        and reading.marks.words[clause.start].norm in COMPLEMENTIZERS
    )
    if not (content or free) or _relative_aside(number, reading):
        return None, None
    for other in range(number - 1, -1, -1):
        if reading.clauses[other].opener == "if" or _outlived(other, reading):
            continue
        if _sibling(number, other, reading):
            continue
        found = _governing(other, reading)
        if found is not None and not (
            found.kind in PREDICATE_TYPES and _anew(clause, reading.marks)
        ):
            return other, found
        break
    before = number > 0 and predicates_of(reading.clauses[number - 1], reading.marks)
    ahead = free and not before  # "Der Plan, … zu nutzen, scheiterte am Widerstand Belgiens"
    if (number == 0 and clause.subordinate) or clause.opener == "whether" or ahead:
        return _governor_ahead(number, bool(ahead), reading)
    return None, None


def _speaks(clause: Clause, marks: Marks) -> bool:
    """ "Wykluczył wysłanie wojsk, wspominając o wsparciu z powietrza": said beside the refusal."""
    first = range(clause.start, min(clause.start + 2, clause.end))
    said = any(p.kind == "reporting" and p.start in first for p in marks.predicates)
    return said and marks.language in SLAVIC and clause.start > 0


def _governor_ahead(
    number: int, ahead: bool, reading: Reading
) -> tuple[int | None, Predicate | None]:
    """The predicate behind that governs: "Der Plan, … zu nutzen, scheiterte am Widerstand"."""
    for other in range(number + 1, min(number + 3, len(reading.clauses))):
        if ahead and reading.clauses[other].opener in {"coordinator", "contrast"}:
            break  # "we host instructors already, and we are ready to …": a second statement
        if reading.marks.language in SLAVIC and _points_back(other, reading):
            break  # "…, sprzeciwiła się temu Belgia": a statement of its own
        found = _governing(other, reading)
        if found is not None and _told_behind(found, reading):
            break  # "…, a annoncé le ministre": he says so, and promises nothing more
        if found is not None and not topics_of(reading.clauses[other], reading.marks):
            return other, found
    return None, None


def _goes_on(clause: Clause, marks: Marks) -> bool:
    """ "… and to share intelligence": a second infinitive under the same predicate."""
    if clause.opener != "coordinator" or clause.end - clause.start < 2:
        return False
    if marks.language == "en":
        return marks.words[clause.start + 1].norm == "to"
    return marks.language in {"de", "nl"} and infinitival(clause, marks)


def _sibling(number: int, other: int, reading: Reading) -> bool:
    """ "Responde que es una escalada y que cualquier contingente …": two that-clauses of one verb."""
    marks, clause = reading.marks, reading.clauses[number]
    both = reading.clauses[other].opener == clause.opener == "subordinator"
    return marks.language in ROMANCE and both and _anew(clause, marks)


def _relative_aside(number: int, reading: Reading) -> bool:
    """ "Copenhague, que ya sufragó obuses, baraja …": a relative clause inside another tells its own."""
    clause = reading.clauses[number]
    if reading.marks.language not in {"fr", "es", "it"} or not clause.comma or number == 0:
        return False
    return reading.clauses[number - 1].more is not None


def _outlived(number: int, reading: Reading) -> bool:
    """ "Denmark, so far reluctant, will send …": an aside on how it was governs nothing that is."""
    clause, marks = reading.clauses[number], reading.marks
    romance = marks.language in {"fr", "es", "it"}
    return romance and marks.has("old_stance", clause.start, clause.end)


def _told_behind(predicate: Predicate, reading: Reading) -> bool:
    """Whether a cue is the verb of saying of an attribution behind what is said."""
    if reading.marks.language not in {"fr", "es", "it"}:
        return False
    said = {w for a in reading.attributions if a.speaker for w in a.predicate.words}
    return predicate.kind == "stance" and set(predicate.words) <= said


def _anew(clause: Clause, marks: Marks) -> bool:
    """ "… and that the UK would go on training": a second thing said, beside the demand before it."""
    return any(hit[0] == clause.start - 1 for hit in marks.context.get("coordinator", ()))


def _points_back(number: int, reading: Reading) -> bool:
    clause = reading.clauses[number]
    return reading.marks.has("anaphor", clause.start, clause.end)


def _has_modal(clause: Clause, marks: Marks) -> bool:
    """A clause with a modal of its own is coordinated, not governed: "rules out X, will send Y"."""
    return marks.has("modal_will", clause.start, clause.end)


def _governing(number: int, reading: Reading) -> Predicate | None:
    own = [
        p
        for p in predicates_of(reading.clauses[number], reading.marks)
        if p.kind in {"stance", "noun", *PREDICATE_TYPES}
    ]
    return own[-1] if own else None


def special_stance(
    predicate: Predicate, inner: Stance | None, marks: Marks, clause: Clause
) -> Stance | None:
    """What a demand, denial, welcome or "no comment" makes of the stance under it."""
    if predicate.kind != "deny" or negations(clause, marks):
        return None
    if inner is None:
        return Stance.RULED_OUT  # "wies Berichte über eine Entsendung zurück"
    if inner is Stance.UNDECIDED:
        return Stance.UNDECIDED
    return Stance.RULED_OUT if inner.rank > 0 else None
