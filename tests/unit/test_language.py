"""The language of an article is told by its function words, or refused as unsupported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worker.core.claims.language import detect

GOLD = sorted((Path(__file__).resolve().parents[1] / "gold" / "dev").glob("*.json"))


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_the_language_of_every_labelled_article_is_recognised(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    assert detect(f"{data['title']}\n\n{data['text']}") == data["lang"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "O governo português não vai enviar soldados para a Ucrânia, disse na terça-feira o ministro.",
            "pt",
        ),
        (
            "Den svenska regeringen säger att den inte kommer att skicka soldater till Ukraina, sade han.",
            "sv",
        ),
        (
            "Česká vláda nebude posílat vojáky na Ukrajinu, řekl premiér v úterý v Praze a dodal, že ne.",
            "cs",
        ),
    ],
)
def test_a_neighbour_language_is_not_taken_for_a_supported_one(text: str, code: str) -> None:
    assert detect(text) == code


def test_the_hint_of_the_feed_decides_for_a_few_words() -> None:
    assert detect("Ukraine: Berlin, Paris", "de") == "de"
    assert detect("") == "und"
