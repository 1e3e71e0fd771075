"""Domains: "on land, at sea and in the air" tells three contributions at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.core.claims.marks import Marks, Topic
from worker.core.claims.text import Word
from worker.core.claims.wordlists import word_set
from worker.model import Measure

_LAND = word_set("land lande boden terre sol tierra terra lądzie суші землі земле суше ground")
_SEA = word_set("sea seas wasser see meer zee water mer mar mare morzu морі море")
_AIR = word_set("air sky skies luft lucht airs ciel aire aria cielo powietrzu повітрі воздухе небі")
#: The three stand within so many words.
_SPAN = 10
#: A ceasefire or a war can be on land, at sea and in the air as well.
_NOT_GIVEN = re.compile(
    r"^(?:ceasefire|truce|armistice|attack|assault|invasion|cessez|trêve|attaqu|waffenruhe|waffenstill"
    r"|feuerpause|angriff|angegriffen|tregua|alto|attacc|ataqu|ataca|bestand|aanval|rozejm|zawiesz"
    r"|atak|перемир|припинен|прекращен|атак|hostil|combat|kampf)"
)
#: So far before the three stands what they tell of.
_REACH = 8


def add_domains(marks: Marks) -> None:
    """Add the three measures where land, sea and air are named together, each behind a preposition."""
    seas, airs = _find(_SEA, marks.words), _find(_AIR, marks.words)
    if not seas or not airs:
        return
    for land in _find(_LAND, marks.words):
        near = range(land - _SPAN + 1, land + _SPAN)
        sea, air = (next((at for at in near if at in found), None) for found in (seas, airs))
        if sea is not None and air is not None and abs(sea - air) < _SPAN:
            _add({Measure.TROOPS: land, Measure.NAVY: sea, Measure.AIR: air}, marks)
            return


def _find(names: frozenset[str], words: Sequence[Word]) -> dict[int, None]:
    """Where one of the words stands, in the order of the text."""
    return {i: None for i, word in enumerate(words) if word.norm in names and i > 0}


def _add(places: dict[Measure, int], marks: Marks) -> None:
    first, last = min(places.values()), max(places.values())
    led = marks.words[max(0, first - _REACH) : first]
    prepositions = {hit[-1] for hit in marks.context.get("preposition", ())}
    near = any(first - 3 <= at < first for at in prepositions)
    if not near or any(_NOT_GIVEN.match(word.norm) for word in led):
        return
    inside = range(max(0, first - 2), last + 1)
    if {t.measure for t in marks.topics if t.start in inside} >= set(places):
        return  # the tables know them
    marks.topics = [t for t in marks.topics if t.start not in inside]
    for measure, at in places.items():
        marks.topics.append(Topic(measure, "core", at, at + 1, "domains"))
    marks.topics.sort(key=lambda t: t.start)
