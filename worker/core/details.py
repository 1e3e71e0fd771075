"""Numbers and conditions of a stance: when those of a claim are news against those known."""

from __future__ import annotations

from collections.abc import Iterable, Set

from worker.model import Condition, Quantity

#: Two exact numbers no further apart than this share of the larger are one number told roundly.
SAME_NUMBER = 0.10


def quantity_reasons(
    known: Iterable[Quantity], told: Quantity | None, tolerance: float = SAME_NUMBER
) -> list[str]:
    """Why the number ``told`` is news against the numbers known; empty where it is not."""
    if told is None:
        return []
    same_unit = next((q for q in known if q.unit == told.unit), None)
    if same_unit is None:
        return [f"first quantity in {told.unit}: {show_quantity(told)}"]
    if not differs(same_unit, told, tolerance):
        return []
    return [f"quantity: {show_quantity(same_unit)} → {show_quantity(told)}"]


def differs(one: Quantity, other: Quantity, tolerance: float = SAME_NUMBER) -> bool:
    """Whether two quantities in one unit are different news.

    Ranges differ if they do not overlap, exact values if they are further
    apart than ``tolerance`` of the larger.
    """
    if _exact(one) and _exact(other):
        assert one.min is not None
        assert other.min is not None
        return abs(one.min - other.min) > tolerance * max(abs(one.min), abs(other.min))
    low = max(_low(one), _low(other))
    return low > min(_high(one), _high(other))


def _exact(quantity: Quantity) -> bool:
    return quantity.min is not None and quantity.min == quantity.max


def _low(quantity: Quantity) -> float:
    return float("-inf") if quantity.min is None else quantity.min


def _high(quantity: Quantity) -> float:
    return float("inf") if quantity.max is None else quantity.max


def show_quantity(quantity: Quantity) -> str:
    """A quantity in words: ``6500 soldiers``, ``2000–9999 soldiers``, ``up to 800 soldiers``."""
    low, high = quantity.as_json()["min"], quantity.as_json()["max"]
    if low is not None and high is not None:
        return f"{low} {quantity.unit}" if low == high else f"{low}–{high} {quantity.unit}"
    if high is not None:
        return f"up to {high} {quantity.unit}"
    return f"at least {low} {quantity.unit}"


def condition_reasons(
    known: Set[Condition], told: Set[Condition], dropped: Set[Condition]
) -> list[str]:
    """Which conditions are new, and which are said to be dropped, against those known."""
    added = sorted(c.value for c in told - known)
    gone = sorted(c.value for c in dropped & known)
    return [f"condition added: {c}" for c in added] + [f"condition dropped: {c}" for c in gone]
