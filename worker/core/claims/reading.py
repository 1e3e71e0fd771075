"""Readings: the values of one sentence while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.core.claims.clause import Clause
from worker.core.claims.marks import Marks, Topic
from worker.core.claims.speakers import Attribution
from worker.model import Stance, Status

SUBJECT_KINDS = ("state", "capital", "institution", "person", "role", "nonstate")


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
    #: A document is spoken of; the codes are those who gave it.
    document: bool = False
    #: States that were named together under one name ("the Baltic states").
    joint: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Take states that go by one name apart."""
        joint = [codes.split("+") for codes in self.codes if "+" in codes]
        if joint:
            self.joint = frozenset(code for codes in joint for code in codes)
            self.codes = tuple(code for codes in self.codes for code in codes.split("+"))


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
    #: Whose pledges an item of a list goes on with ("- 1,000 missiles"); empty outside of lists.
    listed: tuple[str, ...] = ()
