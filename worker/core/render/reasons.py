"""Why an alert was raised, in a reader's words: the core states it once, in English and in codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from worker.core.render import inert
from worker.core.render.labels import quantity_label, word
from worker.model import Condition, Quantity, Stance

_NUMBER = r"-?\d+(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"(?P<bound>up to |at least )?(?P<low>{_NUMBER})(?:–(?P<high>{_NUMBER}))? (?P<unit>\w+)"
)
_STANCE = "|".join(Stance)
_CONDITION = "|".join(Condition)


def reason_label(reason: str, language: str) -> str:
    """A reason of the core in words; one it is not known for (a person's remark) stays as it is."""
    for pattern, key, show in _PATTERNS:
        if found := pattern.fullmatch(reason):
            parts = [show(part, language) for part in found.groups()]
            return inert.line(word(key, language, *parts), 200)
    return inert.line(reason, 200)


def _stance(code: str, language: str) -> str:
    return word(f"stance.{code}", language)


def _condition(code: str, language: str) -> str:
    return word(f"condition.{code}", language)


def _quantity(text: str, language: str) -> str:
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return text
    low, unit = float(found["low"]), found["unit"]
    if found["high"]:
        return quantity_label(Quantity(low, float(found["high"]), unit), language)
    if found["bound"]:
        most = found["bound"] == "up to "
        bounded = Quantity(None, low, unit) if most else Quantity(low, None, unit)
        return quantity_label(bounded, language)
    return quantity_label(Quantity(low, low, unit), language)


_Show = Callable[[str, str], str]
_PATTERNS: tuple[tuple[re.Pattern[str], str, _Show], ...] = tuple(
    (re.compile(pattern), key, show)
    for pattern, key, show in (
        (rf"no position was known: ({_STANCE})", "reason.first", _stance),
        (rf"stance: ({_STANCE}) → ({_STANCE})", "reason.stance", _stance),
        (r"first quantity in \w+: (.+)", "reason.first_quantity", _quantity),
        (r"quantity: (.+) → (.+)", "reason.quantity", _quantity),
        (rf"condition added: ({_CONDITION})", "reason.condition_added", _condition),
        (rf"condition dropped: ({_CONDITION})", "reason.condition_dropped", _condition),
        (r"confirmed by an official", "reason.official", _stance),
        (r"confirmed by a second independent origin", "reason.second_origin", _stance),
        (r"replaced by [0-9a-f-]+", "reason.replaced", _stance),
        (rf"denied by an official: ({_STANCE})", "reason.denied", _stance),
        (rf"contradicted by another origin: ({_STANCE})", "reason.contradicted", _stance),
        (rf"the article now says: ({_STANCE})", "reason.now_says", _stance),
    )
)
