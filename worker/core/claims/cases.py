"""Cases: which actors of a sentence can be its subject, told by case, article and preposition."""

from __future__ import annotations

import re
from itertools import pairwise

from worker.core.claims.clause import COMMA, SLAVIC
from worker.core.claims.collective import about_so_many
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.romance import absolute, first_name, heading_of, led
from worker.core.claims.slavic import after_noun, counted, drop_denied, give_to_country, undeclined
from worker.core.claims.wordlists import word_set
from worker.model import Measure


def mark_possessors(marks: Marks, language: str) -> None:
    """Mark the actors in the genitive ("Norwegens Regierung", "Britain's offer")."""
    for actor in marks.actors:
        if language == "en" and _followed_by_s(marks, actor):
            actor.possessive = True
        if language == "de" and actor.kind in {"state", "capital"}:
            article = _article(marks, actor)
            actor.oblique = article in {"dem", "den"}
            actor.possessive = not actor.oblique and _german_genitive(marks, actor, article)
        if language == "de" and _told_by(marks, actor):
            actor.oblique = True
        if language in SLAVIC and actor.kind == "oblique":
            actor.possessive = _slavic_genitive(marks, actor)
        if language in OF:
            actor.possessive = _of_genitive(marks, actor, OF[language])


def _told_by(marks: Marks, actor: Actor) -> bool:
    """ "Macron zufolge sind 26 Staaten bereit": who tells it."""
    return actor.end < len(marks.words) and marks.words[actor.end].norm == "zufolge"


#: The prepositions of the owner, with the articles that may melt into them.
OF = {
    "fr": word_set("de d' du des"),
    "nl": word_set("van"),
}
_ARTICLES_OF = word_set("la l' le les de het")


def _of_genitive(marks: Marks, actor: Actor, prepositions: frozenset[str]) -> bool:
    """ "La participation de l'Italie", "het aanbod van Spanje": right behind a noun that counts."""
    if actor.kind not in {"state", "capital"} or actor.code in {None, "UA"}:
        return False
    at = actor.start
    if marks.words[at].norm in _ARTICLES_OF and at:
        at += 1
    while at and marks.words[at - 1].norm in _ARTICLES_OF - prepositions:
        at -= 1
    if not at or marks.words[at - 1].norm not in prepositions:
        return False
    before = at - 2
    nouns = {p.words[-1] for p in marks.predicates if p.kind == "noun"}
    return before in nouns or any(t.start <= before < t.end for t in marks.topics)


def _slavic_genitive(marks: Marks, actor: Actor) -> bool:
    """A name in an oblique case right behind a noun: "відмова Берліна", "udział Francji"."""
    before = actor.start - 1
    if before < 0 or marks.words[actor.start].before.strip() or actor.code == "UA":
        return False
    nouns = {p.words[-1] for p in marks.predicates if p.kind == "noun"}
    return before in nouns or any(t.start <= before < t.end for t in marks.topics)


def settle_actors(marks: Marks, language: str) -> None:
    """Mark which actors cannot be subjects because they stand behind a preposition."""
    prepositions = _prepositions(marks)
    agents, experiencers = ends_of(marks, "agent"), ends_of(marks, "experiencer")
    fillers = {w for hit in marks.context.get("article", ()) for w in hit}
    if language in SLAVIC:
        give_to_country(marks)
        drop_denied(marks)
    for actor in marks.actors:
        if actor.kind == "oblique":
            actor.oblique = True
            actor.agent = _instrumental(actor, marks)
        if language == "en" and _attributive(marks, actor):
            actor.oblique = True
        if language == "en" and _adjunct(marks, actor):
            actor.kind = "adjective"
        if language in {"de", "nl"} and _of_the_alliance(marks, actor):
            actor.kind = "pseudo"
        if _one_of_them(marks, actor):
            actor.oblique = True
        before = _governing_word(marks, actor, fillers, language in SLAVIC)
        if heading_of(actor, marks):
            actor.oblique = True
        told = language == "de" and _in_the_words_of(before, marks)
        if told or (language in SLAVIC and (undeclined(actor, marks) or after_noun(actor, marks))):
            actor.oblique = True
        if before in prepositions and not (
            absolute(actor, before, marks) or counted(actor, marks) or about_so_many(actor, marks)
        ):
            actor.oblique = True
            actor.agent = before in agents and not led(actor, marks)
            actor.experiencer = before in experiencers


_WORDS_OF = word_set("angaben worten darstellung einschätzung auskunft aussage informationen")


def _in_the_words_of(before: int, marks: Marks) -> bool:
    """ "Nach Angaben der britischen Regierung hat eine Reihe von Staaten …": who tells it."""
    told = before > 0 and marks.words[before].norm in _WORDS_OF
    return told and marks.words[before - 1].norm in {"nach", "laut"}


def _prepositions(marks: Marks) -> set[int]:
    """Where prepositions end; "onder meer Nederland" holds none."""
    inside = {w for hit in marks.context.get("article", ()) if len(hit) > 1 for w in hit}
    return ends_of(marks, "preposition") - _begins_clause(marks) - inside - particles(marks)


def particles(marks: Marks) -> set[int]:
    """Where a Dutch verb leaves its particle before what it tells ("kondigde aan dat 26 landen …")."""
    if marks.language != "nl":
        return set()
    own = {w for p in marks.predicates for w in p.words[1:]}
    return {w for w in own if w + 1 < len(marks.words) and marks.words[w + 1].norm == "dat"}


_INSTRUMENTAL = re.compile(r"(?:[єеіи]?[юй]|[оеє]ю|ом|ем|ям|ами|ями)$")


def _instrumental(actor: Actor, marks: Marks) -> bool:
    """ "Передані Норвегією", "предоставленные Германией": the doer in a passive has no preposition."""
    if marks.language not in {"uk", "ru"} or not actor.start:
        return False
    deeds = {p.words[-1] for p in marks.predicates if p.kind in {"action_past", "done"}}
    ending = _INSTRUMENTAL.search(marks.words[actor.end - 1].norm)
    return bool(ending) and {actor.start - 1, actor.end} & deeds != set()


_WITH_ARTICLE = frozenset(
    ["kremlin", "pentagon", "elysee", "élysée", "hague", "vatican", "quirinale", "bundestag"]
)


def _begins_clause(marks: Marks) -> set[int]:
    """Words that are a conjunction here though they can be a preposition ("as Washington endorsed")."""
    if marks.language != "en":
        return set()
    return {hit[0] for hit in marks.context.get("subordinator", ())}


def _attributive(marks: Marks, actor: Actor) -> bool:
    """A name used as an adjective: "the Paris plan", "a London summit"."""
    if actor.kind != "capital" or actor.end - actor.start > 1 or not actor.start:
        return False
    follows = actor.end < len(marks.words) and not marks.words[actor.end].before.strip()
    if marks.words[actor.start].norm in _WITH_ARTICLE:
        return False
    article = marks.words[actor.start - 1].norm in {"the", "a", "this", "last", "its"}
    return article and follows and _plain(marks, actor.end)


_ONE = word_set("one einer eine eines l'un l'une un une uno una een")
_BODIES = frozenset({"COALITION", "EU", "NATO"})


def _one_of_them(marks: Marks, actor: Actor) -> bool:
    """ "The country, one of Ukraine's largest Western backers, …": a trait, not the backers."""
    if actor.code not in _BODIES or actor.kind != "state":
        return False
    before = [w.norm for w in marks.words[max(0, actor.start - 6) : actor.start]]
    return any(
        first in _ONE and second in {"of", "der", "des", "dei", "delle", "de", "van", "von"}
        for first, second in pairwise(before)
    )


def _of_the_alliance(marks: Marks, actor: Actor) -> bool:
    """ "Einen Einsatz von Nato-Bodentruppen": soldiers of its members; whoever speaks decides."""
    return (
        actor.code == "NATO"
        and actor.end < len(marks.words)
        and marks.words[actor.end].before == "-"
        and any(t.start <= actor.end < t.end and t.measure is Measure.TROOPS for t in marks.topics)
    )


#: Names that English sets before a noun like an adjective.
_ADJUNCTS = frozenset({"us", "u.s", "u.s.", "uk", "u.k", "u.k.", "eu", "nato", "un"})


def _adjunct(marks: Marks, actor: Actor) -> bool:
    """A short name that only describes a measure inside a clause: "… buys US weapons"."""
    if actor.kind != "state" or actor.end - actor.start > 1 or not actor.start:
        return False
    if marks.words[actor.start].norm not in _ADJUNCTS:
        return False
    return (
        any(
            t.start == actor.end and t.kind != "verb" and t.measure is not Measure.SANCTIONS
            for t in marks.topics
        )
        and not marks.words[actor.end].before.strip()
    )


def ends_of(marks: Marks, kind: str) -> set[int]:
    """Where the cues of one kind end."""
    return {hit[-1] for hit in marks.context.get(kind, ())}


def _governing_word(marks: Marks, actor: Actor, fillers: set[int], cases: bool) -> int:
    """Index of the word before an actor's noun phrase: articles, adjectives, roles are skipped.

    Where a language has ``cases``, an unknown word is not skipped: the form of the name tells more.
    """
    index = actor.start - 1
    steps = plain = 0
    direct = True
    prepositions = _prepositions(marks)
    while index >= 0 and steps < 4 and not COMMA.search(marks.words[index + 1].before):
        if index in prepositions:
            return index
        if index not in fillers and not _attribute(marks, index):
            if actor.kind == "person" and first_name(index, actor, marks):
                index -= 1
                continue
            if cases or plain > 1 or not direct or not _plain(marks, index):
                break
            plain += 1  # one adjective that the tables do not know ("over western Ukraine")
        direct = direct and index not in fillers
        index -= 1
        steps += 1
    if index + 1 < len(marks.words) and COMMA.search(marks.words[index + 1].before):
        return -1
    return index


def _plain(marks: Marks, index: int) -> bool:
    """A lower-case word that is no predicate, conjunction or negation."""
    word = marks.words[index]
    if word.capitalised or not word.norm.isalpha():
        return False
    if any(index in p.words for p in marks.predicates):
        return False
    kinds = (
        "coordinator",
        "contrast",
        "subordinator",
        "modal_will",
        "modal_open",
        "negation",
        "passive",
    )
    return not any(index in hit for kind in kinds for hit in marks.context.get(kind, ()))


def _attribute(marks: Marks, index: int) -> bool:
    """A role or an adjective of a state before a name ("der britische Premier Starmer")."""
    owners = (a for a in marks.actors if a.kind == "adjective" or a.possessive)
    if any(a.start <= index < a.end for a in owners):
        return True
    if marks.words[index].norm in _TITLES:
        return True
    if index + 1 < len(marks.words) and marks.words[index + 1].before == "-":
        return any(a.start <= index < a.end for a in marks.actors)  # "volgens een EU-diplomaat"
    return any(index in hit for hit in marks.context.get("gov_role", ()))


_TITLES = word_set("mr mrs ms sir lord herr herrn frau mme sr sra signor signora dhr mevr pan pani")


def _followed_by_s(marks: Marks, actor: Actor) -> bool:
    return actor.end < len(marks.words) and marks.words[actor.end].norm == "'s"


#: German names that end in s without being genitives, and masculine ones that keep "der".
_ENDS_IN_S = {"belarus", "zypern", "paris", "vilnius", "tunis", "laos", "honduras", "barbados"}


_MASCULINE = {"kreml", "iran", "irak", "libanon", "sudan", "jemen", "kongo", "tschad", "vatikan"}


def _article(marks: Marks, actor: Actor) -> str:
    """The German definite article of a name, inside it or before it, or nothing."""
    first = marks.words[actor.start].norm
    if first in _ARTICLES and marks.words[actor.end - 1].norm == "haag":
        return ""  # "Den Haag" is a name
    before = marks.words[actor.start - 1].norm if actor.start else ""
    return first if first in _ARTICLES else before if before in _ARTICLES else ""


def _german_genitive(marks: Marks, actor: Actor, article: str) -> bool:
    """ "Norwegens", "der Türkei", "der Koalition": by its ending, or by its article."""
    last = marks.words[actor.end - 1].norm
    if article:
        return article == "des" or (article == "der" and last not in _MASCULINE)
    return len(last) > 4 and last.endswith("s") and last not in _ENDS_IN_S


_ARTICLES = {"der", "die", "das", "des", "dem", "den"}
