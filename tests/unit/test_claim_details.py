"""Conditions, items, places, numbers, dates and speakers that belong to a claim."""

from __future__ import annotations

import pytest

from worker.core.claims import default_extractor, explain
from worker.core.claims.extractor import analyze_sentences
from worker.model import Article, Claim


def _one(language: str, text: str) -> Claim:
    article = Article(text, published="2026-03-11", language=language)
    claims = analyze_sentences(default_extractor(), article, language)
    assert len(claims) == 1, [c.as_json() for c in claims]
    return claims[0]


@pytest.mark.parametrize(
    ("language", "text", "conditions"),
    [
        (
            "de",
            "Dänemark will nach einer Waffenruhe Soldaten in die Ukraine entsenden.",
            ["ceasefire"],
        ),
        ("de", "Dänemark will auch ohne Waffenruhe Soldaten in die Ukraine entsenden.", []),
        ("en", "Denmark will send troops to Ukraine after a ceasefire.", ["ceasefire"]),
        ("en", "Denmark rules out sending troops to Ukraine before a ceasefire.", []),
        ("fr", "Le Danemark enverra des soldats en Ukraine après un cessez-le-feu.", ["ceasefire"]),
    ],
)
def test_conditions_stand_where_the_text_states_them(
    language: str, text: str, conditions: list[str]
) -> None:
    assert sorted(c.value for c in _one(language, text).conditions) == conditions


def test_a_dropped_condition_is_named_among_the_rules() -> None:
    claim = _one("de", "Dänemark will auch ohne Waffenruhe Soldaten in die Ukraine entsenden.")
    assert "drops:ceasefire" in claim.rules


def test_a_condition_may_stand_in_the_next_sentence_of_the_paragraph() -> None:
    claim = _one(
        "de",
        "Dänemark will 800 Soldaten in die Ukraine entsenden. Voraussetzung sei, dass das Parlament zustimme.",
    )
    assert "parliament" in {c.value for c in claim.conditions}


def test_the_refusal_of_a_named_system_is_about_that_system_only() -> None:
    assert _one("de", "Berlin schließt eine Lieferung von Taurus an Kiew aus.").item == "Taurus"
    assert _one("de", "Berlin liefert Kiew Taurus-Marschflugkörper.").item is None


def test_forces_for_a_neighbour_s_soil_are_so_marked() -> None:
    claim = _one("en", "Spain is ready to send soldiers to Poland as part of the force.")
    assert claim.location == "neighbouring_state"
    assert _one("en", "Spain is ready to send soldiers to Ukraine.").location is None


@pytest.mark.parametrize(
    ("language", "text", "quantity"),
    [
        (
            "de",
            "Kanada will bis zu 1.200 Soldaten in die Ukraine entsenden.",
            (None, 1200, "soldiers"),
        ),
        (
            "de",
            "Kanada will 600 bis 1.000 Soldaten in die Ukraine entsenden.",
            (600, 1000, "soldiers"),
        ),
        ("en", "Canada will send at least 500 soldiers to Ukraine.", (500, None, "soldiers")),
        ("en", "Canada will send several thousand soldiers to Ukraine.", (2000, 9999, "soldiers")),
        ("de", "Norwegen sagte Kiew 1,7 Milliarden Euro zu.", (1.7e9, 1.7e9, "EUR")),
        ("en", "Norway pledged €60bn for Ukraine.", (60e9, 60e9, "EUR")),
    ],
)
def test_numbers_keep_their_open_ends_and_units(
    language: str, text: str, quantity: tuple[float | None, float | None, str]
) -> None:
    found = _one(language, text).quantity
    assert found is not None
    assert (found.min, found.max, found.unit) == quantity


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("Dänemark hatte im November zwei Fregatten zugesagt.", "2025-11"),
        ("Dänemark sagte am 3. Februar zwei Fregatten zu.", "2026-02-03"),
        ("Dänemark sagte am Mittwoch zwei Fregatten zu.", "2026-03-11"),
        ("Dänemark wird im Mai zwei Fregatten entsenden.", "2026-03-11"),
        ("Dänemark hatte im Jahr 2023 zwei Fregatten zugesagt.", "2023"),
        ("Dänemark sagt für 2026 zwei Fregatten zu.", "2026-03-11"),
    ],
)
def test_a_stance_is_dated_back_only_where_the_text_does(text: str, as_of: str) -> None:
    assert _one("de", text).as_of == as_of


def test_the_speaker_may_stand_in_the_next_sentence() -> None:
    claim = _one(
        "de",
        "Dänemark will Soldaten in die Ukraine entsenden. Das sagte Ministerpräsidentin Mette Frederiksen.",
    )
    assert claim.speaker == "Mette Frederiksen"


def test_an_explanation_shows_marks_claims_and_why_a_reading_lost() -> None:
    text = "Rom schließt Bodentruppen aus. Die Opposition will Soldaten entsenden."
    sentences = list(explain(default_extractor(), Article(text, language="de")))
    assert any("IT troops ruled_out" in claim for s in sentences for claim in s.claims)
    assert any("no government" in reason for s in sentences for reason in s.lost)
    for sentence in sentences:
        for span in sentence.spans:
            assert f"\n\n{text}"[span.start : span.end].strip()


def test_one_stance_dated_a_day_apart_is_one_claim_and_a_month_apart_two() -> None:
    news = "On Tuesday Spain pledged troops for Ukraine. Spain has pledged troops for Ukraine."
    assert _one("en", news).as_of in {"2026-03-10", "2026-03-11"}
    old = "In January Spain pledged troops for Ukraine. Spain pledges troops for Ukraine."
    article = Article(old, published="2026-03-11", language="en")
    assert len(analyze_sentences(default_extractor(), article, "en")) == 2


def test_headlines_listed_below_read_more_are_no_claims() -> None:
    text = (
        "Die Koalition der Willigen beriet über Truppen. Norwegen sagte der Ukraine Munition zu.\n"
        "Lesen Sie auch\n- Kanada wird Soldaten in die Ukraine entsenden\n- Lettland liefert Drohnen"
    )
    claims = analyze_sentences(default_extractor(), Article(text=text, language="de"), "de")
    assert [c.actor for c in claims] == ["NO"]


def test_a_day_soon_to_come_dates_no_claim_back() -> None:
    text = "Bis zum Gipfel am 20. März verspricht Dänemark der Ukraine Munition."
    assert _one("de", text).as_of == "2026-03-11"
