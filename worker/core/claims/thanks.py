"""Thanks: a gift confirmed by who got it ("thanked Germany for the systems handed over")."""

from __future__ import annotations

import re

from worker.core.claims.clause import Clause
from worker.core.claims.marks import Marks, Predicate, Topic
from worker.core.claims.reading import Subject
from worker.model import Measure, Stance

_THANKING = re.compile(
    r"^(?:thank|grateful|dank|gedank|bedank|remerci|agradec|agradec|grazie|ringrazi|dzi[eę]k|podzi[eę]k"
    r"|wdzi[eę]czn|дяку|подяку|вдячн|благодар|поблагодар|признател)"
)
#: Aid as such names no gift.
_VAGUE = re.compile(
    r"^(?:aid|help|support|hilfe|unterst|ayuda|apoyo|aide|soutien|aiut|sostegn|hulp|steun|pomoc"
    r"|wsparci|допомог|підтримк|помощ|поддержк)"
)
#: What was thanked for is there: "for the delivery of missiles".
_HANDED = re.compile(
    r"^(?:liefer|übergab|deliver|livrais|entreg|conseg|lever|dostaw|przekaz|поставк|постача|переда)"
)
#: So many words behind the thanks the giver is named.
_NEAR = 4


def thanked(
    verb: Predicate, topic: Topic, subject: Subject, clause: Clause, marks: Marks
) -> str | None:
    """The state that Ukraine thanks for a named thing."""
    if subject.codes != ("UA",) or not _THANKING.search(marks.words[verb.start].norm):
        return None
    vague = _VAGUE.search(marks.words[topic.end - 1].norm) and not marks.money
    if vague or topic.kind == "force" or topic.measure is Measure.GUARANTEES:
        return None
    last = verb.end == clause.end  # "hat Norwegen für die Raketen gedankt"
    for actor in marks.actors:
        near = last or verb.end <= actor.start < verb.end + _NEAR
        near = near and actor.start in clause
        if near and actor.end <= topic.start and actor.code not in {None, "UA", "COALITION"}:
            return actor.code
    return None


#: What somebody else announced and another one praises.
_PLEDGES = re.compile(
    r"^(?:commitment|pledge|decision|promise|announcement|offer|readiness|determination)s?$"
)


def praised(verb: Predicate, topic: Topic, clause: Clause, marks: Marks) -> str | None:
    """ "The leaders commended the president's commitment to guarantees": told of the one praised."""
    if marks.language != "en" or verb.end > topic.start:
        return None
    for actor in marks.actors:
        named = actor.start in clause and verb.end <= actor.end <= topic.start
        owns = actor.possessive or actor.kind == "adjective"
        if not named or not owns or actor.code in {None, "UA", "RU"}:
            continue
        behind = marks.words[actor.end : min(actor.end + 4, topic.start)]
        if any(_PLEDGES.match(word.norm) for word in behind):
            return actor.code
    return None


def given(topic: Topic, inner: Stance | None, marks: Marks) -> Stance | None:
    """What the thanks tell of the gift; nothing where they do not say that it came or is promised."""
    if inner is not None and inner.rank > 0:
        return inner
    came = any(p.kind in {"done", "action_past"} and p.start >= topic.end for p in marks.predicates)
    near = marks.words[max(0, topic.start - 3) : topic.end]
    came = came or any(_HANDED.match(word.norm) for word in near)
    return Stance.DELIVERED if came else None
