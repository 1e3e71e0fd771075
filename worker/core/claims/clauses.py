"""Clauses: where one statement ends and the next begins, and which one governs which.

A sentence is cut at punctuation, conjunctions and subordinators; pieces without a predicate are
joined to their neighbours, so a list of names stays whole. Each clause knows its opener ("if",
"whether", "that" …), which decides whether it can hold a claim of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.core.claims.marks import Actor, Marks, Predicate

_COMMA = re.compile(r"[,;:–—()…]|\s-\s|\+\+\+")
_HARD = re.compile(r"[;:]|\+\+\+")
_QUOTE_OPEN = re.compile(r"[„«“\"]")
_QUOTES = re.compile(r"[\"“”„«»]")
#: Languages that set a comma before every subordinate clause.
_COMMA_LANGUAGES = ("de", "pl", "uk", "ru")
#: Languages whose names of states show their case.
SLAVIC = frozenset({"pl", "uk", "ru"})
#: In those languages only these join clauses without a comma; "natomiast", "hingegen" are adverbs.
_CONJUNCTIONS = frozenset(
    [
        "und",
        "oder",
        "sowie",
        "bzw",
        "beziehungsweise",
        "sowohl",
        "als",
        "i",
        "oraz",
        "lub",
        "albo",
        "а",
        "та",
        "і",
        "й",
        "або",
        "чи",
        "и",
        "или",
        "да",
        "либо",
    ]
)
#: English words of contrast that need no comma before them; "yet" and "still" are mostly adverbs.
_ENGLISH_CONTRAST = {"but", "while", "whereas", "although", "whilst"}
_SUBORDINATE = ("if", "whether", "subordinator")


@dataclass(slots=True)
class Clause:
    """The words ``start:end`` of a sentence (and ``more`` after an insertion) with their opener."""

    start: int
    end: int
    opener: str  # main | coordinator | contrast | subordinator | whether | if
    #: Whether a comma (not only a conjunction) stands before it.
    comma: bool
    more: tuple[int, int] | None = None
    quoted: bool = False
    #: Whether a colon, semicolon or dash stands before it: it is never joined to what precedes.
    hard: bool = False

    def __contains__(self, index: int) -> bool:
        if self.start <= index < self.end:
            return True
        return self.more is not None and self.more[0] <= index < self.more[1]

    @property
    def subordinate(self) -> bool:
        """Whether it opens with "that", "whether", "if" and the like."""
        return self.opener in _SUBORDINATE


def split(marks: Marks, language: str) -> list[Clause]:
    """The clauses of a sentence in the order of their first words."""
    pieces = _pieces(marks, language)
    pieces = _join_spanned(pieces, marks)
    pieces = _lift_attributions(pieces, marks)
    return _join_incomplete(pieces, marks)


def _openers(marks: Marks, language: str) -> dict[int, str]:
    found: dict[int, str] = {}
    prepositions = _ends(marks, "preposition")  # "on that territory" opens no clause
    for kind in ("coordinator", "subordinator", "contrast", "whether", "if"):
        for words in marks.context.get(kind, ()):
            at = words[0]
            behind = at - 1 in prepositions and not _COMMA.search(marks.words[at].before)
            if words[-1] + 1 == len(marks.words) or behind:
                continue
            bare = language in _COMMA_LANGUAGES and (
                kind in {"subordinator", "contrast"}
                or (kind == "coordinator" and marks.words[at].norm not in _CONJUNCTIONS)
            )
            if language == "en" and kind == "contrast":
                bare = marks.words[at].norm not in _ENGLISH_CONTRAST
            needs_comma = bare and at > 0
            if needs_comma and not _COMMA.search(marks.words[at].before):
                continue  # "als Ziel betrachtet": without its comma it is no conjunction
            found[at] = kind
    for kind in ("coordinator", "contrast"):
        for words in marks.context.get(kind, ()):
            if (
                words[0] in found
            ):  # "mientras que", "tandis que": its "que" opens nothing of its own
                for inner in words[1:]:
                    found.pop(inner, None)
    for words in marks.context.get("whether", ()):
        if found.get(words[-1]) == "if":  # "a dit si", "sabe si": the verb before tells the sense
            found[words[-1]] = "whether"
            found.pop(words[0], None)
    return found


def _pieces(marks: Marks, language: str) -> list[Clause]:
    openers = _openers(marks, language)
    speech = _speech_ends(marks, language)
    pieces: list[Clause] = []
    start, opener, comma, quoted = 0, openers.get(0, "main"), False, False
    depth, hard = 0, False
    for index, word in enumerate(marks.words):
        if _QUOTES.search(word.before):
            depth += len(_QUOTES.findall(word.before))
        if index == 0:
            quoted = depth % 2 == 1
            continue
        cut = bool(_COMMA.search(word.before))
        kind = openers.get(index)
        if kind == "coordinator" and not cut and _joins_phrases(marks, index):
            continue
        if not cut and kind is None and index not in speech:
            continue
        if (
            kind is None
            and language == "de"
            and _relative(marks, index)
            and not _person(marks, index)
        ):
            kind = "subordinator"
        if kind is None and not cut and index in speech:
            kind = "main"
        pieces.append(Clause(start, index, opener, comma, quoted=quoted, hard=hard))
        start, opener, comma = index, kind or "main", cut
        hard = bool(_HARD.search(word.before))
        quoted = depth % 2 == 1
    if marks.words:
        pieces.append(Clause(start, len(marks.words), opener, comma, quoted=quoted, hard=hard))
    return pieces


_RELATIVE = frozenset(["der", "die", "das", "den", "dem", "deren", "dessen", "denen"])


_PARTICIPLE = re.compile(r"^\w{0,5}ge\w+(?:t|en)$")


def _person(marks: Marks, index: int) -> bool:
    """ "Macron, der britische Premier Starmer und …": an article before a person opens no clause."""
    return any(a.kind == "person" and a.start in {index + 1, index + 2} for a in marks.actors)


def _relative(marks: Marks, index: int) -> bool:
    """ "…, das einen Einsatz ausgeschlossen hatte": a pronoun behind a comma, a finite verb at the end."""
    words = marks.words
    first = (
        index + 1
        if any(index == hit[-1] for hit in marks.context.get("preposition", ()))
        else index
    )
    if first >= len(words) or words[first].norm not in _RELATIVE or "," not in words[index].before:
        return False
    last = first
    while last + 1 < len(words) and not _COMMA.search(words[last + 1].before):
        last += 1
    infinitive = words[last - 1].norm == "zu" or _INFIX.match(words[last].norm)
    if last - first < 2 or words[last].capitalised or infinitive:
        return False
    finite = {w for p in marks.predicates for w in p.words if not _PARTICIPLE.match(words[w].norm)}
    kinds = ("modal_will", "modal_open", "modal_must", "perfect", "passive", "pluperfect")
    finite |= {w for kind in kinds for hit in marks.context.get(kind, ()) for w in hit}
    return last in finite


_NUMERIC = re.compile(r"^\d")


def _joins_phrases(marks: Marks, index: int) -> bool:
    """Whether a conjunction joins two of a kind: "600 und 1.000", "Paris und Rom", "Luft- und …"."""
    if index == 0 or index + 1 >= len(marks.words):
        return False
    left, right = marks.words[index - 1], marks.words[index + 1]
    if _NUMERIC.match(left.text) and _NUMERIC.match(right.text):
        return True
    if "-" in marks.words[index].before:
        return True
    verbs = {w for p in marks.predicates for w in p.words}
    after = range(index + 1, index + 2 + (index + 1 not in verbs))
    actors = [a for a in marks.actors if a.kind not in {"nonstate"}]
    return (any(a.end == index for a in actors) and any(a.start in after for a in actors)) or (
        any(t.end == index for t in marks.topics) and any(t.start in after for t in marks.topics)
    )


def _speech_ends(marks: Marks, language: str) -> set[int]:
    """Where the words told begin behind a verb of saying without a comma ("said France would")."""
    ends: set[int] = set()
    if language in _COMMA_LANGUAGES:
        return ends
    for predicate in marks.predicates:
        if predicate.kind != "reporting" or predicate.end - predicate.start > 3:
            continue
        at = predicate.end
        following = [a for a in marks.actors if a.start >= at and a.kind != "adjective"]
        pronoun = any(at <= hit[0] <= at + 1 for hit in marks.context.get("pronoun_person", ()))
        state = any(at <= hit[0] <= at + 1 for hit in marks.context.get("pronoun_state", ()))
        near = bool(following) and following[0].start <= at + 2
        if not any(a.end <= predicate.start and predicate.start - a.end <= 6 for a in marks.actors):
            near = False  # "…, said Defence Secretary John Healey": the speaker comes behind
        later = any(
            p.start > at and p.kind in {"stance", "action", "action_past", "done", "noun"}
            for p in marks.predicates
        )
        if later and (near or pronoun or state) and at < len(marks.words):
            ends.add(at)
    return ends


def _join_spanned(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join pieces that one predicate spans ("schließt eine Beteiligung, auch später, aus")."""
    for predicate in marks.predicates:
        if len(predicate.words) < 2 or predicate.kind == "reporting":
            continue
        inside = [n for n, p in enumerate(pieces) if any(w in p for w in predicate.words)]
        if len(inside) > 1:
            first, last = inside[0], inside[-1]
            joined = pieces[first]
            joined.end = pieces[last].end
            pieces[first : last + 1] = [joined]
    return pieces


_ATTRIBUTION_WORDS = 10


def _lift_attributions(pieces: list[Clause], marks: Marks) -> list[Clause]:
    """Join what an inserted "…, the diplomats said, …" parts; the insertion stands behind it."""
    number = 1
    while number + 1 < len(pieces):
        before, piece, after = pieces[number - 1 : number + 2]
        inserted = (
            piece.comma
            and after.comma
            and not after.hard
            and not piece.hard
            and piece.opener == after.opener == "main"
        )
        if inserted and before.more is None and _only_says(piece, marks):  # noqa: SIM102
            if not _has_predicate(before, marks):
                before.more = (after.start, after.end)
                del pieces[number + 1]
        number += 1
    return pieces


def _only_says(piece: Clause, marks: Marks) -> bool:
    kinds = {p.kind for p in marks.predicates if p.start in piece}
    return kinds == {"reporting"} and piece.end - piece.start <= _ATTRIBUTION_WORDS


def _has_predicate(clause: Clause, marks: Marks) -> bool:
    return any(p.start in clause for p in marks.predicates)


def _join_incomplete(pieces: list[Clause], marks: Marks) -> list[Clause]:
    clauses: list[Clause] = []
    for number, piece in enumerate(pieces):
        last = clauses[-1] if clauses else None
        if last is not None and (piece.hard or piece.start != last.end):
            clauses.append(piece)
        elif (
            last is not None and piece.opener == "subordinator" and not _has_predicate(piece, marks)
        ):
            last.end = piece.end  # "as part of a force", or a verb that the tables do not know
        elif last is None or piece.subordinate:
            clauses.append(piece)
        elif last.subordinate:
            if _continues(last, piece, marks):
                last.end = piece.end
            elif (main := _interrupted(clauses, piece, marks)) is not None:
                main.more = (piece.start, piece.end)
            else:
                clauses.append(piece)
        elif (
            (piece.opener == "contrast" and _names(last, marks) and _names(piece, marks))
            or (_has_predicate(last, marks) and _begins(piece, pieces[number + 1 :], marks))
            or (_finite(last, marks) and _finite(piece, marks))
            or _new_subject(last, piece, marks)
        ):
            clauses.append(piece)
        else:
            last.end = piece.end
    return clauses


def _begins(piece: Clause, following: list[Clause], marks: Marks) -> bool:
    """Whether a piece behind a whole clause begins a new one: by its predicate, or by its subject."""
    if _has_predicate(piece, marks) or _opens_with_modal(piece, marks):
        return True
    comes = bool(following) and not following[0].subordinate and _has_predicate(following[0], marks)
    if not comes or following[0].opener == "contrast":
        return False
    return piece.opener == "contrast" or _names(piece, marks)


def _opens_with_modal(piece: Clause, marks: Marks) -> bool:
    """ "…, könne aber als Drehkreuz dienen": a second verb of the same subject."""
    first = range(piece.start, min(piece.start + 2, piece.end))
    return piece.comma and any(
        hit[0] in first
        for kind in ("modal_will", "modal_open")
        for hit in marks.context.get(kind, ())
    )


def _new_subject(last: Clause, piece: Clause, marks: Marks) -> bool:
    """ "… sich zurückhalten und Italien … ausschließt": a conjunction before another subject."""
    if piece.opener != "coordinator" or not _has_predicate(piece, marks):
        return False
    first = [
        a for a in marks.actors if a.start in piece and not a.oblique and a.kind != "adjective"
    ]
    before = [
        a for a in marks.actors if a.start in last and not a.oblique and a.kind != "adjective"
    ]
    if not first or not before or first[0].start > piece.start + 2:
        return False
    return piece.start - max(a.end for a in before) >= 2


def _finite(piece: Clause, marks: Marks) -> bool:
    """Whether a piece has a subject and a modal, though no verb that the tables know."""
    modal = any(
        hit[0] in piece
        for kind in ("modal_will", "modal_open")
        for hit in marks.context.get(kind, ())
    )
    return modal and _names(piece, marks)


def _names(piece: Clause, marks: Marks) -> bool:
    """Whether a piece names somebody who could be its subject."""
    return any(
        a.start in piece and a.kind not in {"adjective", "oblique"} and not a.oblique
        for a in marks.actors
    )


def _continues(last: Clause, piece: Clause, marks: Marks) -> bool:
    """Whether a piece goes on with a subordinate clause: a list in it, or an "and" in it."""
    if piece.opener in {"coordinator"} and not piece.comma:
        return True
    return piece.comma and not _has_predicate(piece, marks) and not _has_predicate(last, marks)


def _interrupted(clauses: list[Clause], piece: Clause, marks: Marks) -> Clause | None:
    """The main clause that a subordinate one interrupts and this piece completes, if any."""
    if piece.opener != "main" or len(clauses) < 2:
        return None
    main = clauses[-2]
    if main.subordinate or main.more is not None:
        return None
    return None if _has_predicate(main, marks) else main


def in_parenthesis(marks: Marks, index: int) -> bool:
    """Whether a word stands in brackets."""
    depth = 0
    for word in marks.words[: index + 1]:
        depth += word.before.count("(") - word.before.count(")")
    return depth > 0


def mark_possessors(marks: Marks, language: str) -> None:
    """Mark the actors in the genitive ("Norwegens Regierung", "Britain's offer")."""
    for actor in marks.actors:
        if language == "en" and _followed_by_s(marks, actor):
            actor.possessive = True
        if language == "de" and actor.kind in {"state", "capital"}:
            article = _article(marks, actor)
            actor.oblique = article in {"dem", "den"}
            actor.possessive = not actor.oblique and _german_genitive(marks, actor, article)
        if language in SLAVIC and actor.kind == "oblique":
            actor.possessive = _slavic_genitive(marks, actor)


def _slavic_genitive(marks: Marks, actor: Actor) -> bool:
    """A name in an oblique case right behind a noun: "відмова Берліна", "udział Francji"."""
    before = actor.start - 1
    if before < 0 or marks.words[actor.start].before.strip() or actor.code == "UA":
        return False
    nouns = {p.words[-1] for p in marks.predicates if p.kind == "noun"}
    return before in nouns or any(t.start <= before < t.end for t in marks.topics)


def settle_actors(marks: Marks, language: str) -> None:
    """Mark which actors cannot be subjects because they stand behind a preposition."""
    prepositions = _ends(marks, "preposition") - _begins_clause(marks)
    agents, experiencers = _ends(marks, "agent"), _ends(marks, "experiencer")
    fillers = {w for hit in marks.context.get("article", ()) for w in hit}
    for actor in marks.actors:
        if actor.kind == "oblique":
            actor.oblique = True
        if language == "en" and _attributive(marks, actor):
            actor.oblique = True
        before = _governing_word(marks, actor, fillers, language in SLAVIC)
        if before in prepositions:
            actor.oblique = True
            actor.agent = before in agents
            actor.experiencer = before in experiencers


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


def _ends(marks: Marks, kind: str) -> set[int]:
    return {hit[-1] for hit in marks.context.get(kind, ())}


def _governing_word(marks: Marks, actor: Actor, fillers: set[int], cases: bool) -> int:
    """Index of the word before an actor's noun phrase: articles, adjectives, roles are skipped.

    Where a language has ``cases``, an unknown word is not skipped: the form of the name tells more.
    """
    index = actor.start - 1
    steps = plain = 0
    direct = True
    prepositions = _ends(marks, "preposition") - _begins_clause(marks)
    while index >= 0 and steps < 4 and not _COMMA.search(marks.words[index + 1].before):
        if index in prepositions:
            return index
        if index not in fillers and not _attribute(marks, index):
            if cases or plain > 1 or not direct or not _plain(marks, index):
                break
            plain += 1  # one adjective that the tables do not know ("over western Ukraine")
        direct = direct and index not in fillers
        index -= 1
        steps += 1
    if index + 1 < len(marks.words) and _COMMA.search(marks.words[index + 1].before):
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
    return any(index in hit for hit in marks.context.get("gov_role", ()))


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


_INFIX = re.compile(r"^\w{2,}zu\w{3,}en$")


def infinitival(clause: Clause, marks: Marks) -> bool:
    """Whether a clause is a German or Dutch infinitive: it has no subject of its own, whoever it names."""
    if marks.language not in {"de", "nl"} or clause.opener not in {"main", "coordinator"}:
        return False
    if clause.start == 0 or not (clause.comma or clause.opener == "coordinator"):
        return False
    kinds = ("modal_will", "modal_open", "modal_must", "perfect", "passive", "pluperfect")
    if any(hit[0] in clause for kind in kinds for hit in marks.context.get(kind, ())):
        return False
    verbs = {w for p in marks.predicates if p.start in clause for w in p.words}
    verbs |= {t.end - 1 for t in marks.topics if t.start in clause}
    verbs.add(clause.end - 1)
    return any(
        _INFIX.match(marks.words[w].norm)
        or (w > clause.start and marks.words[w - 1].norm in {"zu", "te"})
        for w in verbs
        if w < len(marks.words)
    )


def predicates_of(clause: Clause, marks: Marks) -> list[Predicate]:
    """The predicates that begin in a clause."""
    return [p for p in marks.predicates if p.start in clause]
