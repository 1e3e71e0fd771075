"""Resolving: the subject that a clause leaves to its neighbours."""

from __future__ import annotations

from dataclasses import replace

from worker.core.claims.clause import SLAVIC, predicates_of
from worker.core.claims.discourse import Discourse, from_before, is_item
from worker.core.claims.prodrop import left_out, signing_home
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.slavic_clauses import antecedent, of_the_meeting
from worker.core.claims.speech import as_subject, reported_speech, speaker_of
from worker.core.claims.wordlists import word_set


def resolved(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    """The subject of a clause with pronouns and gaps filled in, and how sure that is."""
    own = reading.subjects[number]
    if own.codes or own.nonstate:
        return own, 0.9 if not own.pronoun else 0.75
    if (known := antecedent(number, reading) or of_the_meeting(number, reading)) is not None:
        return known, 0.8
    return _from_neighbours(number, reading, discourse)


def _from_neighbours(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    own, speaker = reading.subjects[number], speaker_of(number, reading)
    if own.pronoun and (said := as_subject(speaker)) is not None:
        return _all_who_say(number, said, reading), 0.8
    if (before := _from_earlier(number, own, reading)) is not None:
        return before, 0.8
    return _from_afar(number, reading, discourse)


def _from_afar(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    own = reading.subjects[number]
    if (said := as_subject(speaker_of(number, reading))) is not None:
        return said, 0.75
    if (ahead := _of_the_next(number, reading)) is not None:
        return ahead, 0.75
    if discourse.heading and is_item(reading.marks):
        return Subject(discourse.heading), 0.75
    if own.pronoun or reading.clauses[number].quoted or reported_speech(number, reading, discourse):
        return from_before(discourse, thing=_thing(number, reading))
    if home := signing_home(number, reading, discourse):
        return Subject(home), 0.6
    if _handed_over_by_the_last(number, reading, discourse):
        return Subject((discourse.state or "",)), 0.6
    if _behind_pronoun(number, reading):
        return resolved(number - 1, reading, discourse)
    return _left_out(number, reading, discourse)


#: So near before a relative clause stands what it tells of ("für Länder zu leisten, die …").
_ANTECEDENT = 4
_COUNTRIES = word_set(
    """
    länder ländern staaten partner nationen countries nations states governments allies those
    pays états países estados paesi stati landen staten kraje krajów krajom państwa państw
    країни країн країнам страны стран странам
    """
)
_ONE_OF = word_set(
    "eines einer one l'un uno una een jednym jedno одна однією одной gehört gehöre gehören zählt "
    "zähle zählen behoort behoren"
)
_WHO = word_set(
    """
    die denen which that who qui que che die które którym którzy які яких яким которые которым
    """
)


def _of_countries(number: int, reading: Reading) -> bool:
    """ "Support for countries that may give guarantees": nobody knows which."""
    clause, words = reading.clauses[number], reading.marks.words
    if clause.opener not in {"subordinator", "main"} or words[clause.start].norm not in _WHO:
        return False
    if reading.marks.language == "en" and clause.comma:
        return False
    first = max(0, clause.start - _ANTECEDENT)
    before = words[max(0, first - 1) : clause.start]
    one = any(w.norm in _ONE_OF for w in before)  # "Estland war eines der Länder, die …"
    named = one or any(first <= a.start < clause.start for a in reading.marks.actors if a.code)
    return not named and any(w.norm in _COUNTRIES for w in words[first : clause.start])


def _from_earlier(number: int, own: Subject, reading: Reading) -> Subject | None:
    """The subject of an earlier clause that still holds; none where nobody knows which country."""
    for at in range(number, -1, -1):
        before = reading.subjects[at]
        if own.pronoun and at < number and reading.clauses[at].opener == "if":
            continue  # "If Russia goes on, we will …"
        if at < number and (before.nonstate or before.codes):
            if _reaches(at, number, own, reading):
                return before
        elif before.pronoun and at < number and not own.pronoun:
            own = replace(own, pronoun=True)  # "…: Sie schicken Soldaten oder helfen …"
        elif _of_countries(at, reading):
            return Subject()
    return None


def _left_out(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    if not left_out(number, reading, discourse):
        return Subject(), 0.0
    named = [s for s in reading.subjects[:number] if s.codes and s.explicit]
    if named and reading.marks.language in {"es", "it"}:
        return named[-1], 0.7  # "Berlín es el mayor donante: este año destinará …"
    if discourse.interview and discourse.host:
        return Subject((discourse.host,), name=discourse.host_name), 0.65
    return from_before(discourse)


#: Who is given things, or gives none of its own.
_NO_GIVERS = frozenset({"UA", "RU", "UN"})


def _handed_over_by_the_last(number: int, reading: Reading, discourse: Discourse) -> bool:
    """ "Deux batteries ont été remises à Kiev": by the state whose gifts were told just before."""
    marks, clause = reading.marks, reading.clauses[number]
    just = discourse.state_age <= 1 and discourse.measure_age <= 1
    known = marks.language in {"fr", "es", "it", "en"}
    if not known or number or not just or not discourse.state or discourse.state in _NO_GIVERS:
        return False
    done = any(p.kind == "action_past" for p in predicates_of(clause, marks))
    others = any(a.code not in {None, "UA", "RU", discourse.state} for a in marks.actors)
    giving = any(hit[0] in clause for hit in marks.context.get("giving", ()))
    return done and giving and marks.has("passive") and not others


def _behind_pronoun(number: int, reading: Reading) -> bool:
    """ "Elle tiendra sa parole : des soldats seront envoyés": what the colon explains is hers."""
    clause, marks = reading.clauses[number], reading.marks
    if marks.language not in {"fr", "es", "it"} or number != 1 or not clause.hard:
        return False
    colon = ":" in marks.words[clause.start].before
    takes = any(p.kind == "stance" for p in predicates_of(reading.clauses[0], marks))
    return colon and takes and reading.subjects[0].pronoun


def _all_who_say(number: int, said: Subject, reading: Reading) -> Subject:
    """ "Tokyo et Ottawa ont fait savoir qu'ils …": both of them, not the one named last."""
    romance = reading.marks.language in {"fr", "es", "it"}
    before = reading.subjects[number - 1] if number and romance else said
    if set(said.codes) < set(before.codes) and before.explicit:
        return before
    return said


def _thing(number: int, reading: Reading) -> bool:
    """Whether a clause opens with "it": the state, not the one who spoke last."""
    clause = reading.clauses[number]
    return reading.marks.words[clause.start].norm in {"it", "het"}


def _of_the_next(number: int, reading: Reading) -> Subject | None:
    """ "Opposée à tout envoi, la Hongrie …": a participle in front takes the subject behind it."""
    clauses, marks = reading.clauses, reading.marks
    if marks.language not in {"fr", "es", "it"} or number or len(clauses) < 2:
        return None
    following, subject = clauses[1], reading.subjects[1]
    apart = not clauses[0].quoted and following.comma and not following.hard
    if not apart or following.subordinate or not subject.explicit or not subject.codes:
        return None
    first = min(a.start for a in marks.actors if a.start in following)
    return subject if first <= following.start + 2 else None


#: "Rom: Keine Soldaten": so few words before a colon are a name and nothing else.
_BARE = 4


def _reaches(earlier: int, number: int, own: Subject, reading: Reading) -> bool:
    """Whether a subject still holds in a later clause: not across a colon or semicolon by itself."""
    between = reading.clauses[earlier + 1 : number + 1]
    if own.pronoun or not any(clause.hard for clause in between):
        return True
    before = reading.clauses[earlier]
    predicates = predicates_of(before, reading.marks)
    names = {a.end for a in reading.marks.actors if a.kind in {"person", "role"}}
    bare = not predicates and (before.end - before.start <= _BARE or before.end in names)
    if reading.marks.language in SLAVIC and not predicates and len(between) == 1:
        bare = bare or ":" in reading.marks.words[between[0].start].before
    return bare or any(p.kind in {"reporting", "stance"} for p in predicates)
