"""Documents: what a declaration provides for is the word of those who signed it."""

from __future__ import annotations

import re

from worker.core.claims.clause import Clause
from worker.core.claims.deeds import bare_english
from worker.core.claims.discourse import Discourse
from worker.core.claims.marks import Marks, Predicate
from worker.core.claims.negation import CUES
from worker.core.claims.reading import Finding, Subject
from worker.model import Measure, Stance

#: Sentences after which "it provides for …" no longer means the document that was signed.
_SIGNED_REACH = 4
#: A document is the subject of a clause only this near to its beginning.
_SUBJECT_REACH = 6


#: What one state gives is no paper of the coalition's.
_PACKAGE = re.compile(r"^(?:packages?|pakets?|paquets?|pacchett[oi]|paquetes?|pakiet\w*|пакет\w*)$")


def document_subject(clause: Clause, marks: Marks, discourse: Discourse) -> Subject | None:
    """ "The declaration provides for …", "under the declaration": those who gave it, else the coalition."""
    if not marks.has("foresees", clause.start, clause.end):
        return None
    named = any(
        clause.start <= hit[0] < clause.start + _SUBJECT_REACH
        for hit in marks.context.get("document", ())
    )
    recent = discourse.signed_age <= _SIGNED_REACH
    if not named and not (recent and _it(clause, marks)):
        return None
    codes = discourse.signers if recent else ()
    if not codes and discourse.coalition:
        package = any(_PACKAGE.match(w.norm) for w in marks.words[clause.start : clause.end])
        givers = discourse.pledgers if discourse.pledge_age <= _SIGNED_REACH else ()
        codes = givers if package else ("COALITION",)
    return Subject(codes, document=True) if codes else None


_GOODS = frozenset(
    {Measure.ARMS, Measure.AIR, Measure.AIR_DEFENCE, Measure.INDUSTRY, Measure.INTELLIGENCE}
)


def on_something_else(finding: Finding, marks: Marks) -> bool:
    """ "Signed a letter of intent on 100 jets": two states' paper on goods, none of the coalition's."""
    if finding.topic.measure is not Measure.DECLARATION or finding.stance is not Stance.DELIVERED:
        return False
    told = {t.measure for t in marks.topics} - {Measure.DECLARATION}
    return bool(told) and told <= _GOODS and not any(a.code == "COALITION" for a in marks.actors)


def imply_provision(clause: Clause, marks: Marks) -> None:
    """Take "is about", "includes", "it says" for a promise where the clause has no stance of its own."""
    hits = [hit for hit in marks.context.get("foresees", ()) if hit[0] in clause]
    aside = [p for p in marks.predicates if p.start in clause and _of_a_noun(p, hits, marks)]
    if any(p.start in clause and p.kind in CUES and p not in aside for p in marks.predicates):
        return
    marks.predicates = [p for p in marks.predicates if p not in aside]
    words = tuple(hits[0])
    marks.predicates.append(Predicate("stance", Stance.COMMITTED, "", words, "document"))


def _of_a_noun(predicate: Predicate, hits: list[tuple[int, ...]], marks: Marks) -> bool:
    """ "Envisions a force deployed to Ukraine", "a system to oversee the truce": said of the noun."""
    if marks.language != "en" or not hits or predicate.start <= hits[0][-1]:
        return False
    if predicate.kind == "action_past":
        near = range(max(0, predicate.start - 2), predicate.start)
        return not any(w in near for h in marks.context.get("passive", ()) for w in h)
    if predicate.kind == "done":  # "vehicles the UK has already provided"
        return any(a.code and a.end == predicate.start for a in marks.actors)
    return predicate.kind == "action" and bare_english(predicate, marks)


def _it(clause: Clause, marks: Marks) -> bool:
    """Whether the clause opens with a pronoun, which a document may be."""
    return any(
        hit[0] == clause.start for hit in marks.context.get("pronoun_person", ())
    ) and not any(a.start in clause and a.kind == "person" for a in marks.actors)
