"""Whatever a text holds, the extractor answers within a second, never crashes, quotes verbatim."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.core.claims import default_extractor
from worker.model import Article

SENTENCE = "Deutschland wird keine Soldaten in die Ukraine entsenden, sagte der Kanzler. "
ODD = {
    "empty": "",
    "blank": " \n\t\n ",
    "one line of 1 MB": SENTENCE * 13_000,
    "100,000 cue words": "schließt aus zugesagt entsenden " * 25_000,
    "no spaces": "Truppen" * 100_000,
    "nested quotes": "„" * 50_000 + "Truppen" + "“" * 50_000,
    "commas": "Frankreich, " * 60_000,
    "digits": "1.000 " * 60_000 + "Soldaten",
    "binary": "".join(chr(i % 256) for i in range(200_000)),
    "right to left": "\u202e" + SENTENCE * 50 + "\u202c",
    "lone surrogate": "Frankreich \ud800 sagt Truppen zu.",
    "mixed languages": SENTENCE
    + "La France enverra des soldats. Poland will not send troops. " * 400,
    "combining marks": "e\u0301" * 80_000,
    "brackets": "(" * 50_000 + SENTENCE,
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_text_is_answered_within_a_second(name: str) -> None:
    extractor = default_extractor()
    for language in ("de", "en", "fr"):
        extractor.analyze(Article("Warm-up.", language=language))
    # a text without function words loads the fallback's model, once in a process
    extractor.analyze(Article("Frankreich, " * 100))
    begin = time.perf_counter()
    analysis = extractor.analyze(Article(ODD[name], published="2026-03-11", language="de"))
    assert time.perf_counter() - begin < 1.0
    for claim in analysis.claims:
        assert claim.evidence == f"\n\n{ODD[name]}"[claim.start : claim.end]


WORDS = st.sampled_from(
    [
        "Deutschland",
        "Frankreich",
        "Paris",
        "Berlin",
        "Moskau",
        "schließt",
        "aus",
        "sagt",
        "zu",
        "nicht",
        "kein",
        "Truppen",
        "Soldaten",
        "entsenden",
        ",",
        ".",
        "„",
        "“",
        ":",
        ";",
        "(",
        ")",
        "und",
        "aber",
        "dass",
        "ob",
        "wenn",
        "800",
        "bis",
        "Milliarden",
        "Euro",
        "Minister",
        "sagte",
        "laut",
        "will",
        "could",
        "send",
        "troops",
        "France",
        "not",
        "rule",
        "out",
        "the",
        "said",
        "that",
        "if",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORDS, max_size=60), st.sampled_from(["de", "en"]))
def test_any_heap_of_words_gives_verbatim_evidence_and_valid_values(
    words: list[str], language: str
) -> None:
    text = " ".join(words)
    article = Article(
        text, "Ukraine: Koalition der Willigen", published="2026-03-11", language=language
    )
    for claim in default_extractor().analyze(article).claims:
        assert article.full_text[claim.start : claim.end] == claim.evidence
        assert 0 <= claim.confidence <= 1
        assert claim.as_json()["rules"]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=500))
def test_any_text_at_all_is_survived(text: str) -> None:
    default_extractor().analyze(Article(text, text[:50], published=text[:10]))
