"""Epithets: "der CDU-Politiker" behind "Kanzler Merz" is the chancellor, no party."""

from __future__ import annotations

from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.wordlists import word_set

_PARTIES = word_set("CDU CSU SPD FDP ÖVP SPÖ Grünen Neos SVP FDP")
_ROLES = word_set("Chef Chefin Politiker Politikerin Vorsitzende Vorsitzender Vorsitzenden Mann")
_ALONE = word_set("Christdemokrat Christdemokratin Sozialdemokrat Sozialdemokratin Freidemokrat")
_THE = word_set("der die dem den")
#: So many sentences after an official was named an epithet still means him.
_REACH = 3


def name_epithets(marks: Marks, discourse: Discourse) -> None:
    """Give an epithet of the last official his name; one before a name of its own is another's."""
    if marks.language != "de" or discourse.official is None or discourse.official_age > _REACH:
        return
    for start, end in _epithets(marks):
        code, name = discourse.official
        span = set(range(start, end))
        marks.actors = [a for a in marks.actors if not span & set(range(a.start, a.end))]
        marks.actors.append(Actor(code, "person", start, end, name, "epithet"))
    marks.actors.sort(key=lambda a: (a.start, a.end))


def _epithets(marks: Marks) -> list[tuple[int, int]]:
    words = marks.words
    found = []
    for at in range(1, len(words)):
        if words[at - 1].norm not in _THE:
            continue
        if words[at].norm in _ALONE:
            end = at + 1
        elif at + 1 < len(words) and words[at].norm in _PARTIES and words[at + 1].norm in _ROLES:
            end = at + 2
        else:
            continue
        named = end < len(words) and words[end].capitalised and not words[end].before.strip()
        if not named:
            found.append((at, end))
    return found
