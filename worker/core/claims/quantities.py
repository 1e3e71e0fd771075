"""Numbers with their units: digits, number words, magnitudes, ranges, approximations, currencies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from worker.core.claims.marks import Marks
from worker.core.claims.text import Word
from worker.model import Measure, Quantity

#: Which units a measure is counted in, the most telling first.
UNITS_OF: dict[Measure, tuple[str, ...]] = {
    Measure.TROOPS: ("soldiers", "countries"),
    Measure.AIR: ("aircraft", "drones"),
    Measure.NAVY: ("ships",),
    Measure.MINE_CLEARANCE: ("ships", "soldiers", "vehicles"),
    Measure.MONITORING: ("soldiers", "drones", "aircraft"),
    Measure.INTELLIGENCE: ("aircraft", "drones", "systems"),
    Measure.LOGISTICS: ("aircraft", "vehicles", "soldiers", "ships"),
    Measure.AIR_DEFENCE: ("systems", "missiles", "$"),
    Measure.ARMS: ("shells", "vehicles", "aircraft", "drones", "missiles", "systems", "ships", "$"),
    Measure.TRAINING: ("soldiers",),
    Measure.FUNDING: ("$",),
    Measure.SANCTIONS: ("$",),
    Measure.GUARANTEES: ("countries",),
    Measure.COMMAND: ("countries", "soldiers"),
    Measure.DECLARATION: ("countries",),
    Measure.INDUSTRY: ("drones", "vehicles", "$"),
}
_DIGITS = re.compile(r"^\d")
_DECIMAL_COMMA = {"de", "fr", "es", "it", "nl", "pl", "uk", "ru"}
_HYPHENS = {"-", "‑", "–"}
#: Crowns are those of the state that pays them.
_CROWNS = {"NO": "NOK", "DK": "DKK", "SE": "SEK", "IS": "ISK", "CZ": "CZK"}
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "₴": "UAH", "¥": "JPY"}
_RANGE_SIGNS = re.compile(r"^\s*[–-]\s*$")
#: Words that may stand between a number and its unit ("800 weitere französische Soldaten").
_REACH = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity with the place of its number and unit (word indices)."""

    quantity: Quantity
    start: int
    end: int


@dataclass(slots=True)
class _Number:
    low: float | None
    high: float | None
    start: int
    end: int


def parse_digits(text: str, language: str) -> float | None:
    """The value of a number in digits, by the notation of the language ("1,7", "6.500", "1 200")."""
    text = re.sub(r"[\u00a0\u202f'’ ]", "", text)
    grouped = re.compile(r"^\d{1,3}([.,]\d{3})+$")
    if grouped.match(text) and not (language == "en" and re.match(r"^\d{1,3}\.\d{3}$", text)):
        return float(re.sub(r"[.,]", "", text))
    decimal = "," if language in _DECIMAL_COMMA else "."
    other = "." if decimal == "," else ","
    head, _, fraction = text.rpartition(decimal) if decimal in text else (text, "", "")
    head = head.replace(other, "") if len(text.split(other)[-1]) == 3 else head.replace(other, ".")
    try:
        return float(f"{head}.{fraction}" if fraction else head)
    except ValueError:
        return None


def find_quantities(marks: Marks, language: str) -> list[Found]:
    """All quantities of a sentence, in the order of the text."""
    if not marks.quantities and not any(_DIGITS.match(w.text) for w in marks.words):
        return []
    numbers = _ranges(_numbers(marks, language), marks)
    units = _units(marks)
    found: list[Found] = []
    for number in numbers:
        unit = _unit_for(number, units, marks.words)
        if unit is None:
            continue
        low, high = _approximate(number, marks)
        code, start, end = unit
        found.append(
            Found(Quantity(low, high, code), min(number.start, start), max(number.end, end))
        )
    return found


def _numbers(marks: Marks, language: str) -> list[_Number]:
    values: dict[int, tuple[int, str, float, float]] = {}
    for match in marks.quantities:
        kind, value = match.payload["kind"], match.payload["value"]
        if kind in {"number", "magnitude"}:
            amount = float(value)
            values[match.start] = (match.end, kind, amount, amount)
        elif kind == "vague":
            low, _, high = value.partition("-")
            values[match.start] = (match.end, kind, float(low), float(high or low))
    for index, word in enumerate(marks.words):
        if index and word.before in _HYPHENS and marks.words[index - 1].text.isalpha():
            continue  # the number of a type: F-16, MiG-29
        if (
            _DIGITS.match(word.text)
            and (amount_or := parse_digits(word.text, language)) is not None
        ):
            values.setdefault(index, (index + 1, "number", amount_or, amount_or))
    return _joined(values, marks.words)


def _joined(
    values: dict[int, tuple[int, str, float, float]], words: Sequence[Word]
) -> list[_Number]:
    """Join digits and magnitudes ("1,7 Milliarden", "60 bn", "1 200") to one number each."""
    numbers: list[_Number] = []
    index = 0
    while index < len(words):
        if index not in values:
            index += 1
            continue
        end, kind, low, high = values[index]
        start = index
        while end in values and not re.search(r"[,;:(]", words[end].before):
            nxt_end, nxt_kind, nxt_low, _ = values[end]
            if nxt_kind == "magnitude":
                low, high = low * nxt_low, high * nxt_low
            elif kind == "number" and nxt_kind == "number" and _thousands(words, end):
                low = high = low * 1000 + nxt_low
            else:
                break
            kind, end = nxt_kind, nxt_end
        numbers.append(_Number(low, high, start, end))
        index = end
    return numbers


def _thousands(words: Sequence[Word], at: int) -> bool:
    """Whether the word is the second half of "1 200" (three digits behind one space)."""
    return bool(re.fullmatch(r"\d{3}", words[at].text)) and words[at].before in {
        " ",
        "\u00a0",
        "\u202f",
    }


def _ranges(numbers: list[_Number], marks: Marks) -> list[_Number]:
    joiners = {w for hit in _approx(marks, "range_and") for w in hit}
    openers = {w for hit in _approx(marks, "range") for w in hit}
    result: list[_Number] = []
    for number in numbers:
        last = result[-1] if result else None
        if last is not None and _is_range(last, number, marks.words, joiners, openers):
            low, high = last.low, number.high
            if low is not None and high is not None and low < 1000 <= high and low * 1000 <= high:
                low *= 1000  # "15 to 30,000" means thousands on both sides
            if low is not None and high is not None and low < high:
                result[-1] = _Number(low, high, last.start, number.end)
                continue
        result.append(number)
    return result


def _is_range(
    left: _Number, right: _Number, words: Sequence[Word], joiners: set[int], openers: set[int]
) -> bool:
    if right.start == left.end:
        return bool(_RANGE_SIGNS.match(words[right.start].before))
    between = range(left.end, right.start)
    return len(between) <= 2 and (
        any(i in joiners for i in between) and (left.start - 1 in openers or _to(words, between))
    )


def _to(words: Sequence[Word], between: range) -> bool:
    """A joiner that needs no opener: "15.000 bis 30.000", "600 to 1,000"."""
    return any(words[i].norm in {"bis", "to", "à", "a", "tot", "do", "до", "по"} for i in between)


def _approx(marks: Marks, value: str) -> list[tuple[int, ...]]:
    return [
        m.words
        for m in marks.quantities
        if m.payload["kind"] == "approx" and m.payload["value"] == value
    ]


def _approximate(number: _Number, marks: Marks) -> tuple[float | None, float | None]:
    low, high = number.low, number.high
    before = range(max(0, number.start - 3), number.start)
    for value in ("max", "min"):
        for words in _approx(marks, value):
            if words[-1] in before or words[0] == number.end:
                return (None, high) if value == "max" else (low, None)
    return low, high


def _units(marks: Marks) -> list[tuple[str, int, int]]:
    units = [
        (m.payload["value"], m.start, m.end)
        for m in marks.quantities
        if m.payload["kind"] == "unit"
    ]
    taken = {start for _, start, _ in units}
    for index, word in enumerate(marks.words):
        if word.text in _SIGNS and index not in taken:
            units.append((_SIGNS[word.text], index, index + 1))
    return sorted(units, key=lambda u: u[1])


def _unit_for(
    number: _Number, units: list[tuple[str, int, int]], words: Sequence[Word]
) -> tuple[str, int, int] | None:
    best: tuple[int, tuple[str, int, int]] | None = None
    for unit in units:
        code, start, end = unit
        if start >= number.end and start - number.end <= _REACH:
            distance = start - number.end
            stop = any(re.search(r"[,;:()]", words[i].before) for i in range(number.end, start + 1))
        elif (
            len(code) == 3 and code.isupper() and 0 <= number.start - end <= 0
        ) or number.start <= start < number.end:
            distance, stop = 0, False
        else:
            continue
        if not stop and (best is None or distance < best[0]):
            best = (distance, unit)
    return best[1] if best else None


def fits(quantity: Quantity, measure: Measure) -> bool:
    """Whether a measure is counted in the unit of a quantity."""
    units = UNITS_OF[measure]
    currency = quantity.unit.isupper()
    return ("$" in units) if currency else quantity.unit in units


def in_currency(quantity: Quantity, actor: str) -> Quantity:
    """The sum in the crowns of its payer, where the text says no more than "kroner" or "Kronen"."""
    if quantity.unit in _CROWNS.values() and actor in _CROWNS:
        return Quantity(quantity.min, quantity.max, _CROWNS[actor])
    return quantity


def pick(
    found: Sequence[Found], measure: Measure, start: int, end: int, near: int
) -> Quantity | None:
    """The quantity of a measure among those in the words ``start:end``, the nearest to ``near``."""
    fitting = [f for f in found if start <= f.start < end and fits(f.quantity, measure)]
    if not fitting:
        return None
    order = {unit: rank for rank, unit in enumerate(UNITS_OF[measure])}
    return min(fitting, key=lambda f: (order.get(f.quantity.unit, 9), abs(f.start - near))).quantity
