"""German and Dutch grammar: relatives behind counted states, "of 30 states only six", plans of nobody."""

from __future__ import annotations

import re

from worker.core.claims.clause import Clause, predicates_of
from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Actor, Marks, Predicate, Topic
from worker.core.claims.reading import SUBJECT_KINDS, Reading, Subject
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance

GERMANIC = frozenset({"de", "nl"})

_WHO = word_set("die welche")
_STATES = re.compile(r"^(?:länder|ländern|staaten|nationen|landen|staten|bondgenoten|partner)")
_BELONGS = word_set("gehört gehöre gehören zählt zähle zählen behoort behoren een één eines")


def counted_head(clause: Clause, marks: Marks) -> Subject | None:
    """ "Norwegen gehört zu den zehn Ländern, die …": those states, and the one that is among them.

    ``None`` where the clause is no such relative or names a subject of its own.
    """
    relative = marks.language in GERMANIC and clause.opener == "subordinator" and clause.start
    if not relative or marks.words[clause.start].norm not in _WHO or _names_its_own(clause, marks):
        return None
    head = next((a for a in marks.actors if a.end == clause.start and a.code == "COALITION"), None)
    if head is None or not _STATES.match(marks.words[head.end - 1].norm):
        return None
    before = marks.words[max(0, head.start - 4) : head.start]
    among = any(w.norm in _BELONGS for w in before)
    named = [a for a in marks.actors if a.end <= head.start and a.kind in SUBJECT_KINDS]
    members = [a.code for a in named if a.code and not a.oblique and not a.possessive]
    codes = (*members, "COALITION") if among else ("COALITION",)
    return Subject(tuple(dict.fromkeys(codes)), explicit=True)


def _names_its_own(clause: Clause, marks: Marks) -> bool:
    return any(
        a.start in clause and a.kind in SUBJECT_KINDS and not a.oblique for a in marks.actors
    )


_OF = word_set("von van")
#: So near behind "of" the states stand of which some do it ("von rund 30 Staaten").
_PART = 5


def some_of(groups: list[list[Actor]], clause: Clause, marks: Marks) -> list[Actor] | None:
    """ "Von rund 30 Staaten wollen nur sechs Soldaten schicken": the states some of which do it."""
    if marks.language not in GERMANIC or marks.words[clause.start].norm not in _OF:
        return None
    first = next((g for g in groups if g[0].code == "COALITION" and g[0].kind == "state"), None)
    if first is None or first[0].start > clause.start + _PART:
        return None
    named = range(clause.start, first[0].end)
    return first if any(_STATES.match(marks.words[i].norm) for i in named) else None


_PASSIVE = word_set("wird werden wurde wurden werde wordt worden werd werden")
_TALK = re.compile(
    r"^(?:gestritten|diskutiert|debattiert|gesprochen|spekuliert|beraten|gerungen|verhandelt|gerätselt"
    r"|gesproken|gediscussieerd|gedebatteerd|gespeculeerd|onderhandeld|gepraat|getwist|overlegd)$"
)


def talked_about(at: int, clause: Clause, marks: Marks) -> bool:
    """ "In Berlin wird über einen Einsatz gestritten": talk is all that is done."""
    last = clause.more[1] if clause.more else clause.end
    passive = marks.language in GERMANIC and marks.words[at].norm in _PASSIVE
    return passive and any(_TALK.match(marks.words[i].norm) for i in range(at, last))


_ALLOTS = re.compile(r"^entf(?:ällt|allen|iel|ielen)$")


def allotted(groups: list[list[Actor]], clause: Clause, marks: Marks) -> list[Actor] | None:
    """ "Auf Schweden entfallen 275 Millionen": whose share it is gives it."""
    if marks.language != "de" or marks.words[clause.start].norm != "auf":
        return None
    falls = any(_ALLOTS.match(marks.words[i].norm) for i in range(clause.start, clause.end))
    return groups[0] if falls and groups and groups[0][0].start <= clause.start + 2 else None


_NOBODY = re.compile(
    r"^(?:gedacht|geplant|vorgesehen|vereinbart|verabredet|beschlossen|diskutiert|erwogen|gesprek"
    r"|gespräch|frage|denkbar|afgesproken|overeengekomen|gewerkt|gekeken|vastgelegd|voorzien|besproken)$"
)
#: What those who met plan together; a loan or a delivery is that of one state.
_COMMON = frozenset(
    {
        *(Measure.TROOPS, Measure.GUARANTEES, Measure.AIR, Measure.NAVY),
        *(Measure.COMMAND, Measure.MONITORING, Measure.LOGISTICS),
    }
)


def planned_by_those(
    number: int, topic: Topic, chosen: Predicate | None, reading: Reading, discourse: Discourse
) -> Subject | None:
    """ "Gedacht wordt aan een troepenmacht", behind a sentence on the allies: it is they who plan."""
    marks, clause = reading.marks, reading.clauses[number]
    if marks.language not in GERMANIC or chosen is None or topic.measure not in _COMMON:
        return None
    passive = any(_NOBODY.match(marks.words[w].norm) for w in chosen.words)
    met = discourse.state == "COALITION" and discourse.state_age <= 1
    met = met or any(a.code == "COALITION" and a.kind != "adjective" for a in marks.actors)
    return Subject(("COALITION",)) if passive and met and not _others(clause, marks) else None


def _others(clause: Clause, marks: Marks) -> bool:
    bodies = {None, "UA", "RU", "COALITION"}
    return any(a.start in clause and a.code not in bodies for a in marks.actors)


_GETS = re.compile(
    r"^(?:erhält|erhalten|erhielt|erhielten|bekommt|bekommen|bekam|bekamen|bekäme|erhalte"
    r"|krijgt|krijgen|kreeg|kregen|gekregen|ontvangt|ontvangen|ontving|ontvingen)$"
)


def gets(chosen: Predicate | None, marks: Marks) -> bool:
    """Whether a verb tells what its subject is given: "erhält", "kreeg"."""
    if chosen is None or marks.language not in GERMANIC:
        return False
    return any(_GETS.match(marks.words[w].norm) for w in chosen.words)


#: So many words may stand between "britischen" and the thing that is got.
_ORIGIN = 2


def comes_from(actor: Actor, topic: Topic, marks: Marks) -> bool:
    """ "Die Ukraine bekommt einen britischen Kredit", "F-16 aus Dänemark": whose it was."""
    if marks.language not in GERMANIC or actor.code in {None, "UA", "RU", "COALITION"}:
        return False
    if actor.kind == "adjective":
        return 0 <= topic.start - actor.end <= _ORIGIN
    before = marks.words[max(0, actor.start - 2) : actor.start]
    return any(word.norm in _FROM for word in before)


_FROM = word_set("aus uit von van vom")

_MILLIONS = word_set("millionen million milliarden milliarde miljoen miljard")
#: What may stand behind a sum whose currency goes without saying; a noun would tell what is counted.
_BEHIND_SUM = word_set(
    "für an zur zum bereit frei aus zu mehr zusätzlich extra voor aan uit vrij in bij om toe ter "
    "beschikbaar naar op beschikking"
)


def germanic_sums(marks: Marks) -> list[tuple[int, int]]:
    """ "Trok al 200 miljoen uit voor radars", "gibt zwei Milliarden für …": money without a currency."""
    if marks.language not in GERMANIC:
        return []
    words = marks.words
    numbers = {m.end for m in marks.quantities if m.payload["kind"] == "number"}
    found = []
    for at in range(1, len(words)):
        counted = words[at - 1].text[:1].isdigit() or at in numbers
        if words[at].norm not in _MILLIONS or not counted:
            continue
        following = words[at + 1] if at + 1 < len(words) else None
        if following is None or "," in following.before or following.norm in _BEHIND_SUM:
            found.append((at - 1, at + 1))
    return found


def list_before_verb(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Dat 26 landen een macht te land, ter zee en in de lucht willen leveren": the list goes on."""
    if marks.language not in GERMANIC or not last.subordinate or piece.hard:
        return False
    if not piece.comma or piece.opener != "main":
        return False
    told = [p for p in marks.predicates if p.start in last and p.kind != "reporting"]
    verbs = [p.words[-1] for p in marks.predicates if p.start in piece]
    listed = any(t.end == last.end for t in marks.topics)
    goes_on = any(piece.start <= t.start <= piece.start + 1 for t in marks.topics)
    return not told and listed and goes_on and verbs in ([], [piece.end - 1])


_AUXILIARY = word_set("haben hat hatten hatte hebben heeft hadden had")


def completes_bracket(main: Clause, piece: Clause, marks: Marks) -> bool:
    """ "Ebenfalls abgelehnt, sich zu beteiligen, haben Rumänien und Tschechien": one clause, split."""
    own = predicates_of(main, marks)
    finite = any(marks.has(kind, main.start, main.end) for kind in ("perfect", "pluperfect"))
    return bool(own) and not finite and names_behind_auxiliary(piece, marks)


_BECAUSE = word_set("weil obwohl nachdem omdat hoewel nadat doordat ofschoon")


def own_reason(piece: Clause, marks: Marks) -> bool:
    """ "…, weil mehrere Länder dagegen waren": a reason with its own subject, whatever its verb."""
    if marks.language not in GERMANIC or marks.words[piece.start].norm not in _BECAUSE:
        return False
    return _names_its_own(piece, marks)


def names_behind_auxiliary(piece: Clause, marks: Marks) -> bool:
    """ "…, haben Rumänien": an auxiliary and whose it is; its participle stood at the beginning."""
    if marks.language not in GERMANIC or marks.words[piece.start].norm not in _AUXILIARY:
        return False
    named = any(a.start == piece.start + 1 and a.code for a in marks.actors)
    return named and not any(p.start in piece for p in marks.predicates)


def objects_to_sanctions(code: str, topic: Topic, stance: Stance) -> bool:
    """Moscow's "illegal": an objection to what others impose, the one stance it can take on it."""
    return code == "RU" and topic.measure is Measure.SANCTIONS and stance is Stance.OPPOSED
