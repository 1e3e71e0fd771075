"""The demo as a person starts it: what it tells of its week is what a reader of the week would say."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from worker.demo import pages
from worker.demo.week import FIRST, LAST, Week, load_week

REPOSITORY = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "worker", "demo"]
#: Read out of the articles by hand, after docs/ontology.md: who, what, kind, stances, how sure.
EXPECTED = {
    "Netherlands · ground troops: new pledge": ("undecided", "committed · up to 1,200 soldiers"),
    "Sweden · air policing: new pledge": ("open to it", "committed · if: a ceasefire · reported"),
    "Italy · ground troops: new pledge": ("ruled out", "committed · reported"),
    "Belgium · air policing: pledge withdrawn": ("committed · if: a ceasefire", "ruled out"),
    "Germany · ground troops: position strengthened": ("undecided", "open to it"),
    "France · ground troops: quantity changed": (
        "committed · 2,000–9,999 soldiers",
        "committed · 12,000 soldiers · if: a ceasefire",
    ),
    "Denmark · funding: new pledge": ("no position known", "committed · 150 million EUR"),
    "Spain · ground troops: conditions changed": (
        "open to it · if: approval by parliament",
        "open to it · if: an international mandate, approval by parliament",
    ),
    "Sweden · air policing: quantity changed": ("committed", "committed · 8 aircraft"),
}
HEADLINE = re.compile(r"^\S+ (?P<head>.+: .+?) \[(?P<severity>\w+)\](?: — (?P<event>.+))?$")


def environment() -> dict[str, str]:
    """A database of the person who tries the demo must not be touched by it."""
    return {**os.environ, "DATABASE_URL": "sqlite:////nowhere/at/all.db"}


@pytest.fixture(scope="module")
def output() -> str:
    done = subprocess.run(
        COMMAND, capture_output=True, text=True, env=environment(), timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def told(output: str) -> dict[str, list[str]]:
    """The alerts as printed while the week passes, by headline and event, oldest first."""
    found: dict[str, list[str]] = {}
    for block in output.partition("What the week brought")[0].split("\n\n"):
        lines = block.splitlines()
        start = next((n for n, line in enumerate(lines) if HEADLINE.match(line)), None)
        if start is not None:
            match = HEADLINE.match(lines[start])
            assert match is not None
            name = " — ".join(filter(None, (match["head"], match["event"])))
            found[name] = lines[start + 1 :]
    return found


@pytest.fixture(scope="module")
def week() -> Week:
    return load_week()


def test_the_alerts_are_those_that_a_reader_would_raise_and_no_others(told):
    assert {name for name in told if " — " not in name} == set(EXPECTED)
    for name, (before, now) in EXPECTED.items():
        assert told[name][0].removeprefix("  Before:").strip().startswith(before), name
        assert told[name][1].removeprefix("  Now:").strip().startswith(now), name


def test_a_report_is_confirmed_by_the_second_origin_and_another_is_denied_by_an_official(told):
    followed = {name for name in told if " — " in name}
    sweden = "Sweden · air policing: new pledge"
    assert f"{sweden} — now confirmed" in followed
    assert told[sweden][2].strip() == "Not confirmed · 1 independent source"
    assert told[f"{sweden} — now confirmed"][2].strip() == "Confirmed · 2 independent sources"
    denied = told["Italy · ground troops: report denied — contested"]
    assert any("Italian soldiers will not be deployed" in line for line in denied)
    assert len(followed) == 2


def test_every_quote_of_an_alert_stands_in_the_article_it_names(output, week):
    texts = {s.path: "\n".join((s.title, s.summary, *s.paragraphs)) for s in week.stories}
    quotes = re.findall(
        r"^  (?:Contradicted by: |Before: )?“(.+)”\n    — .+\n    http://[^/]+(/\S+)$", output, re.M
    )
    assert len(quotes) >= len(EXPECTED)
    for quote, path in quotes:
        assert quote in texts[path]


def test_copies_restatements_and_other_coalitions_raise_nothing_and_are_counted(output):
    held_back = dict(
        pair.split()
        for pair in re.search(r"^held back: (.+)$", output, re.M)[1].split(", ")  # type: ignore[index]
    )
    assert {"restatement", "background", "older", "relevance", "look_back"} <= set(held_back)
    assert int(held_back["relevance"]) == 3
    assert int(held_back["restatement"]) >= 15


def test_the_figures_name_the_broken_feed_and_the_empty_page(output, week):
    assert f"feeds {len(week.outlets)} (1 unreadable)" in output
    assert f"entries {len(week.stories)} · articles {len(week.stories) - 1}" in output
    assert "review: 1" in output


def test_every_alert_reaches_the_webhook_with_a_right_signature(output):
    alerts = re.search(r" · alerts (\d+)$", output, re.M)
    received = re.search(r"^webhooks: \d+ messages with (\d+) alerts, 0 refused", output, re.M)
    assert alerts
    assert received
    assert alerts[1] == received[1] == str(len(EXPECTED))


def test_the_matrix_shows_where_everyone_stands_at_the_end(output):
    rows = {
        cells[0].split(" ", 1)[-1]: cells[1:]
        for line in output.partition("What the week brought")[2].splitlines()
        if line.startswith("│")
        and len(cells := [c.strip() for c in line.strip("│").split("│")]) > 9
    }
    heads = re.search(r"^┃ +┃ troops.*$", output, re.M)
    assert heads
    columns = [head.strip() for head in heads[0].strip("┃").split("┃")][1:]
    cell = lambda actor, column: rows[actor][columns.index(column)]  # noqa: E731
    assert cell("Belgium", "air") == "✖"
    assert cell("Germany", "troops") == "△"
    assert cell("Netherlands", "troops") == "✔*"
    assert cell("Italy", "troops") == "✖"
    assert cell("Russia", "troops") == "✖✖"


def test_served_the_outlets_stay_up_until_the_person_ends_it():
    process = subprocess.Popen(
        [*COMMAND, "--serve"], stdout=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert process.stdout
        shown = []
        for line in process.stdout:
            shown.append(line)
            if "suppressed --config" in line:
                break
        text = "".join(shown)
        feed, database = re.search(r"http://\S+/feed.xml", text), re.search(r"/\S+\.db", text)
        config = re.search(r"positions --matrix --config (\S+)", text)
        assert feed
        assert database
        assert config
        with urllib.request.urlopen(feed[0], timeout=10) as answer:
            assert b"Belgium pulls out" in answer.read()
        asked = subprocess.run(
            [*COMMAND[:-1], "alerts", "--format", "json", "--config", config[1]],
            capture_output=True,
            text=True,
            env={k: v for k, v in os.environ.items() if k != "DATABASE_URL"},
            check=True,
        )
        assert len(asked.stdout.splitlines()) == len(EXPECTED)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert not Path(database[0]).exists()
    finally:
        process.kill()
        process.communicate()


def test_the_week_holds_what_the_demo_promises(week):
    in_week = [s for s in week.stories if FIRST.date() <= s.published.date() <= LAST.date()]
    languages = Counter(week.outlets[s.outlet].language for s in in_week)
    assert len(in_week) >= 24
    assert set(languages) == {"de", "en"}
    assert min(languages.values()) >= 10
    assert len(week.outlets) >= 6
    assert {o.feed for o in week.outlets.values()} == {"rss", "atom", "broken"}


def test_a_page_carries_what_real_pages_carry_around_the_text(week):
    story = next(s for s in week.stories if s.outlet == "rheinufer-kurier")
    page = pages.page(week.outlets[story.outlet], story, "http://127.0.0.1:1").decode()
    for part in ("cookie-banner", "<nav>", "application/ld+json", "Lesen Sie auch", "newsletter"):
        assert part in page
    assert story.paragraphs[0] in page


def test_a_feed_shows_nothing_before_it_is_published(week):
    outlet = week.outlets["northern-ledger"]
    early = datetime(2026, 2, 3, 7, 59, tzinfo=UTC)
    before = pages.feed(week, outlet, "http://127.0.0.1:1", early)
    after = pages.feed(week, outlet, "http://127.0.0.1:1", early.replace(hour=8, minute=0))
    assert b"How the Dutch" not in before
    assert b"How the Dutch" in after


def test_the_alert_in_the_readme_is_one_that_the_demo_tells(output):
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    block = re.search(r"```\n(🇧🇪 .+?)```", readme, re.S)
    assert block
    lines = [line for line in block[1].splitlines() if "http://" not in line]
    assert len(lines) >= 8
    assert "\n".join(lines) in "\n".join(x for x in output.splitlines() if "http://" not in x)
