"""One sentence to claims: subject, measure, stance, speaker, put together clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from worker.core.claims.clauses import (
    SLAVIC,
    Clause,
    in_parenthesis,
    infinitival,
    mark_possessors,
    predicates_of,
    settle_actors,
    split,
)
from worker.core.claims.marks import PREDICATE_TYPES, Actor, Marks, Predicate, Topic
from worker.core.claims.speakers import add_roles, attributions
from worker.core.claims.stances import (
    CUES,
    bare_english,
    chain,
    compose,
    looks_past,
    negations,
    phrase_negations,
)
from worker.core.claims.subjects import (
    Discourse,
    Finding,
    Reading,
    Rejection,
    Subject,
    from_before,
    remember,
    resolved,
    settle_speakers,
    speaker_of,
    subject_of,
)
from worker.model import Measure, Stance, Status

#: What the attacked state can only receive, and the attacker only accept or reject.
_RECEIVED = frozenset(Measure) - {Measure.MONITORING, Measure.GUARANTEES, Measure.DECLARATION}
_UKRAINE_OWN = {Measure.DECLARATION, Measure.INDUSTRY}


@dataclass(slots=True)
class _Judgement:
    """The stance on one measure in one clause while it is being put together."""

    stance: Stance | None
    rules: list[str]
    chosen: Predicate | None
    subject: Subject
    confidence: float


def read(marks: Marks, language: str, discourse: Discourse, question: bool) -> Reading:
    """Read one sentence; ``discourse`` is updated for the sentences after it."""
    mark_possessors(marks, language)
    add_roles(marks, language)
    settle_actors(marks, language)
    clauses = split(marks, language)
    reading = Reading(marks, clauses)
    reading.attributions = attributions(marks, clauses, language)
    reading.subjects = [subject_of(n, reading, discourse) for n in range(len(clauses))]
    settle_speakers(reading, discourse)
    for clause in clauses:
        _imply_deed(clause, marks, language)
    unreal = _unreal(marks, question)
    for number, clause in enumerate(clauses):
        for topic in _topics(clause, marks) or _recalled(number, reading, discourse):
            reason = unreal or ("stands in a condition" if clause.opener == "if" else None)
            if reason is None:
                _judge(number, topic, reading, language, discourse)
            else:
                reading.rejections.append(Rejection(topic, clause, reason))
    remember(reading, discourse, question)
    return reading


#: The modal verbs of possibility; the adverbs beside them in the tables make no deed.
_CAN = frozenset(
    [
        "kann",
        "können",
        "könne",
        "könnte",
        "könnten",
        "can",
        "could",
        "may",
        "might",
        "peut",
        "peuvent",
        "pourrait",
        "pourraient",
        "puede",
        "pueden",
        "podría",
        "podrían",
        "può",
        "possono",
        "potrebbe",
        "potrebbero",
        "kan",
        "kunnen",
        "zou",
        "może",
        "mogą",
        "mógłby",
        "mogłaby",
        "може",
        "можуть",
        "міг",
        "могла",
        "може",
        "может",
        "могут",
        "мог",
        "могла",
    ]
)


def _imply_deed(clause: Clause, marks: Marks, language: str) -> None:
    """Add the deed that a clause names without a known verb: "wird die Drehscheibe betreiben".

    A verb that is itself a measure ("trains", "räumt") is a deed; so is any verb behind a modal.
    """
    if any(p.start in clause and p.kind in (*CUES, *PREDICATE_TYPES) for p in marks.predicates):
        return
    verbs = [t for t in marks.topics if t.kind == "verb" and t.start in clause]
    if verbs:
        word = marks.words[verbs[0].end - 1].norm
        kind = "action_past" if looks_past(word, language) else "action"
        at = verbs[0].end - 1
    else:
        modals = [
            hit[0]
            for name in ("modal_will", "modal_open", "modal_must")
            for hit in marks.context.get(name, ())
            if hit[0] in clause
            and (name != "modal_must" or marks.has("draft_mark"))
            and (name != "modal_open" or marks.words[hit[0]].norm in _CAN)
        ]
        if not modals:
            modals = _bare_refusal(clause, marks)
        if not modals:
            return
        kind, at = "action", min(modals)
    marks.predicates.append(Predicate(kind, None, "", (at,), "implied deed"))


def _bare_refusal(clause: Clause, marks: Marks) -> list[int]:
    """The negation of a headline without a verb: "Rom: Keine Soldaten in die Ukraine"."""
    if _ENDED.search(marks.sentence.tail) or any(p.start in clause for p in marks.predicates):
        return []
    return [
        hit[0]
        for hit in marks.context.get("negation", ())
        if hit[0] in clause and any(hit[0] < t.start <= hit[0] + 3 for t in marks.topics)
    ]


def _unreal(marks: Marks, question: bool) -> str | None:
    if question or marks.has("question"):
        return "a question"
    return "a hypothesis" if marks.has("hypothetical") else None


def _topics(clause: Clause, marks: Marks) -> list[Topic]:
    """The measures of a clause; weak mentions give way to a core one of the same clause."""
    named = [
        set(range(a.start, a.end))
        for a in marks.actors
        if a.code is not None and a.kind != "institution"
    ]
    inside = [
        _handed_over(t, clause, marks)
        for t in marks.topics
        if t.start in clause
        and not in_parenthesis(marks, t.start)
        and not any(set(range(t.start, t.end)) <= words for words in named)
        and not _in_a_name(t, marks)
    ]
    if not inside:
        return [
            Topic(Measure.FUNDING, "money", start, end, "money")
            for start, end in marks.money
            if start in clause
        ][:1]
    best: dict[Measure, Topic] = {}
    for topic in _heads(inside, marks):
        known = best.get(topic.measure)
        if known is None or _ORDER[topic.kind] < _ORDER[known.kind]:
            best[topic.measure] = topic
    if len(best) > 1 and Measure.TROOPS in best and best[Measure.TROOPS].kind == "force":
        del best[Measure.TROOPS]
    _settle_documents(best, clause, marks)
    _settle_aid(best, marks)
    _settle_payment(best, marks)
    _settle_command(best)
    return sorted(best.values(), key=lambda t: t.start)


_ROLES_OF_WORDS = {Measure.MONITORING, Measure.COMMAND, Measure.DECLARATION}


def _in_a_name(topic: Topic, marks: Marks) -> bool:
    """ "The Nordic Observer", "Strategic Command": a title, no measure (German nouns aside)."""
    word = marks.words[topic.start]
    if topic.kind != "weak" or topic.measure not in _ROLES_OF_WORDS or not topic.start:
        return False
    return word.capitalised and marks.words[topic.start - 1].capitalised and marks.language != "de"


#: An agreement on these is no declaration of the coalition: it takes the measure of its subject.
_BILATERAL = {
    Measure.INDUSTRY,
    Measure.FUNDING,
    Measure.ARMS,
    Measure.AIR_DEFENCE,
    Measure.TRAINING,
    Measure.SANCTIONS,
}


def _settle_documents(best: dict[Measure, Topic], clause: Clause, marks: Marks) -> None:
    """Keep a document only where it is signed, joined or refused, and is no bilateral deal."""
    document = best.get(Measure.DECLARATION)
    if document is None:
        return
    signed = marks.has("signing", clause.start, clause.end)
    deal = bool(_BILATERAL & set(best))
    if document.kind == "weak" and (deal or not signed):
        del best[Measure.DECLARATION]
    elif signed and any(
        p.stance is not None and p.stance.rank < 0 for p in predicates_of(clause, marks)
    ):
        best.clear()  # refusing to sign refuses the text, not what stands in it
        best[Measure.DECLARATION] = document


def _settle_aid(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "1 billion in military aid" is money, "a package worth 1 billion" and "military aid" are arms."""
    _settle_price(best, marks)
    arms, funding = best.get(Measure.ARMS), best.get(Measure.FUNDING)
    if arms is not None and funding is None and _sum_of_aid(arms, marks):
        del best[Measure.ARMS]
        best[Measure.FUNDING] = replace(arms, measure=Measure.FUNDING)
        return
    if arms is None or funding is None:
        return
    if arms.end <= funding.start or funding.end <= arms.start:
        return  # two mentions, two measures
    paid = any(end <= arms.start for _, end in marks.money)
    del best[Measure.ARMS if paid else Measure.FUNDING]


#: "Military aid" in the nine languages: what it is measured in tells whether it is money.
_AID = frozenset(
    [
        "aid",
        "assistance",
        "support",
        "help",
        "hilfe",
        "unterstützung",
        "ayuda",
        "apoyo",
        "asistencia",
        "aide",
        "soutien",
        "aiuto",
        "aiuti",
        "sostegno",
        "assistenza",
        "steun",
        "hulp",
        "bijstand",
        "pomoc",
        "pomocy",
        "wsparcia",
        "wsparcie",
        "помощь",
        "помощи",
        "поддержки",
        "допомогу",
        "допомоги",
        "підтримки",
    ]
)


def _sum_of_aid(arms: Topic, marks: Marks) -> bool:
    if not any(marks.words[i].norm in _AID for i in range(arms.start, arms.end)):
        return False
    return any(0 <= arms.start - end <= 1 for _, end in marks.money)


_WORTH = frozenset(
    [
        "worth",
        "deal",
        "package",
        "contract",
        "value",
        "valued",
        "wert",
        "wertes",
        "höhe",
        "valeur",
        "valor",
        "valore",
        "waarde",
        "wartości",
        "wartość",
        "вартістю",
        "стоимостью",
        "сумму",
        "суму",
    ]
)


def _settle_price(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Missiles … in a deal worth £1.6 billion": the price of a thing named is no aid of its own."""
    funding = best.get(Measure.FUNDING)
    if funding is None or funding.kind not in {"weak", "money"} or len(best) < 2:
        return
    things = [t.start for m, t in best.items() if m is not Measure.FUNDING]
    for start in [funding.start, *(start for start, _ in marks.money)]:
        before = range(max(0, start - 4), start)
        named = any(thing < start for thing in things)
        if named and any(marks.words[i].norm in _WORTH for i in before):
            del best[Measure.FUNDING]
            return


def _settle_payment(best: dict[Measure, Topic], marks: Marks) -> None:
    """Paying for weapons is money: "finance two more Patriot batteries"."""
    funding = best.get(Measure.FUNDING)
    if funding is None:
        return
    verbs = {w for p in marks.predicates for w in p.words}
    if funding.kind != "verb" and not verbs & set(range(funding.start, funding.end)):
        return
    for measure in (
        Measure.ARMS,
        Measure.AIR_DEFENCE,
        Measure.INDUSTRY,
        Measure.MINE_CLEARANCE,
        Measure.TRAINING,
    ):
        bought = best.get(measure)
        if bought is not None and 0 <= bought.start - funding.end <= _ATTACHED:
            del best[measure]


def _settle_command(best: dict[Measure, Topic]) -> None:
    """Leading the naval component is command, not ships."""
    command = best.get(Measure.COMMAND)
    if command is None:
        return
    for measure in (Measure.NAVY, Measure.AIR, Measure.TROOPS, Measure.MONITORING):
        led = best.get(measure)
        if led is not None and -6 <= led.start - command.end <= 2:
            del best[measure]


def _handed_over(topic: Topic, clause: Clause, marks: Marks) -> Topic:
    """Aircraft beside a verb of giving are hardware; flown by the giver they secure the sky."""
    given = topic.measure is Measure.AIR and topic.kind == "weak"
    if given and marks.has("giving", clause.start, clause.end):
        return replace(topic, measure=Measure.ARMS)
    return topic


_ORDER = {"core": 0, "verb": 1, "weak": 2, "force": 3}
#: A measure this near behind another, with a preposition between, is its purpose or its attribute.
_ATTACHED = 5


#: "The use of observers": what is used tells the measure.
_USE = frozenset(["einsatz", "use", "emploi", "uso", "empleo", "impiego", "inzet"])


def _heads(topics: list[Topic], marks: Marks) -> list[Topic]:
    """Of measures that hang together, the telling one: "ships for mine clearance", "images for the staff"."""
    kept = sorted(topics, key=lambda t: t.start)
    if len(kept) > 1:
        kept = [t for t in kept if not _frame(t, marks)] or kept
    for left, right in pairwise(list(kept)):
        if left.measure is right.measure or left not in kept or not _attached(left, right, marks):
            continue
        if left.measure is Measure.DECLARATION and marks.has("signing"):
            continue  # "sign a declaration on the force": the text and what stands in it
        used = left.kind == "weak" and marks.words[left.start].norm in _USE
        if used or left.kind == "force" or (left.kind == "weak" and right.kind in {"core", "verb"}):
            kept.remove(left)
        elif right.kind != "verb":
            kept.remove(right)
    return kept


_FRAMES = frozenset(
    ["part", "teil", "rahmen", "cadre", "marco", "ambito", "kader", "ramach", "рамках"]
)


def _frame(topic: Topic, marks: Marks) -> bool:
    """ "… as part of the guarantees": only the frame in which another measure is taken."""
    before = range(max(0, topic.start - 4), topic.start)
    return any(marks.words[i].norm in _FRAMES for i in before)


_WITH = frozenset(["bei", "mit", "with", "avec", "con", "met", "przy", "із", "з", "с"])


def _attached(left: Topic, right: Topic, marks: Marks) -> bool:
    between = range(left.end, right.start)
    if len(between) > _ATTACHED or any(
        "," in marks.words[i].before for i in range(left.end, right.start + 1)
    ):
        return False
    if any(hit[0] in between for hit in marks.context.get("coordinator", ())):
        return False
    if left.measure is Measure.TROOPS and any(marks.words[i].norm in _WITH for i in between):
        return False  # "support the force with intelligence": two things, not one
    return any(hit[0] in between for hit in marks.context.get("preposition", ()))


_ENDED = re.compile(r"[.!…]")
#: "… while Italy and Poland will not": so short a clause leaves its verb to the one before.
_ELLIPSIS = 8
#: "Berlin declined as well." A sentence this short may leave its measure to the one before.
_BRIEF = 14


def _recalled(number: int, reading: Reading, discourse: Discourse) -> list[Topic]:
    """The measure spoken of just before, for a clause that takes a stance and names none."""
    clause, marks = reading.clauses[number], reading.marks
    if not reading.subjects[number].codes or _governs(number, reading):
        return []
    asked = clause.opener == "whether" and any(p.kind == "stance" for p in marks.predicates)
    pointed = asked or marks.has("anaphor", clause.start, clause.end)
    kinds = ("stance", "action") if pointed else ("stance",)
    cues = [p for p in predicates_of(clause, marks) if p.kind in kinds]
    if not cues and reading.findings and clause.end - clause.start <= _ELLIPSIS:
        cues = [p for p in predicates_of(clause, marks) if p.rule == "implied deed"]
    if not cues:
        return []
    measure = _named_beside(number, reading)
    if measure is None and pointed:
        measure = _asked_about(number, reading)
    if measure is None and _ENDED.search(marks.sentence.tail):  # a heading recalls nothing
        measure = _named_before(number, cues[0], pointed, reading, discourse)
    return [_again(measure, cues[0])] if measure is not None else []


def _named_beside(number: int, reading: Reading) -> Measure | None:
    """The measure of an earlier clause with a stance, or of "…, said X with a view to Y"."""
    if reading.findings and reading.subjects[number].explicit:
        return reading.findings[-1].topic.measure
    for attribution in reading.attributions:
        topics = _topics(reading.clauses[attribution.clause], reading.marks)
        if attribution.clause != number and topics:
            return topics[0].measure
    return None


def _asked_about(number: int, reading: Reading) -> Measure | None:
    """ "Asked about troops, he says he would not exclude it": the question names the measure."""
    if reading.findings:
        return None
    for clause in reversed(reading.clauses[:number]):
        topics = _topics(clause, reading.marks) if clause.opener != "if" else []
        if topics:
            return topics[-1].measure
    return None


def _named_before(
    number: int, cue: Predicate, pointed: bool, reading: Reading, discourse: Discourse
) -> Measure | None:
    if pointed and discourse.topic is not None and discourse.topic_age <= 1:
        return discourse.measure if discourse.measure_age <= 1 else discourse.topic
    if discourse.measure_age > 0:
        return None
    spoken = reading.subjects[number].pronoun
    if spoken:
        return discourse.measure
    brief = len(reading.marks.words) <= _BRIEF and (cue.stance or Stance.OPEN).rank <= 0
    return discourse.main_measure() if brief else None


def _again(measure: Measure, cue: Predicate) -> Topic:
    return Topic(measure, "recalled", cue.start, cue.start, "recalled")


def _governs(number: int, reading: Reading) -> bool:
    """Whether the next clause holds what this one takes its stance on."""
    if number and reading.clauses[number - 1].opener == "whether":
        return True
    following = number + 1
    if following >= len(reading.clauses):
        return False
    clause = reading.clauses[following]
    return (
        bool(_topics(clause, reading.marks))
        and clause.opener != "if"
        and (clause.subordinate or not reading.subjects[following].explicit)
    )


def _judge(
    number: int, topic: Topic, reading: Reading, language: str, discourse: Discourse
) -> None:
    """Add the findings on one measure of one clause, or the reason why there is none."""
    clause = reading.clauses[number]
    judgement = _stance(number, topic, reading, language, discourse)
    if _backstop(judgement, topic, clause, reading.marks):
        others = _topics(clause, reading.marks)
        if len(others) > 1:
            return  # "support the force with intelligence": only that is given
        topic = replace(topic, measure=Measure.GUARANTEES)
    reason = None
    if judgement.stance is None:
        reason = (
            "nothing takes a stance on it"
            if judgement.chosen is None
            else "a demand, denial or norm"
        )
    else:
        if not _object(judgement, number, topic, reading, discourse):
            _own(judgement, number, topic, reading)
        reason = _unfounded(judgement, number, reading)
    if reason is not None:
        reading.rejections.append(Rejection(topic, clause, reason))
        return
    found = list(_found(judgement, number, topic, reading))
    if not found:
        reading.rejections.append(Rejection(topic, clause, "not this actor's to give"))
    reading.findings.extend(found)


_SUPPORT = re.compile(
    r"unterst[üu]tz|rückendeck|^support|^back|^souten|^soutien|^appu|^apoy|^respald|^sosten|^sosterr|"
    r"^appogg|^ondersteun|^steun|^wesp|^wspi|^підтрим|^поддерж"
)


def _backstop(judgement: _Judgement, topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "The US would support the multinational force": cover for it, no American soldiers in it."""
    if judgement.subject.codes != ("US",) or topic.measure is not Measure.TROOPS:
        return False
    chosen = judgement.chosen
    verb = chosen is not None and any(_SUPPORT.search(marks.words[w].norm) for w in chosen.words)
    return verb and topic.kind in {"core", "force"}


def _stance(
    number: int, topic: Topic, reading: Reading, language: str, discourse: Discourse
) -> _Judgement:
    """The stance of the clause's own words and of the clause that governs it."""
    marks, clause = reading.marks, reading.clauses[number]
    inner, rules, chosen = _inner(number, topic, reading, language)
    outer_number, outer = _governor(number, reading, chosen)
    subject, confidence = resolved(number, reading, discourse)
    if chosen is not None and chosen.kind in PREDICATE_TYPES:
        inner = _special(chosen, inner, marks, clause)
        return _Judgement(inner, rules, chosen, subject, confidence)
    judgement = _Judgement(inner, rules, chosen, subject, confidence)
    if outer is not None and outer_number is not None:
        _govern(judgement, number, outer_number, outer, reading, language, discourse)
    return judgement


def _govern(
    judgement: _Judgement,
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
    if outer.kind in PREDICATE_TYPES:
        judgement.stance = _special(outer, judgement.stance, reading.marks, above)
        judgement.rules = [*judgement.rules, outer.rule]
        return
    cues = _stance_cues(above, reading.marks)
    over, why = chain(outer, cues, above, reading.marks, language)
    asked = reading.clauses[number].opener == "whether"
    if asked and over is not None and over.rank >= Stance.COMMITTED.rank:
        over = judgement.stance = None  # "pledged a hub, whether or not soldiers cross the border"
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


def _object(
    judgement: _Judgement, number: int, topic: Topic, reading: Reading, discourse: Discourse
) -> bool:
    """ "European troops would be legitimate targets": who says so objects, not those troops."""
    chosen, marks = judgement.chosen, reading.marks
    if chosen is None or chosen.stance is not Stance.OPPOSED or chosen.kind != "stance":
        return False
    theirs = any(
        a.possessive and not a.oblique and 0 <= chosen.start - a.end <= 2 for a in marks.actors
    )
    if judgement.stance is not Stance.OPPOSED or theirs:
        return False  # "Hungary's veto"
    judged = {
        actor.code
        for actor in marks.actors
        if any(
            set(range(t.start, t.end)) & set(range(actor.start, actor.end)) for t in marks.topics
        )
    } | set(_possessors(topic, reading.clauses[number], marks))
    if not judgement.subject.codes or not set(judgement.subject.codes) <= judged:
        return bool(judgement.subject.codes) and not reading.subjects[number].explicit
    speaker = speaker_of(number, reading)
    if speaker is not None and speaker.code is not None:
        judgement.subject = Subject((speaker.code,), explicit=True, name=speaker.name)
    else:
        judgement.subject, judgement.confidence = from_before(discourse)
    judgement.rules = [*judgement.rules, "who says so"]
    return True


def _own(judgement: _Judgement, number: int, topic: Topic, reading: Reading) -> None:
    """Give the measure to its possessor where the clause has no subject ("polnische Truppen")."""
    received = judgement.chosen is not None and judgement.chosen.kind in {"done", "action_past"}
    giver = (
        _giver(judgement.subject, topic, reading.clauses[number], reading.marks)
        if received
        else None
    )
    if giver is not None:
        judgement.subject = Subject((giver,))
        judgement.rules = [*judgement.rules, "told by the receiver"]
        return
    possessors = _possessors(topic, reading.clauses[number], reading.marks)
    if not possessors or reading.subjects[number].explicit or _bought(judgement, reading.marks):
        return
    if "governed" in judgement.rules and judgement.subject.codes:
        return
    judgement.subject = Subject(possessors)
    judgement.rules = [*judgement.rules, "its owner"]
    judgement.confidence = max(judgement.confidence, 0.75)


_BOUGHT = re.compile(
    r"(?:ge|be)kauf|^kauf|beschaff|erw[oe]rb|bought|buy|purchas|procur|achet|achat|compr|acquist|"
    r"koop|kocht|kupi|kup[ou]|zaku|закуп|купл|купи|придба"
)


def _bought(judgement: _Judgement, marks: Marks) -> bool:
    """ "American weapons are bought": where a thing comes from is not who gives it."""
    chosen = judgement.chosen
    return chosen is not None and bool(_BOUGHT.search(marks.words[chosen.start].norm))


def _giver(subject: Subject, topic: Topic, clause: Clause, marks: Marks) -> str | None:
    """ "Ukraine has received two systems from Germany": the claim is the giver's."""
    if subject.codes != ("UA",) or topic.measure in _UKRAINE_OWN:
        return None
    for actor in marks.actors:
        if actor.agent and actor.start in clause and actor.code not in {None, "UA", "RU"}:
            return actor.code
    return None


def _unfounded(judgement: _Judgement, number: int, reading: Reading) -> str | None:
    """Why a stance is nobody's: no actor, or somebody who speaks for no state."""
    if judgement.subject.nonstate:
        return "the speaker is no government"
    if not judgement.subject.codes:
        return "no actor"
    named = reading.subjects[number].explicit or "its owner" in judgement.rules
    if "implied deed" in judgement.rules and not named:
        return "neither a known verb nor a named actor"
    if _thought_by_others(number, reading):
        return "the guess or wish of somebody who is no government"
    if _not_all(reading.clauses[number], reading.marks):
        return "not all of them"
    if _was_before(reading.clauses[number], reading.marks):
        return "a stance of the past without a date"
    speaker = speaker_of(number, reading)
    if speaker is not None and speaker.kind == "nonstate":
        return "said by somebody who is no government"
    if speaker is not None and speaker.code == "UA" and "modal" in judgement.rules:
        return "a wish of the receiver"
    return None


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


_ALL = frozenset(
    [
        "alle",
        "allen",
        "all",
        "every",
        "everyone",
        "tous",
        "toutes",
        "todos",
        "tutti",
        "iedereen",
        "wszystkie",
        "wszyscy",
        "всі",
        "всіх",
        "все",
        "всех",
    ]
)


def _not_all(clause: Clause, marks: Marks) -> bool:
    """ "Nicht alle europäischen Länder …": some do, and nobody knows who."""
    return any(
        hit[0] in clause
        and hit[-1] + 1 < len(marks.words)
        and marks.words[hit[-1] + 1].norm in _ALL
        for hit in marks.context.get("negation", ())
    )


def _was_before(clause: Clause, marks: Marks) -> bool:
    """ "Finland, which had so far ruled out …": told as a contrast to what holds now."""
    told_back = (
        clause.opener == "subordinator"
        if marks.language in SLAVIC  # no tense of its own for the past before the past
        else marks.has("pluperfect", clause.start, clause.end)
    )
    return (
        marks.has("old_stance", clause.start, clause.end)
        and told_back
        and not any(m.start in clause for m in marks.dates)
    )


def _found(judgement: _Judgement, number: int, topic: Topic, reading: Reading) -> Iterator[Finding]:
    speaker = speaker_of(number, reading)
    subject, chosen = judgement.subject, judgement.chosen
    assert judgement.stance is not None
    wanted = _signed(judgement, topic, reading.marks)
    for code in subject.codes:
        stance = _fitting(code, topic, wanted)
        if stance is None:
            continue
        yield Finding(
            actor=code,
            topic=topic,
            stance=stance,
            clause=reading.clauses[number],
            status=Status.REPORTED
            if "told by the receiver" in judgement.rules
            else _status(subject, speaker, reading),
            speaker=subject.name or (speaker.name if speaker is not None else None),
            rules=[topic.rule, *judgement.rules],
            confidence=judgement.confidence
            * (0.9 if chosen is not None and chosen.kind == "action" else 1.0)
            * (0.75 if topic.kind == "recalled" else 1.0),
            at=topic.start,
            past=chosen is not None and chosen.kind in {"action_past", "done"},
        )


def _signed(judgement: _Judgement, topic: Topic, marks: Marks) -> Stance:
    """Signing delivers the text itself and only promises what stands in it."""
    stance, chosen = judgement.stance, judgement.chosen
    assert stance is not None
    signing = {w for hit in marks.context.get("signing", ()) for w in hit}
    if chosen is None or stance.rank <= 0 or not signing & set(chosen.words):
        return stance
    past = "done" in judgement.rules or chosen.kind in {"action_past", "done"}
    text = topic.measure in {Measure.DECLARATION, Measure.INDUSTRY}
    if text and (past or chosen.kind == "stance") and "intention" not in judgement.rules:
        possible = topic.measure is not Measure.DECLARATION and stance is Stance.OPEN
        return stance if possible else Stance.DELIVERED
    return min(stance, Stance.COMMITTED, key=lambda s: s.rank)


def _stance_cues(clause: Clause, marks: Marks) -> list[Predicate]:
    return [p for p in predicates_of(clause, marks) if p.kind in {"stance", "noun"}]


def _inner(
    number: int, topic: Topic, reading: Reading, language: str
) -> tuple[Stance | None, list[str], Predicate | None]:
    """The stance that the clause's own predicates give to the measure."""
    marks, clause = reading.marks, reading.clauses[number]
    own = [p for p in predicates_of(clause, marks) if p.kind in (*CUES, *PREDICATE_TYPES)]
    special = [p for p in own if p.kind in PREDICATE_TYPES]
    cues = [p for p in own if p.kind in {"stance", "noun"}]
    actions = [p for p in own if p.kind in {"action", "action_past", "done"}]
    finite = [p for p in actions if language != "en" or not bare_english(p, marks)]
    chosen = _ruling(cues, finite or actions, topic)
    if special:
        nearest = min(special, key=lambda p: _distance(p, topic))
        if (
            chosen is None
            or nearest.kind == "deny"
            or (nearest.start < topic.start and nearest.start < chosen.start)
            or (_distance(nearest, topic) < _distance(chosen, topic))
        ):
            stance, rules = (
                (None, []) if chosen is None else chain(chosen, cues, clause, marks, language)
            )
            return stance, [*rules, nearest.rule], nearest
    if chosen is None:
        return None, [], None
    stance, rules = chain(chosen, cues, clause, marks, language)
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


def _after_correction(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "will nicht Soldaten entsenden, sondern Ausbilder": what stands behind the correction holds."""
    denied = negations(clause, marks)
    return any(
        hit[0] in clause and denied and min(denied) < hit[0] < topic.start
        for hit in marks.context.get("contrast", ())
    )


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


#: Of the subordinators only these give what somebody says, pledges or refuses.
_COMPLEMENTIZERS = frozenset(
    [
        "that",
        "dass",
        "daß",
        "wonach",
        "que",
        "qu'",
        "che",
        "dat",
        "że",
        "iż",
        "żeby",
        "aby",
        "by",
        "що",
        "щоб",
        "аби",
        "что",
        "чтобы",
    ]
)


def _governor(
    number: int, reading: Reading, chosen: Predicate | None
) -> tuple[int | None, Predicate | None]:
    """The predicate of another clause that governs this one ("versprach, … zu entsenden")."""
    clause = reading.clauses[number]
    own_stance = chosen is not None and chosen.kind in {"stance", "noun", *PREDICATE_TYPES}
    free = clause.opener == "main" and not clause.hard and not reading.subjects[number].explicit
    if free and reading.marks.language in {"de", "nl"}:
        free = infinitival(clause, reading.marks)
    elif free:
        free = not _has_modal(clause, reading.marks)
    if free and own_stance:
        free = number > 0 and not _topics(reading.clauses[number - 1], reading.marks)
    content = clause.opener == "whether" or (
        clause.opener == "subordinator"
        and reading.marks.words[clause.start].norm in _COMPLEMENTIZERS
    )
    if not (content or free):
        return None, None
    for other in range(number - 1, -1, -1):
        if reading.clauses[other].opener == "if":
            continue
        found = _governing(other, reading)
        if found is not None:
            return other, found
        break
    before = number > 0 and predicates_of(reading.clauses[number - 1], reading.marks)
    ahead = free and not before  # "Der Plan, … zu nutzen, scheiterte am Widerstand Belgiens"
    if (number == 0 and clause.subordinate) or clause.opener == "whether" or ahead:
        for other in range(number + 1, min(number + 3, len(reading.clauses))):
            found = _governing(other, reading)
            if found is not None and not _topics(reading.clauses[other], reading.marks):
                return other, found
    return None, None


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


def _special(
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


def _possessors(topic: Topic, clause: Clause, marks: Marks) -> tuple[str, ...]:
    """Whose measure it is: "polnische Truppen", "Teilnahme Frankreichs", "Britain's offer"."""
    codes: list[str] = []
    last: Actor | None = None
    for actor in marks.actors:
        if actor.code is None or actor.start not in clause:
            continue
        adjective = actor.kind == "adjective" and (
            0 <= topic.start - actor.end <= 2
            or 0 <= actor.start - topic.end <= 0
            or (topic.measure is Measure.TROOPS and topic.start <= actor.start < topic.end)
        )
        genitive = (actor.possessive and not actor.oblique) and (
            0 <= topic.start - actor.end <= 3 or 0 <= actor.start - topic.end <= 1
        )
        overlap = actor.kind in {"adjective", "state"} and actor.end == topic.start
        joined = last is not None and 0 <= actor.start - last.end <= 2 and actor.kind == last.kind
        if adjective or genitive or overlap or joined:
            codes.append(actor.code)
            last = actor
    return tuple(dict.fromkeys(codes))


def _status(subject: Subject, speaker: Actor | None, reading: Reading) -> Status:
    marks = reading.marks
    if marks.has("draft_mark"):
        return Status.DRAFT
    if marks.has("reported_mark"):
        return Status.REPORTED
    if (
        speaker is not None
        and speaker.code is not None
        and speaker.code not in subject.codes
        and speaker.kind in {"person", "role"}
        and not {"COALITION", "EU"} & set(subject.codes)
    ):
        return Status.REPORTED
    return Status.OFFICIAL


def _fitting(code: str, topic: Topic, stance: Stance) -> Stance | None:
    """The stance as this actor can hold it: the attacked and the attacker do not pledge to themselves."""
    if code == "UA" and topic.measure not in _UKRAINE_OWN:
        return None
    if code == "RU" and topic.measure is Measure.SANCTIONS:
        return None
    if code == "RU":
        if stance in {Stance.RULED_OUT, Stance.RELUCTANT}:
            return Stance.OPPOSED
        if stance.rank > Stance.OPEN.rank or (stance.rank > 0 and topic.measure in _RECEIVED):
            return None
    return stance
