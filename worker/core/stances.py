"""Which stances confirm, contradict or continue each other."""

from __future__ import annotations

from worker.model import Stance

_CAMPS = {
    Stance.OPPOSED: "refusal",
    Stance.RULED_OUT: "refusal",
    Stance.COMMITTED: "pledge",
    Stance.DELIVERED: "pledge",
}
_OFFERS = frozenset({Stance.OPEN, Stance.COMMITTED})


def camp(stance: Stance) -> str:
    """The stances that confirm each other: a pledge and its delivery, a refusal and a rejection."""
    return _CAMPS.get(stance, stance.value)


def contradict(one: Stance, other: Stance) -> bool:
    """Whether two stances cannot both be told of one actor: readiness against refusal, or a pledge
    against anything that is no readiness."""
    low, high = sorted((one.rank, other.rank))
    return low < 0 < high or (low <= 0 and high >= Stance.COMMITTED.rank)


def keeps(before: Stance, after: Stance) -> bool:
    """Whether the second stance keeps the numbers and conditions of the first, if left unsaid."""
    return before is after or (before in _OFFERS and after in _OFFERS)
