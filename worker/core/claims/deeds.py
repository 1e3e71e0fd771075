"""Deeds: the stance that tense and mood of an action tell."""

from __future__ import annotations

import re

from worker.core.claims.clause import INFIX, Clause
from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.negation import only_with
from worker.core.claims.romance import ROMANCE
from worker.core.claims.romance_deeds import subject_infinitive
from worker.core.claims.wordlists import word_set
from worker.model import Stance

_PAST_ENDINGS = {
    "en": ("ed", "ught", "rained"),
    "fr": ("é", "és", "ée", "ées"),
    "es": ("ado", "ados", "ada", "ido", "ó", "aron"),
    "it": ("ato", "ati", "ata", "ate", "uto", "ito"),
    "pl": ("ła", "ł", "li", "ły", "ło", "ony", "one"),
    "uk": ("ла", "в", "ли", "ло", "ено", "ано"),
    "ru": ("ла", "л", "ли", "ло", "ено", "ано"),
}


#: Infinitives and present forms that begin like a participle.
_NO_PARTICIPLE = frozenset({"gehen", "geht", "geben", "gibt", "gewähren", "gewährt", "gelten"})


def looks_past(word: str, language: str) -> bool:
    """Whether a verb form of a measure ("trained", "ausgebildet") is past, by its ending."""
    if language in {"de", "nl"}:
        return "ge" in word[:5] and word.endswith(("t", "en", "d")) and word not in _NO_PARTICIPLE
    return word.endswith(_PAST_ENDINGS.get(language, ()))


def has_context(marks: Marks, kind: str, clause: Clause) -> bool:
    """Whether a clause holds a word of a kind, conditions aside."""
    return any(
        hit[0] in clause and not in_condition(marks, hit[0]) for hit in marks.context.get(kind, ())
    )


def _modal_ahead(predicate: Predicate, marks: Marks, kind: str) -> bool:
    return any(
        hit[0] < predicate.start and not in_condition(marks, hit[0])
        for hit in marks.context.get(kind, ())
    )


def in_condition(marks: Marks, index: int) -> bool:
    """Whether a word stands in a condition."""
    return any(start <= index < end for _, start, end in marks.conditions)


def _modals(predicate: Predicate, clause: Clause, marks: Marks, language: str) -> tuple[bool, bool]:
    """Whether "will" and "could" stand over a deed, not over another verb of its clause."""
    if predicate.kind == "action_past" and language == "en":
        # "signed a declaration under which they would set up hubs"
        will, could = (
            _modal_ahead(predicate, marks, kind) for kind in ("modal_will", "modal_open")
        )
        return will, could
    told = predicate.kind == "action_past"
    if told and language == "nl" and _PRETERITE.match(marks.words[predicate.start].norm):
        return False, False  # "tekenden een verklaring waarin staat dat er troepen worden …"
    could = has_context(marks, "modal_open", clause)
    if could and language in ROMANCE:  # "daremos apoyo a los países que quizá quieran darlas"
        hits = [h[0] for h in marks.context["modal_open"] if h[0] in clause]
        could = any(at <= predicate.words[-1] + 2 for at in hits)
    return has_context(marks, "modal_will", clause), could


_PRETERITE = re.compile(r"^(?!ge)\w{3,}(?:d|t)en?$")


def deed_stance(
    predicate: Predicate,
    clause: Clause,
    marks: Marks,
    language: str,
    negated: bool,
    rules: list[str],
) -> Stance | None:
    """The stance that a deed tells by its tense and mood, and the rules that made it."""
    will, could = _modals(predicate, clause, marks, language)
    if negated:
        rules.append("negated action")
        if predicate.kind == "action_past" and not (will or could):
            return None
        if only_with(clause, marks):
            rules.append("only under a condition")
            return None
        return Stance.RULED_OUT
    if could:
        rules.append("modal")
        return Stance.OPEN
    if will and _obliged(clause, marks):
        return None
    if will:
        rules.append("intention")
        return Stance.COMMITTED
    if has_context(marks, "modal_must", clause):
        if not marks.has("draft_mark"):
            return None
        rules.append("planned in a draft")
        return Stance.COMMITTED
    return _told(predicate, clause, marks, language, rules)


def _told(
    predicate: Predicate, clause: Clause, marks: Marks, language: str, rules: list[str]
) -> Stance | None:
    """A deed without a modal: done where it is past, promised where it is present."""
    if predicate.kind == "action_past" and (
        _announced_then(predicate, clause, marks) or _to_be_done(predicate, marks)
    ):
        rules.append("intention")
        return Stance.COMMITTED
    if predicate.kind == "action_past" or _perfect(predicate, clause, marks):
        rules.append("done")
        return Stance.DELIVERED
    if predicate.kind == "action" and _conditional(predicate, clause, marks):
        rules.append("modal")
        return Stance.OPEN
    if language == "en" and bare_english(predicate, marks):
        return None
    if subject_infinitive(predicate, clause, marks):
        return None
    if marks.has("ongoing", clause.start, clause.end) or _has_been_doing(predicate, marks):
        rules.append("going on")
        return Stance.DELIVERED
    rules.append("present")
    return Stance.COMMITTED


def _has_been_doing(predicate: Predicate, marks: Marks) -> bool:
    """ "Canada has been training recruits": it goes on already."""
    before = [w.norm for w in marks.words[max(0, predicate.start - 3) : predicate.start]]
    doing = marks.words[predicate.start].norm.endswith("ing")
    return marks.language == "en" and doing and "been" in before


def _obliged(clause: Clause, marks: Marks) -> bool:
    """ "Who would have to send soldiers": what one would be obliged to do is no intention."""
    wills = {hit[-1] for hit in marks.context.get("modal_will", ()) if hit[0] in clause}
    return marks.language == "en" and any(
        {hit[0], hit[0] - 1} & wills for hit in marks.context.get("modal_must", ()) if len(hit) > 1
    )


def _to_be_done(predicate: Predicate, marks: Marks) -> bool:
    """ "A contingent to be deployed in Ukraine": still to come."""
    before = [w.norm for w in marks.words[max(0, predicate.start - 2) : predicate.start]]
    return marks.language == "en" and before == ["to", "be"]


_WOULD_HAVE = frozenset({"avrebbe", "avrebbero", "sarebbe", "sarebbero", "avremmo"})


def _announced_then(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """Italian "ha annunciato che avrebbe inviato due fregate": a promise, told in the past."""
    before = range(max(clause.start, predicate.start - 2), predicate.start)
    would = any(marks.words[i].norm in _WOULD_HAVE for i in before)
    return marks.language == "it" and clause.opener == "subordinator" and would


_CONDITIONAL = {
    "fr": ("rait", "raient", "rions"),
    "es": ("ría", "rían", "ríamos"),
    "it": ("rebbe", "rebbero", "remmo"),
}


def _conditional(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Ankara se chargerait du déminage": what might be, unless somebody reports or said so."""
    endings = _CONDITIONAL.get(marks.language)
    if endings is None or clause.opener == "subordinator" or marks.has("reported_mark"):
        return False
    told = any(p.kind == "reporting" for p in marks.predicates)
    return not told and marks.words[predicate.start].norm.endswith(endings)


def _perfect(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "hat … unterzeichnet": a form that could be present, made past by its auxiliary."""
    if INFIX.match(marks.words[predicate.start].norm):
        return False  # "habe ein Interesse daran, mitzuwirken"
    return any(
        hit[0] in clause and hit[0] < predicate.start for hit in marks.context.get("perfect", ())
    ) or _was(predicate, clause, marks)


_WAS = word_set("wurde wurden")


def _was(predicate: Predicate, clause: Clause, marks: Marks) -> bool:
    """ "Das Dokument wurde von … unterzeichnet": done, though the participle could be present."""
    return marks.language == "de" and any(
        hit[0] in clause and hit[0] < predicate.start and marks.words[hit[0]].norm in _WAS
        for hit in marks.context.get("passive", ())
    )


#: What makes a form in -ing finite: "is sending", "began delivering", "already trains".
_MAKES_FINITE = word_set(
    """
    is are be 's we're i'm they're was were been also now already
    began begun begin begins start starts started resume resumes resumed keep keeps kept
    continue continues continued
    """
)


def bare_english(predicate: Predicate, marks: Marks) -> bool:
    """An infinitive or gerund that nothing makes finite: "to send", "sending", "for sending".

    In a headline the infinitive behind a name is finite: "Norway to send minehunters".
    """
    if any(a.code and a.end == predicate.start - 1 for a in marks.actors):
        return False
    word = marks.words[predicate.start].norm
    before = marks.words[predicate.start - 1].norm if predicate.start else ""
    if word.endswith("ing"):
        at = predicate.start - 1
        while at > 0 and marks.words[at].norm.endswith("ly"):
            at -= 1  # "began jointly searching"
        return at < 0 or marks.words[at].norm not in _MAKES_FINITE
    return before == "to"
