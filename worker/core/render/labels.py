"""The words of an alert in the languages of the interface: actors, measures, stances, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from worker.core.render.catalog import LANGUAGES, translate
from worker.model import Quantity

__all__ = [
    "LANGUAGES",
    "actor_name",
    "flag",
    "language_name",
    "quantity_label",
    "unit_label",
    "word",
]


def word(key: str, language: str, *values: object) -> str:
    """A label by its key, its gaps filled; an unknown key shows itself, made readable.

    Where a label has a plural, the first value decides between it and the singular.
    """
    first = values[0] if values else None
    text = translate(key, language, first if isinstance(first, int) else None)
    return text.format(*values) if text else key.rpartition(".")[2].replace("_", " ")


def actor_name(actor: str, language: str) -> str:
    """The name of a state or body in the language of the labels (CLDR), else its code."""
    return translate(f"actor.{actor}", language) or _territories(language).get(actor, actor)


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
    unit = unit_label(quantity.unit, language, low if high is None else high)
    if low is None and high is None:
        return unit
    if low is not None and high is not None:
        same = low == high
        number = (
            _number(low, language)
            if same
            else f"{_number(low, language)}–{_number(high, language)}"
        )
    elif high is not None:
        number = word("up_to", language, _number(high, language))
    else:
        number = word("at_least", language, _number(low or 0, language))
    return f"{number} {unit}"


def unit_label(unit: str, language: str, count: float | None = None) -> str:
    """The name of a unit for so many of it; a currency is its ISO 4217 code."""
    return translate(f"unit.{unit}", language, 1 if count == 1 else 2) or unit


def _number(value: float, language: str) -> str:
    for size, key in ((1e9, "thousand_million"), (1e6, "million")):
        if abs(value) >= size:
            scaled = round(value / size, 2)
            text = translate(key, language, 1 if scaled == 1 else 2) or "{}"
            return text.format(_plain(scaled, language))
    return _plain(value, language)


def _plain(value: float, language: str) -> str:
    """A number as CLDR writes it, with two decimals at most."""
    from babel.numbers import format_decimal

    return format_decimal(value, format="#,##0.##", locale=language)
