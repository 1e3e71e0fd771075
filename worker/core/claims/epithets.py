"""Epithets: "der CDU-Politiker" behind "Kanzler Merz" is the chancellor, no party."""

from __future__ import annotations

from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.wordlists import word_set

_PARTIES = {
    "DE": word_set("CDU CSU SPD FDP Grünen Christdemokrat Christdemokratin Freidemokrat"),
    "AT": word_set("ÖVP SPÖ Neos"),
    "CH": word_set("SVP FDP SP"),
}
_ROLES = word_set("Chef Chefin Politiker Politikerin Vorsitzende Vorsitzender Vorsitzenden Mann")
_ALONE = word_set("Christdemokrat Christdemokratin Freidemokrat")
_THE = word_set("der die dem den")
#: So many sentences after an official was named an epithet still means him.
_REACH = 3


def name_epithets(marks: Marks, discourse: Discourse) -> None:
    """Give an epithet of the last official his name; one before a name of its own is another's."""
    if marks.language != "de" or not discourse.officials:
        return
    for start, end in _epithets(marks):
        official = _official(marks.words[start].norm, discourse)
        if official is None:
            continue
        span = set(range(start, end))
        marks.actors = [a for a in marks.actors if not span & set(range(a.start, a.end))]
        marks.actors.append(Actor(official[0], "person", start, end, official[1], "epithet"))
    marks.actors.sort(key=lambda a: (a.start, a.end))


def _official(party: str, discourse: Discourse) -> tuple[str, str] | None:
    """The state and name of the official last named whose state has the party."""
    found = [
        (age, code, name)
        for code, (name, age) in discourse.officials.items()
        if age <= _REACH and party in _PARTIES.get(code, ())
    ]
    return min(found)[1:] if found else None


def _epithets(marks: Marks) -> list[tuple[int, int]]:
    words = marks.words
    found = []
    for at in range(1, len(words)):
        if words[at - 1].norm not in _THE:
            continue
        if words[at].norm in _ALONE:
            end = at + 1
        elif at + 1 < len(words) and _of_a_party(words[at].norm) and words[at + 1].norm in _ROLES:
            end = at + 2
        else:
            continue
        named = end < len(words) and words[end].capitalised and not words[end].before.strip()
        if not named:
            found.append((at, end))
    return found


def _of_a_party(word: str) -> bool:
    return any(word in parties for parties in _PARTIES.values())
