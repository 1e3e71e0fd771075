"""What belongs to a claim beside actor, measure and stance: its conditions and who said it.

Both may stand in a neighbouring sentence of the same paragraph ("Voraussetzung sei, dass das
Parlament zustimmt, sagte der Minister").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.core.claims.clause import Clause
from worker.core.claims.reading import Finding, Reading
from worker.model import Condition, Measure, Stance

#: The words for a truce: whoever offers to watch one makes it a condition.
_TRUCE = re.compile(
    r"waffenruhe|waffenstillstand|feuerpause|ceasefire|cease-fire|truce|cessez-le-feu|trêve|alto el fuego|"
    r"tregua|cessate il fuoco|armisti|zawieszeni|rozejm|перемир|припинення вогню|прекращени\w* огня|"
    r"wapenstilstand|staakt-het-vuren|bestand",
    re.IGNORECASE,
)


def conditions_of(
    finding: Finding, reading: Reading, following: Reading | None, text: str
) -> frozenset[Condition]:
    """What the stance is made to depend on; a flat refusal and a deed done depend on nothing."""
    if finding.stance is Stance.DELIVERED or finding.stance.rank <= Stance.RULED_OUT.rank:
        return frozenset()
    dropped = dropped_conditions(reading)
    found = {
        condition
        for condition, start, _ in reading.marks.conditions
        if _applies(start, finding.clause, reading) and condition not in dropped
    }
    if following is not None and _goes_on(following):
        found |= {condition for condition, _, _ in following.marks.conditions}
    if finding.topic.measure is Measure.MONITORING and _TRUCE.search(text):
        found.add(Condition.CEASEFIRE)
    return frozenset(found)


#: How near before a condition "auch ohne" or "regardless of" must stand.
_DROP_REACH = 3


def dropped_conditions(reading: Reading) -> frozenset[Condition]:
    """The conditions that a sentence says do not hold: "auch ohne Waffenruhe", "regardless of"."""
    hits = reading.marks.context.get("drop", ())
    return frozenset(
        condition
        for condition, start, end in reading.marks.conditions
        if any(start - _DROP_REACH <= hit[-1] < end for hit in hits)
    )


def _applies(start: int, clause: Clause, reading: Reading) -> bool:
    """Whether a condition at a word belongs to a clause: in it, or in no other clause with a claim."""
    if start in clause:
        return True
    others = [f.clause for f in reading.findings if f.clause is not clause]
    if any(start in other for other in others):
        return False
    home = next((n for n, c in enumerate(reading.clauses) if start in c), None)
    own = next((n for n, c in enumerate(reading.clauses) if c is clause), None)
    if home is None or own is None or not others:
        return True
    near = min(others, key=lambda c: abs(reading.clauses.index(c) - home))
    return abs(own - home) <= abs(reading.clauses.index(near) - home)


def _goes_on(following: Reading) -> bool:
    """Whether the next sentence only says on what the one before depends."""
    return bool(following.marks.conditions) and not following.findings


def speaker_of_claim(
    finding: Finding, reading: Reading, neighbours: Sequence[Reading]
) -> str | None:
    """Who said it: the sentence's own speaker, a named official in it, or the neighbour's speaker."""
    if finding.speaker:
        return finding.speaker
    for actor in reading.marks.actors:
        if actor.kind in {"person", "role"} and actor.code == finding.actor and actor.name:
            return actor.name
    for neighbour in neighbours:
        for attribution in neighbour.attributions:
            said = attribution.speaker
            if said is not None and said.code == finding.actor and said.name:
                return said.name
    return None


def same_paragraph(index: int, paragraphs: Sequence[int]) -> list[int]:
    """The neighbours of a sentence in its paragraph: the next one first, then the one before."""
    near = [index + 1, index - 1]
    return [n for n in near if 0 <= n < len(paragraphs) and paragraphs[n] == paragraphs[index]]


#: Systems known by name: refusing or weighing one of them says nothing of other arms.
_SYSTEMS = re.compile(
    r"\b(Taurus|Tomahawks?|ATACMS|Storm[ -]Shadow|SCALP|Patriots?|IRIS[ -]T|SAMP[/ -]T|NASAMS|Gripen|"
    r"F[ -]16|F[ -]35|Mirage|Rafale|Typhoons?|Eurofighter|MiG[ -]29|Leopard|Abrams|HIMARS|Aster|Skynex)",
    re.IGNORECASE,
)


def item_of(finding: Finding, reading: Reading, text: str) -> str | None:
    """The named system a refusal or a mere possibility is only about, as the text writes it."""
    if finding.topic.measure not in {Measure.ARMS, Measure.AIR_DEFENCE}:
        return None
    if finding.stance.rank >= Stance.COMMITTED.rank or finding.topic.kind == "recalled":
        return None
    words = reading.marks.words
    start, end = words[finding.topic.start].start, words[finding.topic.end - 1].end
    match = _SYSTEMS.search(text[start:end])
    return match.group(1) if match else None


_NEIGHBOURS = frozenset({"PL", "RO", "SK", "HU", "LT", "LV", "EE", "BG"})


def location_of(finding: Finding, reading: Reading) -> str | None:
    """``neighbouring_state`` where forces are offered for a neighbouring NATO state's soil only."""
    if finding.topic.measure is not Measure.TROOPS or finding.stance.rank <= 0:
        return None
    places = {
        actor.code
        for actor in reading.marks.actors
        if actor.oblique and actor.start in finding.clause and actor.kind in {"state", "oblique"}
    }
    if "UA" in {a.code for a in reading.marks.actors if a.start in finding.clause}:
        return None
    return "neighbouring_state" if places & _NEIGHBOURS - {finding.actor} else None
