"""The feeds that come with the worker."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from worker.core.urls import canonical_url, web_url
from worker.model import Feed, FeedKind
from worker.settings import load_settings

LANGUAGES = {"de", "en", "fr", "es", "it", "nl", "pl", "uk", "ru"}


@pytest.fixture(scope="module")
def feeds() -> tuple[Feed, ...]:
    return load_settings(Path(__file__).parents[2] / "config", {}).feeds


def test_there_are_feeds_for_every_language_and_german_leads(feeds: tuple[Feed, ...]) -> None:
    direct = Counter(f.language for f in feeds if f.enabled and f.kind is not FeedKind.SEARCH)
    assert sum(direct.values()) >= 60
    assert direct["de"] >= 25
    assert {language for language, count in direct.items() if count >= 5} >= LANGUAGES


def test_an_enabled_feed_is_in_a_language_that_claims_are_read_in(feeds: tuple[Feed, ...]) -> None:
    assert {f.language for f in feeds if f.enabled} == LANGUAGES


def test_no_feed_is_listed_twice(feeds: tuple[Feed, ...]) -> None:
    assert [k for k, n in Counter(f.id for f in feeds).items() if n > 1] == []
    assert [k for k, n in Counter(canonical_url(f.url) for f in feeds).items() if n > 1] == []
    assert all(web_url(f.url) for f in feeds)


def test_each_language_is_searched_through_three_engines(feeds: tuple[Feed, ...]) -> None:
    searches = {f.id: f for f in feeds if f.kind is FeedKind.SEARCH}
    for engine in ("google", "bing", "gdelt"):
        for language in LANGUAGES:
            search = searches[f"{engine}-{language}"]
            assert search.language == language
            query = parse_qs(urlsplit(search.url).query)
            assert '"' in (query.get("q") or query["query"])[0]


def test_the_states_of_the_coalition_speak_for_themselves(feeds: tuple[Feed, ...]) -> None:
    official = {f.country for f in feeds if f.kind is FeedKind.OFFICIAL and f.enabled}
    assert official >= {"DE", "GB", "NL", "US", "UA", "RU", "EU", "NATO"}
    states = {f.country for f in feeds if f.enabled}
    assert states >= {"DE", "AT", "CH", "GB", "IE", "FR", "PL", "UA", "FI", "SE", "DK", "NO", "EE"}
    assert states >= {"LV", "LT", "NL", "BE", "ES", "IT", "US", "CA", "AU", "TR", "RO"}
