"""One sentence to claims: subject, measure, stance, speaker, put together clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from worker.core.claims.answers import bare_no, keep_question
from worker.core.claims.asked import answered_before, as_answered
from worker.core.claims.cases import mark_possessors, settle_actors
from worker.core.claims.clause import SLAVIC, Clause
from worker.core.claims.clauses import split
from worker.core.claims.discourse import Discourse, goes_on_speaking, remember
from worker.core.claims.documents import imply_provision, on_something_else
from worker.core.claims.domains import add_domains
from worker.core.claims.ellipsis import complete
from worker.core.claims.epithets import name_epithets
from worker.core.claims.excepted import turn_excepted
from worker.core.claims.germanic import planned_by_those
from worker.core.claims.governing import governor, inner_stance, special_stance, stance_cues_of
from worker.core.claims.grounds import needed_for, unfounded
from worker.core.claims.implied import imply_deeds
from worker.core.claims.lists import go_on, name_members
from worker.core.claims.marks import PREDICATE_TYPES, Marks, Predicate, Topic
from worker.core.claims.negation import is_negated
from worker.core.claims.nominal import drop_nominal
from worker.core.claims.owners import (
    Judgement,
    as_permitted,
    backstop,
    buys_from_others,
    cosigners,
    financed,
    fitting_stance,
    give_to_moscow,
    give_to_objector,
    give_to_owner,
    give_to_undecided,
    status_of,
    would_bear,
)
from worker.core.claims.reading import Finding, Reading, Rejection, Subject
from worker.core.claims.recall import ENDED, recalled_topics
from worker.core.claims.resolving import resolved
from worker.core.claims.romance import told_of
from worker.core.claims.romance_deeds import led_by, no_predicate
from worker.core.claims.slavic_clauses import pledges_nothing
from worker.core.claims.slavic_subjects import drop_whoever, refused_behind
from worker.core.claims.speakers import add_roles, attributions
from worker.core.claims.speech import settle_speakers, speaker_of
from worker.core.claims.stances import chain, compose
from worker.core.claims.subjects import nobody_asks, subject_of
from worker.core.claims.thanks import given, praised, thanked
from worker.core.claims.topics import topics_of
from worker.core.claims.wordlists import COMPLEMENTIZERS, word_set
from worker.model import Measure, Stance, Status


def read(
    marks: Marks, language: str, discourse: Discourse, question: bool, item: tuple[str, ...] = ()
) -> Reading:
    """Read one sentence; ``discourse`` is updated for the sentences after it.

    ``item``: whose pledges it goes on with where it is an item of a list.
    """
    marks.predicates = [p for p in marks.predicates if not no_predicate(p, marks)]
    drop_nominal(marks)
    add_domains(marks)
    drop_whoever(marks)
    mark_possessors(marks, language)
    add_roles(marks, language)
    name_epithets(marks, discourse)
    settle_actors(marks, language)
    marks.predicates = [p for p in marks.predicates if not led_by(p, marks)]
    marks.topics = [
        replace(t, measure=Measure.TRAINING) if _to_train(t, marks, discourse) else t
        for t in marks.topics
    ]
    clauses = split(marks, language)
    reading = Reading(marks, clauses, listed=item)
    reading.attributions = attributions(marks, clauses, language)
    reading.subjects = [subject_of(n, reading, discourse) for n in range(len(clauses))]
    name_members(reading)
    settle_speakers(reading, discourse)
    for clause, subject in zip(clauses, reading.subjects, strict=True):
        if subject.document:
            imply_provision(clause, marks)
    imply_deeds(clauses, marks, language)
    unreal = _unreal(marks, question) or _told_on(reading, discourse)
    for number, clause in enumerate(clauses):
        for topic in topics_of(clause, marks) or recalled_topics(number, reading, discourse):
            reason = unreal or ("stands in a condition" if clause.opener == "if" else None)
            if reason is None:
                _judge(number, topic, reading, language, discourse)
            else:
                reading.rejections.append(Rejection(topic, clause, reason))
    reading.findings = [f for f in reading.findings if not on_something_else(f, marks)]
    if unreal is None:
        complete(reading, discourse)
    if not question and (refusal := bare_no(reading, discourse)) is not None:
        reading.findings.append(refusal)
    remember(reading, discourse, question)
    keep_question(reading, discourse, question)
    return reading


def _unreal(marks: Marks, question: bool) -> str | None:
    if question or marks.has("question"):
        return "a question"
    return "a hypothesis" if marks.has("hypothetical") else None


_SHARES = word_set(
    "beitrag beiträge contribution contributions contribución contributo bijdrage wkład внесок вклад"
)


def _contribution(topic: Topic, marks: Marks) -> bool:
    """ "Will make a significant contribution": to what was just spoken of."""
    return any(marks.words[i].norm in _SHARES for i in range(topic.start, topic.end))


_MISSION = re.compile(
    r"^(?:mission\w*|einsatz\w*|misión|missione|missie|misj\w+|місі\w+|мисси\w+)$"
)
#: So many sentences on "the mission" still is the training mission just named.
_NAMED = 3


def _to_train(topic: Topic, marks: Marks, discourse: Discourse) -> bool:
    """ "Die Ausbildungsmission … An der Mission nehmen 24 Staaten teil": that mission trains."""
    bare = topic.end - topic.start == 1 and topic.measure is Measure.TROOPS
    if not bare or not _MISSION.match(marks.words[topic.start].norm):
        return False
    recent = discourse.training_age <= _NAMED
    return recent or any(t.measure is Measure.TRAINING for t in marks.topics)


def _told_on(reading: Reading, discourse: Discourse) -> str | None:
    """ "Der Experte winkte ab. Moskau werde das nicht hinnehmen.": still what the expert says."""
    told = discourse.speaker_nonstate and discourse.speaker_age <= 1
    if told and not reading.attributions and goes_on_speaking(reading):
        return "told by somebody who is no government"
    return None


def _of_the_force(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "… у силах, які захищатимуть Україну": what a thing is for, not what its giver promises."""
    if topic.measure is not Measure.GUARANTEES or topic.kind != "verb" or not clause.start:
        return False
    named = any(a.start < clause.start <= a.end for a in marks.actors)
    relative = clause.opener == "subordinator" and marks.words[clause.start].norm not in (
        COMPLEMENTIZERS
    )
    return relative and marks.language in SLAVIC and not named


def _is_for_something(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """Whether a measure is only named as the aim of something else, or for what it is."""
    aims = _of_the_force(topic, clause, marks) or needed_for(topic, marks)
    return aims or pledges_nothing(topic, clause, marks)


def _judge(
    number: int, topic: Topic, reading: Reading, language: str, discourse: Discourse
) -> None:
    """Add the findings on one measure of one clause, or the reason why there is none."""
    clause = reading.clauses[number]
    topic = discourse.mission(topic, _contribution(topic, reading.marks))
    if _is_for_something(topic, clause, reading.marks):
        reading.rejections.append(Rejection(topic, clause, "what something is for"))
        return
    judgement = _stance(number, topic, reading, language, discourse)
    go_on(judgement, number, reading)
    turn_excepted(judgement, clause, reading.marks)
    if refused_behind(topic, reading.marks) and judgement.stance is not None:
        judgement.stance = Stance.RULED_OUT
    if buys_from_others(judgement, number, topic, reading) or financed(
        judgement, topic, reading.marks
    ):
        topic = replace(topic, measure=Measure.FUNDING)
    if backstop(judgement, topic, clause, reading.marks):
        others = topics_of(clause, reading.marks)
        if len(others) > 1:
            return  # "support the force with intelligence": only that is given
        topic = replace(topic, measure=Measure.GUARANTEES)
    reason = None
    if not as_answered(judgement, topic, number, reading):
        reason = "what somebody was asked"
    elif judgement.stance is None:
        reason = (
            "nothing takes a stance on it"
            if judgement.chosen is None
            else "a demand, denial or norm"
        )
    else:
        other = told_of(judgement.chosen, judgement.subject, topic, reading.marks)
        if other is not None:
            judgement.subject = other
        elif not give_to_objector(judgement, number, topic, reading, discourse):
            give_to_owner(judgement, number, topic, reading)
        give_to_moscow(judgement, number, topic, reading)
        give_to_undecided(judgement, number, reading, discourse)
        reason = unfounded(judgement, topic, number, reading)
    if reason is not None:
        reading.rejections.append(Rejection(topic, clause, reason))
        return
    found = list(_found(judgement, number, topic, reading))
    if not found:
        reading.rejections.append(Rejection(topic, clause, "not this actor's to give"))
    reading.findings.extend(found)


def _stance(
    number: int, topic: Topic, reading: Reading, language: str, discourse: Discourse
) -> Judgement:
    """The stance of the clause's own words and of the clause that governs it."""
    marks, clause = reading.marks, reading.clauses[number]
    inner, rules, chosen = inner_stance(number, topic, reading, language)
    if inner is None and _left_unsigned(topic, chosen, clause, marks):
        inner, rules = Stance.RULED_OUT, [*rules, "not signed"]
    outer_number, outer = governor(number, reading, chosen)
    subject, confidence = resolved(number, reading, discourse)
    if not subject.codes and not subject.nonstate:
        met = planned_by_those(number, topic, chosen, reading, discourse)
        subject, confidence = (met, 0.75) if met is not None else (subject, confidence)
    if chosen is not None and chosen.kind == "welcome":
        giver = thanked(chosen, topic, subject, clause, marks)
        promised = praised(chosen, topic, clause, marks) if giver is None else None
        if promised is not None:
            rules = [*rules, "told by the receiver"]
            return Judgement(Stance.COMMITTED, rules, chosen, Subject((promised,)), 0.7)
        if giver is not None:
            rules = [*rules, "told by the receiver"]
            return Judgement(given(topic, inner, marks), rules, chosen, Subject((giver,)), 0.75)
    if chosen is not None and chosen.kind in PREDICATE_TYPES:
        inner = special_stance(chosen, inner, marks, clause)
        return Judgement(inner, rules, chosen, subject, confidence)
    judgement = Judgement(inner, rules, chosen, subject, confidence)
    if outer is not None and outer_number is not None:
        _govern(judgement, number, outer_number, outer, reading, language, discourse)
    elif clause.opener == "whether" and _of_a_question(clause, marks):
        judgement.stance = answered_before(number, reading, language)
    return judgement


def _left_unsigned(topic: Topic, chosen: Predicate | None, clause: Clause, marks: Marks) -> bool:
    """ "… which the US did not sign": the paper refused."""
    signing = {w for hit in marks.context.get("signing", ()) for w in hit}
    return (
        topic.measure is Measure.DECLARATION
        and chosen is not None
        and chosen.kind in {"action", "action_past"}
        and bool(signing & set(chosen.words))
        and is_negated(chosen, clause, marks)
    )


_OPENING = 4
_QUESTION = word_set("question vraag kwestie питання запитання вопрос pytanie")


def _of_a_question(clause: Clause, marks: Marks) -> bool:
    """ "La question de savoir si Vienne est prête à envoyer …": it is asked, not said."""
    if clause.start <= _OPENING and marks.language in SLAVIC:
        return False  # the answer comes behind the question
    before = marks.words[max(0, clause.start - 3) : clause.start]
    return any(w.norm in _QUESTION for w in before)


def _govern(
    judgement: Judgement,
    number: int,
    above_number: int,
    outer: Predicate,
    reading: Reading,
    language: str,
    discourse: Discourse,
) -> None:
    """Lay the governing clause's predicate and subject over the judgement."""
    above = reading.clauses[above_number]
    judgement.chosen = judgement.chosen or outer
    if outer.kind == "welcome" and _others_deed(number, above_number, reading):
        judgement.rules = [*judgement.rules, "welcomed by another"]
        return
    if outer.kind in PREDICATE_TYPES:
        judgement.stance = special_stance(outer, judgement.stance, reading.marks, above)
        judgement.rules = [*judgement.rules, outer.rule]
        return
    cues = stance_cues_of(above, reading.marks)
    over, why = chain(outer, cues, above, reading.marks, language)
    asked = reading.clauses[number].opener == "whether"
    if asked and over is not None and over.rank >= Stance.COMMITTED.rank:
        over = judgement.stance = None  # "pledged a hub, whether or not soldiers cross the border"
    if over is Stance.OPPOSED and outer.kind == "noun" and judgement.stance is Stance.COMMITTED:
        over = Stance.RULED_OUT  # "ihre Ablehnung, Soldaten zu entsenden": the own share
    judgement.stance = compose(over, judgement.stance)
    judgement.rules = [*judgement.rules, *why, "governed"]
    subject, sure = resolved(above_number, reading, discourse)
    own = reading.subjects[number]
    if (
        over is not None
        and (over.rank < 0 or not own.codes)
        and (subject.codes or subject.nonstate)
    ):
        judgement.subject, judgement.confidence = subject, sure


def _others_deed(number: int, above_number: int, reading: Reading) -> bool:
    """ "Starmer welcomed that Oslo would send missiles": what is welcomed is so, and is Oslo's."""
    own, above = reading.subjects[number], reading.subjects[above_number]
    stated = reading.marks.words[reading.clauses[number].start].norm in COMPLEMENTIZERS
    return stated and own.explicit and bool(own.codes) and not set(own.codes) & set(above.codes)


def _found(judgement: Judgement, number: int, topic: Topic, reading: Reading) -> Iterator[Finding]:
    speaker = speaker_of(number, reading)
    subject, chosen = judgement.subject, judgement.chosen
    assert judgement.stance is not None
    wanted = _signed(judgement, topic, reading.marks)
    if _running(judgement, topic, reading.marks):
        wanted = Stance.DELIVERED
    for code in (*subject.codes, *cosigners(judgement, number, topic, reading)):
        meant = as_permitted(code, topic, wanted, reading.clauses[number], reading.marks)
        bears = would_bear(code, topic, chosen, reading.marks)
        stance = fitting_stance(code, topic, meant, bears)
        if stance is None:
            continue
        yield Finding(
            actor=code,
            topic=topic,
            stance=stance,
            clause=reading.clauses[number],
            status=Status.REPORTED
            if "told by the receiver" in judgement.rules
            else status_of(subject, speaker, reading),
            speaker=subject.name or (speaker.name if speaker is not None else None),
            rules=[topic.rule, *judgement.rules],
            confidence=judgement.confidence
            * (0.9 if chosen is not None and chosen.kind == "action" else 1.0)
            * (0.75 if topic.kind == "recalled" else 1.0)
            * (0.7 if stance is Stance.OPEN and _more_of_it(topic, reading.marks) else 1.0)
            * (0.8 if stance is Stance.UNDECIDED and nobody_asks(number, reading) else 1.0)
            * (0.7 if code in subject.joint else 1.0),  # what is told of one alone counts more
            at=topic.start,
            past=chosen is not None and chosen.kind in {"action_past", "done"},
        )


_MORE = word_set("additional further more extra zusätzlich zusätzliche weitere")


def _more_of_it(topic: Topic, marks: Marks) -> bool:
    """ "Would consider additional funding later": what was pledged before stands."""
    before = marks.words[max(0, topic.start - 2) : topic.start]
    return any(word.norm in _MORE for word in before)


_ADOPTED = re.compile(r"^(?:adopted|approved|goedgekeurd|aangenomen|verabschiedet|gebilligt)$")


def _running(judgement: Judgement, topic: Topic, marks: Marks) -> bool:
    """ "Norway is training a brigade in Poland": told in the present it goes on already."""
    if topic.measure is not Measure.TRAINING or "present" not in judgement.rules:
        return False
    chosen = judgement.chosen
    trains = chosen is not None and _TRAINS.match(marks.words[chosen.start].norm)
    told = ENDED.search(marks.sentence.tail) and marks.language in {"en", "nl"}
    abroad = marks.language == "en" or any(a.kind == "state" and a.oblique for a in marks.actors)
    return (
        bool(trains and told and abroad)
        and not marks.dates
        and "an item of a list" not in judgement.rules
    )


_TRAINS = re.compile(r"^(?:train(?:s|ing|en|t)?|teach(?:es|ing)?|opleid(?:en|t)?|leid(?:en|t))$")


def _signed(judgement: Judgement, topic: Topic, marks: Marks) -> Stance:
    """Signing delivers the text itself and only promises what stands in it."""
    stance, chosen = judgement.stance, judgement.chosen
    assert stance is not None
    if topic.measure is Measure.SANCTIONS and stance is Stance.COMMITTED and chosen is not None:
        adopted = any(_ADOPTED.match(marks.words[w].norm) for w in chosen.words)
        return Stance.DELIVERED if adopted and "intention" not in judgement.rules else stance
    signing = {w for hit in marks.context.get("signing", ()) for w in hit}
    if chosen is None or stance.rank <= 0 or not signing & set(chosen.words):
        return Stance.OPEN if _possible_deed(stance, topic, marks) else stance
    heading = "present" in judgement.rules and not ENDED.search(marks.sentence.tail)
    past = heading or "done" in judgement.rules or chosen.kind in {"action_past", "done"}
    text = topic.measure in {Measure.DECLARATION, Measure.INDUSTRY, Measure.SANCTIONS}
    if text and (past or chosen.kind == "stance") and "intention" not in judgement.rules:
        considered = chosen.kind == "stance" and "chained" in judgement.rules
        possible = stance is Stance.OPEN and (
            topic.measure is not Measure.DECLARATION or considered
        )
        return stance if possible else Stance.DELIVERED
    if topic.start and _POSSIBLE.search(marks.words[topic.start - 1].norm):
        return Stance.OPEN  # "a declaration on the possible deployment of forces"
    return min(stance, Stance.COMMITTED, key=lambda s: s.rank)


def _possible_deed(stance: Stance, topic: Topic, marks: Marks) -> bool:
    """ "… for the preparation of a possible deployment": what may be done is not promised."""
    before = marks.words[topic.start - 1].norm if topic.start else ""
    named = any(_DEED.search(marks.words[i].norm) for i in range(topic.start, topic.end))
    return stance is Stance.COMMITTED and named and bool(_POSSIBLE.search(before))


_DEED = re.compile(
    r"entsend|einsatz|einsätz|stationier|deploy|dispatch|envoi|déploi|invio|dispieg|envío|desplieg"
    r"|uitzend|inzet|stuur|wysłan|rozmieszcz|відправ|розміщ|отправ|размещ"
)
_POSSIBLE = re.compile(
    r"^(?:possible|potential|eventual|möglich|etwaig|posible|possibil|eventuel|éventuel|mogelijk"
    r"|możliw|ewentualn|можлив|ймовірн|возможн|вероятн)"
)
