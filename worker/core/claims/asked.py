"""Asked: what somebody was asked tells no stance, only the answer does ("asked whether Spain …")."""

from __future__ import annotations

import re

from worker.core.claims.clause import Clause
from worker.core.claims.governing import stance_cues_of
from worker.core.claims.marks import Marks, Topic
from worker.core.claims.owners import Judgement
from worker.core.claims.reading import Reading
from worker.core.claims.stances import chain
from worker.core.claims.wordlists import word_set
from worker.model import Stance

#: How a sentence begins that tells a question first and its answer behind it.
_ASKED = re.compile(
    r"(?:when |if )?(?:asked|pressed|questioned)\b|(?:darauf |danach )?(?:an)?gefragt\b|auf die frage"
    r"|interrogée?s?\b|questionnée?s?\b|(?:à la|en réponse à une) question"
    r"|(?:al ser )?(?:preguntad|cuestionad|consultad)[oa]s?\b|(?:a|ante) la pregunta"
    r"|alla domanda|interpellat[oaie]\b|interrogat[oaie]\b|gevraagd\b|op de vraag"
    r"|(?:zapyt|spyt|pyt)an[yaei]\b|na pytanie|(?:відповідаючи )?на (?:за)?питання|запитан"
    r"|(?:отвечая )?на вопрос"
)
_NO = word_set("no non nein nee nie нет ні")
_YES = word_set("yes oui sí si sì ja tak так да")
#: An answer of so many words has nothing beside its yes or no ("Yes, of course").
_ANSWER = 3


def as_answered(judgement: Judgement, topic: Topic, number: int, reading: Reading) -> bool:
    """Take the answer for the stance on what was asked; False where it tells none."""
    clause, marks = reading.clauses[number], reading.marks
    if "governed" in judgement.rules or not _in_question(topic, clause, number, marks):
        return True
    answer = _answer(number, reading)
    if answer is None:
        return False
    positive = judgement.stance is not None and judgement.stance.rank > 0
    if answer is Stance.RULED_OUT and positive:
        judgement.stance = answer
    judgement.rules = [*judgement.rules, "the answer"]
    return True


def answered_before(number: int, reading: Reading, language: str) -> Stance | None:
    """ "„Nie chcemy", odparł na pytanie, czy poślą żołnierzy": what is quoted before the question."""
    for clause in reading.clauses[:number]:
        cues = stance_cues_of(clause, reading.marks)
        if cues and clause.quoted:
            return chain(cues[0], cues, clause, reading.marks, language)[0]
    return None


def _in_question(topic: Topic, clause: Clause, number: int, marks: Marks) -> bool:
    beginning = " ".join(w.norm for w in marks.words[:4])
    if not _ASKED.match(beginning) or (number and clause.opener in {"main", "contrast"}):
        return False
    return not any(p.kind == "reporting" and 3 < p.start < topic.start for p in marks.predicates)


def _answer(number: int, reading: Reading) -> Stance | None:
    """What a bare "No." or "Yes, of course." behind the question says."""
    words = reading.marks.words
    for clause in reading.clauses[number + 1 :]:
        first = words[clause.start].norm
        if clause.end - clause.start > _ANSWER or not clause.quoted:
            continue
        if first in _NO:
            return Stance.RULED_OUT
        if first in _YES:
            return Stance.COMMITTED
    return None
