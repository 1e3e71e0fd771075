"""robots.txt as read for one host."""

from __future__ import annotations

import time

import pytest

from worker.core.robots import ALLOW_ALL, parse_robots

AGENT = "CoalitionWatch"


def test_the_most_exact_group_and_the_longest_rule_decide() -> None:
    robots = parse_robots(
        b"User-agent: *\nDisallow: /\n\nUser-agent: coalitionwatch\n"
        b"Disallow: /intern\nAllow: /intern/presse$\nCrawl-delay: 2\n"
    )
    assert robots.allows("https://a.example/politik", AGENT)
    assert not robots.allows("https://a.example/intern/x", AGENT)
    assert robots.allows("https://a.example/intern/presse", AGENT)
    assert not robots.allows("https://a.example/politik", "OtherBot")
    assert robots.crawl_delay(AGENT) == 2.0
    assert robots.crawl_delay("OtherBot") is None


@pytest.mark.parametrize(
    "body",
    [b"", b"<!doctype html><title>404</title>", b"\x00\xff" * 500, b"Disallow: /", b"nonsense"],
)
def test_what_holds_no_rules_allows_everything(body: bytes) -> None:
    assert parse_robots(body).allows("https://a.example/x", AGENT)
    assert ALLOW_ALL.crawl_delay(AGENT) is None


def test_hostile_wildcards_cost_nothing() -> None:
    rules = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 900 + b"$\n"
    started = time.perf_counter()
    assert parse_robots(rules * 200).allows("https://a.example/" + "a" * 3000 + "b", AGENT)
    assert time.perf_counter() - started < 5
