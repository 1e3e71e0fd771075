"""Names in office that the tables do not know, or know otherwise, are told to the operator once."""

from __future__ import annotations

import pytest

from worker.core.claims import Extractor
from worker.model import Article

EXTRACTOR = Extractor()
COVERAGE = {
    "en": "The Coalition of the Willing met in Paris to discuss troops for Ukraine.",
    "de": "Die Koalition der Willigen beriet in Paris über Truppen für die Ukraine.",
}


def held(sentence: str, language: str = "en", published: str = "2026-02-03") -> list[str]:
    text = f"{COVERAGE[language]}\n\n{sentence}"
    analysis = EXTRACTOR.analyze(Article(text=text, language=language, published=published))
    assert analysis.relevant
    return [f"{h.actor} {h.name}: {h.told}" for h in analysis.office_holders]


@pytest.mark.parametrize(
    ("language", "sentence", "told"),
    [
        (
            "en",
            "The Danish defence minister Jorunn Tveskov said Denmark would send soldiers.",
            ["DK Jorunn Tveskov: holds a governing role and is in no table of people"],
        ),
        (
            "de",
            "Der norwegische Verteidigungsminister Ottokar Findeisen sagte Soldaten zu.",
            ["NO Ottokar Findeisen: holds a governing role and is in no table of people"],
        ),
        (
            "en",
            "The Polish foreign minister Boris Pistorius said so.",
            ["PL Boris Pistorius: is named in office for PL; the table has: DE"],
        ),
        (
            "en",
            "US President Joe Biden said the troops would come home.",
            ["US Joe Biden: is named in office; the table has: former"],
        ),
        ("en", "The former US president Joe Biden said so.", []),
        ("de", "Der deutsche Verteidigungsminister Boris Pistorius sagte Soldaten zu.", []),
        ("en", "The Danish opposition leader Jorunn Tveskov said so.", []),
        ("en", "Testimony was given to the US Senate Armed Services Committee.", []),
    ],
)
def test_who_is_named_in_office_is_held_against_the_table(
    language: str, sentence: str, told: list[str]
) -> None:
    assert held(sentence, language) == told


def test_a_term_that_has_ended_is_told_from_the_next_day_on() -> None:
    sentence = "The US special envoy Keith Kellogg said the talks had gone well."
    assert held(sentence, published="2025-12-31") == []
    told = ["US Keith Kellogg: is named in office; the table ends on 2025-12-31"]
    assert held(sentence, published="2026-01-01") == told


def test_a_former_holder_speaks_for_the_state_until_the_day_the_table_names() -> None:
    sentence = "Olaf Scholz schloss Bodentruppen aus."
    text = f"{COVERAGE['de']}\n\n{sentence}"
    actors = {
        day: [c.actor for c in EXTRACTOR.analyze(Article(text=text, published=day)).claims]
        for day in ("2025-03-04", "2025-06-04")
    }
    assert actors == {"2025-03-04": ["DE"], "2025-06-04": []}
    assert held(f"Bundeskanzler {sentence}", "de", published="2025-03-04") == []


def test_an_article_that_is_no_coverage_names_nobody() -> None:
    article = Article(text="The Danish defence minister Jorunn Tveskov opened a bridge.")
    assert EXTRACTOR.analyze(article).office_holders == ()
