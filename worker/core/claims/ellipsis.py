"""Ellipsis: sentences that leave the whole deed to the one before ("Poland will not.", "België wel.")."""

from __future__ import annotations

import re

from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Topic
from worker.core.claims.negation import negations
from worker.core.claims.reading import Finding, Reading
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance, Status

#: "So is Sweden", "neither will Poland": the same stance, whatever it was.
_SAME = frozenset({"so", "neither", "nor"})
#: Words beside the name; a longer sentence says something of its own.
_WORDS = 4
_LEFT = word_set(
    """
    will won't would wouldn't has hasn't have haven't is isn't are aren't does doesn't do don't
    did didn't so neither nor not too also either so far however meanwhile though by contrast
    wel niet ook evenmin echter daarentegen nog dat zal zullen doet doen heeft hebben
    nicht auch schon hingegen dagegen jedoch wird werden hat haben will noch
    """
)
_AUXILIARIES = word_set(
    """
    will won't would wouldn't has hasn't have haven't is isn't are aren't does doesn't do don't
    did didn't wel niet ook evenmin zal zullen nicht auch schon wird werden
    """
)


def complete(reading: Reading, discourse: Discourse) -> None:
    """Add what a sentence of a name and an auxiliary says of the deed told just before."""
    said = discourse.said
    if said is None or discourse.measure_age > 0 or reading.findings or len(reading.clauses) > 2:
        return
    if members := _members(reading):
        reading.findings += [_found(code, said.measure, said.stance, reading) for code in members]
        return
    clause, marks = reading.clauses[0], reading.marks
    subject = reading.subjects[0]
    if not subject.codes or not subject.explicit or subject.nonstate or marks.topics:
        return
    named = {w for a in marks.actors if a.start in clause for w in range(a.start, a.end)}
    rest = [marks.words[i].norm for i in range(clause.start, clause.end) if i not in named]
    same = bool(rest) and rest[0] in _SAME
    if rest[:1] == ["so"] and "principle" in rest:
        rest = [word for word in rest if word not in {"in", "principle"}]
    if not 0 < len(rest) <= _WORDS or not set(rest) <= _LEFT or not _AUXILIARIES & set(rest):
        return
    turned = not same and bool(negations(clause, marks)) != said.negated
    stance = _mirrored(said.stance, turned)
    if stance is None:
        return
    reading.findings += [_found(code, said.measure, stance, reading) for code in subject.codes]


def _found(code: str, measure: Measure, stance: Stance, reading: Reading) -> Finding:
    clause = reading.clauses[0]
    at = clause.end - 1
    return Finding(
        actor=code,
        topic=Topic(measure, "recalled", at, at, "recalled"),
        stance=stance,
        clause=clause,
        status=Status.OFFICIAL,
        speaker=reading.subjects[0].name,
        rules=["recalled", "the deed before"],
        confidence=0.7,
        at=at,
    )


#: How a sentence begins that only names those the one before told of without their names.
_MEMBERS = re.compile(
    r"(?:these|they|those)(?: countries| states| nations)? (?:include|included|are|were)\b"
    r"|among (?:them|these|those)\b|zu ihnen (?:gehör|zähl)|dazu (?:gehör|zähl)|darunter (?:sind|waren)"
    r"|(?:parmi|entre|tra|fra|onder|wśród|серед|среди) (?:eux|elles|ceux-ci|ellos|estos|questi|loro"
    r"|hen|deze landen|nich|них)\b|(?:il s'agit|si tratta|se trata) (?:de|di|du|della?|del)\b"
)


#: "Beamte sagten, zu den sechs gehörten Estland und Lettland": so told, they may stand further on.
_COUNTED_MEMBERS = re.compile(
    r"\bzu den \w+ (?:gehör|zähl)|\btot de \w+ (?:behor|reken)|\b(?:bij|onder) de \w+ (?:zitten|zijn)\b"
)
_HEAD = 12


def _members(reading: Reading) -> tuple[str, ...]:
    """ "These include Poland and Italy.": the countries just told of, by their names."""
    marks = reading.marks
    words = " ".join(w.norm for w in marks.words[:_HEAD])
    if marks.topics or not (_MEMBERS.match(words) or _COUNTED_MEMBERS.search(words)):
        return ()
    named = [a.code for a in marks.actors if a.kind in {"state", "oblique", "capital"} and a.code]
    other = any(p.kind != "reporting" and p.rule != "implied deed" for p in marks.predicates)
    codes = [code for name in named for code in name.split("+")]
    return () if other else tuple(dict.fromkeys(c for c in codes if c not in _NO_MEMBERS))


_NO_MEMBERS = frozenset({"COALITION", "UA", "RU", "EU", "NATO", "UN"})


_TURNED = {
    Stance.OPEN: Stance.RULED_OUT,
    Stance.COMMITTED: Stance.RULED_OUT,
    Stance.RULED_OUT: Stance.OPEN,
}


def _mirrored(stance: Stance, turned: bool) -> Stance | None:
    """The stance of the other one: the same, or its contrary where one is negated and one is not."""
    return _TURNED.get(stance) if turned else stance
