"""Groups: actors named together, and the roles and prime ministers among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from worker.core.claims.clause import Clause, in_parenthesis
from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.pronouns import the_two
from worker.core.claims.reading import SUBJECT_KINDS, Subject
from worker.core.claims.romance import apposed, both_of
from worker.core.claims.wordlists import word_set


def groups_of(clause: Clause, marks: Marks) -> list[list[Actor]]:
    """The actors of a clause, coordinated ones together, in the order of the text."""
    actors = [
        a
        for a in marks.actors
        if a.kind in (*SUBJECT_KINDS, "oblique")
        and a.start in clause
        and not in_parenthesis(marks, a.start)
        and not _owns_role(a, marks)
    ]
    groups: list[list[Actor]] = []
    persons = {a.start for a in actors if a.kind == "person"}
    for actor in actors:
        if actor.kind == "institution" and {actor.end, actor.end + 1} & persons:
            continue  # "Bundeskanzler Christian Stocker": the name decides
        if groups and actor.start < groups[-1][-1].end:
            continue
        if groups and _its_official(groups[-1][-1], actor, marks):
            actor.oblique = actor.oblique or groups[-1][-1].oblique
            groups[-1][-1] = actor
            continue
        if groups and _coordinated(groups[-1][-1], actor, marks):
            first = groups[-1][0]
            actor.oblique = actor.oblique or first.oblique
            actor.possessive = actor.possessive or first.possessive
            groups[-1].append(actor)
        else:
            groups.append([actor])
    return _named_members(groups, marks)


_SUCH_AS = frozenset({"como", "come", "comme", "wie", "zoals", "like"})
_THE = word_set("l' le la les el los il lo")
_MEMBERS_OF = frozenset({"EU", "NATO", "COALITION"})


def _named_members(groups: list[list[Actor]], marks: Marks) -> list[list[Actor]]:
    """ "Die Nato-Länder Schweden und Dänemark", "EU member Hungary": the members, not the body."""
    kept = list(groups)
    for body, members in pairwise(groups):
        whole, named = body[-1], members[0]
        apart = range(whole.end, named.start)
        joint = next((i for i in apart[:2] if marks.words[i].norm in _SUCH_AS), None)
        such = joint is not None and all(
            marks.words[i].norm in _THE for i in range(joint + 1, named.start)
        )
        beside = (such or not apart) and "," not in marks.words[named.start].before
        some = such and whole.kind == "nonstate"  # "certains pays, comme l'Autriche"
        several = whole.end - whole.start > 1
        region = "+" in (whole.code or "")
        proper = named.kind == "state" and not named.possessive  # "26 Staaten der Koalition"
        if several and beside and proper and (region or whole.code in _MEMBERS_OF or some):
            named.oblique = named.oblique or body[0].oblique
            members[:0] = body[:-1]  # "Belgien sowie die baltischen Staaten Litauen und Estland"
            kept.remove(body)
    return kept


def _its_official(state: Actor, official: Actor, marks: Marks) -> bool:
    """ "UK Prime Minister Sir Keir Starmer": the state before its official is no actor beside him."""
    return (
        state.kind == "state"
        and official.kind == "person"
        and state.code == official.code
        and state.end == official.start
        and "," not in marks.words[official.start].before
        and not state.possessive
    )


def _owns_role(actor: Actor, marks: Marks) -> bool:
    """Whether a name only tells whose role follows: "Belgium's government", "Dänemarks Parlament"."""
    return actor.possessive and any(
        role.kind == "role" and role.start <= actor.start and actor.end <= role.end
        for role in marks.actors
    )


def _coordinated(left: Actor, right: Actor, marks: Marks) -> bool:
    between = range(left.end, right.start)
    if apposed(left, right, marks) or both_of(left, right, marks):
        return True
    if len(between) > 3:
        return False
    joined = {w for kind in ("coordinator",) for hit in marks.context.get(kind, ()) for w in hit}
    joined |= {w for hit in marks.context.get("article", ()) for w in hit}
    joined |= {w for a in marks.actors if a.kind == "adjective" for w in range(a.start, a.end)}
    filled = all(
        i in joined or marks.words[i].norm in _TITLES | _NEITHER or _first_name(i, right, marks)
        for i in between
    )
    linked = any(hit[0] in between for hit in marks.context.get("coordinator", ())) or any(
        "," in marks.words[i].before for i in range(left.end, right.start + 1)
    )
    if any(hit[0] in between for hit in marks.context.get("contrast", ())):
        return False
    if right.code == "COALITION" and not between:
        return False  # "Japan and South Korea, members of the coalition": what they are
    if left.oblique and not any(hit[0] in between for hit in marks.context.get("coordinator", ())):
        listed = left.agent or (left.start and marks.words[left.start - 1].norm in _OUT_OF)
        return (
            bool(listed) and filled and _list_goes_on(right, marks)
        )  # "Together with Latvia, the UK …"
    return filled and linked


#: "Ні Італія, ні Польща": repeated before each name.
_NEITHER = word_set("ні ані ни ani")

#: Behind these a list of states goes on: "Zusagen kommen aus Dänemark, Estland und Litauen".
_OUT_OF = word_set("aus from")


def _first_name(at: int, person: Actor, marks: Marks) -> bool:
    """ "Emmanuel Macron, Keir Starmer": a capitalised word right before a surname."""
    near = 0 < person.start - at <= _NAMES
    return person.kind == "person" and near and marks.words[at].capitalised


_NAMES = 2
_TITLES = word_set("mr mrs ms sir dr president premier minister")


def _list_goes_on(actor: Actor, marks: Marks) -> bool:
    """ "By Denmark, the Netherlands and Norway": behind the second name comes a third."""
    if actor.end >= len(marks.words):
        return False
    comma = "," in marks.words[actor.end].before
    joint = any(hit[0] == actor.end for hit in marks.context.get("coordinator", ()))
    return (comma or joint) and any(0 <= a.start - actor.end <= 2 for a in marks.actors if a.code)


#: For so many sentences "the two leaders" are those last named together.
_MET = 6


#: Where something is done for or to, rarely by.
_NO_SEAT = frozenset({"UA", "RU", "EU", "NATO", "UN", "COALITION"})


def of_group(group: Sequence[Actor], clause: Clause, marks: Marks, discourse: Discourse) -> Subject:
    """The subject that actors named together make, roles and institutions resolved."""
    codes = tuple(dict.fromkeys(a.code for a in group if a.code))
    name = next((a.name for a in group if a.name), None)
    if codes:
        return Subject(codes, explicit=True, name=name)
    if group[0].kind != "role":
        return Subject(nonstate=True, explicit=True)
    if the_two(group[0].start, marks) and discourse.group and discourse.group_age <= _MET:
        return Subject(discourse.group, pronoun=True, explicit=True)
    for actor in marks.actors:  # "In Berlin wies eine Sprecherin …"
        kinds = ("capital", "state") if marks.language == "de" else ("capital",)
        seat = actor.kind in kinds and actor.oblique and actor.code not in _NO_SEAT
        if seat and actor.start in clause and actor.code is not None:
            return Subject((actor.code,), explicit=True, name=name)
    if (host := _seated_in(clause, marks)) is not None:
        return Subject((host,), explicit=True, name=name)
    if marks.words[group[0].end - 1].norm in _PLURAL_ROLES:
        return Subject(name=name)  # several of them, of several states
    recent = discourse.state if discourse.state_age <= 3 else discourse.home()
    code = _meant(group[0], marks) or recent
    if code in _NO_PRIME_MINISTER and _is_prime_minister(group[0], marks):
        heads = [s for s, _ in discourse.states.most_common() if s not in _NO_PRIME_MINISTER]
        code = heads[0] if heads else None
    if code is not None:
        return Subject((code,), explicit=True, pronoun=True, name=name)
    return Subject(name=name)


_WITHIN = frozenset({"у", "в", "во", "w", "we"})


def _seated_in(clause: Clause, marks: Marks) -> str | None:
    """ "W sąsiedniej Bułgarii rząd …", "В Бельгии премьер …": the state that opens the clause."""
    if marks.words[clause.start].norm not in _WITHIN:
        return None
    for actor in marks.actors:
        if actor.kind == "oblique" and clause.start < actor.start <= clause.start + 2:
            return actor.code if actor.code not in {"UA", "COALITION"} else None
    return None


_NO_PRIME_MINISTER = frozenset({"US", "RU", "UA", "EU", "NATO", "UN", "COALITION"})


_PRIME_MINISTER = re.compile(
    r"^(prime|premier|ministerpräsident|regierungschef|kanzler|chancellor)"
)


def _is_prime_minister(role: Actor, marks: Marks) -> bool:
    """ "The Prime Minister" is not the last state named where that has none who speaks for it."""
    return any(_PRIME_MINISTER.match(marks.words[i].norm) for i in range(role.start, role.end))


_PLURAL_ROLES = word_set(
    """
    leaders ministers presidents officials diplomats governments ambassadors staatschefs
    regierungschefs minister diplomaten regierungen dirigeants ministres présidents líderes
    ministros leader ministri leiders przywódcy ministrowie лідери міністри лидеры министры
    """
) - {"minister", "leader"}


def _meant(role: Actor, marks: Marks) -> str | None:
    """The state that the sentence itself speaks of before a bare role ("…, said the minister")."""
    for actor in marks.actors:
        if actor.start >= role.start or actor.code in {None, "UA", "RU", "COALITION"}:
            continue
        if actor.kind == "adjective" or not actor.oblique:
            return actor.code
    return None
