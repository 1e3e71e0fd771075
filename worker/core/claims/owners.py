"""Owners: whose measure it is when the subject of the clause does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.core.claims.cases import OF
from worker.core.claims.clause import Clause, predicates_of
from worker.core.claims.discourse import Discourse, from_before
from worker.core.claims.germanic import comes_from, gets, objects_to_sanctions
from worker.core.claims.grouping import groups_of
from worker.core.claims.marks import Actor, Marks, Predicate, Topic
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.slavic import is_origin, receives
from worker.core.claims.speech import speaker_of
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance, Status

#: What the attacked state can only receive, and the attacker only accept or reject.
_RECEIVED = frozenset(Measure) - {Measure.MONITORING, Measure.GUARANTEES, Measure.DECLARATION}


_UKRAINE_OWN = {Measure.DECLARATION, Measure.INDUSTRY}


@dataclass(slots=True)
class Judgement:
    """The stance on one measure in one clause while it is being put together."""

    stance: Stance | None
    rules: list[str]
    chosen: Predicate | None
    subject: Subject
    confidence: float


_WITH = word_set("with mit avec con met z ze із з с со")


def cosigners(judgement: Judgement, number: int, topic: Topic, reading: Reading) -> list[str]:
    """Who signs with the subject: "signed a declaration with France and Ukraine on …"."""
    chosen, clause, marks = judgement.chosen, reading.clauses[number], reading.marks
    two = topic.measure is Measure.INDUSTRY
    if not (two or topic.measure in {Measure.DECLARATION, Measure.TROOPS}) or chosen is None:
        return []
    signed = {w for hit in marks.context.get("signing", ()) for w in hit} & set(chosen.words)
    document = two or any(
        t.measure is Measure.DECLARATION and t.start in clause for t in marks.topics
    )
    if not signed or not document or judgement.stance is None or judgement.stance.rank <= 0:
        return []
    return [
        actor.code
        for group in groups_of(clause, marks)
        if chosen.end <= group[0].start
        and any(marks.words[i].norm in _WITH for i in range(group[0].start - 2, group[0].start))
        for actor in group
        if actor.code is not None and actor.code not in judgement.subject.codes
    ]


_SUPPORT = re.compile(
    r"unterst[üu]tz|rückendeck|^support|^back|^souten|^soutien|^appu|^apoy|^respald|^sosten|^sosterr|"
    r"^appogg|^ondersteun|^steun|^wesp|^wspi|^підтрим|^поддерж"
)


def backstop(judgement: Judgement, topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "The US would support the multinational force": cover for it, no American soldiers in it."""
    if judgement.subject.codes != ("US",) or topic.measure is not Measure.TROOPS:
        return False
    chosen = judgement.chosen
    verb = chosen is not None and any(_SUPPORT.search(marks.words[w].norm) for w in chosen.words)
    return verb and topic.kind in {"core", "force"}


def give_to_objector(
    judgement: Judgement, number: int, topic: Topic, reading: Reading, discourse: Discourse
) -> bool:
    """ "European troops would be legitimate targets": who says so objects, not those troops."""
    chosen, marks = judgement.chosen, reading.marks
    if _refused_by_moscow(judgement, number, topic, reading):
        return True
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
    unowned = not judgement.subject.codes and not judgement.subject.nonstate
    moscow = discourse.state == "RU" and discourse.state_age <= 1
    if unowned and moscow and topic.measure is Measure.TROOPS:
        judgement.subject, judgement.confidence = Subject(("RU",)), 0.65
        return True  # "Any foreign troops would be targets, she said."
    if not judgement.subject.codes or not set(judgement.subject.codes) <= judged:
        return bool(judgement.subject.codes) and not reading.subjects[number].explicit
    speaker = speaker_of(number, reading)
    if speaker is not None and speaker.code is not None:
        judgement.subject = Subject((speaker.code,), explicit=True, name=speaker.name)
    else:
        judgement.subject, judgement.confidence = _before_colon(number, reading), 0.8
        if not judgement.subject.codes:
            judgement.subject, judgement.confidence = from_before(discourse)
    judgement.rules = [*judgement.rules, "who says so"]
    return True


def _refused_by_moscow(judgement: Judgement, number: int, topic: Topic, reading: Reading) -> bool:
    """ "Peskov said American forces could not play a role": his no, not that of those forces."""
    speaker = speaker_of(number, reading)
    told = speaker is not None and speaker.code == "RU" and not reading.subjects[number].explicit
    refused = judgement.stance is not None and judgement.stance.rank < 0
    if not (told and refused and topic.measure in _OF_OTHERS) or speaker is None:
        return False
    judgement.subject = Subject(("RU",), explicit=True, name=speaker.name)
    judgement.rules = [*judgement.rules, "who says so"]
    return True


_BODIES = frozenset({"NATO", "EU", "COALITION"})


def give_to_moscow(judgement: Judgement, number: int, topic: Topic, reading: Reading) -> None:
    """ "Ryabkov: no Nato soldiers in Ukraine": Moscow refuses for nobody but itself."""
    said = predicates_of(reading.clauses[number], reading.marks)
    refused = judgement.stance in {Stance.OPEN, Stance.RULED_OUT}
    russian = judgement.subject.codes == ("RU",)
    if russian and refused and any(p.stance is Stance.OPPOSED for p in said):
        judgement.stance = Stance.OPPOSED  # "no aceptará bajo ningún concepto la presencia …"
    stance = judgement.stance
    if stance is None or stance.rank >= 0 or not set(judgement.subject.codes) <= _BODIES:
        return
    speaker = speaker_of(number, reading)
    moscow = speaker is not None and speaker.code == "RU"
    colon = _before_colon(number, reading)
    if moscow or colon.codes == ("RU",):
        judgement.subject = Subject(("RU",), explicit=True, name=speaker.name if speaker else None)
        judgement.rules = [*judgement.rules, "who says so"]


def _before_colon(number: int, reading: Reading) -> Subject:
    """ "Peskov: the presence of such troops is impossible": whoever stands before the colon."""
    if any(clause.hard for clause in reading.clauses[1 : number + 1]):
        return reading.subjects[0]
    return Subject()


def give_to_owner(judgement: Judgement, number: int, topic: Topic, reading: Reading) -> None:
    """Give the measure to its possessor where the clause has no subject ("polnische Truppen")."""
    received = judgement.chosen is not None and judgement.chosen.kind in {"done", "action_past"}
    received = received or receives(judgement.chosen, reading.marks)
    received = received or gets(judgement.chosen, reading.marks)
    attacked = gets(judgement.chosen, reading.marks) and any(
        a.code == "UA" and a.start in reading.clauses[number] for a in reading.marks.actors
    )
    giver = (
        _giver(
            Subject(("UA",)) if attacked else judgement.subject,
            topic,
            reading.clauses[number],
            reading.marks,
        )
        if received
        else None
    )
    if giver is not None:
        judgement.subject = Subject(giver)
        judgement.rules = [*judgement.rules, "told by the receiver"]
        return
    possessors = _possessors(topic, reading.clauses[number], reading.marks)
    if not possessors and not judgement.subject.codes and received and _passive(number, reading):
        possessors = _hosts(topic, reading.clauses[number], reading.marks)
    if not possessors and not judgement.subject.codes and _numbered(topic, reading.marks):
        possessors = ("EU",)
    named = reading.subjects[number].explicit and not _there_is(number, reading)
    if not possessors or named or bought(judgement, reading.marks):
        return
    if "governed" in judgement.rules and judgement.subject.codes:
        return
    own = reading.subjects[number].pronoun
    if own and topic.measure in _HARDWARE and reading.marks.language == "en":
        return  # "his country will contribute to the supply of American systems"
    if _denied_by_moscow(judgement, topic, number, reading):
        possessors = ("RU",)
    if possessors == ("US",) and _paid(topic, reading.clauses[number], reading.marks):
        return
    judgement.subject = Subject(possessors)
    judgement.rules = [*judgement.rules, "its owner"]
    judgement.confidence = max(judgement.confidence, 0.75)


_HARDWARE = frozenset({Measure.ARMS, Measure.AIR_DEFENCE})


def _denied_by_moscow(judgement: Judgement, topic: Topic, number: int, reading: Reading) -> bool:
    """ "European soldiers cannot stand there, Moscow said": its objection, not Europe's refusal."""
    speaker = speaker_of(number, reading)
    negative = judgement.stance is not None and judgement.stance.rank < 0
    return negative and topic.measure in _OF_OTHERS and speaker is not None and speaker.code == "RU"


def _paid(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "The money is for American weapons": made there, paid for by somebody else."""
    hardware = topic.measure in {Measure.ARMS, Measure.AIR_DEFENCE}
    funds = any(t.start in clause and t.measure is Measure.FUNDING for t in marks.topics)
    return hardware and (funds or any(start in clause for start, _ in marks.money))


def _there_is(number: int, reading: Reading) -> bool:
    """ "There will be French and British soldiers, Macron said": they are the subject, not he."""
    word = reading.marks.words[reading.clauses[number].start].norm
    return reading.marks.language == "en" and word in {"there", "there'll"}


_ORDINAL = re.compile(
    r"^(?:1[6-9]|2\d)(?:st|nd|rd|th|e|de|ste)$|^(?:twintig|eenentwintig|tweeëntwintig|negentien)ste$|"
    r"^(?:nineteenth|twentieth|twenty)$"
)


def _numbered(topic: Topic, marks: Marks) -> bool:
    """ "The 20th package was adopted": only the Union numbers its sanctions."""
    near = range(max(0, topic.start - 2), topic.end)
    words = [w.norm for w in marks.words]  # English "20th" is two words
    return topic.measure is Measure.SANCTIONS and any(
        _ORDINAL.match(words[i]) or _ORDINAL.match("".join(words[i : i + 2])) for i in near
    )


def _passive(number: int, reading: Reading) -> bool:
    clause, marks = reading.clauses[number], reading.marks
    doing = any(
        t.start in clause and marks.words[t.start].norm.endswith("ing") for t in marks.topics
    )
    return marks.has("passive", clause.start, clause.end) and not doing


_IN = word_set("in im en au aux w we в у во")


def _hosts(topic: Topic, clause: Clause, marks: Marks) -> tuple[str, ...]:
    """ "Recruits have been trained in the UK": where they are trained is who trains them."""
    if topic.measure is not Measure.TRAINING:
        return ()
    places = [
        actor.code
        for actor in marks.actors
        if actor.start in clause
        and actor.kind in {"state", "oblique"}
        and actor.code not in {None, "UA", "RU"}
        and any(marks.words[i].norm in _IN for i in range(max(0, actor.start - 2), actor.start))
    ]
    return tuple(dict.fromkeys(code for code in places if code))[:1]


def give_to_undecided(
    judgement: Judgement, number: int, reading: Reading, discourse: Discourse
) -> None:
    """ "No decision on ground troops has been taken.": by the state spoken of just before."""
    own, marks = reading.subjects[number], reading.marks
    if judgement.subject.codes or judgement.subject.nonstate or own.explicit:
        return
    if judgement.stance is not Stance.UNDECIDED or marks.language not in {"en", "nl"}:
        return
    state = discourse.single if discourse.state_age <= 1 else None
    if state is not None and state not in {"UA", "RU"}:
        judgement.subject, judgement.confidence = Subject((state,)), 0.6


_BOUGHT = re.compile(
    r"(?:ge|be)kauf|^kauf|beschaff|erw[oe]rb|bought|buy|purchas|procur|achet|achat|compr|acquist|"
    r"koop|^(?:aan|in)?kop(?:en|t)$|kocht|kupi|kup[ou]|zaku|закуп|купл|купи|придба"
)


def buys_from_others(judgement: Judgement, number: int, topic: Topic, reading: Reading) -> bool:
    """ "Agreed to buy $500 million worth of American weapons": what it gives is money."""
    if topic.measure not in {Measure.ARMS, Measure.AIR_DEFENCE} or not judgement.subject.codes:
        return False
    clause, marks = reading.clauses[number], reading.marks
    makers = (*_possessors(topic, clause, marks), *_sellers(clause, marks))
    foreign = [c for c in makers if c not in judgement.subject.codes]
    verbs = {p.start for p in predicates_of(clause, marks)}
    if marks.language in OF:  # "staat klaar om wapens te kopen": no deed of its own
        verbs |= set(range(clause.start, clause.end))
    return bool(foreign) and any(_BOUGHT.search(marks.words[i].norm) for i in verbs)


def _sellers(clause: Clause, marks: Marks) -> list[str]:
    """ "Buy missiles from the US": the state that they are bought from."""
    return [
        actor.code
        for actor in marks.actors
        if actor.code == "US" and actor.kind == "state" and actor.oblique and actor.start in clause
    ]


_FINANCED = re.compile(
    r"^(?:financ|finanz|bankroll|sp(?:end|ent)|fund(?:s|ed|ing)?$|finansu|sfinans|фінансу|профінансу|финансир)"
)


def financed(judgement: Judgement, topic: Topic, marks: Marks) -> bool:
    """ "Will finance a package of ammunition": what it gives is the money."""
    chosen = judgement.chosen
    if topic.measure not in _HARDWARE or chosen is None or chosen.end > topic.start:
        return False
    before = [w.norm for w in marks.words[max(chosen.end, topic.start - 5) : topic.start]]
    noun = "financing" in before and "of" in before  # "announced the financing of drones"
    return noun or bool(_FINANCED.match(marks.words[chosen.start].norm))


def bought(judgement: Judgement, marks: Marks) -> bool:
    """ "American weapons are bought": where a thing comes from is not who gives it."""
    chosen = judgement.chosen
    return chosen is not None and bool(_BOUGHT.search(marks.words[chosen.start].norm))


def _giver(subject: Subject, topic: Topic, clause: Clause, marks: Marks) -> tuple[str, ...] | None:
    """ "Ukraine has received two systems from Germany": the claim is the giver's."""
    if subject.codes != ("UA",) or topic.measure in _UKRAINE_OWN:
        return None
    for actor in marks.actors:
        gives = actor.agent or _received_from(actor, marks) or is_origin(actor, topic, marks)
        gives = gives or comes_from(actor, topic, marks)
        if gives and actor.start in clause and actor.code not in {None, "UA", "RU"}:
            group = next((g for g in groups_of(clause, marks) if actor in g), [actor])
            return tuple(dict.fromkeys(a.code for a in group if a.code))
    return None


def _received_from(actor: Actor, marks: Marks) -> bool:
    """ "Oekraïne kreeg een batterij van Duitsland": the preposition of the possessor, too."""
    before = {w.norm for w in marks.words[max(0, actor.start - 2) : actor.start]}
    return marks.language in OF and bool(before & OF[marks.language])


def _possessors(topic: Topic, clause: Clause, marks: Marks) -> tuple[str, ...]:
    """Whose measure it is: "polnische Truppen", "Teilnahme Frankreichs", "Britain's offer"."""
    if topic.kind == "recalled":
        return ()  # it stands nowhere in the clause
    codes: list[str] = []
    last: Actor | None = None
    of = marks.language in OF  # "l'offre de l'Italie": the preposition is the genitive
    for actor in marks.actors:
        if actor.code is None or actor.start not in clause:
            continue
        if actor.code == "UA" and topic.measure not in _UKRAINE_OWN:
            continue  # "forces on Ukrainian soil"
        if actor.code == "COALITION" and actor.kind == "adjective" and _one_of(clause, marks):
            continue  # "la participation française à une force européenne"
        adjective = actor.kind == "adjective" and (
            0 <= topic.start - actor.end <= 2
            or 0 <= actor.start - topic.end <= 0
            or (topic.measure is Measure.TROOPS and topic.start <= actor.start < topic.end)
        )
        genitive = (actor.possessive and (of or not actor.oblique)) and (
            0 <= topic.start - actor.end <= _genitive_reach(actor, topic, marks)
            or 0 <= actor.start - topic.end <= 1 + of
        )
        overlap = actor.kind in {"adjective", "state"} and actor.end == topic.start
        joined = last is not None and 0 <= actor.start - last.end <= 2 and actor.kind == last.kind
        if adjective or genitive or overlap or joined:
            codes = [*_listed_before(actor, clause, marks), *codes, actor.code]
            last = actor
    return tuple(dict.fromkeys(codes))


def _one_of(clause: Clause, marks: Marks) -> bool:
    """Whether a state is named whose part of the European thing is meant."""
    named = {"UA", "RU", "COALITION", "EU", None}
    return marks.language in OF and any(
        a.start in clause and a.kind == "adjective" and a.code not in named for a in marks.actors
    )


def _listed_before(actor: Actor, clause: Clause, marks: Marks) -> list[str]:
    """ "French, British and Turkish soldiers": the adjectives joined to the one before the noun."""
    codes: list[str] = []
    if actor.kind != "adjective":
        return codes
    joints = {w for hit in marks.context.get("coordinator", ()) for w in hit}
    at = actor.start
    for other in sorted(marks.actors, key=lambda a: -a.start):
        if other.kind != "adjective" or other.code is None or other.end > at:
            continue
        between = range(other.end, at)
        linked = bool(set(between) & joints) or "," in marks.words[at].before
        if other.start not in clause or not linked or not set(between) <= joints:
            break
        codes.insert(0, other.code)
        at = other.start
    return codes


def _genitive_reach(actor: Actor, topic: Topic, marks: Marks) -> int:
    """How far a measure may stand behind its owner: "the EU's €90 billion loan" is near."""
    amount = topic.kind == "core" and any(
        actor.end <= start < topic.start for start, _ in marks.money
    )
    return 6 if amount else 3


def status_of(subject: Subject, speaker: Actor | None, reading: Reading) -> Status:
    """Whether a statement is the state's own word, a report or a draft."""
    marks = reading.marks
    if marks.has("draft_mark"):
        return Status.DRAFT
    if marks.has("reported_mark"):
        return Status.REPORTED
    if (
        speaker is not None
        and speaker.code is not None
        and not set(speaker.code.split("+")) & set(subject.codes)
        and speaker.kind in {"person", "role"}
        and not {"COALITION", "EU"} & set(subject.codes)
    ):
        return Status.REPORTED
    return Status.OFFICIAL


_UNION = frozenset(
    code.upper()
    for code in word_set(
        "at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk"
    )
)


_PERMITS = re.compile(
    r"^(?:allow|let$|permit|accept|agree|consent"
    r"|zulass|zuließ|zugelassen|erlaub|akzept|zustimm|zugestimmt|stimm|einverstanden"
    r"|accept|permet|permis|permit|acept|accett|acconsent|consent"
    r"|toesta|toegestaan|aanvaard|instem|ingestemd"
    r"|zgodzi|zgadza|zgodę|pozwol|zaakcept|akcept"
    r"|погод|дозвол|згод|прийня|соглас|разреш|допуст|допуска|приня)"
)


def as_permitted(code: str, topic: Topic, stance: Stance, clause: Clause, marks: Marks) -> Stance:
    """ "Putin agreed to allow the US to offer guarantees": accepting what others do is no pledge."""
    if code != "RU" or stance is not Stance.COMMITTED or topic.measure not in _OF_OTHERS:
        return stance
    permits = any(_PERMITS.match(w.norm) for w in marks.words[clause.start : clause.end])
    return Stance.OPEN if permits else stance


#: What others would do in Ukraine, and a party to the war can only accept or refuse.
_OF_OTHERS = (Measure.GUARANTEES, Measure.TROOPS, Measure.MONITORING, Measure.AIR, Measure.NAVY)


_BEARS = re.compile(
    r"^(?:put$|accept|tolerat|countenanc|stomach|abide|duld|akzept|hinnehm|toler|tolér|acept|accett"
    r"|aanvaard|accept|gedoog|zaakcept|akcept|toleruj|терп|стерп|прийм|прийня|прим|приня|допус)"
)


def would_bear(code: str, topic: Topic, chosen: Predicate | None, marks: Marks) -> bool:
    """ "Putin would put up with European peacekeepers": a party to the war that accepts them is open."""
    if code != "RU" or topic.measure not in _OF_OTHERS or chosen is None:
        return False
    return chosen.kind == "stance" and bool(_BEARS.match(marks.words[chosen.start].norm))


def fitting_stance(code: str, topic: Topic, stance: Stance, bears: bool = False) -> Stance | None:
    """The stance as this actor can hold it: the attacked and the attacker do not pledge to themselves.

    ``bears``: it accepts what others would do.
    """
    if code == "UA" and topic.measure not in _UKRAINE_OWN:
        return None
    if code == "RU" and topic.measure is Measure.SANCTIONS:
        return stance if objects_to_sanctions(code, topic, stance) else None
    if topic.measure is Measure.SANCTIONS and stance is Stance.RULED_OUT and code in _UNION:
        return Stance.OPPOSED  # whoever of the 27 refuses blocks them all
    if code == "RU" and not (bears and stance is Stance.OPEN):
        if stance in {Stance.RULED_OUT, Stance.RELUCTANT}:
            return Stance.OPPOSED
        if stance.rank > Stance.OPEN.rank or (stance.rank > 0 and topic.measure in _RECEIVED):
            return None
    return stance
