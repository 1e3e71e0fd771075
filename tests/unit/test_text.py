"""Sentences and words keep their offsets and split where a reader would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.claims.text import fold, sentences, words_of


def _split(text: str, language: str = "de", abbreviations: tuple[str, ...] = ()) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text, language, abbreviations)]


def test_a_german_ordinal_date_ends_no_sentence() -> None:
    assert _split("Am 6. Januar kam er. Dann ging er.") == ["Am 6. Januar kam er.", "Dann ging er."]


def test_an_initial_or_dotted_abbreviation_ends_no_sentence() -> None:
    assert _split("The U.S. Army came. John F. Kennedy left.", "en") == [
        "The U.S. Army came.",
        "John F. Kennedy left.",
    ]


def test_a_listed_abbreviation_ends_no_sentence() -> None:
    assert len(_split("Gen. Pruitt spoke.", "en", ("gen",))) == 1


def test_a_closing_quote_belongs_to_its_sentence() -> None:
    assert _split("„Das geht nicht.“ Er ging.") == ["„Das geht nicht.“", "Er ging."]


def test_a_line_break_ends_a_sentence() -> None:
    assert _split("Erste Zeile\nZweite Zeile") == ["Erste Zeile", "Zweite Zeile"]


def test_a_hard_wrapped_sentence_goes_on_in_the_next_line() -> None:
    wrapped = (
        "Die Ministerin sagte am Montag in Riga, man\nwerde weitere Ausbilder schicken und sich an der\n"
        "Mission beteiligen, sobald ein Mandat\nvorliege. Danach reiste sie ab."
    )
    assert _split(wrapped) == [
        wrapped.removesuffix(" Danach reiste sie ab."),
        "Danach reiste sie ab.",
    ]


def test_a_full_stop_without_its_space_ends_a_sentence() -> None:
    text = "Die Runde tagte in Riga.Die Ministerin blieb fern. Auf Beispiel.de steht mehr."
    assert len(_split(text)) == 3


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("fr", "L’envoi d’avions, aujourd'hui", ["l'", "envoi", "d'", "avions", "aujourd'hui"]),
        ("en", "Britain's F-16s won't go", ["britain", "'s", "f", "16", "s", "won't", "go"]),
        ("de", "US‑Bodentruppen für 1,7 Mrd. €", ["us", "bodentruppen", "für", "1,7", "mrd", "€"]),
        ("uk", "п'ять літаків", ["п'ять", "літаків"]),
        ("en", "‘boots’ for €60bn", ["boots", "for", "€", "60", "bn"]),
    ],
)
def test_words_are_split_as_the_lexicon_writes_them(
    language: str, text: str, words: list[str]
) -> None:
    assert [w.norm for w in words_of(text, language)] == words


def test_look_alike_letters_and_invisible_marks_do_not_hide_a_word() -> None:
    assert fold("Тruppеn") == "truppen"  # Cyrillic T and e
    assert fold("Trup\u00adpen\u200b") == "truppen"


@given(st.text(max_size=400), st.sampled_from(["de", "en", "fr", "it", "uk"]))
def test_every_word_and_sentence_is_a_slice_of_the_text(text: str, language: str) -> None:
    for sentence in sentences(text, language):
        assert text[sentence.start : sentence.end].strip()
        for word in sentence.words:
            assert text[word.start : word.end] == word.text
            assert sentence.start <= word.start < word.end <= sentence.end
