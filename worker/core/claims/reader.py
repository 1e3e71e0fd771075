"""One sentence to claims: subject, measure, stance, speaker, put together clause by clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from worker.core.claims.clauses import Clause, in_parenthesis, predicates_of, settle_actors, split
from worker.core.claims.marks import PREDICATE_TYPES, Actor, Marks, Predicate, Topic
from worker.core.claims.speakers import Attribution, add_roles, attributions
from worker.core.claims.stances import CUES, chain, compose, negations
from worker.model import Measure, Stance, Status

SUBJECT_KINDS = ("state", "capital", "institution", "person", "role", "nonstate")
#: Measures that the attacker can only accept or reject, never give.
_RECEIVED = frozenset(Measure) - {Measure.MONITORING, Measure.GUARANTEES, Measure.DECLARATION}
_UKRAINE_OWN = {Measure.DECLARATION, Measure.INDUSTRY}


@dataclass(slots=True)
class Discourse:
    """What the sentences before have left in mind."""

    state: str | None = None
    state_age: int = 99
    speaker: str | None = None
    speaker_state: str | None = None
    speaker_age: int = 99
    speaker_nonstate: bool = False
    measure: Measure | None = None
    measure_age: int = 99
    host: str | None = None
    host_name: str | None = None

    def tick(self) -> None:
        """One sentence further on."""
        self.state_age += 1
        self.speaker_age += 1
        self.measure_age += 1


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
class Reading:
    """A sentence read: its clauses, attributions, findings."""

    marks: Marks
    clauses: list[Clause]
    attributions: list[Attribution] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read(marks: Marks, language: str, discourse: Discourse, question: bool) -> Reading:
    """Read one sentence; ``discourse`` is updated for the sentences after it."""
    add_roles(marks, language)
    settle_actors(marks, language)
    clauses = split(marks)
    reading = Reading(marks, clauses)
    reading.attributions = attributions(marks, clauses, language)
    reading.subjects = [_subject(n, reading, discourse) for n in range(len(clauses))]
    if not question and not marks.has("hypothetical") and not marks.has("question"):
        reading.findings = list(_findings(reading, language, discourse))
    _remember(reading, discourse, question)
    return reading


# --- subjects -------------------------------------------------------------------------------


def _subject(number: int, reading: Reading, discourse: Discourse) -> Subject:
    marks, clause = reading.marks, reading.clauses[number]
    groups = _groups(clause, marks)
    for group in groups:
        first = group[0]
        if first.oblique or first.possessive:
            continue
        return _of_group(group, discourse)
    passive = marks.has("passive", clause.start, clause.end) or any(
        p.kind == "action_past" for p in predicates_of(clause, marks)
    )
    for group in groups:
        if group[0].agent and passive:
            return _of_group(group, discourse)
    return _pronoun(clause, reading, discourse)


def _groups(clause: Clause, marks: Marks) -> list[list[Actor]]:
    """The actors of a clause, coordinated ones together, in the order of the text."""
    actors = [
        a
        for a in marks.actors
        if a.kind in (*SUBJECT_KINDS, "oblique")
        and a.start in clause
        and not in_parenthesis(marks, a.start)
    ]
    groups: list[list[Actor]] = []
    for actor in actors:
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


def _coordinated(left: Actor, right: Actor, marks: Marks) -> bool:
    between = range(left.end, right.start)
    if len(between) > 3:
        return False
    joined = {w for kind in ("coordinator",) for hit in marks.context.get(kind, ()) for w in hit}
    joined |= {w for hit in marks.context.get("article", ()) for w in hit}
    joined |= {w for a in marks.actors if a.kind == "adjective" for w in range(a.start, a.end)}
    filled = all(i in joined for i in between)
    linked = (
        any(hit[0] in between for hit in marks.context.get("coordinator", ()))
        or "," in marks.words[right.start].before
    )
    if any(hit[0] in between for hit in marks.context.get("contrast", ())):
        return False
    return filled and linked


def _of_group(group: Sequence[Actor], discourse: Discourse) -> Subject:
    codes = tuple(dict.fromkeys(a.code for a in group if a.code))
    if not codes and group[0].kind == "role":
        name = group[0].name
        if discourse.state and discourse.state_age <= 3:
            return Subject((discourse.state,), explicit=True, pronoun=True, name=name)
        return Subject(name=name)
    if not codes:
        return Subject(nonstate=True, explicit=True)
    name = next((a.name for a in group if a.name), None)
    return Subject(codes, explicit=True, name=name)


def _pronoun(clause: Clause, reading: Reading, discourse: Discourse) -> Subject:
    marks = reading.marks
    last = clause.more[1] if clause.more else clause.end
    if marks.has("pronoun_we", clause.start, last):
        if discourse.host and (clause.quoted or discourse.speaker_age > 0):
            return Subject((discourse.host,), pronoun=True, name=discourse.host_name)
        return Subject(pronoun=True)
    if marks.has("pronoun_person", clause.start, last):
        if discourse.speaker_nonstate and discourse.speaker_age <= 1:
            return Subject(nonstate=True, pronoun=True)
        return Subject(pronoun=True)
    if marks.has("pronoun_state", clause.start, last):
        return Subject(pronoun=True)
    return Subject()


def _resolved(number: int, reading: Reading, discourse: Discourse) -> tuple[Subject, float]:
    """The subject of a clause with pronouns and gaps filled in, and how sure that is."""
    own = reading.subjects[number]
    if own.codes or own.nonstate:
        return own, 0.9 if not own.pronoun else 0.75
    speaker = _speaker_of(number, reading)
    if own.pronoun and speaker is not None:
        if speaker.kind == "nonstate":
            return Subject(nonstate=True), 0.8
        if speaker.code:
            return Subject((speaker.code,), pronoun=True, name=speaker.name), 0.8
    for earlier in range(number - 1, -1, -1):
        before = reading.subjects[earlier]
        if before.nonstate or before.codes:
            return before, 0.8
    if speaker is not None and speaker.kind == "nonstate":
        return Subject(nonstate=True), 0.8
    if speaker is not None and speaker.code:
        return Subject((speaker.code,), name=speaker.name), 0.75
    clause = reading.clauses[number]
    if own.pronoun or clause.quoted or speaker is not None:
        if discourse.speaker_nonstate and discourse.speaker_age <= 1:
            return Subject(nonstate=True), 0.6
        if (
            discourse.speaker_state
            and discourse.speaker_age <= 1
            and (clause.quoted or own.pronoun)
        ):
            return Subject((discourse.speaker_state,), name=discourse.speaker), 0.65
        if discourse.state and discourse.state_age <= 2:
            return Subject((discourse.state,)), 0.6
    return Subject(), 0.0


def _speaker_of(number: int, reading: Reading) -> Actor | None:
    """Who says the clause: the nearest attribution of the sentence with a speaker."""
    near = [a for a in reading.attributions if a.speaker is not None]
    if not near:
        return None
    return min(near, key=lambda a: (abs(a.clause - number), a.clause < number)).speaker


# --- stances --------------------------------------------------------------------------------


def _findings(reading: Reading, language: str, discourse: Discourse) -> Iterator[Finding]:
    for number, clause in enumerate(reading.clauses):
        if clause.opener == "if":
            continue
        topics = _topics(clause, reading.marks)
        if not topics:
            yield from _anaphoric(number, reading, language, discourse)
            continue
        for topic in topics:
            yield from _finding(number, topic, reading, language, discourse)


def _topics(clause: Clause, marks: Marks) -> list[Topic]:
    """The measures of a clause; weak mentions give way to a core one of the same clause."""
    inside = [t for t in marks.topics if t.start in clause and not in_parenthesis(marks, t.start)]
    best: dict[Measure, Topic] = {}
    order = {"core": 0, "verb": 1, "weak": 2, "force": 3}
    for topic in inside:
        known = best.get(topic.measure)
        if known is None or order[topic.kind] < order[known.kind]:
            best[topic.measure] = topic
    if len(best) > 1 and Measure.TROOPS in best and best[Measure.TROOPS].kind in {"force"}:
        del best[Measure.TROOPS]
    return sorted(best.values(), key=lambda t: t.start)


def _anaphoric(
    number: int, reading: Reading, language: str, discourse: Discourse
) -> Iterator[Finding]:
    return iter(())


def _finding(
    number: int, topic: Topic, reading: Reading, language: str, discourse: Discourse
) -> Iterator[Finding]:
    marks, clause = reading.marks, reading.clauses[number]
    inner, rules, chosen = _inner(number, topic, reading, language)
    outer_number, outer = _governor(number, reading, chosen)
    if chosen is not None and chosen.kind in PREDICATE_TYPES:
        stance = _special(chosen, inner, marks, clause)
        if stance is None:
            return
    else:
        stance = inner
    subject, confidence = _resolved(number, reading, discourse)
    if outer is not None and outer_number is not None:
        above = reading.clauses[outer_number]
        if outer.kind in PREDICATE_TYPES:
            stance = _special(outer, stance, marks, above)
            rules = [*rules, outer.rule]
        else:
            over, why = chain(outer, _stance_cues(above, marks), above, marks, language)
            stance = compose(over, stance)
            rules = [*rules, *why, "governed"]
            outer_subject, outer_sure = _resolved(outer_number, reading, discourse)
            if over is not None and (over.rank <= 0 or not reading.subjects[number].codes):
                if outer_subject.codes or outer_subject.nonstate:
                    subject, confidence = outer_subject, outer_sure
    if stance is None:
        return
    possessor = _possessor(topic, clause, marks)
    if possessor and not reading.subjects[number].explicit and not (outer and subject.codes):
        subject, confidence = Subject((possessor,)), max(confidence, 0.75)
    if subject.nonstate or not subject.codes:
        return
    speaker = _speaker_of(number, reading)
    if speaker is not None and speaker.kind == "nonstate" and not reading.subjects[number].codes:
        return
    if speaker is not None and speaker.kind == "nonstate" and _quoted_by(speaker, reading):
        return
    status = _status(number, subject, speaker, reading)
    name = subject.name or (speaker.name if speaker is not None else None)
    for code in subject.codes:
        fitted = _fitting(code, topic, stance)
        if fitted is None:
            continue
        yield Finding(
            code,
            topic,
            fitted,
            clause,
            status,
            name,
            [topic.rule, *rules],
            confidence * (0.9 if chosen is not None and chosen.kind == "action" else 1.0),
            topic.start,
            past=chosen is not None and chosen.kind in {"action_past", "done"},
        )


def _quoted_by(speaker: Actor, reading: Reading) -> bool:
    return True


def _stance_cues(clause: Clause, marks: Marks) -> list[Predicate]:
    return [p for p in predicates_of(clause, marks) if p.kind in {"stance", "noun"}]


def _inner(
    number: int, topic: Topic, reading: Reading, language: str
) -> tuple[Stance | None, list[str], Predicate | None]:
    """The stance that the clause's own predicates give to the measure."""
    marks, clause = reading.marks, reading.clauses[number]
    own = [p for p in predicates_of(clause, marks) if p.kind in (*CUES, *PREDICATE_TYPES)]
    special = [p for p in own if p.kind in PREDICATE_TYPES]
    cues = [p for p in own if p.kind in {"stance", "noun"}]
    actions = [p for p in own if p.kind in {"action", "action_past", "done"}]
    chosen = _nearest(cues, topic) or _nearest(actions, topic)
    if special:
        nearest = min(special, key=lambda p: _distance(p, topic))
        if (
            chosen is None
            or nearest.start < topic.start
            and nearest.start < chosen.start
            or (_distance(nearest, topic) < _distance(chosen, topic))
        ):
            stance, rules = (
                (None, []) if chosen is None else chain(chosen, cues, clause, marks, language)
            )
            return stance, [*rules, nearest.rule], nearest
    if chosen is None:
        return None, [], None
    stance, rules = chain(chosen, cues, clause, marks, language)
    return stance, rules, chosen


def _distance(predicate: Predicate, topic: Topic) -> int:
    return min(
        max(0, word - topic.end + 1) if word >= topic.start else topic.start - word
        for word in predicate.words
    )


def _nearest(predicates: Sequence[Predicate], topic: Topic) -> Predicate | None:
    return min(predicates, key=lambda p: _distance(p, topic), default=None)


def _governor(
    number: int, reading: Reading, chosen: Predicate | None
) -> tuple[int | None, Predicate | None]:
    """The predicate of another clause that governs this one ("versprach, … zu entsenden")."""
    clause = reading.clauses[number]
    own_stance = chosen is not None and chosen.kind in {"stance", "noun", *PREDICATE_TYPES}
    free = clause.opener in {"main"} and not reading.subjects[number].explicit
    if not (clause.opener in {"subordinator", "whether"} or (free and not own_stance)):
        return None, None
    for other in range(number - 1, -1, -1):
        if reading.clauses[other].opener == "if":
            continue
        found = _governing(other, reading)
        if found is not None:
            return other, found
        break
    if number == 0 or clause.opener == "whether":
        for other in range(number + 1, min(number + 3, len(reading.clauses))):
            found = _governing(other, reading)
            if found is not None and not _topics(reading.clauses[other], reading.marks):
                return other, found
    return None, None


def _governing(number: int, reading: Reading) -> Predicate | None:
    own = [
        p
        for p in predicates_of(reading.clauses[number], reading.marks)
        if p.kind in {"stance", "noun", *PREDICATE_TYPES}
    ]
    return own[-1] if own else None


def _special(
    predicate: Predicate, inner: Stance | None, marks: Marks, clause: Clause
) -> Stance | None:
    """What a demand, denial, welcome or "no comment" makes of the stance under it."""
    if predicate.kind != "deny" or inner is None:
        return None
    if negations(clause, marks):
        return None
    if inner is Stance.UNDECIDED:
        return Stance.UNDECIDED
    return Stance.RULED_OUT if inner.rank > 0 else None


# --- actors and status ----------------------------------------------------------------------


def _possessor(topic: Topic, clause: Clause, marks: Marks) -> str | None:
    """Whose measure it is: "polnische Truppen", "Teilnahme Frankreichs", "Britain's offer"."""
    for actor in marks.actors:
        if actor.code is None or actor.start not in clause:
            continue
        adjective = actor.kind == "adjective" and (
            0 <= topic.start - actor.end <= 2 or 0 <= actor.start - topic.end <= 0
        )
        genitive = actor.possessive and (
            0 <= topic.start - actor.end <= 3 or 0 <= actor.start - topic.end <= 1
        )
        overlap = actor.kind in {"adjective", "state"} and actor.end == topic.start
        if adjective or genitive or overlap:
            return actor.code
    return None


def _status(number: int, subject: Subject, speaker: Actor | None, reading: Reading) -> Status:
    marks = reading.marks
    if marks.has("draft_mark"):
        return Status.DRAFT
    if marks.has("reported_mark"):
        return Status.REPORTED
    if (
        speaker is not None
        and speaker.code is not None
        and speaker.code not in subject.codes
        and speaker.kind in {"person", "role"}
        and not {"COALITION", "EU"} & set(subject.codes)
    ):
        return Status.REPORTED
    return Status.OFFICIAL


def _fitting(code: str, topic: Topic, stance: Stance) -> Stance | None:
    """The stance as this actor can hold it: the attacked and the attacker do not pledge to themselves."""
    if code == "UA" and topic.measure not in _UKRAINE_OWN:
        return None
    if code == "RU":
        if stance in {Stance.RULED_OUT, Stance.RELUCTANT}:
            return Stance.OPPOSED
        if stance.rank > Stance.OPEN.rank or (stance.rank > 0 and topic.measure in _RECEIVED):
            return None
    return stance


# --- memory ---------------------------------------------------------------------------------


def _remember(reading: Reading, discourse: Discourse, question: bool) -> None:
    discourse.tick()
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
    for topic in reading.marks.topics:
        if topic.kind in {"core", "verb", "weak"}:
            discourse.measure, discourse.measure_age = topic.measure, 0
