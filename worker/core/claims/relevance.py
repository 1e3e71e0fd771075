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
    #: Contributions named with who gets them ("aid for Ukraine", "sanctions on Russia").
    given: int = 0
    #: Those and the coalition's own names in the lead.
    given_first: int = 0
    strong_first: int = 0

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
    def _subject(self) -> bool:
        """What is given, or the coalition beside Ukraine, is what the first lines speak of."""
        if self.against >= max(self.given_first, 1):
            return False
        named = self.lead and self.strong_first > 0
        return (self.given > 1 and self.given_first > 0) or named

    @property
    def relevant(self) -> bool:
        """The verdict."""
        if self._subject:
            return True
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
    totals = {"ukraine": 0, "3": 0, "2": 0, "1": 0, "-1": 0, "-2": 0, "-3": 0, "given": 0}
    first = dict.fromkeys(totals, 0)
    for number, marks in enumerate(readings):
        for match in marks.relevance:
            weight = match.payload["weight"]
            totals[weight] += 1
            first[weight] += number < _LEAD
    against = totals["-1"] + 2 * totals["-2"] + 3 * totals["-3"]
    signs = 2 * totals["2"] + totals["1"]
    return Coverage(
        ukraine=totals["ukraine"],
        lead=first["ukraine"] > 0,
        strong=totals["3"],
        signs=signs,
        against=against,
        findings=findings,
        given=totals["given"],
        given_first=first["given"],
        strong_first=first["3"],
    )
