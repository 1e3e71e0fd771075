"""The words of an alert in English and German: actors, measures, stances and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from worker.model import Quantity

#: Languages that labels exist in; quotes always stay in their own.
LANGUAGES = ("en", "de")

# fmt: off
_EN: Mapping[str, str] = {
    "actor.COALITION": "Coalition of the Willing", "actor.NATO": "NATO",
    "actor.EU": "European Union", "actor.UN": "United Nations",
    "measure.troops": "ground troops", "measure.air": "air policing",
    "measure.navy": "naval forces",
    "measure.mine_clearance": "mine clearance", "measure.monitoring": "ceasefire monitoring",
    "measure.intelligence": "intelligence", "measure.logistics": "logistics and bases",
    "measure.air_defence": "air defence", "measure.arms": "weapons", "measure.training": "training",
    "measure.funding": "funding", "measure.sanctions": "sanctions",
    "measure.guarantees": "security guarantees", "measure.command": "command",
    "measure.declaration": "coalition declaration", "measure.industry": "arms industry",
    "stance.opposed": "opposed", "stance.ruled_out": "ruled out", "stance.reluctant": "reluctant",
    "stance.undecided": "undecided", "stance.open": "open to it", "stance.committed": "committed",
    "stance.delivered": "delivered",
    "condition.ceasefire": "a ceasefire", "condition.peace_agreement": "a peace agreement",
    "condition.parliament": "approval by parliament", "condition.us_backstop": "a US backstop",
    "condition.mandate": "an international mandate", "condition.allies": "allies taking part",
    "condition.request": "a request by Ukraine", "condition.renewed_attack": "a renewed attack",
    "condition.other": "other conditions",
    "kind.new_pledge": "new pledge", "kind.new_position": "first known position",
    "kind.strengthened": "position strengthened", "kind.weakened": "position weakened",
    "kind.withdrawn": "pledge withdrawn", "kind.quantity_changed": "quantity changed",
    "kind.conditions_changed": "conditions changed", "kind.contested": "position contested",
    "kind.denied": "report denied", "kind.corrected": "report corrected",
    "event.updated": "update", "event.confirmed": "now confirmed", "event.contested": "contested",
    "event.corrected": "correction", "event.resolved": "replaced by a later position",
    "severity.low": "low", "severity.medium": "medium", "severity.high": "high",
    "severity.critical": "critical",
    "status.official": "official", "status.reported": "reported", "status.draft": "draft",
    "unit.soldiers": "soldiers", "unit.countries": "countries", "unit.aircraft": "aircraft",
    "unit.ships": "ships", "unit.vehicles": "vehicles", "unit.systems": "systems",
    "unit.missiles": "missiles", "unit.drones": "drones", "unit.shells": "shells",
    "location.neighbouring_state": "on a neighbouring NATO state's soil",
    "up_to": "up to {}", "at_least": "at least {}", "thousand_million": "{} billion",
    "million": "{} million", "confirmed": "Confirmed", "unconfirmed": "Not confirmed",
    "origin": "1 independent source", "origins": "{} independent sources",
    "before": "Before", "now": "Now", "since": "since {}", "as_of": "as of {}", "if": "if: {}",
    "unknown_before": "no position known", "quantity": "Quantity", "conditions": "Conditions",
    "none": "none", "read": "Read the article",
    "rival": "Contradicted by", "reasons": "Why", "also": "Also reported in",
    "severity": "Severity",
    "alerts": "{} changes", "more": "… and {} more; see: coalition-watch alerts",
    "in_language": "in {}",
}
_DE: Mapping[str, str] = {
    "actor.COALITION": "Koalition der Willigen", "actor.NATO": "NATO",
    "actor.EU": "Europäische Union", "actor.UN": "Vereinte Nationen",
    "measure.troops": "Bodentruppen", "measure.air": "Luftraumsicherung",
    "measure.navy": "Marine", "measure.mine_clearance": "Minenräumung",
    "measure.monitoring": "Überwachung der Waffenruhe", "measure.intelligence": "Aufklärung",
    "measure.logistics": "Logistik und Stützpunkte", "measure.air_defence": "Flugabwehr",
    "measure.arms": "Waffen", "measure.training": "Ausbildung", "measure.funding": "Geld",
    "measure.sanctions": "Sanktionen", "measure.guarantees": "Sicherheitsgarantien",
    "measure.command": "Führung", "measure.declaration": "Koalitionserklärung",
    "measure.industry": "Rüstungsindustrie",
    "stance.opposed": "dagegen", "stance.ruled_out": "ausgeschlossen",
    "stance.reluctant": "zurückhaltend", "stance.undecided": "unentschieden",
    "stance.open": "offen dafür", "stance.committed": "zugesagt", "stance.delivered": "umgesetzt",
    "condition.ceasefire": "Waffenruhe", "condition.peace_agreement": "Friedensabkommen",
    "condition.parliament": "Zustimmung des Parlaments",
    "condition.us_backstop": "Absicherung der USA",
    "condition.mandate": "internationales Mandat", "condition.allies": "Beteiligung Verbündeter",
    "condition.request": "Bitte der Ukraine", "condition.renewed_attack": "erneuter Angriff",
    "condition.other": "weitere Bedingungen",
    "kind.new_pledge": "neue Zusage", "kind.new_position": "erste bekannte Haltung",
    "kind.strengthened": "Haltung verstärkt", "kind.weakened": "Haltung abgeschwächt",
    "kind.withdrawn": "Zusage zurückgezogen", "kind.quantity_changed": "Menge geändert",
    "kind.conditions_changed": "Bedingungen geändert", "kind.contested": "Haltung umstritten",
    "kind.denied": "Bericht dementiert", "kind.corrected": "Bericht berichtigt",
    "event.updated": "Ergänzung", "event.confirmed": "jetzt bestätigt",
    "event.contested": "umstritten",
    "event.corrected": "Berichtigung", "event.resolved": "durch eine spätere Haltung ersetzt",
    "severity.low": "niedrig", "severity.medium": "mittel", "severity.high": "hoch",
    "severity.critical": "kritisch",
    "status.official": "offiziell", "status.reported": "berichtet", "status.draft": "Entwurf",
    "unit.soldiers": "Soldaten", "unit.countries": "Länder", "unit.aircraft": "Flugzeuge",
    "unit.ships": "Schiffe", "unit.vehicles": "Fahrzeuge", "unit.systems": "Systeme",
    "unit.missiles": "Raketen", "unit.drones": "Drohnen", "unit.shells": "Granaten",
    "location.neighbouring_state": "auf dem Boden eines benachbarten NATO-Staats",
    "up_to": "bis zu {}", "at_least": "mindestens {}", "thousand_million": "{} Milliarden",
    "million": "{} Millionen", "confirmed": "Bestätigt", "unconfirmed": "Nicht bestätigt",
    "origin": "1 unabhängige Quelle", "origins": "{} unabhängige Quellen",
    "before": "Bisher", "now": "Jetzt", "since": "seit {}", "as_of": "Stand {}", "if": "wenn: {}",
    "unknown_before": "keine Haltung bekannt", "quantity": "Menge", "conditions": "Bedingungen",
    "none": "keine", "read": "Zum Artikel",
    "rival": "Widersprochen von", "reasons": "Warum", "also": "Auch berichtet in",
    "severity": "Stufe",
    "alerts": "{} Änderungen", "more": "… und {} weitere; siehe: coalition-watch alerts",
    "in_language": "auf {}",
}
# fmt: on
_WORDS = {"en": _EN, "de": _DE}


def word(key: str, language: str, *values: object) -> str:
    """A label by its key, its gaps filled; an unknown key shows itself, made readable."""
    text = _WORDS.get(language, _EN).get(key)
    return text.format(*values) if text else key.rpartition(".")[2].replace("_", " ")


def actor_name(actor: str, language: str) -> str:
    """The name of a state or body in the language of the labels (CLDR), else its code."""
    words = _WORDS.get(language, _EN)
    return words.get(f"actor.{actor}") or _territories(language).get(actor, actor)


@cache
def _territories(language: str) -> Mapping[str, str]:
    # Loaded on first use: the command line must start fast where no name is shown.
    from babel import Locale

    return dict(Locale.parse(language).territories)


def language_name(code: str, language: str) -> str:
    """The name of a language in the language of the labels (CLDR), else its code."""
    from babel import Locale

    return str(Locale.parse(language).languages.get(code, code))


def flag(actor: str) -> str:
    """The flag emoji of a state, the EU or the UN; empty for other bodies."""
    if len(actor) != 2 or not (actor.isascii() and actor.isalpha()):
        return ""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in actor.upper())


def quantity_label(quantity: Quantity, language: str) -> str:
    """A quantity as people write it: ``up to 5,000 soldiers``, ``1.5 billion EUR``."""
    low, high = quantity.min, quantity.max
    if low is not None and high is not None:
        same = low == high
        number = (
            _number(low, language)
            if same
            else f"{_number(low, language)}–{_number(high, language)}"
        )
    elif high is not None:
        number = word("up_to", language, _number(high, language))
    elif low is not None:
        number = word("at_least", language, _number(low, language))
    else:
        return unit_label(quantity.unit, language)
    return f"{number} {unit_label(quantity.unit, language)}"


def unit_label(unit: str, language: str) -> str:
    """The name of a unit; a currency is its ISO 4217 code."""
    return _WORDS.get(language, _EN).get(f"unit.{unit}", unit)


def _number(value: float, language: str) -> str:
    for size, key in ((1e9, "thousand_million"), (1e6, "million")):
        if abs(value) >= size:
            return word(key, language, _plain(round(value / size, 2), language))
    return _plain(value, language)


def _plain(value: float, language: str) -> str:
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text
