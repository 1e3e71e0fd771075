"""The pattern language of the lexicon does what its guide says."""

from __future__ import annotations

import pytest

from worker.core.claims.patterns import PatternSet, compile_pattern, matches
from worker.core.claims.text import words_of
from worker.errors import ConfigError


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [
        ("Truppe*", "Die Truppen kommen", "Der Stoßtrupp kommt"),
        ("*soldaten", "US-Bodensoldaten", "Soldatenfriedhof"),
        ("*truppe*", "Bodentruppenstärke", "Trubel"),
        ("=US", "US troops", "tell us more"),
        ("send|sends troops", "It sends troops", "It sends many troops"),
        ("send .. troops", "send five thousand more troops", "send one two three four five troops"),
        (
            "schließ* ... aus$",
            "Rom schließt eine Entsendung, auch später, aus.",
            "Er schließt die Tür aus Holz",
        ),
        ("[multinationale] Truppe", "Truppe", "Trupp"),
        ("ja ; nein", "nein", "doch"),
        ("nein ... danke", "Nein, vielen Dank und danke", "Nein. Aber danke"),
    ],
)
def test_a_pattern_finds_what_it_says_and_no_more(pattern: str, hit: str, miss: str) -> None:
    assert matches(pattern, hit, "de")
    assert not matches(pattern, miss, "de")


@pytest.mark.parametrize("pattern", ["", "..", ".. x", "x ..", "*", "a*b", "=A*", "|", "[x]"])
def test_a_senseless_pattern_is_refused(pattern: str) -> None:
    if pattern == "[x]":
        assert len(compile_pattern(pattern)) == 1  # the empty variant is left out
        return
    with pytest.raises(ConfigError):
        compile_pattern(pattern)


def test_the_words_of_a_gap_are_no_part_of_the_match() -> None:
    found = PatternSet([("sagt ... zu$", "cue")]).find(words_of("Rom sagt Truppen zu.", "de"))
    assert [(m.payload, m.words) for m in found] == [("cue", (1, 3))]


def test_a_word_that_closes_its_clause_may_stand_before_a_conjunction() -> None:
    words = words_of("Rom sagt Truppen zu und Paris Schiffe", "de")
    assert PatternSet([("sagt ... zu$", 1)], closers=["und"]).find(words)
    assert not PatternSet([("sagt ... zu$", 1)]).find(words)
