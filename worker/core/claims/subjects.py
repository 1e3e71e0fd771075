"""Subjects: which states a clause speaks of, across coordination, passives, pronouns and gaps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from worker.core.claims.clauses import Clause, in_parenthesis, infinitival, predicates_of
from worker.core.claims.marks import Actor, Marks, Topic
from worker.core.claims.speakers import Attribution
from worker.model import Measure, Stance, Status

SUBJECT_KINDS = ("state", "capital", "institution", "person", "role", "nonstate")


@dataclass(slots=True)
class Discourse:
    """What the sentences before have left in mind."""

    state: str | None = None
    state_age: int = 99
    #: The states last named together ("beide Länder" means them).
    group: tuple[str, ...] = ()
    speaker: str | None = None
    speaker_state: str | None = None
    speaker_age: int = 99
    speaker_nonstate: bool = False
    measure: Measure | None = None
    measure_age: int = 99
    #: The last measure named at all, with or without a stance.
    topic: Measure | None = None
    topic_age: int = 99
    #: In an interview: whose answers they are, once known.
    interview: bool = False
    host: str | None = None
    host_name: str | None = None

    #: How often each measure was the subject of a claim so far.
    counts: Counter[Measure] = field(default_factory=Counter)
    #: How often each state was named as a subject so far.
    states: Counter[str] = field(default_factory=Counter)

    def main_measure(self) -> Measure | None:
        """What the article is mostly about so far, else the last measure."""
        top = self.counts.most_common(1)
        return top[0][0] if top and top[0][1] > 1 else self.measure

    def tick(self) -> None:
        """One sentence further on."""
        self.state_age += 1
        self.speaker_age += 1
        self.measure_age += 1
        self.topic_age += 1


@dataclass(slots=True)
class Finding:
    """A claim in the making: words are indices in the sentence."""

    actor: str
    topic: Topic
    stance: Stance
    clause: Clause
    status: Status
    speaker: str | None
    rules: list[str]
    confidence: float
    at: int
    past: bool = False


@dataclass(slots=True)
class Subject:
    """The subject of a clause: the states meant, or nobody, or somebody who is no state."""

    codes: tuple[str, ...] = ()
    nonstate: bool = False
    explicit: bool = False
    pronoun: bool = False
    name: str | None = None


@dataclass(slots=True)
class Rejection:
    """A measure that was read and gave no claim, with the reason."""

    topic: Topic
    clause: Clause
    reason: str


@dataclass(slots=True)
class Reading:
    """A sentence read: its clauses, attributions, findings."""

    marks: Marks
    clauses: list[Clause]
    attributions: list[Attribution] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


def subject_of(number: int, reading: Reading, discourse: Discourse) -> Subject:
    marks, clause = reading.marks, reading.clauses[number]
    if infinitival(clause, marks):
        return Subject()
    groups = _groups(clause, marks)
    owner = _owner_of_cue(groups, clause, marks)
    if owner is not None and all(
        g[0].oblique or g[0].possessive or g[0].start > owner[0].start for g in groups
    ):
        return _of_group(owner, clause, marks, discourse)
    for group in groups:
        first = group[0]
        if first.oblique or first.possessive:
            continue
        if first.code == "UA" and first.start > clause.start + 2:
            continue  # the receiver, whatever its grammar
        return _of_group(group, clause, marks, discourse)
    passive = marks.has("passive", clause.start, clause.end) or any(
        p.kind == "action_past" for p in predicates_of(clause, marks)
    )
    for group in groups:
        if group[0].agent and (passive or _done_by(group[0], marks)):
            return _of_group(group, clause, marks, discourse)
    for group in groups:
        if _seat(group[0], clause, marks):
            return _of_group(group, clause, marks, discourse)
    if owner is not None:
        return _of_group(owner, clause, marks, discourse)
    pronoun = _pronoun(clause, reading, discourse)
    if pronoun.pronoun or pronoun.codes:
        return pronoun
    return _viewer(groups, clause, marks) or _by_adjective(clause, marks) or pronoun


def _done_by(actor: Actor, marks: Marks) -> bool:
    """ "Howitzers pledged by Sweden": the words right before the preposition are the deed."""
    deeds = {w for p in marks.predicates if p.kind != "reporting" for w in p.words}
    return bool({actor.start - 2, actor.start - 3} & deeds)


_IN = frozenset({"у", "в", "во", "w", "we"})


def _seat(actor: Actor, clause: Clause, marks: Marks) -> bool:
    """A seat of government that speaks without a subject: "у Кремлі заявили", "w Berlinie uznano"."""
    if actor.kind not in {"oblique", "institution"} or actor.code == "UA":
        return False
    if actor.start != clause.start + 1 or marks.words[clause.start].norm not in _IN:
        return False
    return any(p.kind in {"reporting", "stance"} for p in predicates_of(clause, marks))


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


#: So near to the beginning of a clause an adjective of a state tells whose its subject is.
_SUBJECT_REACH = 4


def _by_adjective(clause: Clause, marks: Marks) -> Subject | None:
    """ "A British general assumed …", "Croatian deminers work …": a subject known by its adjective."""
    predicates = [p.start for p in predicates_of(clause, marks)]
    for actor in marks.actors:
        if actor.kind != "adjective" or actor.oblique or actor.code in {None, "UA", "COALITION"}:
            continue
        near = clause.start <= actor.start < clause.start + _SUBJECT_REACH
        if near and predicates and actor.end <= min(predicates):
            return Subject((actor.code,))
    return None


def settle_speakers(reading: Reading, discourse: Discourse) -> None:
    """Give each statement its speaker: a role takes the state of its clause, "he" the last speaker."""
    for attribution in reading.attributions:
        speaker = attribution.speaker
        subject = reading.subjects[attribution.clause]
        if speaker is None and _said_by_pronoun(attribution, reading.marks) and not subject.codes:
            attribution.speaker = _last_speaker(attribution, discourse)
        elif speaker is not None and speaker.kind == "role" and speaker.code is None:
            speaker.code = subject.codes[0] if subject.codes else None


def _said_by_pronoun(attribution: Attribution, marks: Marks) -> bool:
    """Whether "he" or "er" stands right beside the verb of saying."""
    words = attribution.predicate.words
    return any(
        -2 <= hit[0] - words[0] <= words[-1] - words[0] + 1
        for hit in marks.context.get("pronoun_person", ())
    )


def _last_speaker(attribution: Attribution, discourse: Discourse) -> Actor | None:
    if discourse.speaker_age > 2:
        return None
    at = attribution.predicate.start
    kind = "nonstate" if discourse.speaker_nonstate else "person"
    if discourse.speaker_state is None and not discourse.speaker_nonstate:
        return None
    code = None if discourse.speaker_nonstate else discourse.speaker_state
    return Actor(code, kind, at, at, discourse.speaker, "he")


def _groups(clause: Clause, marks: Marks) -> list[list[Actor]]:
    """The actors of a clause, coordinated ones together, in the order of the text."""
    actors = [
        a
        for a in marks.actors
        if a.kind in (*SUBJECT_KINDS, "oblique")
        and a.start in clause
        and not in_parenthesis(marks, a.start)
        and not _owns_role(a, marks)
    ]
    groups: list[list[Actor]] = []
    persons = {a.start for a in actors if a.kind == "person"}
    for actor in actors:
        if actor.kind == "institution" and {actor.end, actor.end + 1} & persons:
            continue  # "Bundeskanzler Christian Stocker": the name decides
        if groups and actor.start < groups[-1][-1].end:
            continue
        if groups and _coordinated(groups[-1][-1], actor, marks):
            first = groups[-1][0]
            actor.oblique = actor.oblique or first.oblique
            actor.possessive = actor.possessive or first.possessive
            groups[-1].append(actor)
        else:
            groups.append([actor])
    return groups


def _owns_role(actor: Actor, marks: Marks) -> bool:
    """Whether a name only tells whose role follows: "Belgium's government", "Dänemarks Parlament"."""
    return actor.possessive and any(
        role.kind == "role" and role.start <= actor.start and actor.end <= role.end
        for role in marks.actors
    )


def _coordinated(left: Actor, right: Actor, marks: Marks) -> bool:
    between = range(left.end, right.start)
    if len(between) > 3:
        return False
    joined = {w for kind in ("coordinator",) for hit in marks.context.get(kind, ()) for w in hit}
    joined |= {w for hit in marks.context.get("article", ()) for w in hit}
    joined |= {w for a in marks.actors if a.kind == "adjective" for w in range(a.start, a.end)}
    filled = all(i in joined for i in between)
    linked = any(hit[0] in between for hit in marks.context.get("coordinator", ())) or any(
        "," in marks.words[i].before for i in range(left.end, right.start + 1)
    )
    if any(hit[0] in between for hit in marks.context.get("contrast", ())):
        return False
    if left.oblique and not any(hit[0] in between for hit in marks.context.get("coordinator", ())):
        return False  # "Together with Latvia, the UK …"
    return filled and linked


def _of_group(
    group: Sequence[Actor], clause: Clause, marks: Marks, discourse: Discourse
) -> Subject:
    codes = tuple(dict.fromkeys(a.code for a in group if a.code))
    name = next((a.name for a in group if a.name), None)
    if codes:
        return Subject(codes, explicit=True, name=name)
    if group[0].kind != "role":
        return Subject(nonstate=True, explicit=True)
    for actor in marks.actors:  # "In Berlin wies eine Sprecherin …"
        if actor.kind == "capital" and actor.oblique and actor.start in clause and actor.code:
            return Subject((actor.code,), explicit=True, name=name)
    if marks.words[group[0].end - 1].norm in _PLURAL_ROLES:
        return Subject(name=name)  # several of them, of several states
    code = _meant(group[0], marks) or (discourse.state if discourse.state_age <= 3 else None)
    if code in _NO_PRIME_MINISTER and _is_prime_minister(group[0], marks):
        heads = [s for s, _ in discourse.states.most_common() if s not in _NO_PRIME_MINISTER]
        code = heads[0] if heads else None
    if code is not None:
        return Subject((code,), explicit=True, pronoun=True, name=name)
    return Subject(name=name)


_NO_PRIME_MINISTER = frozenset({"US", "RU", "UA", "EU", "NATO", "UN", "COALITION"})
_PRIME_MINISTER = re.compile(
    r"^(prime|premier|ministerpräsident|regierungschef|kanzler|chancellor)"
)


def _is_prime_minister(role: Actor, marks: Marks) -> bool:
    """ "The Prime Minister" is not the last state named where that has none who speaks for it."""
    return any(_PRIME_MINISTER.match(marks.words[i].norm) for i in range(role.start, role.end))


_PLURAL_ROLES = frozenset(
    [
        "leaders",
        "ministers",
        "presidents",
        "officials",
        "diplomats",
        "governments",
        "ambassadors",
        "staatschefs",
        "regierungschefs",
        "minister",
        "diplomaten",
        "regierungen",
        "dirigeants",
        "ministres",
        "présidents",
        "líderes",
        "ministros",
        "leader",
        "ministri",
        "leiders",
        "przywódcy",
        "ministrowie",
        "лідери",
        "міністри",
        "лидеры",
        "министры",
    ]
) - {"minister", "leader"}


def _meant(role: Actor, marks: Marks) -> str | None:
    """The state that the sentence itself speaks of before a bare role ("…, said the minister")."""
    for actor in marks.actors:
        if actor.start >= role.start or actor.code in {None, "UA", "RU", "COALITION"}:
            continue
        if actor.kind == "adjective" or not actor.oblique:
            return actor.code
    return None


#: A pronoun is taken as the subject only this near to the beginning of its clause.
_PRONOUN_REACH = 4


def _pronoun(clause: Clause, reading: Reading, discourse: Discourse) -> Subject:
    marks = reading.marks
    if _leads(marks, "pronoun_we", clause):
        if discourse.host and discourse.speaker_age > 0:
            return Subject((discourse.host,), pronoun=True, name=discourse.host_name)
        return Subject(pronoun=True)
    if _leads(marks, "pronoun_person", clause):
        if discourse.speaker_nonstate and discourse.speaker_age <= 1:
            return Subject(nonstate=True, pronoun=True)
        return Subject(pronoun=True)
    if _both(marks, clause) and discourse.group:
        return Subject(discourse.group, pronoun=True, explicit=True)
    return Subject(pronoun=_leads(marks, "pronoun_state", clause))


_BOTH = frozenset(
    [
        "beide",
        "both",
        "deux",
        "ambos",
        "entrambi",
        "beide",
        "obie",
        "oba",
        "oboje",
        "обидві",
        "обидва",
        "оба",
        "обе",
    ]
)


def _both(marks: Marks, clause: Clause) -> bool:
    """ "Beide Länder", "both countries", "les deux pays"."""
    return any(
        hit[0] in clause
        and any(marks.words[i].norm in _BOTH for i in range(max(0, hit[0] - 1), hit[-1] + 1))
        for hit in marks.context.get("pronoun_state", ())
    )


def _leads(marks: Marks, kind: str, clause: Clause) -> bool:
    """Whether a word of this kind can be the subject: near the beginning, or right behind a modal."""
    prepositions = {hit[-1] for hit in marks.context.get("preposition", ())}
    modals = {
        hit[-1] + 1
        for name in ("modal_will", "modal_open", "perfect", "passive")
        for hit in marks.context.get(name, ())
    }
    starts = [clause.start] if clause.more is None else [clause.start, clause.more[0]]
    return any(
        hit[0] in clause
        and hit[0] - 1 not in prepositions
        and (hit[0] in modals or any(start <= hit[0] < start + _PRONOUN_REACH for start in starts))
        for hit in marks.context.get(kind, ())
    )


def resolved(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    """The subject of a clause with pronouns and gaps filled in, and how sure that is."""
    own = reading.subjects[number]
    if own.codes or own.nonstate:
        return own, 0.9 if not own.pronoun else 0.75
    speaker = speaker_of(number, reading)
    if own.pronoun and (said := _as_subject(speaker)) is not None:
        return said, 0.8
    for earlier in range(number - 1, -1, -1):
        before = reading.subjects[earlier]
        if (before.nonstate or before.codes) and _reaches(earlier, number, own, reading):
            return before, 0.8
    if (said := _as_subject(speaker)) is not None:
        return said, 0.75
    if own.pronoun or reading.clauses[number].quoted or _reported_speech(number, reading):
        return from_before(discourse)
    return Subject(), 0.0


#: "Rom: Keine Soldaten": so few words before a colon are a name and nothing else.
_BARE = 4


def _reaches(earlier: int, number: int, own: Subject, reading: Reading) -> bool:
    """Whether a subject still holds in a later clause: not across a colon or semicolon by itself."""
    between = reading.clauses[earlier + 1 : number + 1]
    if own.pronoun or not any(clause.hard for clause in between):
        return True
    before = reading.clauses[earlier]
    predicates = predicates_of(before, reading.marks)
    bare = not predicates and before.end - before.start <= _BARE
    return bare or any(p.kind in {"reporting", "stance"} for p in predicates)


_SUBJUNCTIVE = frozenset(
    [
        "sei",
        "seien",
        "habe",
        "werde",
        "könne",
        "müsse",
        "solle",
        "wolle",
        "dürfe",
        "gebe",
        "bleibe",
        "stehe",
        "gehe",
        "komme",
        "mache",
        "wisse",
    ]
)


def _reported_speech(number: int, reading: Reading) -> bool:
    """German Konjunktiv I without a speaker of its own: the last one goes on speaking."""
    marks, clause = reading.marks, reading.clauses[number]
    if marks.language != "de" or reading.attributions:
        return False
    last = clause.more[1] if clause.more else clause.end
    return any(
        marks.words[i].norm in _SUBJUNCTIVE for i in range(clause.start, last) if i in clause
    )


def _as_subject(speaker: Actor | None) -> Subject | None:
    """The speaker taken as the one spoken of ("he", "we", or nobody named)."""
    if speaker is None:
        return None
    if speaker.kind == "nonstate":
        return Subject(nonstate=True)
    return Subject((speaker.code,), name=speaker.name) if speaker.code else None


def from_before(discourse: Discourse) -> tuple[Subject, float]:
    """The subject that the sentences before have left in mind."""
    if discourse.speaker_nonstate and discourse.speaker_age <= 1:
        return Subject(nonstate=True), 0.6
    if discourse.speaker_state and discourse.speaker_age <= 1:
        return Subject((discourse.speaker_state,), name=discourse.speaker), 0.65
    if discourse.state and discourse.state_age <= 2:
        return Subject((discourse.state,)), 0.6
    return Subject(), 0.0


def speaker_of(number: int, reading: Reading) -> Actor | None:
    """Who says the clause: the nearest attribution of the sentence with a speaker."""
    near = [a for a in reading.attributions if a.speaker is not None]
    if not near:
        return None
    return min(near, key=lambda a: (abs(a.clause - number), a.clause < number)).speaker


def _meet_host(reading: Reading, discourse: Discourse) -> None:
    """The first official named in an interview is the one who answers; a politician is no host."""
    for actor in reading.marks.actors:
        if actor.kind == "nonstate" and actor.name:
            discourse.interview = False
            return
        if actor.kind in {"person", "role"} and actor.code:
            discourse.host, discourse.host_name = actor.code, actor.name
            return


def remember(reading: Reading, discourse: Discourse, question: bool) -> None:
    """Keep in mind of a sentence what the next ones may refer to."""
    discourse.tick()
    if discourse.interview and discourse.host is None:
        _meet_host(reading, discourse)
    for subject in reading.subjects:
        if len(subject.codes) > 1 and not subject.pronoun:
            discourse.group = subject.codes
    discourse.states.update(c for s in reading.subjects if s.explicit for c in s.codes)
    for subject in reading.subjects:
        if subject.codes and subject.explicit and subject.codes[0] not in {"UA"}:
            discourse.state, discourse.state_age = subject.codes[0], 0
            break
    else:
        named = [
            a.code
            for a in reading.marks.actors
            if a.code and a.kind in {"state", "capital", "role", "person"}
        ]
        if named and named[0] != "UA":
            discourse.state, discourse.state_age = named[0], 0
    for attribution in reading.attributions:
        speaker = attribution.speaker
        if speaker is not None:
            discourse.speaker = speaker.name
            discourse.speaker_state = speaker.code or (
                discourse.state if speaker.kind == "role" else None
            )
            discourse.speaker_nonstate = speaker.kind == "nonstate"
            discourse.speaker_age = 0
    if reading.marks.topics:
        discourse.topic, discourse.topic_age = reading.marks.topics[-1].measure, 0
    discourse.counts.update(f.topic.measure for f in reading.findings)
    if reading.findings:
        discourse.measure, discourse.measure_age = reading.findings[-1].topic.measure, 0
    elif question and reading.marks.topics:
        discourse.measure, discourse.measure_age = reading.marks.topics[-1].measure, 0
