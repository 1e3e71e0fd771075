"""What the lexicon finds in one sentence: actors, measures, predicates, conditions, context words.

This module turns the raw matches of the tables into typed marks and drops those that a longer or a
``pseudo`` match covers. It knows nothing of clauses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from worker.core.claims.lexicon import GOVERNING_ROLES, Lexicon, Row
from worker.core.claims.patterns import Match
from worker.core.claims.text import Sentence, Word
from worker.model import Condition, Measure, Stance

#: Context types that act as predicates: they claim the measure beside them for themselves.
PREDICATE_TYPES = ("demand", "deny", "welcome", "nocomment")
NONSTATE_TYPES = ("opposition_role", "expert_role", "elect_role")


@dataclass(slots=True)
class Actor:
    """A mention of a state or body, or of somebody who speaks for one or for none (``code`` None)."""

    code: str | None
    kind: str  # state oblique capital adjective institution person role nonstate pronoun
    start: int
    end: int
    name: str | None = None
    rule: str = ""
    #: Set by the clause reader: behind a preposition, in the genitive, an agent ("by France").
    oblique: bool = False
    possessive: bool = False
    agent: bool = False
    experiencer: bool = False


@dataclass(slots=True)
class Topic:
    """A mention of a measure."""

    measure: Measure
    kind: str
    start: int
    end: int
    rule: str = ""


@dataclass(slots=True)
class Predicate:
    """Something said of a measure: a cue, or a context word that acts as one."""

    kind: str  # stance noun action action_past done demand deny welcome nocomment reporting
    stance: Stance | None
    negated: str
    words: tuple[int, ...]
    rule: str = ""

    @property
    def start(self) -> int:
        """Index of the first word."""
        return self.words[0]

    @property
    def end(self) -> int:
        """Index after the last word."""
        return self.words[-1] + 1


@dataclass(slots=True)
class Marks:
    """All marks of one sentence."""

    sentence: Sentence
    language: str
    actors: list[Actor] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    predicates: list[Predicate] = field(default_factory=list)
    #: Verbs inside the name of a measure ("trainiert Litauen ukrainische Soldaten").
    verbs: list[Predicate] = field(default_factory=list)
    conditions: list[tuple[Condition, int, int]] = field(default_factory=list)
    context: dict[str, list[tuple[int, ...]]] = field(default_factory=lambda: defaultdict(list))
    quantities: list[Match[Row]] = field(default_factory=list)
    #: The word indices of sums of money, set once the quantities are read.
    money: list[tuple[int, int]] = field(default_factory=list)
    dates: list[Match[Row]] = field(default_factory=list)
    relevance: list[Match[Row]] = field(default_factory=list)

    @property
    def words(self) -> Sequence[Word]:
        """The words of the sentence."""
        return self.sentence.words

    def has(self, kind: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a context word of this kind begins in the words ``start:end``."""
        stop = len(self.words) if end is None else end
        return any(start <= hit[0] < stop for hit in self.context.get(kind, ()))


def mark(sentence: Sentence, lexicon: Lexicon, day: str = "") -> Marks:
    """Find everything the tables know in a sentence of an article published on ``day``."""
    by_table: dict[str, list[Match[Row]]] = defaultdict(list)
    for match in lexicon.patterns.find(sentence.words):
        by_table[match.payload.table].append(match)
    marks = Marks(sentence, lexicon.language)
    _conditions(marks, by_table["conditions"])
    _context(marks, by_table["context"])
    _predicates(marks, by_table["cues"])
    _topics(marks, by_table["measures"])
    _actors(marks, by_table["actors"], by_table["people"], day)
    _drop_cues_in_names(marks)
    _drop_help(marks)
    _read_as_verbs(marks)
    _drop_named_deeds(marks)
    _drop_attributes(marks)
    by_kind: dict[str, list[Match[Row]]] = defaultdict(list)
    for match in by_table["quantities"]:
        by_kind[match.payload["kind"]].append(match)
    marks.quantities = [m for group in by_kind.values() for m in longest(group)]
    marks.dates = longest(by_table["dates"])
    # a sign such as "troops to Ukraine" must not hide that Ukraine is named
    by_weight: dict[str, list[Match[Row]]] = {"ukraine": [], "given": [], "": []}
    for match in by_table["relevance"]:
        weight = match.payload["weight"]
        by_weight[weight if weight in by_weight else ""].append(match)
    marks.relevance = [m for group in by_weight.values() for m in longest(group)]
    return marks


def longest(matches: Iterable[Match[Row]]) -> list[Match[Row]]:
    """Drop every match whose words all lie in a longer match; the order is that of the text."""
    kept: list[Match[Row]] = []
    taken: list[frozenset[int]] = []
    for match in sorted(matches, key=lambda m: (-len(m.words), m.words)):
        words = frozenset(match.words)
        if not any(words <= other for other in taken):
            kept.append(match)
            taken.append(words)
    return sorted(kept, key=lambda m: m.words)


def _unrivalled(matches: list[Match[Row]]) -> list[Match[Row]]:
    """Drop a cue that shares a word with a longer one: "is not planning" over "planning to"."""
    return [m for m in matches if not any(_rivals(other, m) for other in matches)]


def _rivals(other: Match[Row], match: Match[Row]) -> bool:
    if not set(other.words) & set(match.words):
        return False
    # "the decision on troops has not been taken": the verb tells, not its noun
    kinds = other.payload.values.get("class"), match.payload.values.get("class")
    if kinds in {("stance", "noun"), ("noun", "stance")}:
        return kinds[0] == "stance"
    return len(other.words) > len(match.words)


def _whose(other: Match[Row], match: Match[Row]) -> bool:
    """ "Training for the forces of Kyiv": whose forces they are does not undo the training."""
    return (
        other.payload["kind"] == "pseudo" != match.payload["kind"]
        and other.payload["measure"] != match.payload["measure"]
        and match.start < other.start
    )


def _conditions(marks: Marks, matches: list[Match[Row]]) -> None:
    for match in longest(matches):
        marks.conditions.append((Condition(match.payload["condition"]), match.start, match.end))


def _masked(marks: Marks, index: int) -> bool:
    """Whether a word stands inside a phrase that states a condition."""
    return any(start <= index < end for _, start, end in marks.conditions)


def _context(marks: Marks, matches: list[Match[Row]]) -> None:
    by_type: dict[str, list[Match[Row]]] = defaultdict(list)
    for match in matches:
        by_type[match.payload["type"]].append(match)
    by_type["negation"] = [m for m in by_type["negation"] if not _restrictive(marks, m)]
    for kind, group in by_type.items():
        for match in longest(group):
            marks.context[kind].append(match.words)
            speaks = kind == "reporting" or (
                kind in PREDICATE_TYPES
                and not _masked(marks, match.start)
                and not _question(marks, match)
            )
            if speaks:
                marks.predicates.append(Predicate(kind, None, "", match.words, match.payload.rule))


#: So near behind "ne" the verb it restricts has ended ("ne les fournira que").
_RESTRICTED = 5


def _restrictive(marks: Marks, match: Match[Row]) -> bool:
    """French "ne fournira que des démineurs, pas de soldats": only, not not."""
    if marks.language != "fr" or marks.words[match.start].norm not in {"ne", "n'"}:
        return False
    inside = range(match.start + 2, min(match.end, match.start + _RESTRICTED))
    return any(marks.words[i].norm in {"que", "qu'"} for i in inside)


_QUESTIONS = frozenset({"about", "whether", "if", "how", "why", "over"})


def _question(marks: Marks, match: Match[Row]) -> bool:
    """ "Asked about troops for Ukraine": somebody wants to know, not to have."""
    following = match.start + 1
    return following < len(marks.words) and marks.words[following].norm in _QUESTIONS


#: Letters of the longest separable particle ("zurück", "bereit").
_PARTICLE = 6


def _tightest(words: Sequence[Word], matches: Sequence[Match[Row]]) -> Iterator[Match[Row]]:
    """Of matches that end in one and the same particle, the one whose verb stands nearest to it.

    In "sagte, Belgien lehne das Darlehen ab" the "ab" belongs to "lehne", not to "sagte".
    """
    starts: dict[int, int] = {}
    for match in matches:
        if len(match.words) > 1 and len(words[match.words[-1]].norm) <= _PARTICLE:
            last = match.words[-1]
            starts[last] = max(starts.get(last, 0), match.start)
    for match in matches:
        nearest = starts.get(match.words[-1], match.start)
        if len(match.words) != 2 or nearest in match.words or match.start >= nearest:
            yield match


def _predicates(marks: Marks, matches: list[Match[Row]]) -> None:
    for match in _tightest(marks.words, _unrivalled(longest(matches))):
        row = match.payload
        if _masked(marks, match.start):
            continue
        stance = Stance(row["stance"]) if row["stance"] else None
        kind = row["class"]
        if kind == "done":
            stance = stance or Stance.DELIVERED
        marks.predicates.append(Predicate(kind, stance, row["negated"], match.words, row.rule))
    marks.predicates = [p for p in marks.predicates if not _noun(p, marks)]
    _drop_covered_context(marks)
    marks.predicates.sort(key=lambda p: p.words)


def _noun(predicate: Predicate, marks: Marks) -> bool:
    """ "Aus Gründen der Neutralität": a German word with a capital is no verb."""
    word, at = marks.words[predicate.start], predicate.start
    if marks.language != "de" or predicate.kind not in {"action", "action_past"} or not at:
        return False
    alone = len(predicate.words) == 1 and word.capitalised
    return alone and not word.before.strip()


def _drop_covered_context(marks: Marks) -> None:
    """A context predicate inside the words of a cue is that cue ("kündigte an" is no mere saying)."""
    cues = [
        frozenset(p.words)
        for p in marks.predicates
        if p.kind not in {*PREDICATE_TYPES, "reporting"}
    ]
    says = [frozenset(p.words) for p in marks.predicates if p.kind == "reporting"]
    marks.predicates = [
        p
        for p in marks.predicates
        if p.kind not in {"action", "action_past"} or not any(set(p.words) < say for say in says)
    ]  # "gaf aan dat" says something and gives nothing
    for other in [p for p in marks.predicates if p.kind in PREDICATE_TYPES]:
        longer = frozenset(other.words)
        marks.predicates = [
            p
            for p in marks.predicates
            if p is other or not (frozenset(p.words) < longer and p.kind != "reporting")
        ]
    marks.predicates = [
        p
        for p in marks.predicates
        if p.kind not in PREDICATE_TYPES or not any(frozenset(p.words) <= cue for cue in cues)
    ]


def _drop_cues_in_names(marks: Marks) -> None:
    """ "As a coalition of the willing in Ukraine": its name is no willingness."""
    inside = {w for a in marks.actors if a.code == "COALITION" for w in range(a.start + 1, a.end)}
    marks.predicates = [
        p
        for p in marks.predicates
        if p.start not in inside or marks.words[p.start].norm != "willing"
    ]


def _drop_help(marks: Marks) -> None:
    """ "Will not help fund the scheme": the deed is the funding, and it is what is denied."""
    deeds = {p.start for p in marks.predicates if p.kind == "action"}
    marks.predicates = [
        p
        for p in marks.predicates
        if p.kind != "action"
        or marks.words[p.start].norm != "help"
        or len(p.words) > 1
        or p.end not in deeds
    ]


def _topics(marks: Marks, matches: list[Match[Row]]) -> None:
    found = longest(m for m in matches if not _across(m, marks))
    for match in found:
        row = match.payload
        if any(_rivals(other, match) and not _whose(other, match) for other in found):
            continue
        if row["kind"] == "pseudo" or _masked(marks, match.start):
            continue
        marks.topics.append(
            Topic(Measure(row["measure"]), row["kind"], match.start, match.end, row.rule)
        )


def _across(match: Match[Row], marks: Marks) -> bool:
    """ "… wird die Initiative fortführen, finanziert sie aber nicht": a verb and the thing before a comma."""
    kind = match.payload["kind"]
    if marks.language in {"pl", "uk", "ru"}:  # "nowych dostaw, ale nie wstrzymają sprzedaży broni"
        inner = range(match.start + 1, match.end)
        return kind in {"core", "weak"} and any("," in marks.words[i].before for i in inner)
    if marks.language != "de" or kind not in {"verb", "core"}:
        return False
    pairs = zip(match.words, match.words[1:], strict=False)
    return len(match.words) == 2 and any(
        "," in marks.words[i].before for a, b in pairs for i in range(a + 1, b + 1)
    )


def _read_as_verbs(marks: Marks) -> None:
    """ "Will finance equipment", "to fund drones": behind a modal or "to" such a word is a verb."""
    if marks.language != "en":
        return
    modals = {h[-1] for kind in ("modal_will", "modal_open") for h in marks.context.get(kind, ())}
    for number, topic in enumerate(marks.topics):
        if topic.kind != "weak" or topic.end - topic.start > 1 or not topic.start:
            continue
        verb = any(p.kind == "action" and p.start == topic.start for p in marks.predicates)
        before = topic.start - 1
        if verb and (before in modals or marks.words[before].norm == "to"):
            marks.topics[number] = replace(topic, kind="verb")


_PROMISED = frozenset(["promised", "pledged", "announced", "planned", "agreed", "offered"])
_LED = frozenset(["led", "headed", "chaired", "run", "built", "made", "designed", "commanded"])
_BEFORE_ATTRIBUTE = frozenset(["its", "their", "the", "his", "her", "all", "of", "already"])


def _drop_attributes(marks: Marks) -> None:
    """ "A UK-led fund" leads nothing, "its promised tanks" promises nothing."""
    if marks.language != "en":
        return
    starts = {t.start for t in marks.topics}

    def attribute(predicate: Predicate) -> bool:
        at, last = predicate.start, predicate.words[-1]
        by = last + 1 < len(marks.words) and marks.words[last + 1].norm == "by"
        if by and at and marks.words[last].norm in _LED and "," in marks.words[at].before:
            return True
        if len(predicate.words) > 1 or not at:
            return False
        if predicate.kind in {"action_past", "done"} and marks.words[at].before == "-":
            return True
        before = marks.words[at - 1].norm in _BEFORE_ATTRIBUTE
        deed = any(p.kind in {"action", "action_past"} and p.start < at for p in marks.predicates)
        return marks.words[at].norm in _PROMISED and before and deed and at + 1 in starts

    marks.predicates = [p for p in marks.predicates if not attribute(p)]


def _drop_named_deeds(marks: Marks) -> None:
    """A deed inside a name is no deed: "White House", "strategic airlift", "guarantee"."""
    named = [range(a.start, a.end) for a in marks.actors]
    # "the military support the UK provided": the noun goes on into the next clause
    marks.verbs = [
        p
        for p in marks.predicates
        if p.kind == "action"
        and marks.language == "de"
        and any(p.start == t.start for t in marks.topics if t.kind == "core")
        and not marks.words[p.start].capitalised
    ]
    later = [range(t.start + 1, t.end) for t in marks.topics if t.kind != "verb"]
    marks.predicates = [
        p
        for p in marks.predicates
        if p.kind != "action" or not any(p.start in span for span in later)
    ]
    named += [range(t.start, t.end) for t in marks.topics if t.kind != "verb"]
    marks.predicates = [
        p
        for p in marks.predicates
        if p.kind != "action" or not any(all(w in span for w in p.words) for span in named)
    ]


def _governs(row: Row, day: str) -> bool:
    """Whether a person speaks for a state: in office, or still in office on the day of an article."""
    still = row["role"] == "former" and day < row["from"] and bool(day)
    return row["role"] in GOVERNING_ROLES or still


def _actors(
    marks: Marks, states: list[Match[Row]], people: list[Match[Row]], day: str = ""
) -> None:
    found = longest(states)  # a name inside a longer one is not the other's look-alike
    pseudo = {w for m in found if m.payload["kind"] == "pseudo" for w in m.words}
    persons = longest(people)
    named = {w for m in persons for w in m.words}
    for match in found:
        row = match.payload
        if row["kind"] == "pseudo" or pseudo & set(match.words) or named & set(match.words):
            continue
        if not _masked(marks, match.start):
            marks.actors.append(
                Actor(row["code"], row["kind"], match.start, match.end, rule=row.rule)
            )
    for match in persons:
        row = match.payload
        if pseudo & set(match.words) or not marks.words[match.start].capitalised:
            continue
        governs = _governs(row, day)
        marks.actors.append(
            Actor(
                row["code"] if governs else None,
                "person" if governs else "nonstate",
                match.start,
                match.end,
                row["name"],
                row.rule,
            )
        )
    marks.actors.sort(key=lambda a: (a.start, a.end))
    if any(a.code == "BE" for a in marks.actors):  # "Brussels" beside Belgium is Belgium
        for actor in marks.actors:
            if actor.code == "EU" and actor.kind == "capital":
                actor.code = "BE"
