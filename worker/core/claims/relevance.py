"""Whether an article is coverage: the Coalition of the Willing for Ukraine, guarantees, contributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.core.claims.marks import Marks


@dataclass(frozen=True, slots=True)
class Coverage:
    """The signs counted in an article."""

    ukraine: int
    strong: int
    signs: int
    against: int
    findings: int

    @property
    def relevant(self) -> bool:
        """The verdict."""
        if not self.ukraine:
            return False
        score = 3 * min(self.strong, 3) + min(self.signs, 4) + min(self.ukraine, 4) - self.against
        return (self.findings > 0 and score >= 4) or score >= 6


def coverage(readings: Sequence[Marks], findings: int) -> Coverage:
    """Count the signs of coverage over the sentences of an article."""
    totals = {"ukraine": 0, "3": 0, "2": 0, "1": 0, "-1": 0, "-2": 0, "-3": 0}
    for marks in readings:
        for match in marks.relevance:
            totals[match.payload["weight"]] += 1
    against = totals["-1"] + 2 * totals["-2"] + 3 * totals["-3"]
    return Coverage(
        totals["ukraine"], totals["3"], 2 * totals["2"] + totals["1"], against, findings
    )
