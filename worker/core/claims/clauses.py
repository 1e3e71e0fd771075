"""Clauses: where one statement ends and the next begins, and which one governs which.

A sentence is cut at punctuation, conjunctions and subordinators; pieces without a predicate are
joined to their neighbours, so a list of names stays whole. Each clause knows its opener ("if",
"whether", "that" …), which decides whether it can hold a claim of its own.
"""

from __future__ import annotations

import re

from worker.core.claims.beginnings import finite_at
from worker.core.claims.cases import ends_of, particles
from worker.core.claims.clause import COMMA, INFIX, Clause, verb_final
from worker.core.claims.joining import (
    join_incomplete,
    join_names,
    join_spanned,
    lift_attributions,
)
from worker.core.claims.marks import Actor, Marks
from worker.core.claims.romance import ROMANCE, second_of_both
from worker.core.claims.wordlists import word_set

_HARD = re.compile(r"[;:]|\+\+\+")


_QUOTES = re.compile(r"[\"“”„«»]")


#: Languages that set a comma before every subordinate clause.
_COMMA_LANGUAGES = ("de", "pl", "uk", "ru")


#: In those languages only these join clauses without a comma; "natomiast", "hingegen" are adverbs.
_CONJUNCTIONS = word_set(
    """
    und oder sowie bzw beziehungsweise sowohl als i oraz lub albo а та і й або чи и или да
    либо
    """
)


#: English words of contrast that need no comma before them; "yet" and "still" are mostly adverbs.
_ENGLISH_CONTRAST = {"but", "while", "whereas", "although", "whilst"}


def split(marks: Marks, language: str) -> list[Clause]:
    """The clauses of a sentence in the order of their first words."""
    pieces = _pieces(marks, language)
    pieces = join_names(join_spanned(pieces, marks), marks)
    pieces = lift_attributions(pieces, marks)
    return join_incomplete(pieces, marks)


def _openers(marks: Marks, language: str) -> dict[int, str]:
    found: dict[int, str] = {}
    # "on that territory" opens no clause; "kondigde aan dat …" does
    prepositions = ends_of(marks, "preposition") - particles(marks)
    for kind in ("coordinator", "subordinator", "contrast", "whether", "if"):
        for words in marks.context.get(kind, ()):
            at = words[0]
            behind = at - 1 in prepositions and not COMMA.search(marks.words[at].before)
            behind = behind or (kind == "if" and (_phrase(at, marks) or _while(at, marks)))
            if words[-1] + 1 == len(marks.words) or behind or _adverb(at, marks):
                continue
            if marks.words[words[-1]].norm == "ли":
                at = _asks_from(words[-1], marks)
            asks = marks.words[words[-1]].norm == "ли"
            needs_comma = asks or _needs_comma(kind, marks.words[at].norm, language)
            if needs_comma and at > 0 and not COMMA.search(marks.words[at].before):
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


def _needs_comma(kind: str, word: str, language: str) -> bool:
    """Whether a word of this kind opens a clause only behind a comma."""
    if language == "en" and kind == "contrast":
        return word not in _ENGLISH_CONTRAST
    if language not in _COMMA_LANGUAGES:
        return False
    return kind in {"subordinator", "contrast"} or (
        kind == "coordinator" and word not in _CONJUNCTIONS
    )


def _asks_from(at: int, marks: Marks) -> int:
    """ "…, направит ли Австралия": the particle stands second, its clause begins before it."""
    while at > 0 and not COMMA.search(marks.words[at].before):
        at -= 1
    return at


def _while(at: int, marks: Marks) -> bool:
    """ "Пока не планирует": without a comma before it "пока не" means "for now not", not "until"."""
    return marks.words[at].norm in {"пока", "поки"} and not COMMA.search(marks.words[at].before)


def _phrase(at: int, marks: Marks) -> bool:
    """ "Jeśli chodzi o logistykę": a phrase that stands for a preposition, no condition."""
    return any(hit[0] == at and len(hit) > 1 for hit in marks.context.get("preposition", ()))


def _adverb(at: int, marks: Marks) -> bool:
    """ "Once again", "Damit stellte er …", "sia Roma che Parigi": no conjunction."""
    if second_of_both(at, marks):
        return True
    if marks.words[at].norm == "damit":
        return finite_at(at + 1, marks)
    if marks.words[at].norm in _ALSO_ADVERBS and COMMA.search(marks.words[at + 1].before):
        return True  # "Macron had announced the evening before, 26 countries would …"
    following = marks.words[at + 1].norm if at + 1 < len(marks.words) else ""
    return marks.words[at].norm == "once" and following in {"again", "more"}


_ALSO_ADVERBS = frozenset({"before", "after", "since", "though"})
_TOLD = word_set("berichtet bekannt erwartet angekündigt gemeldet gehabt zuvor bisher")


def _as_told(at: int, marks: Marks) -> bool:
    """ "Wie berichtet unterzeichneten …": an aside, no clause of its own."""
    following = marks.words[at + 1].norm if at + 1 < len(marks.words) else ""
    return marks.language == "de" and marks.words[at].norm == "wie" and following in _TOLD


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
        cut = bool(COMMA.search(word.before))
        kind = openers.get(index)
        if kind == "coordinator" and not cut and _joins_phrases(marks, index):
            continue
        if kind == "coordinator" and cut and _closes_list(start, index, marks):
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


def _listed(marks: Marks, index: int) -> bool:
    """ "…, den USA und der Ukraine": the article of a state in a list."""
    ands = {hit[0] for hit in marks.context.get("coordinator", ())}
    return any(
        a.kind == "state" and a.start in {index, index + 1} and a.end in ands for a in marks.actors
    )


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
    if _listed(marks, first):
        return False
    last = first
    while last + 1 < len(words) and not COMMA.search(words[last + 1].before):
        last += 1
    infinitive = words[last - 1].norm == "zu" or INFIX.match(words[last].norm)
    if last - first < 2 or words[last].capitalised or infinitive or words[last].norm in _PARTICLES:
        return False
    finite = {w for p in marks.predicates for w in p.words if not _PARTICIPLE.match(words[w].norm)}
    kinds = ("modal_will", "modal_open", "modal_must", "perfect", "passive", "pluperfect")
    finite |= {w for kind in kinds for hit in marks.context.get(kind, ()) for w in hit}
    return last in finite or verb_final(marks, first, last + 1)


#: What closes a German main clause, and no verb: "…, die Frage ließ er offen".
_PARTICLES = word_set("offen bereit frei zurück")
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
    if any(t.start < index < t.end for t in marks.topics) and marks.language in ROMANCE:
        return True  # "aiuti militari e civili"
    verbs = {w for p in marks.predicates for w in p.words}
    after = range(index + 1, index + 2 + (index + 1 not in verbs))
    actors = [a for a in marks.actors if a.kind not in {"nonstate"}]
    named = any(a.start in after or _full_name(index, a, marks) for a in actors)
    return (any(a.end == index for a in actors) and named) or (
        any(t.end == index for t in marks.topics) and any(t.start in after for t in marks.topics)
    )


def _closes_list(start: int, index: int, marks: Marks) -> bool:
    """ "Macron, Starmer, and Zelensky put …": the comma before the last of a list."""
    bare = not any(start <= p.start < index for p in marks.predicates)
    closed = any(a.end == index and a.kind in _NAMED for a in marks.actors)
    if not (bare and closed and start and COMMA.search(marks.words[start].before)):
        return False
    return any(index < a.start <= index + 4 and a.kind in _NAMED for a in marks.actors)


_NAMED = frozenset({"person", "state"})


def _full_name(index: int, person: Actor, marks: Marks) -> bool:
    """ "…, Emmanuel Macron, and Volodymyr Zelensky": the first name of one more in the list."""
    first = range(index + 1, person.start)
    return (
        person.kind == "person"
        and 0 < len(first) <= 2
        and all(marks.words[i].capitalised for i in first)
    )


#: English verbs whose hearer stands between them and what is told.
_TELLS = word_set("tell tells told telling inform informed remind reminded assure assured assures")


#: English verbs of promising that take a clause without "that": "vowed he would not".
_VOWS = word_set(
    "vow vows vowed pledge pledges pledged promise promises promised insist insists swore"
)


#: Prepositions that name whoever says so.
_ACCORDING = word_set("according per selon d' d'après según secondo stando volgens aldus")


def _speech_ends(marks: Marks, language: str) -> set[int]:
    """Where the words told begin behind a verb of saying without a comma ("said France would")."""
    ends: set[int] = set()
    if language in _COMMA_LANGUAGES:
        return ends
    for predicate in marks.predicates:
        if marks.words[predicate.start].norm in _ACCORDING:
            continue  # "26 countries, according to Macron, will send": a name, and nothing told
        vowed = language == "en" and marks.words[predicate.start].norm in _VOWS
        if (predicate.kind != "reporting" and not vowed) or predicate.end - predicate.start > 3:
            continue
        at = predicate.end
        following = [
            a
            for a in marks.actors
            if a.start >= at and (a.kind != "adjective" or (language == "en" and a.start == at))
        ]
        reach = at if vowed else at + 1
        pronoun = any(at <= hit[0] <= reach for hit in marks.context.get("pronoun_person", ()))
        state = any(at <= hit[0] <= reach for hit in marks.context.get("pronoun_state", ()))
        near = bool(following) and following[0].start <= at + 2
        if near and following[0].start == at and marks.words[at - 1].norm in _TELLS:
            at = following[0].end  # "telling Europeans they are ready"
        before = any(
            a.end <= predicate.start and predicate.start - a.end <= 6 for a in marks.actors
        ) or any(hit[-1] + 1 == predicate.start for hit in marks.context.get("pronoun_person", ()))
        if not before or vowed:
            near = False  # "…, said Defence Secretary John Healey": the speaker comes behind
        later = any(
            p.start > at and p.kind in {"stance", "action", "action_past", "done", "noun"}
            for p in marks.predicates
        )
        if vowed and marks.words[at - 1].norm not in _VOWS:
            continue  # "pledged to"
        if later and (near or pronoun or state) and at < len(marks.words):
            ends.add(at)
    return ends
