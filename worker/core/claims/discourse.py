"""Discourse: what the sentences before have left in mind."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from worker.core.claims.marks import Marks, Topic
from worker.core.claims.negation import negations
from worker.core.claims.reading import Finding, Reading, Subject
from worker.core.claims.wordlists import word_set
from worker.model import Measure, Stance


@dataclass(frozen=True, slots=True)
class Said:
    """The last claim read, for sentences that leave the deed to it."""

    measure: Measure
    stance: Stance
    #: Whether its clause negated something ("has not ruled out", "will not").
    negated: bool


#: Told of so often, a measure is what an article calls "the mission".
_OFTEN = 3


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
    #: Sentences since training was named.
    training_age: int = 99
    #: The official last named of each state, and how many sentences ago.
    officials: dict[str, tuple[str, int]] = field(default_factory=dict)
    #: Who signed the document last told of ("it provides for …" is their word).
    signers: tuple[str, ...] = ()
    signed_age: int = 99
    #: Whether the coalition was named at all: its declarations need no other owner.
    coalition: bool = False
    #: Whom a line with a colon names ("the members of the coalition:"), for the list below it.
    heading: tuple[str, ...] = ()
    #: How many sentences have been read.
    sentences: int = 0
    #: In an interview: the measure that the last question asks the host to take.
    asked: Measure | None = None
    #: In an interview: whose answers they are, once known.
    interview: bool = False
    host: str | None = None
    host_name: str | None = None

    #: How often each measure was the subject of a claim so far.
    counts: Counter[Measure] = field(default_factory=Counter)
    #: How often each state was named as a subject so far.
    states: Counter[str] = field(default_factory=Counter)

    said: Said | None = None
    #: The single states last named, and how long ago two of them together.
    single: str | None = None
    group_age: int = 99
    #: Who pledged in the last sentence or opened a list with "…:", and how long ago.
    pledgers: tuple[str, ...] = ()
    pledge_age: int = 99

    def home(self) -> str | None:
        """The state that the article is mostly about so far ("the Prime Minister" of a release)."""
        top = self.states.most_common(2)
        leads = bool(top) and top[0][1] > 1 and (len(top) < 2 or top[0][1] > top[1][1])
        return top[0][0] if leads else None

    def main_measure(self) -> Measure | None:
        """What the article is mostly about so far, else the last measure."""
        top = self.counts.most_common(2)
        paper, force = self.counts[Measure.DECLARATION], self.counts[Measure.TROOPS]
        if force and force >= paper and top[0][1] == force:
            return Measure.TROOPS  # what was signed is the force, not the paper
        return top[0][0] if top and top[0][1] > 1 else self.measure

    def leading_measure(self) -> Measure | None:
        """What the article is about beyond doubt: twice as often a claim as any other, and thrice."""
        top = self.counts.most_common(2)
        if not top or top[0][1] < 3 or (len(top) > 1 and top[1][1] * 2 > top[0][1]):
            return None
        return top[0][0]

    def mission(self, topic: Topic, contribution: bool = False) -> Topic:
        """ "The mission" of an article on ships is at sea: the measure told of so far names it."""
        if topic.kind != "force" or topic.measure is not Measure.TROOPS:
            return topic
        if contribution and self.measure is not None and not self.counts[Measure.TROOPS]:
            near = self.measure_age <= 1 and self.measure is not Measure.DECLARATION
            return replace(topic, measure=self.measure) if near else topic
        told = self.counts.most_common(1)
        at_sea = told and told[0][0] in {Measure.NAVY, Measure.AIR, Measure.MINE_CLEARANCE}
        if not at_sea or told[0][1] < _OFTEN or self.counts[Measure.TROOPS]:
            return topic
        return replace(topic, measure=told[0][0])

    def tick(self) -> None:
        """One sentence further on."""
        self.sentences += 1
        self.state_age += 1
        self.speaker_age += 1
        self.measure_age += 1
        self.topic_age += 1
        self.training_age += 1
        self.signed_age += 1
        self.officials = {c: (name, age + 1) for c, (name, age) in self.officials.items()}
        self.pledge_age += 1
        self.group_age += 1


_ITEM = re.compile(r"\s*(?:[-–—•*·▪►‣●◦]|\d{1,2}\s*[.)])\s*")


def is_item(marks: Marks) -> bool:
    """Whether a sentence begins with the mark of a list."""
    return bool(marks.words) and bool(_ITEM.fullmatch(marks.words[0].before))


def _keep_heading(reading: Reading, discourse: Discourse) -> None:
    if reading.marks.sentence.tail.strip().endswith(":"):
        named = [s.codes for s in reading.subjects if s.codes and s.explicit]
        discourse.heading = named[-1] if named else ()
    elif not is_item(reading.marks):
        discourse.heading = ()


def from_before(discourse: Discourse, thing: bool = False) -> tuple[Subject, float]:
    """The subject that the sentences before have left in mind; ``thing``: "it", no person."""
    if discourse.speaker_nonstate and discourse.speaker_age <= 1:
        return Subject(nonstate=True), 0.6
    recent = discourse.state is not None and thing and discourse.state_age < discourse.speaker_age
    if discourse.speaker_state and discourse.speaker_age <= 1 and not recent:
        return Subject((discourse.speaker_state,), name=discourse.speaker), 0.65
    if discourse.state and discourse.state_age <= 2:
        return Subject((discourse.state,)), 0.6
    return Subject(), 0.0


def _meet_host(reading: Reading, discourse: Discourse) -> None:
    """The first official named in an interview is the one who answers; a politician is no host."""
    for actor in reading.marks.actors:
        if actor.kind == "nonstate" and actor.name:
            discourse.interview = False
            return
        if actor.kind in {"person", "role"} and actor.code:
            discourse.host, discourse.host_name = actor.code, actor.name
            return


def _of_a_document(finding: Finding, reading: Reading) -> bool:
    """Whether a claim is about a declaration, or a package whose content may follow."""
    if finding.topic.measure is Measure.DECLARATION:
        return True
    return finding.topic.measure in {Measure.FUNDING, Measure.ARMS, Measure.AIR_DEFENCE} and any(
        hit[0] in finding.clause for hit in reading.marks.context.get("document", ())
    )


def _signing(reading: Reading) -> tuple[str, ...]:
    """ "Kyiv and Stockholm signed an agreement": whose word its contents are, though it is no claim."""
    marks = reading.marks
    for clause, subject in zip(reading.clauses, reading.subjects, strict=True):
        signed = marks.has("signing", clause.start, clause.end)
        if signed and subject.explicit and marks.has("document", clause.start, clause.end):
            return tuple(c for c in subject.codes if c != "UA")
    return ()


def _keep_signers(reading: Reading, discourse: Discourse) -> None:
    """Keep who signed a document, for what the next sentences tell of it."""
    signers = tuple(
        dict.fromkeys(
            f.actor
            for f in reading.findings
            if f.stance.rank > 0 and f.actor != "UA" and _of_a_document(f, reading)
        )
    )
    signers = signers or _signing(reading)
    if signers:
        discourse.signers, discourse.signed_age = signers, 0
    elif reading.marks.has("document") and not reading.marks.has("foresees"):
        discourse.signers, discourse.signed_age = (), 0  # another document is brought up
    discourse.coalition |= any(a.code == "COALITION" for a in reading.marks.actors)


def _remember_pledge(reading: Reading, discourse: Discourse) -> None:
    """Keep who pledges here: the items of a list right behind go on with it."""
    pledged = [f.actor for f in reading.findings if f.stance.rank >= Stance.COMMITTED.rank]
    opens = reading.marks.sentence.tail.startswith(":")
    named = [s.codes for s in reading.subjects if s.codes and s.explicit] if opens else []
    if pledged:
        discourse.pledgers, discourse.pledge_age = tuple(dict.fromkeys(pledged)), 0
    elif named:
        discourse.pledgers, discourse.pledge_age = named[0], 0
    elif opens and discourse.pledgers and discourse.pledgers[0] in _BODIES and discourse.home():
        discourse.pledgers, discourse.pledge_age = (discourse.home() or "",), 0
    elif (opens or reading.listed) and discourse.pledge_age <= LISTED:
        discourse.pledge_age = 0


_BODIES = frozenset({"COALITION", "EU", "NATO", "UN"})

#: So many sentences behind a pledge a list may still go on with it.
LISTED = 2


#: Konjunktiv I, as German reports what somebody said.
SUBJUNCTIVE = word_set(
    "sei seien habe werde könne müsse solle wolle dürfe gebe bleibe stehe gehe komme mache wisse"
)
_SUBJUNCTIVE_OF_ANY = SUBJUNCTIVE | word_set("liefere brauche nehme leiste")


def goes_on_speaking(reading: Reading) -> bool:
    """Whether German reported speech goes on: a subjunctive without a verb of saying."""
    marks = reading.marks
    return marks.language == "de" and any(w.norm in _SUBJUNCTIVE_OF_ANY for w in marks.words)


def _remember_speaker(reading: Reading, discourse: Discourse) -> None:
    """Keep who spoke last; a person who acts since then makes "he" nobody else."""
    if not reading.attributions and discourse.speaker_age <= 2 and goes_on_speaking(reading):
        discourse.speaker_age = 1
    for attribution in reading.attributions:
        speaker = attribution.speaker
        if speaker is not None:
            discourse.speaker = speaker.name
            discourse.speaker_state = speaker.code or (
                discourse.state if speaker.kind == "role" else None
            )
            discourse.speaker_nonstate = speaker.kind == "nonstate"
            discourse.speaker_age = 0
    for actor in reading.marks.actors:
        if actor.kind == "person" and actor.code and actor.name:
            discourse.officials[actor.code] = actor.name, 0
    if not reading.attributions and any(s.explicit and s.name for s in reading.subjects):
        discourse.speaker_nonstate = False  # somebody else acts; "he" is no longer the expert


def _meet_we(reading: Reading, discourse: Discourse) -> None:
    """ "We, the leaders of the Coalition": whose words a statement holds."""
    marks = reading.marks
    we = [h[0] for h in marks.context.get("pronoun_we", ()) if h[0] <= 1]
    if not we or we[0] + 1 >= len(marks.words) or "," not in marks.words[we[0] + 1].before:
        return
    named = [a for a in marks.actors if a.code and we[0] < a.start <= we[0] + _APPOSED]
    if named and discourse.host is None:
        discourse.host, discourse.host_name = named[0].code, None


_APPOSED = 6
#: In so many sentences at the beginning a text tells that it is a speech.
_HEAD = 3
_SPEECH = word_set(
    "remarks speech statement address rede ansprache statement discours discurso discorso"
)
_BY = word_set("by von de di del")


def _meet_speaker(reading: Reading, discourse: Discourse) -> None:
    """ "Prime Minister Keir Starmer's remarks …", "Statement by …": who says "we" from here on."""
    marks = reading.marks
    if discourse.host is not None or discourse.sentences > _HEAD:
        return
    for actor in marks.actors:
        if actor.kind != "person" or actor.code is None:
            continue
        behind = marks.words[actor.end + 1].norm if actor.end + 1 < len(marks.words) else ""
        before = [w.norm for w in marks.words[max(0, actor.start - 2) : actor.start]]
        headed = len(before) == 2 and before[0] in _SPEECH and before[1] in _BY
        if (actor.possessive and behind in _SPEECH) or headed:
            discourse.host, discourse.host_name = actor.code, actor.name
            return


def _remember_pair(reading: Reading, discourse: Discourse) -> None:
    """Two states named one after the other may be "the two" later on."""
    for subject in reading.subjects:
        if len(subject.codes) != 1 or not subject.explicit:
            continue
        last, discourse.single = discourse.single, subject.codes[0]
        another = last is not None and last != discourse.single
        if another and discourse.group_age > _PAIR and not {last, discourse.single} & _AT_WAR:
            discourse.group = (last or "", discourse.single)


def _remember_meeting(reading: Reading, discourse: Discourse) -> None:
    """ "Carney met Zelensky in Kyiv": whom "the two leaders" and "both sides" mean behind it."""
    hosts = {c for s in reading.subjects if s.explicit for c in s.codes}
    met = any(
        a.code == "UA" and a.kind == "person" and not a.possessive for a in reading.marks.actors
    )
    named = {a.code for a in reading.marks.actors if a.code and a.kind in {"person", "state"}}
    hosts -= {"UA"}
    if met and len(hosts) == 1 and named <= hosts | {"UA"} and discourse.group_age > _PAIR:
        discourse.group, discourse.group_age = (*hosts, "UA"), 1


_AT_WAR = frozenset({"UA", "RU"})
#: For so many sentences a group named together is meant before two named one after the other.
_PAIR = 3


def _holds_no(finding: Finding, reading: Reading) -> bool:
    """Whether a cue of the clause holds a negation itself: "has not ruled out"."""
    cues = {w for p in reading.marks.predicates if p.start in finding.clause for w in p.words}
    return any(hit[0] in cues for hit in reading.marks.context.get("negation", ()))


def remember(reading: Reading, discourse: Discourse, question: bool) -> None:
    """Keep in mind of a sentence what the next ones may refer to."""
    discourse.tick()
    _keep_heading(reading, discourse)
    if discourse.interview and discourse.host is None:
        _meet_host(reading, discourse)
    _meet_we(reading, discourse)
    _meet_speaker(reading, discourse)
    for subject in reading.subjects:
        if len(subject.codes) > 1 and not subject.pronoun:
            discourse.group, discourse.group_age = subject.codes, 0
    _remember_pair(reading, discourse)
    _remember_meeting(reading, discourse)
    _keep_signers(reading, discourse)
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
    _remember_speaker(reading, discourse)
    _remember_pledge(reading, discourse)
    if reading.marks.topics:
        discourse.topic, discourse.topic_age = reading.marks.topics[-1].measure, 0
        if any(t.measure is Measure.TRAINING for t in reading.marks.topics):
            discourse.training_age = 0
    discourse.counts.update(f.topic.measure for f in reading.findings)
    if reading.findings:
        last = reading.findings[-1]
        discourse.measure, discourse.measure_age = last.topic.measure, 0
        denied = bool(negations(last.clause, reading.marks)) or _holds_no(last, reading)
        discourse.said = Said(last.topic.measure, last.stance, denied)
    elif question and reading.marks.topics:
        discourse.measure, discourse.measure_age = reading.marks.topics[-1].measure, 0
