"""Subjects: which states a clause speaks of, across coordination, passives, pronouns and gaps."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from worker.core.claims.cases import OF
from worker.core.claims.clause import SLAVIC, Clause, infinitival, predicates_of
from worker.core.claims.collective import head_of_relative
from worker.core.claims.discourse import Discourse
from worker.core.claims.documents import document_subject
from worker.core.claims.germanic import allotted, counted_head, some_of
from worker.core.claims.grouping import groups_of, of_group
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.pronouns import pronoun_subject
from worker.core.claims.reading import SUBJECT_KINDS, Reading, Subject
from worker.core.claims.romance import ROMANCE, relative_head, will_of
from worker.core.claims.seats import is_seat
from worker.core.claims.slavic import relative_head as slavic_head
from worker.core.claims.slavic_subjects import in_another_case
from worker.core.claims.topics import is_service
from worker.core.claims.wordlists import word_set
from worker.model import Stance


def subject_of(number: int, reading: Reading, discourse: Discourse) -> Subject:
    """Whom a clause speaks of by its own words; empty where it names nobody."""
    marks, clause = reading.marks, reading.clauses[number]
    if infinitival(clause, marks):
        return Subject()
    groups = groups_of(clause, marks)
    asked = _asked_about(groups, clause, marks)
    early = (
        relative_head(clause, marks)
        or will_of(clause, marks)
        or slavic_head(clause, marks)
        or in_another_case(clause, marks)
        or counted_head(clause, marks)
        or head_of_relative(clause, marks)
        or _army_of(clause, marks)
        or _own_country(groups, clause, reading, discourse)
        or _header(number, reading, discourse)
    )
    if early is not None and asked is None:
        return early
    owner = _owner_of_cue(groups, clause, marks)
    leader = asked or (owner if _leads_all(owner, groups) else None)
    leader = leader or some_of(groups, clause, marks) or allotted(groups, clause, marks)
    if leader is not None:
        return of_group(leader, clause, marks, discourse)
    for group in groups:
        first = group[0]
        if (first.oblique and not _absolute(first, clause, marks)) or first.possessive:
            continue
        if first.start > _receiver_from(clause, marks) and all(a.code == "UA" for a in group):
            continue  # the receiver, whatever its grammar
        group = [*group, *_named_after(group, groups, clause, marks)]
        subject = _with_partners(of_group(group, clause, marks, discourse), groups, marks)
        return _with_members(subject, groups, marks)
    passive = marks.has("passive", clause.start, clause.end) or any(
        p.kind == "action_past" for p in predicates_of(clause, marks)
    )
    for group in groups:
        if group[0].agent and (passive or _done_by(group[0], marks)):
            return of_group(group, clause, marks, discourse)
    for group in groups:
        if is_seat(group[0], clause, marks):
            return of_group(group, clause, marks, discourse)
    if owner is not None:
        return of_group(owner, clause, marks, discourse)
    return _hidden(groups, clause, reading, discourse)


def _leads_all(owner: list[Actor] | None, groups: list[list[Actor]]) -> bool:
    """Whether the owner of a cue stands before all who could be a subject."""
    return owner is not None and all(
        g[0].oblique or g[0].possessive or g[0].start > owner[0].start for g in groups
    )


def nobody_asks(number: int, reading: Reading) -> bool:
    """ "It is unclear whether Spain will join": the reporter's doubt tells less than Spain's words."""
    marks, start = reading.marks, reading.clauses[number].start
    return marks.language == "en" and any(w.norm in _IT for w in marks.words[start : start + 3])


_IT = frozenset({"it", "it's"})


def _asked_about(groups: list[list[Actor]], clause: Clause, marks: Marks) -> list[Actor] | None:
    """ "It remained unclear whether the US would …": the one asked about, where "it" is nobody."""
    words = marks.words
    if marks.language != "en" or not any(
        words[i].norm in _IT for i in range(clause.start, min(clause.start + 3, clause.end))
    ):
        return None
    asks = [i for i in range(clause.start, clause.end) if words[i].norm == "whether"]
    before = any(p.stance is Stance.UNDECIDED for p in predicates_of(clause, marks))
    if not asks or not before:
        return None
    return next((g for g in groups if 0 < g[0].start - asks[0] <= 2 and not g[0].oblique), None)


def _absolute(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """ "…, with the US providing a backstop": a clause of its own, with its own subject."""
    if marks.language != "en" or actor.end >= clause.end or not actor.oblique:
        return False
    opens = marks.words[clause.start].norm == "with" and actor.start - clause.start in {1, 2}
    return opens and marks.words[actor.end].norm.endswith("ing")


_THEY = word_set("ze zij men sie wir wij we they")


def _receiver_from(clause: Clause, marks: Marks) -> int:
    """Behind this word Ukraine is the receiver: at once where a pronoun is the subject."""
    near = range(clause.start, min(clause.start + 2, clause.end))
    return clause.start if any(marks.words[i].norm in _THEY for i in near) else clause.start + 2


_TOGETHER = word_set(
    """
    together jointly along samen gezamenlijk gemeinsam zusammen insieme junto conjuntamente
    razem wspólnie разом спільно вместе совместно
    """
)


_WITH = word_set("with met mit con z ze з із зі с со")


def _with_partners(subject: Subject, groups: list[list[Actor]], marks: Marks) -> Subject:
    """ "Together with Latvia, the UK delivered drones": a deed of both."""
    if not subject.codes:
        return subject
    codes = list(subject.codes)
    for group in groups:
        at = group[0].start
        before = [w.norm for w in marks.words[max(0, at - 3) : at]]
        joint = any(first in _TOGETHER and second in _WITH for first, second in pairwise(before))
        joint = joint and not any(w.norm in _RELATIVE for w in marks.words[:at])
        if joint:
            codes += [a.code for a in group if a.code and a.code not in _BODIES]
    return replace(subject, codes=tuple(dict.fromkeys(codes)))


#: "Healey, who chairs the group together with Pistorius, announced …": no deed of both.
_RELATIVE = frozenset({"who", "which"})


_AMONG = word_set(
    """
    darunter including inklusive einschließlich notamment dont incluidos incluidas incluyendo
    compresi tra cui waaronder inclusief m.in między innymi зокрема включаючи включая числе
    """
)


def _with_members(subject: Subject, groups: list[list[Actor]], marks: Marks) -> Subject:
    """ "Ten countries, including France and Canada, are ready": the body and those named."""
    if subject.codes != ("COALITION",):
        return subject
    members: list[str] = []
    until = 0
    for group in groups:
        at = group[0].start
        before = [w.norm for w in marks.words[max(0, at - 2) : at]]
        if _AMONG & set(before) or before == ["w", "tym"]:
            until = min((p.start for p in marks.predicates if p.start > at), default=at + 1)
        if at < until:
            members += [a.code for a in group if a.code and a.code not in _BODIES]
    return replace(subject, codes=("COALITION", *dict.fromkeys(members)))


#: "Der Kreml: Keine Truppen": so few words before a colon are a name and nothing else.
_HEADER = 4


def _header(number: int, reading: Reading, discourse: Discourse) -> Subject | None:
    """ "Moskau: Keine europäischen Truppen": a bare refusal is that of the name before the colon."""
    clause, marks = reading.clauses[number], reading.marks
    if number != 1 or not clause.hard or ":" not in marks.words[clause.start].before:
        return None
    before = reading.clauses[0]
    groups = groups_of(before, marks)
    bare = before.end - before.start <= _HEADER and not predicates_of(before, marks)
    refuses = any(hit[0] == clause.start for hit in marks.context.get("negation", ()))
    own = any(a.start in clause and a.kind in SUBJECT_KINDS and not a.oblique for a in marks.actors)
    if not (bare and refuses and len(groups) == 1) or own:
        return None
    return of_group(groups[0], before, marks, discourse)


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
    named = {"fr", "es", "it", "uk", "ru"}
    if marks.language not in named or last is first or first[0].code is None:
        return []
    joints = {hit[-1] for hit in marks.context.get("coordinator", ()) if len(hit) > 1}
    joined = any(last[0].start - 3 <= joint < last[0].start for joint in joints)
    stop = clause.more[1] if clause.more else clause.end
    return list(last) if joined and last[-1].end == stop else []


def _done_by(actor: Actor, marks: Marks) -> bool:
    """ "Howitzers pledged by Sweden": the words right before the preposition are the deed."""
    deeds = {w for p in marks.predicates if p.kind != "reporting" for w in p.words}
    return bool({actor.start - 2, actor.start - 3} & deeds)


def _owner_of_cue(groups: list[list[Actor]], clause: Clause, marks: Marks) -> list[Actor] | None:
    """Whose pledge or refusal it is: "Dänemarks Ankündigung", "die Weigerung der Slowakei"."""
    cues = [p for p in predicates_of(clause, marks) if p.kind in {"stance", "noun"}]
    adjectives = [
        [a] for a in marks.actors if a.kind == "adjective" and a.start in clause and not a.oblique
    ]
    for group in [*groups, *adjectives]:
        first = group[0]
        of = first.possessive and marks.language in OF
        behind = first.oblique and first.kind != "oblique" and not of  # "in der Union"
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
            behind = 0 <= first.start - cue.end <= 1 + of
            if before or behind:
                return group
    return None


#: So near behind the cue stands whose view it is ("неприйнятно для Москви").
_VIEW = 5


def _beside_stance(actor: Actor, marks: Marks) -> bool:
    """Not so in "возможна … после определения миссии для каждой страны"."""
    cues = [p for p in marks.predicates if p.kind in {"stance", "noun"}]
    return any(actor.start - p.words[-1] <= _VIEW for p in cues)


def _viewer(groups: list[list[Actor]], clause: Clause, marks: Marks) -> Subject | None:
    """ "Für Moskau eine rote Linie", "im Storting wurde … verabschiedet": a subject in disguise."""
    if not any(p.kind in {"stance", "noun"} for p in predicates_of(clause, marks)):
        return None
    for group in groups:
        first = group[0]
        if first.code in {None, "UA"}:
            continue
        if first.experiencer and marks.language in SLAVIC and not _beside_stance(first, marks):
            continue
        house = first.oblique and first.kind == "institution" and not _meeting(clause, marks)
        if first.experiencer or (house and marks.has("passive", clause.start, clause.end)):
            codes = tuple(dict.fromkeys(a.code for a in group if a.code))
            return Subject(codes, explicit=True)
    return None


_MEETINGS = word_set(
    "riunione vertice incontro summit reunión cumbre encuentro réunion sommet rencontre"
)


def _meeting(clause: Clause, marks: Marks) -> bool:
    """ "La riunione è stata convocata all'Eliseo": where one meets is not who speaks."""
    near = marks.words[clause.start : clause.start + 4]
    return marks.has("gathering") or any(w.norm in _MEETINGS for w in near)


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


def _army_of(clause: Clause, marks: Marks) -> Subject | None:
    """ "L'armée grecque se dit disposée …": the adjective behind its noun tells whose army it is."""
    if marks.language not in ROMANCE:
        return None
    first = min((p.start for p in predicates_of(clause, marks)), default=clause.start)
    for actor in marks.actors:
        led = actor.start - 1 in clause and is_service(actor.start - 1, marks)
        own = actor.kind == "adjective" and actor.code not in {None, "UA", "RU", "COALITION"}
        if own and led and not actor.oblique and actor.end <= first:
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
