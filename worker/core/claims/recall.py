"""Recall: the measure that a clause leaves to the words before it."""

from __future__ import annotations

import re
from dataclasses import replace

from worker.core.claims.clause import Clause, infinitival, predicates_of
from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Marks, Predicate, Topic
from worker.core.claims.prodrop import left_out
from worker.core.claims.reading import Reading
from worker.core.claims.slavic_clauses import objections, recalls_nothing
from worker.core.claims.topics import topics_of
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance

ENDED = re.compile(r"[.!…]")


#: "… while Italy and Poland will not": so short a clause leaves its verb to the one before.
_ELLIPSIS = 8


#: "Berlin declined as well." A sentence this short may leave its measure to the one before.
_BRIEF = 14
#: For so many sentences what the whole article is about may still be meant.
_STALE = 4


_ASKING = word_set("хто чому скільки навіщо kto dlaczego ile кто почему сколько зачем who why wer")


_JOINING = re.compile(r"\bjoin(?:s|ed|ing)? nato\b|\bnato (?:membership|accession|bid)\b")


def _of_the_alliance(clause: Clause, marks: Marks) -> bool:
    """ "… and dismissed any possibility of Ukraine joining NATO": no measure told of before."""
    words = " ".join(w.norm for w in marks.words[clause.start : clause.end])
    return marks.language == "en" and bool(_JOINING.search(words))


def recalled_topics(number: int, reading: Reading, discourse: Discourse) -> list[Topic]:
    """The measure spoken of just before, for a clause that takes a stance and names none."""
    clause, marks = reading.clauses[number], reading.marks
    if told := _antecedent(number, reading) or _listed_ahead(number, reading):
        return told
    says = recalls_nothing(number, reading) or _only_says(number, reading)
    says = says or _of_the_alliance(clause, marks)
    if says or marks.words[clause.start].norm in _ASKING:
        return []  # "ЄС погодив 90 мільярдів: хто проти" is a question of the heading
    if any(hit[0] in clause for hit in marks.context.get("gathering", ())):
        return []  # "lehnt eine Diskussion über … ab": the talk is refused
    answered = discourse.interview and discourse.host and left_out(number, reading, discourse)
    if not (_has_owner(number, reading) or answered) or _governs(number, reading):
        return []
    asked = clause.opener == "whether" and any(p.kind == "stance" for p in marks.predicates)
    pointed = asked or any(hit[0] in clause for hit in marks.context.get("anaphor", ()))
    kinds = ("stance", "action") if pointed else ("stance",)
    cues = [p for p in predicates_of(clause, marks) if p.kind in kinds or _takes_part(p, marks)]
    cues = cues or objections(number, reading)
    if not cues and reading.findings and clause.end - clause.start <= _ELLIPSIS:
        cues = [p for p in predicates_of(clause, marks) if p.rule == "implied deed"]
    owned = cues and (_owned(number, cues[0], reading) or answered)
    if not owned or _attends(clause, marks):
        return []
    measure = _named_beside(number, reading)
    if measure is None and pointed:
        measure = _asked_about(number, reading)
    if measure is None and _also(clause, marks) and discourse.measure_age == 0:
        measure = discourse.measure
    named = discourse.topic_age == 0 < discourse.measure_age and discourse.topic in _FORCE
    if measure is None and named and _joins_in(cues, clause, marks):
        measure = discourse.topic  # "Of a force they spoke. Italy will not take part."
    if measure is None and ENDED.search(marks.sentence.tail):  # a heading recalls nothing
        measure = _named_before(number, cues[0], pointed, reading, discourse)
        force = discourse.coalition or discourse.counts[Measure.TROOPS] > 0
        if measure is None and force and _joins_in(cues, clause, marks):
            measure = discourse.leading_measure() or Measure.TROOPS
    return [_again(measure, cues[0])] if measure is not None else []


_MEETING = word_set(
    """
    процесі процессе procesie обговореннях обсуждениях
    засіданні зустрічі саміті нараді переговорах конференції відеоконференції форумі
    заседании встрече саммите совещании переговорах конференции видеоконференции форуме
    posiedzeniu spotkaniu szczycie naradzie rozmowach konferencji wideokonferencji forum
    """
)


_PART = word_set("участь участі участие участия udział udziału")


def _attends(clause: Clause, marks: Marks) -> bool:
    """ "У засіданні, яке відбудеться завтра, візьмуть участь 35 держав": they come, and no more."""
    places = [i for i in range(1, clause.end) if marks.words[i].norm in _MEETING]
    led = any(marks.words[i - 1].norm in {"у", "в", "на", "w", "na"} for i in places)
    parts = {w for p in predicates_of(clause, marks) for w in p.words}
    return led and any(marks.words[i].norm in _PART for i in parts)


def _only_says(number: int, reading: Reading) -> bool:
    """ "Thirty states will send soldiers, announced the president": whose deed it is has been said."""
    clause, before = reading.clauses[number], reading.subjects[number - 1 : number]
    if not number or not any(a.clause == number for a in reading.attributions):
        return False
    spoken = [p for p in predicates_of(clause, reading.marks) if p.kind == "reporting"]
    others = [
        p
        for p in predicates_of(clause, reading.marks)
        if p.kind != "reporting" and not any(set(p.words) & set(s.words) for s in spoken)
    ]
    told = any(f.clause is reading.clauses[number - 1] for f in reading.findings)
    return bool(spoken) and not others and told and before[0].explicit and bool(before[0].codes)


def _antecedent(number: int, reading: Reading) -> list[Topic]:
    """ "La forza che Parigi e Londra intendono schierare", "wapens die Rome niet wil geven"."""
    clause, marks = reading.clauses[number], reading.marks
    if (paper := _paper_before(clause, reading.subjects[number].codes, marks)) is not None:
        return [paper]
    if marks.language not in _OBJECTS or clause.opener != "subordinator" or not number:
        return []
    subject, deeds = reading.subjects[number], predicates_of(clause, marks)
    relative = marks.words[clause.start].norm in _OBJECTS[marks.language] and not clause.comma
    if not relative or not subject.explicit or not _of_its_object(deeds, clause, marks):
        return []
    before = [t for t in marks.topics if 0 <= clause.start - t.end <= _NEAR_BEFORE]
    return [replace(topic, kind="recalled") for topic in before[-1:]]


def _listed_ahead(number: int, reading: Reading) -> list[Topic]:
    """ "Ships, instructors, aircraft: in all these ways Portugal could contribute": the list ahead."""
    clause, marks = reading.clauses[number], reading.marks
    if number != 1 or not clause.hard or ":" not in marks.words[clause.start].before:
        return []
    before = reading.clauses[0]
    things = topics_of(before, marks)
    bare = not predicates_of(before, marks) and not reading.subjects[0].codes
    told = reading.subjects[1].codes and predicates_of(clause, marks)
    if not (bare and told) or len(things) < _SEVERAL:
        return []
    return [replace(topic, kind="recalled") for topic in things]


#: So many measures before a colon make a list.
_SEVERAL = 2


def _of_its_object(deeds: list[Predicate], clause: Clause, marks: Marks) -> bool:
    """Whether the verbs of a relative clause tell of the thing before it: "that Japan has delivered"."""
    if [p.kind for p in deeds] == ["action"]:
        return any(hit[0] in clause for hit in marks.context.get("modal_will", ()))
    done = [p for p in deeds if p.kind == "action_past"]
    gives = {w for hit in marks.context.get("giving", ()) for w in hit}
    return len(deeds) == 1 and bool(done) and bool(gives & set(done[0].words))


def _paper_before(clause: Clause, codes: tuple[str, ...], marks: Marks) -> Topic | None:
    """ "The declaration, which was not signed by the US": the paper right before the clause."""
    relative = marks.words[clause.start].norm in _RELATIVES and clause.opener == "subordinator"
    if not relative or not codes or not marks.has("signing", clause.start, clause.end):
        return None
    papers = [
        t
        for t in marks.topics
        if t.measure is Measure.DECLARATION and 0 <= clause.start - t.end <= _NEAR_BEFORE
    ]
    return replace(papers[-1], kind="recalled") if papers else None


_RELATIVES = word_set(
    "die das der den which that que qu' che dat która które który którą яку яка який яке которую "
    "который которое которая"
)


#: The relative pronouns that can be the object of their clause.
_OBJECTS = {
    **dict.fromkeys(("fr", "es", "it"), frozenset({"que", "qu'", "che"})),
    "nl": frozenset({"die", "welke"}),
    "en": frozenset({"that", "which"}),
}


#: The noun before a relative clause may have an adjective or a place behind it.
_NEAR_BEFORE = 2


_FORCE = frozenset({Measure.TROOPS, Measure.AIR, Measure.NAVY, Measure.MONITORING})


def _has_owner(number: int, reading: Reading) -> bool:
    """Whether somebody is named whose stance it is, or "Spain says it will decide" names him."""
    subject = reading.subjects[number]
    if subject.codes or not subject.pronoun:
        return bool(subject.codes)
    before = reading.subjects[number - 1] if number else subject
    behind = [a.speaker for a in reading.attributions if a.clause == number + 1]
    if any(speaker is not None and speaker.code for speaker in behind):
        return True  # « Nous n'avons aucun projet en ce sens », a dit un porte-parole allemand
    says = any(a.clause == number - 1 for a in reading.attributions)
    return says and before.explicit and bool(before.codes)


_ALSO = word_set("also too either likewise similarly neither ook evenmin eveneens auch ebenfalls")


def _also(clause: Clause, marks: Marks) -> bool:
    """ "Greece has also said no": to what was spoken of just before."""
    return any(marks.words[i].norm in _ALSO for i in range(clause.start, clause.end))


def _joins_in(cues: list[Predicate], clause: Clause, marks: Marks) -> bool:
    """ "Latvia has not ruled out taking part": in what everybody speaks of; "takes part in a call" is no such."""
    meant = any(p.kind == "stance" for p in cues) or any(
        marks.has(kind, clause.start, clause.end) for kind in ("modal_will", "modal_open")
    )
    return meant and any(hit[0] in clause for hit in marks.context.get("partaking", ()))


def _owned(number: int, cue: Predicate, reading: Reading) -> bool:
    """A promise needs a name; "Spain says it will decide" is an evasion without one."""
    return bool(reading.subjects[number].codes) or (cue.stance or Stance.OPEN).rank <= 0


def _takes_part(predicate: Predicate, marks: Marks) -> bool:
    """Verbs of taking part leave open in what: "Slovakia will not take part either"."""
    words = {w for hit in marks.context.get("partaking", ()) for w in hit}
    return predicate.kind == "action" and bool(words & set(predicate.words))


def _named_beside(number: int, reading: Reading) -> Measure | None:
    """The measure of an earlier clause with a stance, or of "…, said X with a view to Y"."""
    clause, following = reading.clauses[number], reading.clauses[number + 1 : number + 2]
    if clause.more is not None and following and following[0].subordinate:
        inside = topics_of(following[0], reading.marks)
        if inside:  # "La Grèce, qui avait envisagé de dépêcher une frégate, a renoncé"
            return inside[-1].measure
    if reading.findings and reading.subjects[number].explicit:
        return reading.findings[-1].topic.measure
    for attribution in reading.attributions:
        topics = topics_of(reading.clauses[attribution.clause], reading.marks)
        clause = reading.clauses[attribution.clause]
        says = all(p.kind == "reporting" for p in predicates_of(clause, reading.marks))
        if attribution.clause != number and topics and says:
            return topics[0].measure
    return None


def _asked_about(number: int, reading: Reading) -> Measure | None:
    """ "Asked about troops, he says he would not exclude it": the question names the measure."""
    if reading.findings:
        return None
    for clause in reversed(reading.clauses[:number]):
        topics = topics_of(clause, reading.marks) if clause.opener != "if" else []
        if topics:
            return topics[-1].measure
    return None


def _named_before(
    number: int, cue: Predicate, pointed: bool, reading: Reading, discourse: Discourse
) -> Measure | None:
    if pointed and discourse.topic is not None and discourse.topic_age <= 1:
        recent = discourse.measure_age <= min(discourse.topic_age, 1)
        return discourse.measure if recent else discourse.topic
    if not pointed and cue.stance is not None and _has_object(number, cue, reading):
        return None
    quiet = (cue.stance or Stance.OPEN).rank <= 0 and len(reading.marks.words) <= _BRIEF
    if discourse.measure_age > 0:
        if not quiet or discourse.measure_age > _STALE:
            return None
        leading = discourse.leading_measure()
        if discourse.measure_age <= 1 and discourse.measure is not leading:
            return None  # the one just asked about, or the article's: nobody knows
        newer = discourse.topic_age <= 1 and discourse.topic_age < discourse.measure_age
        if newer and leading is not None and discourse.topic is not leading:
            return None  # something else has been brought up since
        return leading
    spoken = reading.subjects[number].pronoun
    if spoken:
        return discourse.measure
    return discourse.main_measure() if quiet else None


#: A cue with so many words behind it has an object of its own.
_OBJECT = 4


def _has_object(number: int, cue: Predicate, reading: Reading) -> bool:
    """ "Hungary refused to endorse the conclusions": what it refuses is said."""
    clause, marks = reading.clauses[number], reading.marks
    last = clause.more[1] if clause.more else clause.end
    return marks.language in {"en", "nl"} and last - cue.end >= _OBJECT


def _again(measure: Measure, cue: Predicate) -> Topic:
    return Topic(measure, "recalled", cue.start, cue.start, "recalled")


def _governs(number: int, reading: Reading) -> bool:
    """Whether the next clause holds what this one takes its stance on."""
    if reading.clauses[number].more is not None and not (
        number + 1 < len(reading.clauses)
        and infinitival(reading.clauses[number + 1], reading.marks)
    ):
        return False  # what interrupts a clause is not what it is about
    if number and reading.clauses[number - 1].opener == "whether":
        return True
    following = number + 1
    if following >= len(reading.clauses):
        return False
    clause = reading.clauses[following]
    return (
        bool(topics_of(clause, reading.marks))
        and clause.opener != "if"
        and (clause.subordinate or not reading.subjects[following].explicit)
    )
