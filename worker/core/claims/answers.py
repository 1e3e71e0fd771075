"""Answers: what a bare "No." to the question before it says in an interview."""

from __future__ import annotations

from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Topic
from worker.core.claims.negation import CUES
from worker.core.claims.reading import Finding, Reading
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance, Status

_NO = word_set("non no nein nee nie нет ні")
#: Before the answer may stand who answers: "R. No."
_LABEL = 1


def keep_question(reading: Reading, discourse: Discourse, question: bool) -> None:
    """Remember which measure the host is asked to take ("Votre pays enverra-t-il des soldats ?")."""
    discourse.asked = None
    marks = reading.marks
    if not (question and discourse.interview and discourse.host and marks.topics):
        return
    others = {a.code for a in marks.actors if a.code and not a.oblique} - {discourse.host, "UA"}
    deeds = [p for p in marks.predicates if p.kind in CUES]
    if deeds and not others and not marks.context.get("negation"):
        discourse.asked = marks.topics[0].measure


def bare_no(reading: Reading, discourse: Discourse) -> Finding | None:
    """The refusal in "Non." right behind such a question, said by the one interviewed."""
    at = _no_at(reading)
    if discourse.asked is None or discourse.host is None or at is None:
        return None
    return Finding(
        actor=discourse.host,
        topic=_topic(discourse.asked, at),
        stance=Stance.RULED_OUT,
        clause=reading.clauses[0],
        status=Status.OFFICIAL,
        speaker=discourse.host_name,
        rules=["answer: no"],
        confidence=0.7,
        at=at,
    )


def _topic(measure: Measure, at: int) -> Topic:
    return Topic(measure, "recalled", at, at, "asked about")


def _no_at(reading: Reading) -> int | None:
    words = reading.marks.words
    for at in range(min(_LABEL + 1, len(words))):
        labelled = at == 0 or len(words[0].text) == 1
        alone = at + 1 == len(words) or "," in words[at + 1].before
        if labelled and alone and words[at].norm in _NO:
            return at
    return None
