"""Grounds: why a stance that was read is nobody's after all."""

from __future__ import annotations

from worker.core.claims.clause import SLAVIC, Clause, predicates_of
from worker.core.claims.marks import Marks, Topic
from worker.core.claims.owners import Judgement, bought
from worker.core.claims.reading import Reading
from worker.core.claims.romance import ROMANCE
from worker.core.claims.slavic import receives
from worker.core.claims.speech import speaker_of
from worker.core.claims.wordlists import COMPLEMENTIZERS, word_set
from worker.model import Measure, Stance


def unfounded(judgement: Judgement, topic: Topic, number: int, reading: Reading) -> str | None:
    """Why a stance is nobody's: no actor, or somebody who speaks for no state."""
    if judgement.subject.nonstate:
        return "the speaker is no government"
    if not judgement.subject.codes:
        return "no actor"
    if judgement.subject.document and topic.measure is Measure.DECLARATION:
        return "the document itself"
    if "told by the receiver" not in judgement.rules and receives(judgement.chosen, reading.marks):
        return "what it receives"
    named = reading.subjects[number].explicit or bool(
        {"its owner", "an item of a list"} & set(judgement.rules)
    )
    if "implied deed" in judgement.rules and (reason := _guessed(judgement, topic, named, reading)):
        return reason
    if not named and _paid_for(judgement, topic, number, reading):
        return "what the money is for"
    if _thought_by_others(number, reading):
        return "the guess or wish of somebody who is no government"
    if _in_the_view_of_others(reading.marks):
        return "the view of somebody who is no government"
    if _elsewhere(topic, reading.clauses[number], reading.marks):
        return "a mission elsewhere"
    if _not_all(reading.clauses[number], reading.marks):
        return "not all of them"
    background = _background(judgement, reading.clauses[number], reading.marks)
    if not background and _was_before(reading.clauses[number], reading.marks):
        return "a stance of the past without a date"
    return _not_theirs(judgement, topic, number, reading)


def _not_theirs(judgement: Judgement, topic: Topic, number: int, reading: Reading) -> str | None:
    """Why a stance is not that of the one it was read of: by the thing, or by who says so."""
    if judgement.subject.codes == ("US",) and _european(topic, reading.marks):
        return "the soldiers of Europe"
    speaker = speaker_of(number, reading)
    if speaker is not None and speaker.kind == "nonstate":
        return "said by somebody who is no government"
    if speaker is not None and speaker.code == "UA" and "modal" in judgement.rules:
        return "a wish of the receiver"
    return None


#: States on whose soil the alliance keeps battalions of its own.
_FLANK = frozenset({"RO", "LT", "LV", "EE", "PL", "BG", "HU", "SK"})
_ALLIANCE = word_set("otan navo nato forward oostflank flanc")


def _elsewhere(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "300 militaires déployés en Roumanie dans une mission de l'Otan": not for Ukraine."""
    if topic.measure not in {Measure.TROOPS, Measure.AIR} or marks.language not in {"fr", "nl"}:
        return False
    placed = [a for a in marks.actors if a.start in clause and a.oblique and a.kind == "state"]
    flank = any(_FLANK & set((a.code or "").split("+")) for a in placed)
    there = flank and all(a.code != "UA" for a in marks.actors)
    sky = topic.measure is Measure.AIR  # "boven de Baltische staten"
    return there and (sky or any(w.norm in _ALLIANCE for w in marks.words))


_FOR = frozenset({"para", "per", "pour"})


#: So far behind a verb that the tables do not know its object stands.
_OBJECT = 8


def _guessed(judgement: Judgement, topic: Topic, named: bool, reading: Reading) -> str | None:
    """Why a verb that the tables do not know does nothing with the measure."""
    if not named and "governed" not in judgement.rules:
        return "neither a known verb nor a named actor"
    marks, chosen = reading.marks, judgement.chosen
    if chosen is None or marks.language not in ROMANCE or "present" not in judgement.rules:
        return None
    between = range(chosen.end + 1, topic.start)  # "construirán instalaciones para armas"
    purpose = any(marks.words[i].norm in _FOR for i in between)
    return "what it is for" if purpose or len(between) > _OBJECT else None


def _paid_for(judgement: Judgement, topic: Topic, number: int, reading: Reading) -> bool:
    """ "… pays into a fund from which weapons are bought": the money is the claim."""
    clause, marks = reading.clauses[number], reading.marks
    aside = clause.subordinate or marks.has("passive", clause.start, clause.end)
    paid = any(f.topic.measure is Measure.FUNDING for f in reading.findings)
    return paid and aside and topic.measure is not Measure.FUNDING and bought(judgement, marks)


_NEEDED = frozenset({"crucial", "vital", "essential", "indispensable", "critical"})
#: So many words lie between "crucial to" and what it is crucial to.
_NEEDED_REACH = 7


def needed_for(topic: Topic, marks: Marks) -> bool:
    """ "The air power crucial to the viability of a force": nothing is said of the force."""
    near = range(max(0, topic.start - _NEEDED_REACH), topic.start - 1)
    return marks.language == "en" and any(
        marks.words[i].norm in _NEEDED and marks.words[i + 1].norm in {"to", "for"} for i in near
    )


def _thought_by_others(number: int, reading: Reading) -> bool:
    """Whether a clause hangs on an expert, an opposition politician and the like."""
    clause = reading.clauses[number]
    if clause.hard or clause.opener in {"contrast", "coordinator"}:
        return False
    for above in range(number - 1, -1, -1):
        if reading.clauses[above].opener == "if":
            continue
        thinks = clause.subordinate or any(
            p.kind in {"stance", "reporting", "demand"}
            for p in predicates_of(reading.clauses[above], reading.marks)
        )
        return thinks and reading.subjects[above].nonstate
    return False


#: So near to the beginning of a sentence "for the general, …" tells whose view it is.
_VIEW = 6


def _in_the_view_of_others(marks: Marks) -> bool:
    """ "Pour le général à la retraite, la France enverra une brigade"."""
    return any(
        actor.kind == "nonstate" and actor.experiencer and actor.start <= _VIEW
        for actor in marks.actors
    )


def _european(topic: Topic, marks: Marks) -> bool:
    """ "European troops", "tropas europeas": nothing that Washington gives."""
    near = marks.words[max(0, topic.start - 1) : topic.end + 1]
    return topic.measure is Measure.TROOPS and any(w.norm.startswith("europ") for w in near)


_ALL = word_set(
    """
    alle allen all every everyone tous toutes todos tutti iedereen wszystkie wszyscy всі всіх
    все всех
    """
)


def _not_all(clause: Clause, marks: Marks) -> bool:
    """ "Nicht alle europäischen Länder …": some do, and nobody knows who."""
    return any(
        hit[0] in clause
        and hit[-1] + 1 < len(marks.words)
        and marks.words[hit[-1] + 1].norm in _ALL
        for hit in marks.context.get("negation", ())
    )


#: "Zuvor hatte Rom zugesagt …" opens the background of a report; the stance holds.
_EARLIER = frozenset({"zuvor", "vorher"})


def _background(judgement: Judgement, clause: Clause, marks: Marks) -> bool:
    """ "Zuvor hatten Riga und Oslo eine Erklärung unterzeichnet": what was promised or done holds."""
    opens = not clause.subordinate and marks.words[clause.start].norm in _EARLIER
    return opens and judgement.stance in {Stance.COMMITTED, Stance.DELIVERED}


def _was_before(clause: Clause, marks: Marks) -> bool:
    """ "Finland, which had so far ruled out …": told as a contrast to what holds now."""
    told_back = (
        clause.opener == "subordinator" and marks.words[clause.start].norm not in COMPLEMENTIZERS
        if marks.language in SLAVIC  # no tense of its own for the past before the past
        else marks.has("pluperfect", clause.start, clause.end)
    )
    return (
        marks.has("old_stance", clause.start, clause.end)
        and told_back
        and not any(m.start in clause for m in marks.dates)
    )
