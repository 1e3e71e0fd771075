"""Speech: who says a clause, and whether somebody goes on speaking."""

from __future__ import annotations

import re

from worker.core.claims.clause import SLAVIC
from worker.core.claims.discourse import SUBJUNCTIVE, Discourse
from worker.core.claims.marks import Actor
from worker.core.claims.prodrop import leads
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.speakers import Attribution
from worker.core.claims.wordlists import word_set


def settle_speakers(reading: Reading, discourse: Discourse) -> None:
    """Give each statement its speaker: a role takes the state of its clause, "he" the last speaker."""
    for attribution in reading.attributions:
        speaker = attribution.speaker
        subject = reading.subjects[attribution.clause]
        if speaker is None and _said_by_pronoun(attribution, reading) and not subject.codes:
            attribution.speaker = _same_sentence(attribution, reading) or _last_speaker(
                attribution, reading, discourse
            )
        elif speaker is None and _said_in_seat(subject, attribution, reading):
            attribution.speaker = Actor(subject.codes[0], "state", 0, 0, None, "seat")
        elif speaker is not None and speaker.kind == "role" and speaker.code is None:
            speaker.code = subject.codes[0] if subject.codes else None


_IN = frozenset({"у", "в", "во", "w", "we"})


def _said_in_seat(subject: Subject, attribution: Attribution, reading: Reading) -> bool:
    """ "У Кремлі заявили, що …": the government there, which no name in the nominative tells."""
    clause = reading.clauses[attribution.clause]
    led = reading.marks.words[clause.start].norm in _IN
    return reading.marks.language in SLAVIC and led and subject.explicit and len(subject.codes) == 1


def _said_by_pronoun(attribution: Attribution, reading: Reading) -> bool:
    """Whether "he" or "er" stands right beside the verb of saying, or is left out ("Dodał, że …")."""
    marks, words = reading.marks, attribution.predicate.words
    clause = reading.clauses[attribution.clause]
    if marks.language in SLAVIC and leads(attribution.predicate, clause, marks):
        return not any(a.start in clause and not a.oblique for a in marks.actors)
    return any(
        -2 <= hit[0] - words[0] <= words[-1] - words[0] + 1
        for hit in marks.context.get("pronoun_person", ())
    )


def _same_sentence(attribution: Attribution, reading: Reading) -> Actor | None:
    """ "Erdoğan znów zaproponował szczyt i potwierdził, że …": the subject of the clause before."""
    if reading.marks.language not in SLAVIC:
        return None
    for earlier in range(attribution.clause - 1, -1, -1):
        before = reading.subjects[earlier]
        if before.nonstate:
            return Actor(None, "nonstate", 0, 0, before.name, "clause before")
        if before.explicit and before.codes:
            kind = "person" if before.name else "state"
            return Actor(before.codes[0], kind, 0, 0, before.name, "clause before")
    return None


#: Verbs that go on with what the last speaker said, whoever was named since.
_GOES_ON = re.compile(r"^(?:doda|zaznacz|podkreśl|дода|зазнач|підкресл|добав|отмет|подчерк)")


def _last_speaker(attribution: Attribution, reading: Reading, discourse: Discourse) -> Actor | None:
    at = attribution.predicate.start
    named = discourse.state is not None and discourse.state_age < discourse.speaker_age
    told = reading.marks.words[at].norm
    if reading.marks.language in SLAVIC and named and not _GOES_ON.match(told):
        return Actor(discourse.state, "state", at, at, None, "left out")
    if discourse.speaker_age > 2:
        return None
    kind = "nonstate" if discourse.speaker_nonstate else "person"
    if discourse.speaker_state is None and not discourse.speaker_nonstate:
        return None
    code = None if discourse.speaker_nonstate else discourse.speaker_state
    return Actor(code, kind, at, at, discourse.speaker, "he")


#: These forms stand in for Konjunktiv I in the plural, and for hypotheses otherwise.
_PLURAL = word_set("würden hätten wären könnten müssten sollten wollten")


_SOUNDS = frozenset({"klinkt", "klonk", "luidt", "luidde"})


def reported_speech(number: int, reading: Reading, discourse: Discourse) -> bool:
    """German Konjunktiv I without a speaker of its own: the last one goes on speaking."""
    marks, clause = reading.marks, reading.clauses[number]
    if marks.language == "nl":  # "…, klinkt het"
        return any(
            a.speaker is None and marks.words[a.predicate.start].norm in _SOUNDS
            for a in reading.attributions
        )
    if marks.language != "de" or reading.attributions:
        return False
    forms = SUBJUNCTIVE | _PLURAL if discourse.speaker_age <= 1 else SUBJUNCTIVE
    last = clause.more[1] if clause.more else clause.end
    return any(marks.words[i].norm in forms for i in range(clause.start, last) if i in clause)


def as_subject(speaker: Actor | None) -> Subject | None:
    """The speaker taken as the one spoken of ("he", "we", or nobody named)."""
    if speaker is None:
        return None
    if speaker.kind == "nonstate":
        return Subject(nonstate=True)
    return Subject((speaker.code,), name=speaker.name) if speaker.code else None


def speaker_of(number: int, reading: Reading) -> Actor | None:
    """Who says the clause: the nearest attribution of the sentence with a speaker."""
    near = [a for a in reading.attributions if a.speaker is not None]
    if not near:
        return None
    return min(near, key=lambda a: (abs(a.clause - number), a.clause < number)).speaker
