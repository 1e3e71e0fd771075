"""Whether an article is coverage: the Coalition of the Willing for Ukraine, guarantees, contributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.core.claims.marks import Marks

#: So many sentences, the title included, tell what an article is about.
_LEAD = 5
#: What the signs must add up to: with claims read, without, and where the lead does not name Ukraine.
_ENOUGH, _ENOUGH_ALONE, _ENOUGH_LATE = 4, 6, 10
#: Named so often, Ukraine is the article's subject.
_OFTEN = 3
#: So many claims, and nothing that speaks of another coalition, make a survey of contributions.
_MANY = 3
#: Two claims are enough where the signs add up to this without any for another topic.
_CLEAR = 4
#: More claims than these tell no more of what an article is about.
_TOLD = 4


@dataclass(frozen=True, slots=True)
class Coverage:
    """The signs counted in an article."""

    ukraine: int
    lead: bool
    strong: int
    signs: int
    against: int
    findings: int

    @property
    def score(self) -> int:
        """Signs for coverage less those for another coalition or topic."""
        signs = 3 * min(self.strong, 3) + min(self.signs, 4) + min(self.ukraine, 4)
        # an explainer on Ukraine may go back to the coalition of 2003 in its first lines
        aside = self.lead and self.findings > 0 and self.ukraine >= _OFTEN
        told = min(self.findings, _TOLD) // 2 if self.lead else 0
        return signs + told - (1 if aside else 2) * self.against

    @property
    def _survey(self) -> bool:
        """Who gives what, though Ukraine is named late."""
        many = self.findings >= _MANY and 2 * self.against < self.findings
        clear = self.findings > 1 and self.signs >= _CLEAR and 2 * self.against <= self.findings
        return self.ukraine > 1 and (many or clear)

    @property
    def _unnamed(self) -> bool:
        """The coalition and what its states give, in a text cut off before it names Ukraine."""
        return self.strong > 1 and self.findings >= _MANY and self.against == 0

    @property
    def relevant(self) -> bool:
        """The verdict."""
        if not self.ukraine:
            return self._unnamed
        if not (self.strong or self.findings):
            return False
        if not self.lead and not self._survey:
            return self.score >= _ENOUGH_LATE
        if self.findings > _MANY and self.against == 0:
            return True
        return self.score >= (_ENOUGH if self.findings else _ENOUGH_ALONE)


def coverage(readings: Sequence[Marks], findings: int) -> Coverage:
    """Count the signs of coverage over the sentences of an article."""
    totals = {"ukraine": 0, "3": 0, "2": 0, "1": 0, "-1": 0, "-2": 0, "-3": 0}
    lead = False
    for number, marks in enumerate(readings):
        for match in marks.relevance:
            weight = match.payload["weight"]
            totals[weight] += 1
            lead = lead or (weight == "ukraine" and number < _LEAD)
    against = totals["-1"] + 2 * totals["-2"] + 3 * totals["-3"]
    signs = 2 * totals["2"] + totals["1"]
    return Coverage(totals["ukraine"], lead, totals["3"], signs, against, findings)
