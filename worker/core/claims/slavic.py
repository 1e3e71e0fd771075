"""Slavic grammar: names without endings, rounded numbers, relative clauses, what is received."""

from __future__ import annotations

import re
from itertools import pairwise

from worker.core.claims.clause import SLAVIC, Clause
from worker.core.claims.marks import Actor, Marks, Predicate, Topic
from worker.core.claims.reading import Subject
from worker.core.claims.romance import names_its_own
from worker.core.claims.text import fold
from worker.core.claims.wordlists import word_set

_ONE = word_set("який яка яке который которая которое który która które")
_MANY = word_set("які которые które którzy")
#: So many words of a name the tables do not know may stand before the relative pronoun.
_NAME = 3


def relative_head(clause: Clause, marks: Marks) -> Subject | None:
    """ "Є 26 країн, які взяли …", "від прем'єра, який відкидає": whom the words before it name.

    ``None`` where the clause is no such relative or names a subject of its own.
    """
    if marks.language not in SLAVIC or clause.opener != "subordinator" or not clause.start:
        return None
    pronoun = marks.words[clause.start].norm
    if pronoun not in _ONE | _MANY or names_its_own(clause, marks):
        return None
    heads = [a for a in marks.actors if _ends_before(a, clause.start, marks)]
    for actor in heads:
        fits = _one(actor, marks) if pronoun in _ONE else _many(actor, marks)
        if fits and actor.code not in {None, "UA"}:
            return Subject((actor.code or "",), explicit=True)
    return None


def _ends_before(actor: Actor, at: int, marks: Marks) -> bool:
    between = marks.words[actor.end : at]
    return actor.end <= at and len(between) <= _NAME and all(w.capitalised for w in between)


def _one(actor: Actor, marks: Marks) -> bool:
    """A person or an office; of a state only where a preposition leads to it."""
    if actor.kind in {"person", "role"}:
        return True
    led = actor.start - 1 in {hit[-1] for hit in marks.context.get("preposition", ())}
    return actor.kind in {"state", "oblique", "capital"} and led


def _many(actor: Actor, marks: Marks) -> bool:
    """States that are counted."""
    return actor.kind == "state" and marks.words[actor.start].norm.isdigit()


_ABOUT = word_set(
    "около близько понад свыше порядка ponad około blisko around about over über circa"
)


def counted(actor: Actor, marks: Marks) -> bool:
    """ "Около 26 стран обещали": here the preposition only rounds the number of the subject."""
    first = marks.words[actor.start].norm
    number = first.isdigit() or first in _NUMERALS
    return actor.start > 0 and number and marks.words[actor.start - 1].norm in _ABOUT


_NUMERALS = word_set(
    """
    ośmiu dziewięciu dziesięciu kilku kilkunastu dwudziestu trzydziestu восьми десяти двадцати
    тридцати двадцяти тридцяти вісьмох десятьох
    """
)
_UNDECLINED = word_set("всу зсу сша нато єс ес фрн фрг оон рф кнр usa nato ue onz")
_OF = word_set(
    """
    агентство агентства агентство агентстві агентстве штаб штабу саміт саміту саміті саммит
    саммита саммите план плану плана плани планы agencję agencji szczyt szczytu szczycie plan planu
    внесок внеску вклад вклада позиція позиції позицію позиция позиции позицию stanowisko
    рішення решение рішенням решения територія території территория территории
    активів активи активов активы країн стран государств держав państw krajów роль ролі роли rola roli rolę
    """
)


def undeclined(actor: Actor, marks: Marks) -> bool:
    """ "Вклад США", "активи РФ": a name without endings right behind a noun is its genitive."""
    word, before = marks.words[actor.start], actor.start - 1
    if word.norm not in _UNDECLINED or word.before.strip() or before < 0:
        return False
    named = any(t.kind != "verb" and t.start <= before < t.end for t in marks.topics)
    return named or marks.words[before].norm in _OF


_RECEIVES = re.compile(r"^(?:отрима|отримува|получ[аи]|otrzym[au])")
#: So many words may stand between "шведські" and the thing that is got.
_ORIGIN = 2


def receives(chosen: Predicate | None, marks: Marks) -> bool:
    """Whether a verb tells what its subject gets: "Україна отримає", "получит", "otrzyma"."""
    if chosen is None or marks.language not in SLAVIC:
        return False
    return bool(_RECEIVES.match(marks.words[chosen.start].norm))


def is_origin(actor: Actor, topic: Topic, marks: Marks) -> bool:
    """ "Україна отримає шведські винищувачі": whose they are gives them; American ones others buy."""
    near = 0 <= topic.start - actor.end <= _ORIGIN or topic.start <= actor.start < topic.end
    return marks.language in SLAVIC and actor.kind == "adjective" and near and actor.code != "US"


_COUNCIL = re.compile(r"^(?:рад[аиіую]|совет|rad[ayzeęą])")
_SEJM = re.compile(r"^(?:сейм|sejm)")


def give_to_country(marks: Marks) -> None:
    """ "Кабмін Японії", "Рада безпеки Чехії": such a body is that of the state named behind it."""
    countries = {a.start: a.code for a in marks.actors if a.kind == "oblique"}
    baltic = [a.code for a in marks.actors if a.code in {"LT", "LV"}]
    for actor in marks.actors:
        if baltic and actor.kind == "institution" and _SEJM.match(marks.words[actor.start].norm):
            actor.code = baltic[0]  # "Литва погодила участь: Сейм дав мандат"
        council = actor.code == "UN" and _COUNCIL.match(marks.words[actor.start].norm)
        own = council or (actor.kind == "institution" and actor.code == "UA")
        if own and actor.end in countries:
            actor.code = countries[actor.end]


_SOME = word_set(
    "некоторые отдельные другие многие деякі окремі інші чимало niektóre inne różne poszczególne"
)
_STATES = word_set(
    "страны государства країни держави kraje państwa столицы столиці партнеры партнери"
)


def of_some_states(clause: Clause, marks: Marks) -> bool:
    """ "Некоторые страны предоставят гарантии": states nobody names, none of those told of."""
    if marks.language not in SLAVIC:
        return False
    norms = [word.norm for word in marks.words[clause.start : clause.end]]
    return any(one in _SOME and two in _STATES for one, two in pairwise(norms))


_CASES = re.compile(r"(?:а|у|ом|ові|еві|ем|ым|ым)$")
_ADJECTIVAL = re.compile(r"(?:ого|ому|им|ім|ым|ом)$")


def declined(actor: Actor, marks: Marks) -> bool:
    """ "Ідею Стармера", "план Зеленського": a man's name in another case than the subject's."""
    if marks.language not in {"uk", "ru"} or actor.kind != "person" or not actor.name:
        return False
    word, name = marks.words[actor.end - 1].norm, fold(actor.name).split()[-1]
    if name.endswith(("ий", "ій")):
        return word.startswith(name[:-2]) and bool(_ADJECTIVAL.search(word[len(name) - 2 :]))
    return word.startswith(name) and bool(_CASES.fullmatch(word[len(name) :]))


def after_noun(actor: Actor, marks: Marks) -> bool:
    """Whether a declined name stands right behind a word that it belongs to ("ідею Стармера")."""
    before = actor.start - 1
    if before < 0 or marks.words[actor.start].before.strip():
        return False
    if before and marks.words[before].capitalised:
        return False  # the first name, or a title
    taken = {w for p in marks.predicates if p.kind != "noun" for w in p.words}
    taken |= {w for hits in marks.context.values() for hit in hits for w in hit}
    return before not in taken and declined(actor, marks)


def drop_denied(marks: Marks) -> None:
    """ "Не підтримує план": the refusal stands, not what the verb and its object would say."""
    denials = [p for p in marks.predicates if marks.words[p.start].norm in {"не", "nie"}]
    marks.predicates = [
        p
        for p in marks.predicates
        if not any(d is not p and d.start < p.start and p.start in d.words for d in denials)
        or p.kind not in {"stance", "noun"}
    ]
