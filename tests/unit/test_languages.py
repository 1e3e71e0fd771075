"""The interface in its languages: every text is translated, numbers and names follow CLDR."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from babel.messages.catalog import Catalog
from babel.messages.checkers import num_plurals, python_format
from babel.messages.pofile import read_po

from tests.samples import sample_alert
from worker.core.render import render_payload
from worker.core.render.catalog import LANGUAGES, translate
from worker.core.render.english import TEXTS
from worker.core.render.labels import actor_name, language_name, quantity_label, word
from worker.core.render.reasons import reason_label
from worker.model import (
    UNITS,
    AlertEvent,
    ChangeKind,
    Condition,
    Confirmation,
    Measure,
    Quantity,
    Severity,
    Stance,
    Status,
)

OTHERS = [language for language in LANGUAGES if language != "en"]


def catalog(language: str) -> Catalog:
    folder = files("worker.core.render") / "locale" / language / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    messages = {message.context: message for message in catalog(language) if message.id}
    assert sorted(messages) == sorted(TEXTS)
    for key, text in TEXTS.items():
        message = messages[key]
        assert message.id == text, f"{key}: the English text has changed since"
        assert not message.fuzzy, key
        assert all(message.string if message.pluralizable else [message.string]), key


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_the_gaps_of_their_texts(language: str) -> None:
    for message in catalog(language):
        if not message.id:
            continue
        num_plurals(None, message)
        python_format(None, message)
        ids, strings = (
            [value] if isinstance(value, str) else list(value)
            for value in (message.id, message.string)
        )
        gaps = {len(re.findall(r"\{\}", text)) for text in (*ids, *strings)}
        assert len(gaps) == 1, message.context


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("measure", Measure),
        ("short", Measure),
        ("stance", Stance),
        ("condition", Condition),
        ("kind", ChangeKind),
        ("severity", Severity),
        ("status", Status),
        ("unit", UNITS),
        ("event", [event for event in AlertEvent if event is not AlertEvent.RAISED]),
    ],
)
def test_every_value_of_the_model_has_a_label(prefix: str, values: list[str]) -> None:
    assert [value for value in values if f"{prefix}.{value}" not in TEXTS] == []
    assert all(translate(value, "de") for value in Confirmation)


def test_states_and_languages_are_named_after_cldr() -> None:
    assert actor_name("GB", "de") == "Vereinigtes Königreich"
    assert actor_name("CZ", "en") == "Czechia"
    assert language_name("uk", "de") == "Ukrainisch"


@pytest.mark.parametrize(
    ("quantity", "english", "german"),
    [
        (Quantity(1, 1, "ships"), "1 ship", "1 Schiff"),
        (Quantity(None, 1, "soldiers"), "up to 1 soldier", "bis zu 1 Soldat"),
        (Quantity(2.5, 2.5, "systems"), "2.5 systems", "2,5 Systeme"),
        (Quantity(1e6, 1e6, "shells"), "1 million shells", "1 Million Granaten"),
        (Quantity(12345, 12345, "drones"), "12,345 drones", "12.345 Drohnen"),
    ],
)
def test_one_is_singular_and_numbers_are_written_as_the_language_does(
    quantity: Quantity, english: str, german: str
) -> None:
    assert quantity_label(quantity, "en") == english
    assert quantity_label(quantity, "de") == german


@pytest.mark.parametrize(
    ("reason", "english", "german"),
    [
        ("stance: open → ruled_out", "stance: open to it → ruled out",
         "Haltung: offen dafür → ausgeschlossen"),
        ("first quantity in soldiers: 2000–9999 soldiers", "first number: 2,000–9,999 soldiers",
         "erste Zahl: 2.000–9.999 Soldaten"),
        ("quantity: up to 800 soldiers → 1500000000 EUR",
         "number: up to 800 soldiers → 1.5 billion EUR",
         "Zahl: bis zu 800 Soldaten → 1,5 Milliarden EUR"),
        ("condition dropped: us_backstop", "condition dropped: a US backstop",
         "Bedingung entfallen: Absicherung der USA"),
        ("confirmed by an official", "confirmed by an official", "offiziell bestätigt"),
        ("replaced by 7f0c2c1a-0000-5000-8000-000000000001", "replaced by a later position",
         "durch eine spätere Haltung ersetzt"),
        ("dismissed by Anna: misread", "dismissed by Anna: misread", "dismissed by Anna: misread"),
    ],
)  # fmt: skip
def test_reasons_are_told_in_words(reason: str, english: str, german: str) -> None:
    assert reason_label(reason, "en") == english
    assert reason_label(reason, "de") == german


def test_an_unknown_key_shows_itself_and_an_unknown_language_is_english() -> None:
    assert word("condition.moon_phase", "de") == "moon phase"
    assert word("stance.open", "xx") == "open to it"


@pytest.mark.parametrize("kind", ["console", "slack", "slack_bot", "email", "webhook", "apprise"])
def test_each_channel_speaks_german_and_leaves_the_quote_as_it_was_said(kind: str) -> None:
    shown = str(render_payload(kind, [sample_alert()], "de").payload)
    assert "Frankreich · Bodentruppen" in shown
    quote = "Frankreich wird bis zu 5000 Soldaten entsenden, sobald die Waffen schweigen."
    assert quote in shown
