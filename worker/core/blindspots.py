"""What the worker may no longer see: silence where there was talk, and readings that give nothing.

An alert that does not come looks like a quiet week. So what comes in is held against what came in
before: who was spoken of, in which languages, how much was read out of an article.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of something in the last days, and in the time before them."""

    recent: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave: so many articles, and among them so many of one sort."""

    articles: Tally = Tally()
    of_sort: Tally = Tally()

    @property
    def now(self) -> float:
        """The share in the last days."""
        return self.of_sort.recent / self.articles.recent if self.articles.recent else 0.0

    @property
    def then(self) -> float:
        """The share in the time before."""
        return self.of_sort.before / self.articles.before if self.articles.before else 0.0


def _none() -> Mapping[str, Tally]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pulse:
    """What came in: claims by actor, articles by language, claims of articles, stubs by feed."""

    actors: Mapping[str, Tally] = field(default_factory=_none)
    languages: Mapping[str, Tally] = field(default_factory=_none)
    claims: Reading = Reading()
    stubs: Mapping[str, Reading] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Watch:
    """From when on something is a blind spot.

    ``*_silent`` is how long nothing may be heard of an actor or in a language, ``before`` how much
    of the time before is looked at. An actor counts if it was told of five times in that time, a
    language with ten articles. ``claims_fall`` is the share of the usual claims per article below
    which reading has failed, ``stub_rate`` the share of a feed's articles without their page.
    """

    actor_silent: timedelta = timedelta(days=30)
    language_silent: timedelta = timedelta(days=3)
    reading: timedelta = timedelta(days=3)
    before: timedelta = timedelta(days=60)
    claims_fall: float = 0.4
    stub_rate: float = 0.8
    repeat: timedelta = timedelta(days=7)


#: What must have been there before for its absence to mean something.
MANY_CLAIMS, MANY_ARTICLES, MANY_READ, ENOUGH_READ = 5, 10, 50, 20


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """One thing that may no longer be seen: what it is about, and what was noticed, in words."""

    subject: str
    told: str


def blind_spots(pulse: Pulse, watch: Watch) -> list[BlindSpot]:
    """The blind spots that a pulse shows, in a stable order.

    Where nothing at all was read, that alone is told: everything else follows from it.
    """
    read = sum(span.recent for span in pulse.languages.values())
    if not read:
        if sum(span.before for span in pulse.languages.values()) < MANY_ARTICLES:
            return []
        told = f"not one article was published and read in the last {_days(watch.language_silent)}"
        return [BlindSpot("everything", told)]
    return [*_silent(pulse, watch), *_fallen(pulse.claims, watch), *_stubs(pulse, watch)]


def _silent(pulse: Pulse, watch: Watch) -> Iterator[BlindSpot]:
    for actor, span in sorted(pulse.actors.items()):
        if not span.recent and span.before >= MANY_CLAIMS:
            yield BlindSpot(
                f"actor:{actor}",
                f"no claim of {actor} for {_days(watch.actor_silent)}, {span.before} before",
            )
    for language, span in sorted(pulse.languages.items()):
        if not span.recent and span.before >= MANY_ARTICLES:
            yield BlindSpot(
                f"language:{language}",
                f"no article in {language!r} for {_days(watch.language_silent)}, "
                f"{span.before} before",
            )


def _fallen(claims: Reading, watch: Watch) -> Iterator[BlindSpot]:
    enough = claims.articles.recent >= ENOUGH_READ and claims.articles.before >= MANY_READ
    if enough and claims.then and claims.now < watch.claims_fall * claims.then:
        yield BlindSpot(
            "claims",
            f"{claims.now:.2f} claims an article in the last {_days(watch.reading)}, "
            f"{claims.then:.2f} before: the texts or their reading may have changed",
        )


def _stubs(pulse: Pulse, watch: Watch) -> Iterator[BlindSpot]:
    for feed, reading in sorted(pulse.stubs.items()):
        many = reading.articles.recent >= MANY_ARTICLES and reading.articles.before >= MANY_ARTICLES
        if many and reading.now >= watch.stub_rate and reading.then <= watch.stub_rate / 2:
            yield BlindSpot(
                f"stubs:{feed}",
                f"of {reading.articles.recent} articles of {feed} in the last "
                f"{_days(watch.reading)}, {reading.now:.0%} gave only the feed's own words "
                f"({reading.then:.0%} before): a wall, or a new layout",
            )


def _days(span: timedelta) -> str:
    days = span.total_seconds() / 86_400
    return f"{days:g} days" if days != 1 else "day"
