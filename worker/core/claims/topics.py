"""Topics: which measures a clause speaks of, and which of several that hang together counts."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from worker.core.claims.clause import Clause, in_parenthesis
from worker.core.claims.germanic import germanic_sums
from worker.core.claims.marks import Marks, Topic
from worker.core.claims.romance import ROMANCE, in_range
from worker.core.claims.romance_deeds import own_forces, without_allotted, without_bought
from worker.core.claims.settling import (
    ATTACHED,
    PAYABLE,
    priced,
    settle_aid,
    settle_air_defence,
    settle_assets,
    settle_command,
    settle_documents,
    settle_monitoring,
    settle_payment,
    settle_products,
    settle_share,
    settle_ships,
    settle_training,
    without_missiles,
    without_paid,
    without_purposes,
)
from worker.core.claims.wordlists import word_set
from worker.model import Measure


def topics_of(clause: Clause, marks: Marks) -> list[Topic]:
    """The measures of a clause; weak mentions give way to a core one of the same clause."""
    named = [
        set(range(a.start, a.end))
        for a in marks.actors
        if a.code is not None and a.kind != "institution"
    ]
    inside = [
        _handed_over(t, clause, marks)
        for t in marks.topics
        if t.start in clause
        and not in_parenthesis(marks, t.start)
        and (
            (t.kind == "core" and t.measure is Measure.TROOPS)
            or not any(set(range(t.start, t.end)) <= words for words in named)
        )
        and not _in_a_name(t, marks)
        and not (t.kind == "verb" and any(t.start in words for words in named))
        and not _left_aside(t, marks)
        and not _on_the_agenda(t, marks)
        and not _of_the_parties(t, marks)
        and not (t.measure is Measure.FUNDING and _is_paid_in(t, marks))
    ]
    if len(inside) > 1:
        inside = [t for t in inside if not _doer(t, marks)] or inside
    if not inside:
        return [
            Topic(Measure.FUNDING, "money", start, end, "money")
            for start, end in marks.money
            if start in clause
            and not (marks.topics and priced(start, marks))
            and not _own_costs(clause, marks)
            and not _paid_in(end, marks)
            and not own_forces(clause, marks)
        ][:1]
    best: dict[Measure, Topic] = {}
    inside = without_missiles(inside)
    inside += _sums_beside(inside, clause, marks)
    if own_forces(clause, marks):
        inside = [t for t in inside if t.measure not in {Measure.FUNDING, Measure.TRAINING}]
    inside = without_bought(inside, PAYABLE, marks)
    inside = without_allotted(inside, PAYABLE, clause, marks)
    inside = without_paid(without_purposes(inside, clause, marks), clause, marks)
    for topic in _heads(inside, marks):
        known = best.get(topic.measure)
        if known is None or _ORDER[topic.kind] < _ORDER[known.kind]:
            best[topic.measure] = topic
    settle_documents(best, clause, marks)
    signed = Measure.DECLARATION in best and marks.has("signing", clause.start, clause.end)
    force = Measure.TROOPS in best and best[Measure.TROOPS].kind == "force"
    if len(best) > 1 and force and not signed:
        del best[Measure.TROOPS]
    settle_aid(best, marks)
    settle_payment(best, marks)
    settle_share(best, marks)
    settle_air_defence(best, marks)
    settle_ships(best, clause, marks)
    settle_assets(best, marks)
    settle_monitoring(best)
    settle_training(best, marks)
    settle_command(best)
    settle_products(best)
    return sorted(best.values(), key=lambda t: t.start)


_PREPARING = re.compile(r"^(?:підготовк|подготовк|przygotowan)")


def _own_costs(clause: Clause, marks: Marks) -> bool:
    """ "Przeznaczył na przygotowania 200 mln": what a state spends on its own force is no aid."""
    return any(
        _PREPARING.match(marks.words[i].norm) and marks.words[i - 1].norm in {"на", "na"}
        for i in range(clause.start + 1, clause.end)
    )


_INTO = word_set("nach an in aan naar to into à a do до в")
#: So near behind a sum stands who gets it ("Kronen nach Brüssel").
_PAID = 2


def _paid_in(end: int, marks: Marks) -> bool:
    """ "Prag überweist 62 Milliarden Kronen nach Brüssel": what the Union gets from a member is no aid."""
    return any(
        a.code == "EU"
        and end < a.start <= end + _PAID
        and any(marks.words[i].norm in _INTO for i in range(end, a.start))
        for a in marks.actors
    )


def _is_paid_in(topic: Topic, marks: Marks) -> bool:
    return any(
        (topic.kind == "verb" or start <= topic.start <= end)
        and _paid_in(max(end, topic.end), marks)
        for start, end in marks.money
    )


_MILLIONS = word_set("milliards milliard millions millones miliardi miliardo milioni")


def bare_sums(marks: Marks) -> list[tuple[int, int]]:
    """ "Berlino sbloccherà 11,5 miliardi": sums whose currency goes without saying."""
    words, found = marks.words, []
    for at in range(1, len(words)):
        if words[at].norm in _MILLIONS and words[at - 1].text[:1].isdigit():
            following = words[at + 1].norm if at + 1 < len(words) else ""
            if following not in {"de", "d'", "di"} | _COUNTED:
                found.append((at - 1, at + 1))
    return found + germanic_sums(marks)


#: What is counted in millions and is no money.
_COUNTED = word_set(
    "euros euro dólares dollars dollari libras livres sterline coronas couronnes corone"
)


#: Between a sum and the thing beside it stand no more words than this ("dollars de plus et …").
_BESIDE = 6


def _sums_beside(inside: list[Topic], clause: Clause, marks: Marks) -> list[Topic]:
    """ "Anunció 2.000 millones de dólares adicionales y la entrega de 40 blindados": money as well."""
    if marks.language not in {"fr", "es", "it"} or any(
        t.measure is Measure.FUNDING for t in inside
    ):
        return []
    joints = [hit[0] for hit in marks.context.get("coordinator", ())]
    for start, end in marks.money:
        following = [t.start for t in inside if end <= t.start <= end + _BESIDE]
        earlier = any(t.end <= start for t in inside)
        if start not in clause or not following or earlier:
            continue
        if any(end <= joint < following[0] for joint in joints):
            return [Topic(Measure.FUNDING, "money", start, end, "money")]
    return []


_WITHOUT = frozenset({"sans", "sin", "senza"})
_AS = frozenset({"como", "come", "comme", "als", "jako", "як", "как"})


def _left_aside(topic: Topic, marks: Marks) -> bool:
    """ "Il refuse tout prélèvement sans garanties": a circumstance, no measure of its own."""
    before = [w.norm for w in marks.words[max(0, topic.start - 2) : topic.start]]
    if topic.kind == "force" and "without" in before:
        return True  # "without the participation of the warring parties"
    return topic.measure is Measure.GUARANTEES and (
        before[-1:] != []
        and (before[-1] in _WITHOUT or (before[-1] in _AS and len(marks.topics) > 1))
    )


#: So many words may stand between a meeting and its subject ("on Black Sea security").
_AGENDA = 4


def _on_the_agenda(topic: Topic, marks: Marks) -> bool:
    """ "Ankara will hold a meeting on security guarantees": what is talked about is not given."""
    return any(
        hit[-1] < topic.start <= hit[-1] + _AGENDA
        and not any("," in marks.words[i].before for i in range(hit[-1] + 1, topic.start + 1))
        for hit in marks.context.get("gathering", ())
    )


_ROLES_OF_WORDS = {Measure.MONITORING, Measure.COMMAND, Measure.DECLARATION}


_SERVICES = word_set(
    "marine navy luftwaffe armee army heer marina armada ejército esercito marynarka wojsko armia "
    "флот армія армия флоту армии bundeswehr krijgsmacht leger armée forces"
)


def is_service(at: int, marks: Marks) -> bool:
    """Whether a word is an army, a navy, an air force, which acts for its state."""
    return at < len(marks.words) and marks.words[at].norm in _SERVICES


def _doer(topic: Topic, marks: Marks) -> bool:
    """ "The Turkish navy clears mines": the service that does it is no measure of its own."""
    if topic.kind != "weak" or not is_service(topic.start, marks):
        return False
    return any(
        a.kind == "adjective" and (a.end == topic.start or a.start == topic.end)
        for a in marks.actors
    )


#: Languages that set such an adjective behind its noun.
_BEHIND = frozenset({"fr", "es", "it"})


_SOIL = word_set("sol territoire suelo territorio suolo terreno terrain tierra")


def _of_the_parties(topic: Topic, marks: Marks) -> bool:
    """ "Ukrainian soldiers", "soldats russes": the armies at war are no contribution."""
    if marks.words[topic.end - 1].norm in _SOIL:
        return False  # "une présence militaire sur le sol ukrainien"
    return topic.measure is Measure.TROOPS and any(
        a.kind == "adjective"
        and a.code in {"UA", "RU"}
        and (a.end == topic.start or (a.start == topic.end and marks.language in _BEHIND))
        for a in marks.actors
    )


def _in_a_name(topic: Topic, marks: Marks) -> bool:
    """ "The Nordic Observer", "Strategic Command": a title, no measure (German nouns aside)."""
    word = marks.words[topic.start]
    if topic.kind != "weak" or topic.measure not in _ROLES_OF_WORDS or not topic.start:
        return False
    return word.capitalised and marks.words[topic.start - 1].capitalised and marks.language != "de"


_STATIONS = re.compile(r"^(?:deploy|station|stationn|déplo|desplieg|despleg|schier|dispieg)")


def _handed_over(topic: Topic, clause: Clause, marks: Marks) -> Topic:
    """Aircraft and ships beside a verb of giving are hardware; used by the giver they secure sky and sea."""
    if topic.measure is Measure.ARMS and _flown_beside(topic, marks):
        return replace(topic, measure=Measure.AIR)
    if topic.measure not in {Measure.AIR, Measure.NAVY} or topic.kind != "weak":
        return topic
    if any(_STATIONS.match(w.norm) for w in marks.words[max(0, topic.start - 4) : topic.start]):
        return topic  # "deploying soldiers and aircraft": its own
    if marks.language in ROMANCE and _beside_soldiers(topic, marks):
        return topic  # "enviar tropas, barcos o aviones a Ucrania"
    giving = any(hit[0] in clause for hit in marks.context.get("giving", ()))
    received = _received(clause, marks)
    if (giving and received) or (topic.measure is Measure.AIR and (giving or received)):
        return replace(topic, measure=Measure.ARMS)
    return topic


_LISTED = 4


_AIRCRAFT = word_set("aviones cazas aerei caccia jet avions chasseurs")


def _flown_beside(topic: Topic, marks: Marks) -> bool:
    return marks.words[topic.start].norm in _AIRCRAFT and _beside_soldiers(topic, marks)


def _beside_soldiers(topic: Topic, marks: Marks) -> bool:
    return any(
        t.measure is Measure.TROOPS and 0 <= topic.start - t.end <= _LISTED for t in marks.topics
    )


_TO = word_set("to für an à aan dla для para per pour for voor")
_LOCATIVE = word_set("w we na po o в во у на по о об про")
_DATIVE = word_set("ukrainie україні украине")


def _received(clause: Clause, marks: Marks) -> bool:
    """Whether Ukraine stands in the clause as the one who gets something."""
    for actor in marks.actors:
        if actor.code != "UA" or actor.kind not in {"state", "oblique", "capital"}:
            continue
        if actor.start not in clause or actor.start == clause.start:
            continue
        before = [w.norm for w in marks.words[max(0, actor.start - 2) : actor.start]]
        if _TO & {before[-1], *(before[:1] if _article(actor.start - 1, marks) else ())}:
            return True
        if marks.words[actor.start].norm in _DATIVE and before[-1] not in _LOCATIVE:
            return True
        if before[-1] == "der" and len(before) == 2 and marks.language == "de":
            noun, at = marks.words[actor.start - 2], actor.start - 2
            named = any(a.end == at + 1 and a.kind == "state" for a in marks.actors)
            genitive = named and noun.norm.endswith("s") and not noun.norm.endswith("us")
            if (named and not genitive) or (not noun.capitalised and noun.norm not in _OVER):
                return True  # "stellte der Ukraine Kampfjets in Aussicht"
    return False


_OVER = word_set("in über aus von mit bei zu nach vor gegen an auf innerhalb außerhalb seitens")


def _article(at: int, marks: Marks) -> bool:
    return any(hit[0] == at for hit in marks.context.get("article", ()))


_ORDER = {"core": 0, "verb": 1, "weak": 2, "money": 2, "force": 3}


#: "The use of observers": what is used tells the measure.
_USE = frozenset(["einsatz", "use", "emploi", "uso", "empleo", "impiego", "inzet"])


def _heads(topics: list[Topic], marks: Marks) -> list[Topic]:
    """Of measures that hang together, the telling one: "ships for mine clearance", "images for the staff"."""
    kept = sorted(topics, key=lambda t: t.start)
    if len(kept) > 1:
        kept = [t for t in kept if not _frame(t, marks)] or kept
    for left, right in pairwise(list(kept)):
        if left.measure is right.measure or left not in kept:
            continue
        if left.measure is Measure.AIR_DEFENCE and right.start == left.end:
            kept.remove(right)  # "PAC-3 missiles": one thing
            continue
        hardware = left.kind == "weak" and (
            left.measure in {Measure.ARMS, Measure.AIR}
            or (left.measure is Measure.NAVY and right.measure is Measure.MINE_CLEARANCE)
        )
        if hardware and left.end == right.start and right.kind == "core":
            kept.remove(left)  # "launchers IRIS-T"
            continue
        if not _attached(left, right, marks) or in_range(left.start, marks):
            continue
        if _for_the_force(left, right, marks):
            kept.remove(right)  # "Gripen für eine Friedenstruppe bereitstellen"
            continue
        if right.measure is Measure.SANCTIONS and _secured(left, marks):
            kept.remove(left)  # "a loan against Russia's frozen assets"
            continue
        if left.measure is Measure.DECLARATION and marks.has("signing"):
            continue  # "sign a declaration on the force": the text and what stands in it
        used = left.kind == "weak" and marks.words[left.start].norm in _USE
        package = left.measure is Measure.FUNDING and _is_package(left, marks)
        weak = left.kind == "weak" and right.kind in {"core", "verb"}
        if used or package or left.kind == "force" or weak:
            kept.remove(left)
        elif right.kind != "verb" or _purpose(left, right, marks):
            kept.remove(right)
    return kept


_FOR = word_set("für for pour para per voor dla для")
_GIVEN_TO_A_FORCE = frozenset(
    {Measure.AIR, Measure.NAVY, Measure.MINE_CLEARANCE, Measure.LOGISTICS, Measure.INTELLIGENCE}
)


def _for_the_force(left: Topic, right: Topic, marks: Marks) -> bool:
    """ "Jets for the peacekeeping force": the jets are given, the force is what they are for."""
    given = left.measure in _GIVEN_TO_A_FORCE and right.measure is Measure.TROOPS
    return given and left.end < right.start and marks.words[left.end].norm in _FOR


_SECURITY = word_set("against from backed using secured")


def _secured(loan: Topic, marks: Marks) -> bool:
    behind = marks.words[loan.end : loan.end + 3]
    return loan.measure is Measure.FUNDING and any(word.norm in _SECURITY for word in behind)


_PACKAGE = word_set(
    "paket pakets paketes hilfspaket package packages paquet paquete pacchetto pakket pakiet "
    "pakietu пакет пакета пакету lot lote tranche charge lieferung shipment"
)


def _is_package(topic: Topic, marks: Marks) -> bool:
    """ "A package with ammunition": what is in it tells the measure."""
    return marks.words[topic.end - 1].norm in _PACKAGE and topic.kind == "weak"


def _purpose(left: Topic, right: Topic, marks: Marks) -> bool:
    """ "Imagery to police a truce": what is given is the imagery."""
    given = left.kind == "core" and left.measure is Measure.INTELLIGENCE
    return (
        given
        and right.measure is Measure.MONITORING
        and marks.words[right.start - 1].norm in {"to", "for"}
    )


_FRAMES = word_set(
    """
    part parte partie teil rahmen cadre marco ambito kader ramach рамках
    """
)


def _frame(topic: Topic, marks: Marks) -> bool:
    """ "… as part of the guarantees": only the frame in which another measure is taken."""
    before = range(max(0, topic.start - 4), topic.start)
    return any(marks.words[i].norm in _FRAMES for i in before)


_WITH = word_set(
    """
    bei mit with avec con met przy із з с
    """
)


def _attached(left: Topic, right: Topic, marks: Marks) -> bool:
    between = range(left.end, right.start)
    if len(between) > ATTACHED or any(
        "," in marks.words[i].before for i in range(left.end, right.start + 1)
    ):
        return False
    if any(hit[0] in between for hit in marks.context.get("coordinator", ())):
        return False
    if any(marks.words[i].norm in {"né", "ni"} for i in between):
        return False  # "né al finanziamento né alla consegna di armi"
    if left.measure is Measure.TROOPS and any(marks.words[i].norm in _WITH for i in between):
        return False  # "support the force with intelligence": two things, not one
    genitive = 0 < len(between) <= 2 and marks.words[left.end].norm in _GENITIVE
    if genitive and marks.language == "de" and right.measure is Measure.TROOPS:
        return True  # "bei der Logistik jeder Mission"
    return any(hit[0] in between for hit in marks.context.get("preposition", ()))


_GENITIVE = word_set("der des jeder jedes einer eines dieser dieses")
