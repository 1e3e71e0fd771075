"""Slavic grammar of its own: relative pronouns behind a name, verbs of nobody, bare copulas."""

from __future__ import annotations

import re

from worker.core.claims.clause import SLAVIC, Clause, predicates_of
from worker.core.claims.marks import Actor, Marks, Predicate, Topic
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance

_ONE = word_set("który która którą яка який которая который")
_MANY = word_set("które którzy які которые")
#: States whose names are plural words in Polish, Ukrainian or Russian.
_PLURAL = {
    "pl": frozenset({"DE", "IT", "HU", "CZ", "US", "CN"}),
    "uk": frozenset({"US", "NL"}),
    "ru": frozenset({"US", "NL"}),
}
_NAMED = frozenset({"state", "oblique", "capital", "person"})
_JOINTS = word_set("i oraz a та і й и")


def antecedent(number: int, reading: Reading) -> Subject | None:
    """ "… z Wielką Brytanią i Francją, które już dostarczyły rakiety": the names before the pronoun."""
    clause, marks = reading.clauses[number], reading.marks
    if marks.language not in SLAVIC or clause.opener != "subordinator" or not clause.comma:
        return None
    pronoun = marks.words[clause.start].norm
    group = _names_before(clause.start, marks)
    if pronoun not in _ONE | _MANY or not group or _has_nominative(clause, marks):
        return None
    plural = len(group) > 1 or group[0].code in _PLURAL[marks.language]
    codes = tuple(dict.fromkeys(a.code for a in group if a.code))
    if plural != (pronoun in _MANY) or not codes or set(codes) & {"UA", "RU"}:
        return None
    name = group[0].name if group[0].kind == "person" and len(group) == 1 else None
    return Subject(codes, explicit=True, name=name)


def _names_before(end: int, marks: Marks) -> list[Actor]:
    """The names that stand joined right before a word, the last first."""
    group: list[Actor] = []
    while (actor := _ending(end, marks)) is not None:
        group.append(actor)
        end = actor.start
        if end and marks.words[end - 1].norm in _JOINTS:
            end -= 1
        elif "," not in marks.words[actor.start].before:
            break
    return group[::-1]


def _ending(end: int, marks: Marks) -> Actor | None:
    return next((a for a in marks.actors if a.end == end and a.code and a.kind in _NAMED), None)


def _has_nominative(clause: Clause, marks: Marks) -> bool:
    return any(
        a.start in clause and not a.oblique and a.kind not in {"adjective", "oblique"}
        for a in marks.actors
    )


_NOBODY = re.compile(r"(?:но|то|no|to)$")
#: "Zapadła decyzja", "ухвалено рішення", "принято решение": decisions of those who met.
_FALLS = re.compile(r"^(?:zapad|ухвален|прийнят|принят)")
_MEETINGS = re.compile(r"^(?:szczy[ct]|posiedzeni|саміт|саммит|засіданн|заседани)")
_UNION = word_set("ue unii brukseli unijnym єс ес євросоюзу евросоюза брюсселі брюсселе")


def of_the_meeting(number: int, reading: Reading) -> Subject | None:
    """ "Na szczycie w Brukseli podjęto decyzję o pożyczce": whose meeting it was."""
    clause, marks = reading.clauses[number], reading.marks
    if marks.language not in SLAVIC or _has_nominative(clause, marks):
        return None
    if any(hit[0] in clause for hit in marks.context.get("signing", ())):
        return None
    others = {a.code for a in marks.actors if a.code} - {"UA", "RU", "EU", "COALITION"}
    deeds = [p for p in predicates_of(clause, marks) if p.kind in {"stance", "action_past"}]
    verbs = [marks.words[w].norm for p in deeds for w in p.words]
    decided = any(_FALLS.match(verb) or _NOBODY.search(verb) for verb in verbs)
    if not decided or others:
        return None
    host = _whose_meeting(clause, marks)
    return Subject((host,)) if host is not None else None


def _whose_meeting(clause: Clause, marks: Marks) -> str | None:
    met = [i for i in range(clause.start, clause.end) if _MEETINGS.match(marks.words[i].norm)]
    place = {marks.words[i].norm for i in range(clause.start, clause.end)} & _UNION
    if place:
        return "EU"
    coalition = any(a.code == "COALITION" and a.oblique and a.start in clause for a in marks.actors)
    return "COALITION" if met and coalition else None


_IS_TO = word_set("ma mają")
_WILL_BE = word_set("być będzie będą буде будуть будет будут")
_NOMINAL = re.compile(r"(?:em|ą|ami|ym)$")
_CONCERNS = re.compile(
    r"^(?:dotycz|oznacz|wymaga|zależe|służy|różni|trwał|trwać|kosztowa|відрізня|отлича|стосува|означа|вимага|залежа|каса|требова|зависе)"
)


def says_what_it_is(at: int, clause: Clause, marks: Marks) -> bool:
    """ "Gwarancje będą kluczem do pokoju", "misja będzie dotyczyć …": no deed, a copula."""
    if marks.language not in SLAVIC:
        return False
    if marks.words[at].norm in _IS_TO and at + 1 < clause.end:
        at += marks.words[at + 1].norm == "być"  # "ma być jednym z tematów"
    if marks.words[at].norm not in _WILL_BE:
        return False
    thing = any(t.start in clause and t.end <= at for t in marks.topics)
    doer = any(
        clause.start <= a.start < at and not a.oblique and a.kind not in {"adjective", "oblique"}
        for a in marks.actors
    )
    following = marks.words[at + 1].norm if at + 1 < clause.end else ""
    near = (marks.words[i].norm for i in range(at + 1, min(at + 4, clause.end)))
    concerns = any(_CONCERNS.match(word) for word in near)
    return not doer and (concerns or (thing and bool(_NOMINAL.search(following))))


def objections(number: int, reading: Reading) -> list[Predicate]:
    """ "Nie osiągnięto zgody na pożyczkę, z powodu sprzeciwu Belgii": to what was just told."""
    clause, marks = reading.clauses[number], reading.marks
    if marks.language not in SLAVIC or not reading.findings or not clause.comma:
        return []
    cues = [p for p in predicates_of(clause, marks) if p.kind == "noun"]
    return [p for p in cues if p.stance is Stance.OPPOSED]


def recalls_nothing(number: int, reading: Reading) -> bool:
    """Whether a clause only tells of another's pledge, or refuses a demand that it names."""
    clause, marks = reading.clauses[number], reading.marks
    if marks.language == "pl" and any(p.kind == "demand" for p in predicates_of(clause, marks)):
        return True  # "koalicja odrzuca żądania Moskwy"
    return only_attributes(number, reading)


def only_attributes(number: int, reading: Reading) -> bool:
    """ "26 krajów zobowiązało się … – ogłosił Macron": who tells of it pledges nothing himself."""
    clause, marks = reading.clauses[number], reading.marks
    if marks.language not in SLAVIC or not number or not reading.findings or not clause.comma:
        return False
    says = {p.start for p in predicates_of(clause, marks) if p.kind == "reporting"}
    cues = [p.start for p in predicates_of(clause, marks) if p.kind != "reporting"]
    leads = bool(cues) and cues[0] <= clause.start + 1
    return leads and set(cues) <= says and number + 1 == len(reading.clauses)


_SO_THAT = word_set("aby by żeby ażeby щоб аби чтобы дабы")
_INFINITIVE = re.compile(r"(?:ć|c|ти|ть|ться|тися|чь)$")
#: What a force is for rather than what it is.
_AIMS = frozenset({Measure.GUARANTEES, Measure.MONITORING})


def pledges_nothing(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "Rozważa wysłanie sił, aby zagwarantować rozejm", "że gwarancje będą kluczem do pokoju"."""
    if marks.language not in SLAVIC:
        return False
    if clause.subordinate and not predicates_of(clause, marks):
        modals = (hit[0] for hit in marks.context.get("modal_will", ()) if hit[0] in clause)
        return any(says_what_it_is(at, clause, marks) for at in modals)
    if _aim_of_the_refused(clause, marks):
        return True
    return topic.measure in _AIMS and _aimed_at(topic, clause, marks)


def _aim_of_the_refused(clause: Clause, marks: Marks) -> bool:
    """ "Odrzuca zaciągnięcie długu, by przekazać pieniądze": the aim of what is refused."""
    first = range(clause.start + 1, min(clause.start + 4, clause.end))
    aim = marks.words[clause.start].norm in _SO_THAT and clause.comma
    aim = aim and any(_INFINITIVE.search(marks.words[i].norm) for i in first)
    return aim and any(
        p.start < clause.start and p.stance is not None and p.stance.rank < 0
        for p in marks.predicates
    )


def _aimed_at(topic: Topic, clause: Clause, marks: Marks) -> bool:
    openers = [
        i
        for i in range(clause.start, topic.start)
        if marks.words[i].norm in _SO_THAT and "," in marks.words[i].before
    ]
    if not openers or openers[-1] == clause.start == 0:
        return False
    near = range(openers[-1] + 1, min(openers[-1] + 4, topic.end))
    purpose = any(_INFINITIVE.search(marks.words[i].norm) for i in near)
    ruled = any(p.start < openers[-1] and p.kind == "demand" for p in marks.predicates)
    return purpose and not ruled and any(t.start < openers[-1] for t in marks.topics)
