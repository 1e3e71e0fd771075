"""Collective actors: bodies of states that are counted, and what nobody in particular plans."""

from __future__ import annotations

from worker.core.claims.clause import Clause
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.reading import SUBJECT_KINDS, Subject
from worker.core.claims.wordlists import word_set

#: Prepositions that before a number only round it.
_ROUNDING = {
    "en": word_set("about around over under near to towards some"),
    "de": word_set("über um an unter bis gegen"),
    "nl": word_set("over rond tot onder tegen"),
    "fr": word_set("jusqu'à jusqu' à environ de vers"),
    "es": word_set("hasta unos sobre de entre"),
    "it": word_set("fino circa di a"),
}
#: Of these only "up to", "près de", "più di" round: what must stand before them.
_ROUNDED_BY = {
    "to": word_set("up close"),
    "de": word_set("près plus moins cerca más menos alrededor"),
    "di": word_set("più meno"),
    "à": word_set("jusqu' jusque"),
    "a": word_set("fino"),
    "an": word_set("bis"),
}
_NUMBERS = word_set(
    """
    ten eleven twelve thirteen fourteen fifteen twenty thirty forty dozen dozens two a
    zehn elf zwölf zwanzig dreißig tien twaalf twintig dertig
    dix douze quinze vingt trente vingtaine trentaine dizaine une la
    diez doce quince veinte treinta dieci quindici venti trenta ventina trentina
    """
) - word_set("a la une two")


def about_so_many(actor: Actor, marks: Marks) -> bool:
    """ "About ten states stand ready", "hasta 26 países": the preposition only rounds the number."""
    rounding = _ROUNDING.get(marks.language)
    if rounding is None or not actor.start or actor.code != "COALITION":
        return False
    first, before = marks.words[actor.start].norm, marks.words[actor.start - 1].norm
    if before not in rounding or not (first[:1].isdigit() or first in _NUMBERS):
        return False
    needed = _ROUNDED_BY.get(before)
    earlier = marks.words[actor.start - 2].norm if actor.start > 1 else ""
    return needed is None or earlier in needed


_RELATIVES = frozenset({"who", "which", "that"})
_MODALS = ("modal_will", "modal_open")


def wills_something(piece: Clause, marks: Marks) -> bool:
    """ "… thirty others who want to vouch for peace": a relative clause, whatever its verb."""
    second = piece.start + 1
    if marks.language != "en" or marks.words[piece.start].norm != "who":
        return False
    return any(hit[0] == second for kind in _MODALS for hit in marks.context.get(kind, ()))


def head_of_relative(clause: Clause, marks: Marks) -> Subject | None:
    """ "With thirty others who want to help": the body right before the relative clause."""
    relative = marks.language == "en" and clause.opener == "subordinator"
    if not relative or marks.words[clause.start].norm not in _RELATIVES:
        return None
    own = [a for a in marks.actors if a.start in clause and a.kind in SUBJECT_KINDS]
    if any(not a.oblique for a in own):
        return None
    heads = [a for a in marks.actors if a.end == clause.start and a.kind == "state" and a.code]
    return Subject((heads[0].code or "",), explicit=True) if heads else None
