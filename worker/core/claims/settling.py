"""Settling: pairs of measures that exclude each other, such as aid and the money it is counted in."""

from __future__ import annotations

import re
from dataclasses import replace

from worker.core.claims.clause import Clause, predicates_of
from worker.core.claims.marks import Marks, Topic
from worker.core.claims.wordlists import word_set
from worker.model import Measure

#: An agreement on these is no declaration of the coalition: it takes the measure of its subject.
_BILATERAL = {
    Measure.INDUSTRY,
    Measure.FUNDING,
    Measure.ARMS,
    Measure.AIR_DEFENCE,
    Measure.TRAINING,
    Measure.SANCTIONS,
    Measure.AIR,
}


#: What money is spent on: paying for these is money and nothing else.
PAYABLE = (
    Measure.ARMS,
    Measure.AIR_DEFENCE,
    Measure.INDUSTRY,
    Measure.MINE_CLEARANCE,
    Measure.TRAINING,
    Measure.LOGISTICS,
)


def settle_documents(best: dict[Measure, Topic], clause: Clause, marks: Marks) -> None:
    """Keep a document only where it is signed, joined or refused, and is no bilateral deal."""
    document = best.get(Measure.DECLARATION)
    if document is None:
        return
    signed = any(
        hit[0] in clause and not _of_an_alliance(hit[-1], marks)
        for hit in marks.context.get("signing", ())
    )
    deal = bool(_BILATERAL & set(best)) or _of_two(clause, marks) or _treaty(document, marks)
    if deal or (document.kind == "weak" and not signed):
        del best[Measure.DECLARATION]
    elif signed and any(
        p.stance is not None and p.stance.rank < 0 for p in predicates_of(clause, marks)
    ):
        best.clear()  # refusing to sign refuses the text, not what stands in it
        best[Measure.DECLARATION] = document


def _of_two(clause: Clause, marks: Marks) -> bool:
    """ "… signed a letter of intent under which they will build drones": the subject comes behind."""
    later = any(t.start >= clause.end and t.measure is Measure.INDUSTRY for t in marks.topics)
    return later and not any(a.code == "COALITION" for a in marks.actors)


_TREATIES = word_set(
    """
    abkommen vertrag sicherheitsabkommen agreement treaty accord deal memorandum accordo trattato
    acuerdo tratado verdrag akkoord umowę umowa porozumienie угоду угода соглашение договор
    """
)


def _treaty(document: Topic, marks: Marks) -> bool:
    """ "Kyiv and Stockholm signed an agreement": of two states, no text of the coalition's."""
    named = any(marks.words[i].norm in _TREATIES for i in range(document.start, document.end))
    codes = {a.code for a in marks.actors if a.code}
    return named and document.kind == "weak" and "UA" in codes and "COALITION" not in codes


def settle_aid(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "1 billion in military aid" is money, "a package worth 1 billion" and "military aid" are arms."""
    _settle_price(best, marks)
    arms, funding = best.get(Measure.ARMS), best.get(Measure.FUNDING)
    if arms is not None and _sum_of_aid(arms, marks):
        del best[Measure.ARMS]
        best[Measure.FUNDING] = funding or replace(arms, measure=Measure.FUNDING)
        return
    if arms is None or funding is None:
        return
    if arms.end <= funding.start or funding.end <= arms.start:
        return  # two mentions, two measures
    paid = any(end <= arms.start for _, end in marks.money) or (
        funding.start == arms.start and funding.end > arms.end  # "apoyo militar por 615 millones"
    )
    del best[Measure.ARMS if paid else Measure.FUNDING]


def _of_an_alliance(at: int, marks: Marks) -> bool:
    """ "Unirse a la OTAN", "join the EU": membership of a body is no text that is signed."""
    return any(a.code in {"NATO", "EU"} and at < a.start <= at + 3 for a in marks.actors)


#: "Military aid" in the nine languages: what it is measured in tells whether it is money.
_AID = word_set(
    """
    aid assistance support help hilfe militärhilfe militärhilfen waffenhilfe unterstützung ayuda apoyo asistencia aide soutien aiuto
    aiuti sostegno assistenza steun hulp bijstand pomoc pomocy wsparcia wsparcie помощь помощи
    поддержки допомогу допомоги підтримки
    """
)


def _sum_of_aid(arms: Topic, marks: Marks) -> bool:
    if not any(marks.words[i].norm in _AID for i in range(arms.start, arms.end)):
        return False
    return any(
        0 <= arms.start - end <= _AID_REACH
        and all(marks.words[i].norm in _VAGUE for i in range(end, max(end, arms.start - 1)))
        for _, end in marks.money
    )


#: So far behind its sum aid may stand: "a €125 million package of non-lethal military support".
_AID_REACH = 6
_VAGUE = word_set(
    "package packages of in non lethal further additional more new urgent worth fresh "
    "en un una nuevo nueva paquete de nuovo pacchetto di dans nouveau paquet d' para per pour"
)


_WORTH = word_set(
    """
    worth deal package contract value valued wert wertes höhe valeur valor valore waarde
    wartości wartość вартістю стоимостью сумму суму
    """
)


def _settle_price(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Missiles … in a deal worth £1.6 billion": the price of a thing named is no aid of its own."""
    funding = best.get(Measure.FUNDING)
    if funding is None or funding.kind not in {"weak", "money"} or len(best) < 2:
        return
    things = [t.start for m, t in best.items() if m is not Measure.FUNDING]
    for start in [funding.start, *(start for start, _ in marks.money)]:
        before = range(max(0, start - 4), start)
        named = any(thing < start for thing in things)
        if named and any(marks.words[i].norm in _WORTH for i in before):
            del best[Measure.FUNDING]
            return


_TOWARDS = word_set("for towards toward into für pour para per voor dans na на")
_MORE = word_set(
    "extra uit toe vrij meer beschikbaar steken gegeven more further zusätzlich mehr bereit frei opnieuw"
)
#: In these languages "in" leads to what the money is spent on.
_INTO = frozenset({"de", "nl"})


#: Dutch sums whose currency goes without saying: "zegde 250 miljoen toe voor drones".
_MILLIONS = word_set("miljoen miljard")
_CASH = word_set("money cash geld gelden")


def without_purposes(topics: list[Topic], clause: Clause, marks: Marks) -> list[Topic]:
    """ "£150 million for drones": money set aside for things is money, and the things are not given."""
    kept = list(topics)
    nouns = [(t.start, t.end) for t in topics if marks.words[t.end - 1].norm in _CASH]
    millions = [(i, i + 1) for i, w in enumerate(marks.words) if w.norm in _MILLIONS]
    for start, end in [*marks.money, *nouns, *millions]:
        if start not in clause or end >= len(marks.words) or priced(start, marks):
            continue
        while end + 1 < len(marks.words) and marks.words[end].norm in _MORE:
            end += 1  # "500 miljoen euro extra uit voor drones"
        norm = marks.words[end].norm
        if norm not in _TOWARDS and not (norm == "in" and marks.language in _INTO):
            continue
        joints = [h[0] for h in marks.context.get("coordinator", ()) if h[0] > end]
        stop = min([end + ATTACHED + 1, *joints])
        bought = [t for t in kept if t.measure in PAYABLE and end <= t.start < stop]
        kept = [t for t in kept if t not in bought]
        if bought:
            kept.append(Topic(Measure.FUNDING, "money", start, end, "money"))
    return kept


_ONTO = word_set("na на")


def without_paid(topics: list[Topic], clause: Clause, marks: Marks) -> list[Topic]:
    """ "Перший транш у 6 млрд підуть на дрони": what money goes to is not given, wherever it stands."""
    paid = [start for start, _ in marks.money if start in clause]
    paid += [t.start for t in topics if t.measure is Measure.FUNDING and t.kind != "weak"]
    kept = [
        t
        for t in topics
        if t.measure not in PAYABLE
        or not any(start < t.start for start in paid)
        or not _ONTO & {w.norm for w in marks.words[max(0, t.start - 2) : t.start]}
    ]
    if len(kept) < len(topics) and not any(t.measure is Measure.FUNDING for t in kept):
        start = min(paid)
        kept.append(Topic(Measure.FUNDING, "money", start, start + 1, "money"))
    return kept


def priced(start: int, marks: Marks) -> bool:
    """ "In a deal worth £1.6 billion": a price, no aid of its own."""
    return any(marks.words[i].norm in _WORTH for i in range(max(0, start - 4), start))


#: The services of a state: as the doer of a deed they are no ships, aircraft or soldiers offered.
_SERVICES = word_set("navy army marine landmacht leger luftwaffe heer force marina aeronautica")


#: Missiles, launchers and radars named beside air defence belong to it.
_OF_AIR_DEFENCE = word_set(
    """
    missile missiles launcher launchers radar radars raket raketten raketen rakete flugkörper
    rockets misiles missiles missili rakiet rakiety pociski ракет ракети ракеты
    """
)


def settle_air_defence(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Two NASAMS launchers and missiles": the missiles are those of the launchers."""
    arms = best.get(Measure.ARMS)
    if arms is None or Measure.AIR_DEFENCE not in best or arms.kind != "weak":
        return
    if marks.words[arms.end - 1].norm in _OF_AIR_DEFENCE:
        del best[Measure.ARMS]


def settle_ships(best: dict[Measure, Topic], clause: Clause, marks: Marks) -> None:
    """Tankers under sanctions are no fleet; mines in the Black Sea and "the navy clears" are no ships."""
    for measure in (Measure.NAVY, Measure.AIR, Measure.TROOPS):
        topic = best.get(measure)
        if topic is None or topic.kind != "weak" or len(best) < 2:
            continue
        ships = measure is Measure.NAVY
        listed = ships and Measure.SANCTIONS in best
        sea = ships and Measure.MINE_CLEARANCE in best and marks.words[topic.start].norm == "in"
        if listed or sea or _does_it(topic, clause, marks):
            del best[measure]


def _does_it(topic: Topic, clause: Clause, marks: Marks) -> bool:
    """ "The navy could help clear mines": it only tells who does the deed."""
    last = marks.words[topic.end - 1].norm
    armed = marks.words[topic.start].norm in _ARMED
    if last not in _SERVICES | _MEN or topic.start > clause.start + 5:
        return False
    deeds = [p for p in predicates_of(clause, marks) if p.kind != "reporting"]
    sent = any(_SENT.match(marks.words[w].norm) for p in deeds for w in p.words)
    if last in _MEN and not armed and (sent or any(p.kind != "action" for p in deeds)):
        return False
    return topic.end <= min((p.start for p in deeds), default=0)


_ARMED = word_set("armed defence defense")
_MEN = word_set("forces troops soldiers")
_SENT = re.compile(
    r"^(?:deploy|send|sent|station|dispatch|put$|be$|take|join|participat|stay|remain|go)"
)


#: So far behind the verb of paying a thing may stand whose price is told between.
_PRICED = 14


def settle_payment(best: dict[Measure, Topic], marks: Marks) -> None:
    """Paying for weapons is money: "finance two more Patriot batteries"."""
    funding = best.get(Measure.FUNDING)
    if funding is None:
        return
    verbs = {w for p in marks.predicates for w in p.words}
    if funding.kind != "verb" and not verbs & set(range(funding.start, funding.end)):
        return
    for measure in PAYABLE:
        bought = best.get(measure)
        if bought is None or bought.start <= funding.start:
            continue
        sums = [start for start, _ in marks.money if funding.end <= start < bought.start]
        if bought.start - funding.end <= (_PRICED if sums else ATTACHED):
            del best[measure]  # "financer à hauteur de 7 milliards de couronnes l'achat d'obus"


def without_missiles(topics: list[Topic]) -> list[Topic]:
    """ "Missiles Aster", "misiles Patriot": the name behind the missiles tells what they are for."""
    shields = [t for t in topics if t.measure is Measure.AIR_DEFENCE]
    return [t for t in topics if t.measure is not Measure.ARMS or not _told_by(t, shields)]


def _told_by(arms: Topic, shields: list[Topic]) -> bool:
    return any(
        (arms.start < shield.end and shield.start < arms.end)
        or (shield.kind == "weak" and shield.start == arms.end)
        for shield in shields
    )


_MINERS = word_set(
    "teams team experts specialists divers crews deminers sappers ontmijners genisten minenräumer entminer"
)


def settle_assets(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Use the frozen assets to guarantee a loan": what they are used for is no aid of its own."""
    assets = best.get(Measure.SANCTIONS)
    if assets is None or not any(
        marks.words[i].norm in _ASSETS for i in range(assets.start, assets.end)
    ):
        return
    for measure in (Measure.FUNDING, Measure.GUARANTEES):
        used = best.get(measure)
        if used is None or used.start <= assets.end:
            continue
        between = {w.norm for w in marks.words[assets.end : used.start]}
        aim = used.kind in {"weak", "verb"} and "to" in between
        if aim or (marks.language in {"fr", "nl"} and between & _AIMS):
            del best[measure]


#: So near to the verb stands what is produced.
_MADE = 4


def settle_products(best: dict[Measure, Topic]) -> None:
    """ "Co-produce drones", "gemeinsam Abfangdrohnen herstellen": what is made is not given."""
    making = best.get(Measure.INDUSTRY)
    if making is None or making.kind == "weak":
        return
    for measure in (Measure.ARMS, Measure.AIR_DEFENCE):
        made = best.get(measure)
        if made is None or made.kind == "verb":
            continue
        gap = max(made.start - making.end, making.start - made.end)
        if gap <= _MADE:
            del best[measure]


_ASSETS = word_set("asset assets proceeds avoirs actifs tegoeden activa")
_AIMS = word_set("pour afin voor om als")


def settle_monitoring(best: dict[Measure, Topic]) -> None:
    """ "Monitor the ceasefire with drones and satellites": its means are no measures of their own."""
    watched = best.get(Measure.MONITORING)
    if watched is None or watched.kind == "weak":
        return
    for measure in (Measure.INTELLIGENCE, Measure.ARMS):
        means = best.get(measure)
        if means is not None and means.kind == "weak":
            del best[measure]


_TRAINED = re.compile(r"^(?:aus(?:ge|zu)?bild\w+|geschult|trainier\w+)$")


def _drop_trainees(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Die Mission hat Soldaten an der Waffe ausgebildet": nothing but training is told of."""
    verbs = {marks.words[w].norm for p in marks.predicates for w in p.words}
    if any(_SENT.match(verb) for verb in verbs) or not any(map(_TRAINED.match, verbs)):
        return
    for measure in (Measure.TROOPS, Measure.ARMS):
        if measure in best and best[measure].kind == "weak":
            del best[measure]


#: So near to "training of" its pilots stand.
_PILOTS = 6


def _flown_to_train(trained: Topic, planes: Topic, marks: Marks) -> bool:
    """ "Twee F-16's inzetten voor de opleiding van piloten": flown to teach, not for Ukraine's sky."""
    near = marks.words[trained.start : trained.end + _PILOTS]
    taught = any(w.norm.startswith("pilot") for w in near)
    return marks.language in {"fr", "nl"} and planes.kind == "weak" and taught


def settle_training(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Trained 200 Ukrainian deminers": who is trained clears no mines for the trainer."""
    trained, men = best.get(Measure.TRAINING), best.get(Measure.TROOPS)
    if trained is not None and men is not None and men.kind == "weak" and men.start > trained.start:
        sent = any(_SENT.match(marks.words[w].norm) for p in marks.predicates for w in p.words)
        if not sent and trained.kind == "verb":
            del best[Measure.TROOPS]  # "trained 47,000 personnel"
    ahead = trained is not None and men is not None and 0 <= trained.start - men.end <= 1
    if ahead and trained and men and trained.kind == "verb" and men.kind == "weak":
        best.pop(Measure.TROOPS, None)  # "haben 80.000 Soldaten ausgebildet"
    planes = best.get(Measure.AIR)
    if trained is not None and planes is not None and _flown_to_train(trained, planes, marks):
        del best[Measure.AIR]
    if trained is not None and marks.language == "de":
        _drop_trainees(best, marks)
    mines = best.get(Measure.MINE_CLEARANCE)
    if mines is not None and Measure.TRAINING in best:
        people = range(mines.start, min(mines.end + 1, len(marks.words)))
        if any(marks.words[i].norm in _MINERS for i in people):
            del best[Measure.MINE_CLEARANCE]


_SHARE = re.compile(r"^(?:внес|внёс|вклад|wkład|wkladu)")


_SUPPLY = re.compile(r"^(?:dostaw|поставк|постачан)")


def settle_share(best: dict[Measure, Topic], marks: Marks) -> None:
    """ "Зробити внесок військовими": what is contributed tells the measure, not the contribution."""
    supply = best.get(Measure.ARMS)
    weak = supply is not None and supply.kind == "weak" and Measure.AIR_DEFENCE in best
    if weak and supply is not None and _SUPPLY.match(marks.words[supply.start].norm):
        del best[Measure.ARMS]  # "dostawę rakiet przeciwlotniczych"
    share = best.get(Measure.FUNDING)
    if share is None or share.kind != "weak" or len(best) < 2 or marks.money:
        return
    if _SHARE.match(marks.words[share.start].norm):
        del best[Measure.FUNDING]


def settle_command(best: dict[Measure, Topic]) -> None:
    """Leading the naval component is command, not ships."""
    command = best.get(Measure.COMMAND)
    if command is None:
        return
    for measure in (Measure.NAVY, Measure.AIR, Measure.TROOPS, Measure.MONITORING):
        led = best.get(measure)
        if led is not None and -6 <= led.start - command.end <= 2:
            del best[measure]


#: A measure this near behind another, with a preposition between, is its purpose or its attribute.
ATTACHED = 5
