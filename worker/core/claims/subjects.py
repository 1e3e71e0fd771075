"""Subjects: which states a clause speaks of, across coordination, passives, pronouns and gaps."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from worker.core.claims.clause import SLAVIC, Clause, infinitival, predicates_of
from worker.core.claims.discourse import Discourse, from_before, is_item
from worker.core.claims.documents import document_subject
from worker.core.claims.grouping import groups_of, of_group
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.prodrop import leads, left_out, signing_home
from worker.core.claims.pronouns import pronoun_subject
from worker.core.claims.reading import Reading, Subject
from worker.core.claims.speakers import Attribution
from worker.core.claims.topics import is_service
from worker.core.claims.wordlists import word_set


def subject_of(number: int, reading: Reading, discourse: Discourse) -> Subject:
    """Whom a clause speaks of by its own words; empty where it names nobody."""
    marks, clause = reading.marks, reading.clauses[number]
    if infinitival(clause, marks):
        return Subject()
    groups = groups_of(clause, marks)
    if (country := _own_country(groups, clause, reading, discourse)) is not None:
        return country
    owner = _owner_of_cue(groups, clause, marks)
    if owner is not None and all(
        g[0].oblique or g[0].possessive or g[0].start > owner[0].start for g in groups
    ):
        return of_group(owner, clause, marks, discourse)
    for group in groups:
        first = group[0]
        if first.oblique or first.possessive:
            continue
        if first.start > _receiver_from(clause, marks) and all(a.code == "UA" for a in group):
            continue  # the receiver, whatever its grammar
        group = [*group, *_named_after(group, groups, clause, marks)]
        return _with_partners(of_group(group, clause, marks, discourse), groups, marks)
    passive = marks.has("passive", clause.start, clause.end) or any(
        p.kind == "action_past" for p in predicates_of(clause, marks)
    )
    for group in groups:
        if group[0].agent and (passive or _done_by(group[0], marks)):
            return of_group(group, clause, marks, discourse)
    for group in groups:
        if _seat(group[0], clause, marks):
            return of_group(group, clause, marks, discourse)
    if owner is not None:
        return of_group(owner, clause, marks, discourse)
    return _hidden(groups, clause, reading, discourse)


_THEY = word_set("ze zij men sie wir wij we they")


def _receiver_from(clause: Clause, marks: Marks) -> int:
    """Behind this word Ukraine is the receiver: at once where a pronoun is the subject."""
    near = range(clause.start, min(clause.start + 2, clause.end))
    return clause.start if any(marks.words[i].norm in _THEY for i in near) else clause.start + 2


_TOGETHER = word_set(
    """
    together jointly along samen gezamenlijk gemeinsam zusammen insieme junto conjuntamente
    """
)
_WITH = word_set("with met mit con")


def _with_partners(subject: Subject, groups: list[list[Actor]], marks: Marks) -> Subject:
    """ "Together with Latvia, the UK delivered drones": a deed of both."""
    if not subject.codes:
        return subject
    codes = list(subject.codes)
    for group in groups:
        at = group[0].start
        before = [w.norm for w in marks.words[max(0, at - 3) : at]]
        joint = any(first in _TOGETHER and second in _WITH for first, second in pairwise(before))
        if joint:
            codes += [a.code for a in group if a.code and a.code not in _BODIES]
    return replace(subject, codes=tuple(dict.fromkeys(codes)))


_BODIES = frozenset({"EU", "NATO", "UN", "COALITION", "UA", "RU"})


def _hidden(
    groups: list[list[Actor]], clause: Clause, reading: Reading, discourse: Discourse
) -> Subject:
    """A subject that no name tells: a document, a pronoun, a viewer, an adjective."""
    marks = reading.marks
    pronoun = pronoun_subject(clause, reading, discourse)
    if document := document_subject(clause, marks, discourse):
        return document
    if pronoun.pronoun or pronoun.codes:
        return pronoun
    return _viewer(groups, clause, marks) or _by_adjective(clause, marks) or pronoun


#: "Que son pays …": so near to the beginning of a clause "his country" is its subject.
_COUNTRY_REACH = 2


def _own_country(
    groups: list[list[Actor]], clause: Clause, reading: Reading, discourse: Discourse
) -> Subject | None:
    """ "That his country is ready to join the force that the coalition plans": not the coalition."""
    marks = reading.marks
    first = min((p.start for p in predicates_of(clause, marks)), default=clause.end)
    leads = any(
        clause.start <= hit[0] <= clause.start + _COUNTRY_REACH and hit[-1] < first
        for hit in marks.context.get("pronoun_state", ())
    )
    if not leads or any(group[0].start < first for group in groups):
        return None
    pronoun = pronoun_subject(clause, reading, discourse)
    return pronoun if pronoun.pronoun else None


def _named_after(
    first: list[Actor], groups: list[list[Actor]], clause: Clause, marks: Marks
) -> list[Actor]:
    """ "Budapest rejette l'idée, de même que la Slovaquie": who is named last does the same."""
    last = groups[-1]
    if marks.language not in {"fr", "es", "it"} or last is first or first[0].code is None:
        return []
    joints = {hit[-1] for hit in marks.context.get("coordinator", ()) if len(hit) > 1}
    joined = any(last[0].start - 3 <= joint < last[0].start for joint in joints)
    stop = clause.more[1] if clause.more else clause.end
    return list(last) if joined and last[-1].end == stop else []


def _done_by(actor: Actor, marks: Marks) -> bool:
    """ "Howitzers pledged by Sweden": the words right before the preposition are the deed."""
    deeds = {w for p in marks.predicates if p.kind != "reporting" for w in p.words}
    return bool({actor.start - 2, actor.start - 3} & deeds)


_IN = frozenset({"у", "в", "во", "w", "we"})
_AT = frozenset({"à", "a", "ad", "en"})
_NOBODY = word_set("on l' il si se ci no non ne n' nadie nessuno personne")


#: "У Раді безпеки Росії пообіцяли": so far from the preposition its state may stand.
_SEAT = 4


def _seat(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """A seat of government that speaks without a subject: "у Кремлі заявили", "w Berlinie uznano"."""
    if marks.language == "de":
        return _from_there(actor, clause, marks)
    if actor.kind == "capital" and actor.code != "UA":
        return _seat_of_nobody(actor, clause, marks)
    inside = actor.kind in {"state", "role"} and actor.oblique  # "у США", "в румынском Минобороны"
    if not (inside or actor.kind in {"oblique", "institution"}) or actor.code == "UA":
        return False
    first = clause.start + (clause.opener != "main")
    if first >= len(marks.words) or marks.words[first].norm not in _IN:
        return False
    if actor.start > first + _SEAT:
        return False
    verbs = [p for p in predicates_of(clause, marks) if p.kind in {"reporting", "stance"}]
    near = actor.start == first + 1
    return any(near or p.kind == "stance" or actor.end <= p.start <= actor.end + 2 for p in verbs)


def _seat_of_nobody(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """ "À Varsovie, on ne veut pas …", "En Berlín descartan …", "A Roma si frena": the government there."""
    if marks.language not in {"fr", "es", "it"} or actor.end >= clause.end:
        return False
    if actor.start > clause.start + 2 or marks.words[clause.start].norm not in _AT:
        return False
    says = [p for p in predicates_of(clause, marks) if p.kind in {"reporting", "stance"}]
    nobody = marks.words[actor.end].norm in _NOBODY
    return bool(says) and (nobody or says[0].start <= actor.end)


def _from_there(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """ "Aus Den Haag kommt die Zusage für …": the seat of government it comes from."""
    if actor.kind not in {"capital", "state"} or actor.code in {None, "UA"}:
        return False
    opens = actor.start <= clause.start + 2 and marks.words[clause.start].norm == "aus"
    return opens and any(p.kind in {"stance", "noun"} for p in predicates_of(clause, marks))


def _owner_of_cue(groups: list[list[Actor]], clause: Clause, marks: Marks) -> list[Actor] | None:
    """Whose pledge or refusal it is: "Dänemarks Ankündigung", "die Weigerung der Slowakei"."""
    cues = [p for p in predicates_of(clause, marks) if p.kind in {"stance", "noun"}]
    adjectives = [
        [a] for a in marks.actors if a.kind == "adjective" and a.start in clause and not a.oblique
    ]
    for group in [*groups, *adjectives]:
        first = group[0]
        behind = first.oblique and first.kind != "oblique"  # "in der Union", no genitive
        if behind or (not first.possessive and first.kind != "adjective"):
            continue
        if first.code in {None, "UA", "COALITION"}:
            continue
        for cue in cues:
            if first.kind == "adjective":
                if cue.kind == "noun" and cue.start == first.end:
                    return group
                continue
            before = 0 <= cue.start - group[-1].end <= 2
            behind = 0 <= first.start - cue.end <= 1
            if before or behind:
                return group
    return None


def _viewer(groups: list[list[Actor]], clause: Clause, marks: Marks) -> Subject | None:
    """ "Für Moskau eine rote Linie", "im Storting wurde … verabschiedet": a subject in disguise."""
    if not any(p.kind in {"stance", "noun"} for p in predicates_of(clause, marks)):
        return None
    for group in groups:
        first = group[0]
        if first.code in {None, "UA"}:
            continue
        house = first.oblique and first.kind == "institution"
        if first.experiencer or (house and marks.has("passive", clause.start, clause.end)):
            codes = tuple(dict.fromkeys(a.code for a in group if a.code))
            return Subject(codes, explicit=True)
    return None


def _inverted(actor: Actor, marks: Marks) -> bool:
    """ "Sinds 2022 hebben Nederlandse instructeurs …": the subject right behind the finite verb."""
    return marks.language in {"de", "nl"} and any(
        hit[-1] + 1 == actor.start
        for kind in ("perfect", "modal_will", "modal_open", "passive")
        for hit in marks.context.get(kind, ())
    )


#: So near to the beginning of a clause an adjective of a state tells whose its subject is.
_SUBJECT_REACH = 4


def _by_adjective(clause: Clause, marks: Marks) -> Subject | None:
    """ "A British general assumed …", "Croatian deminers work …": a subject known by its adjective."""
    predicates = [p.start for p in predicates_of(clause, marks)]
    for actor in marks.actors:
        if actor.kind != "adjective" or actor.oblique or actor.code in {None, "UA", "COALITION"}:
            continue
        near = clause.start <= actor.start < clause.start + _SUBJECT_REACH
        near = near or _inverted(actor, marks)
        ahead = predicates and actor.end <= min(predicates)
        if (near and ahead) or (predicates and is_service(actor.end, marks)):
            return Subject(_with_joined(actor, marks))
    return None


def _with_joined(first: Actor, marks: Marks) -> tuple[str, ...]:
    """ "British and French troops": the adjectives that stand together."""
    codes, end = [first.code or ""], first.end
    for actor in marks.actors:
        if actor.kind == "adjective" and actor.code and 0 < actor.start - end <= 1:
            codes.append(actor.code)
            end = actor.end
    return tuple(dict.fromkeys(codes))


def settle_speakers(reading: Reading, discourse: Discourse) -> None:
    """Give each statement its speaker: a role takes the state of its clause, "he" the last speaker."""
    for attribution in reading.attributions:
        speaker = attribution.speaker
        subject = reading.subjects[attribution.clause]
        if speaker is None and _said_by_pronoun(attribution, reading) and not subject.codes:
            attribution.speaker = _same_sentence(attribution, reading) or _last_speaker(
                attribution, reading, discourse
            )
        elif speaker is not None and speaker.kind == "role" and speaker.code is None:
            speaker.code = subject.codes[0] if subject.codes else None


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


def resolved(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    """The subject of a clause with pronouns and gaps filled in, and how sure that is."""
    own = reading.subjects[number]
    if own.codes or own.nonstate:
        return own, 0.9 if not own.pronoun else 0.75
    speaker = speaker_of(number, reading)
    if own.pronoun and (said := _as_subject(speaker)) is not None:
        return _all_who_say(number, said, reading), 0.8
    for earlier in range(number - 1, -1, -1):
        before = reading.subjects[earlier]
        if (before.nonstate or before.codes) and _reaches(earlier, number, own, reading):
            return before, 0.8
    if (said := _as_subject(speaker)) is not None:
        return said, 0.75
    if (ahead := _of_the_next(number, reading)) is not None:
        return ahead, 0.75
    if discourse.heading and is_item(reading.marks):
        return Subject(discourse.heading), 0.75
    if (
        own.pronoun
        or reading.clauses[number].quoted
        or _reported_speech(number, reading, discourse)
    ):
        return from_before(discourse, thing=_thing(number, reading))
    if home := signing_home(number, reading, discourse):
        return Subject(home), 0.6
    if _handed_over_by_the_last(number, reading, discourse):
        return Subject((discourse.state or "",)), 0.6
    if _behind_pronoun(number, reading):
        return resolved(number - 1, reading, discourse)
    return _left_out(number, reading, discourse)


def _left_out(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    if not left_out(number, reading, discourse):
        return Subject(), 0.0
    named = [s for s in reading.subjects[:number] if s.codes and s.explicit]
    if named and reading.marks.language in {"es", "it"}:
        return named[-1], 0.7  # "Berlín es el mayor donante: este año destinará …"
    if discourse.interview and discourse.host:
        return Subject((discourse.host,), name=discourse.host_name), 0.65
    return from_before(discourse)


def _handed_over_by_the_last(number: int, reading: Reading, discourse: Discourse) -> bool:
    """ "Deux batteries ont été remises à Kiev": by the state whose gifts were told just before."""
    marks, clause = reading.marks, reading.clauses[number]
    just = discourse.state_age <= 1 and discourse.measure_age <= 1
    if marks.language not in {"fr", "es", "it"} or number or not just or not discourse.state:
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


_SUBJUNCTIVE = word_set(
    """
    sei seien habe werde könne müsse solle wolle dürfe gebe bleibe stehe gehe komme mache
    wisse
    """
)


#: These forms stand in for Konjunktiv I in the plural, and for hypotheses otherwise.
_PLURAL = word_set("würden hätten wären könnten müssten sollten wollten")


_SOUNDS = frozenset({"klinkt", "klonk", "luidt", "luidde"})


def _reported_speech(number: int, reading: Reading, discourse: Discourse) -> bool:
    """German Konjunktiv I without a speaker of its own: the last one goes on speaking."""
    marks, clause = reading.marks, reading.clauses[number]
    if marks.language == "nl":  # "…, klinkt het"
        return any(
            a.speaker is None and marks.words[a.predicate.start].norm in _SOUNDS
            for a in reading.attributions
        )
    if marks.language != "de" or reading.attributions:
        return False
    forms = _SUBJUNCTIVE | _PLURAL if discourse.speaker_age <= 1 else _SUBJUNCTIVE
    last = clause.more[1] if clause.more else clause.end
    return any(marks.words[i].norm in forms for i in range(clause.start, last) if i in clause)


def _as_subject(speaker: Actor | None) -> Subject | None:
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
