"""Named scenarios (tests/scenarios/*.yaml): a sequence of articles and exactly what is told of it.

Each scenario also holds the promises that no scenario names: a replay tells what live judging
tells, the same bytes each time, and an article read again tells nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.ledger_language import Newsroom, record
from worker.core.alerting import Policy, alert_line
from worker.core.judging import judge_article, judge_withdrawal
from worker.core.ledger import derive_position
from worker.core.replay import TICK, MemoryLedger, moment, replay
from worker.model import Article, Severity

SCENARIOS: list[dict[str, Any]] = [
    scenario | {"file": path.stem}
    for path in sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
    for scenario in yaml.safe_load(path.read_text("utf-8"))
]
#: A withdrawal is no article, so it is not replayed.
REPLAYED = [s for s in SCENARIOS if not any("withdraw" in step for step in s["articles"])]
KEYS = {"name", "file", "baseline", "articles", "alerts", "suppressed", "positions", "policy"}
NEWS = (
    "The ministry gave a long account of the talks in the capital on {at}, which went on until the "
    "early hours, were attended by many delegations, and will be continued in a month. {claims}. "
    "The opposition had asked for a debate in the chamber, the chancellery declined to go into "
    "further detail, and a spokeswoman pointed to a letter that had been sent to all partners."
)


def test_there_are_at_least_sixty_scenarios_with_names_of_their_own() -> None:
    names = {scenario["name"] for scenario in SCENARIOS}
    assert len(names) == len(SCENARIOS) >= 60


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s['file']}: {s['name']}")
def test_exactly_the_expected_alerts_are_told(scenario: dict[str, Any]) -> None:
    assert scenario.keys() <= KEYS
    newsroom, ledger, told = Newsroom(), _ledger(scenario), []
    for tick, step in enumerate(_steps(scenario, newsroom)):
        told += _judge(step, newsroom, ledger, _policy(scenario), tick)
    expected = scenario.get("alerts", [])
    assert [_show(line, want) for line, want in _paired(told, expected)] == expected
    if "suppressed" in scenario:
        reasons = [f"{s.reason.value} {s.slot or '-'}" for s in ledger.suppressed]
        assert reasons == scenario["suppressed"]
    for words in scenario.get("positions", []):
        _check_position(words, ledger)


@pytest.mark.parametrize("scenario", REPLAYED, ids=lambda s: f"{s['file']}: {s['name']}")
def test_a_replay_equals_the_live_run_and_reading_again_tells_nothing(
    scenario: dict[str, Any],
) -> None:
    newsroom = Newsroom()
    steps = _steps(scenario, newsroom)
    articles = [step for step in steps if isinstance(step, Article)]
    live, again, policy = _ledger(scenario), _ledger(scenario), _policy(scenario)
    told = [
        line
        for tick, article in enumerate(articles)
        for line in _judge(article, newsroom, live, policy, tick)
    ]
    lines = list(replay(articles, newsroom.analyze, policy=policy, ledger=again))
    assert json.dumps(lines) == json.dumps(told)
    latest = {article.url: article for article in articles}
    repeated = [_judge(a, newsroom, live, policy) for a in latest.values()]
    assert repeated == [[]] * len(latest)
    assert [derive_position(live.records(s)) for s in live.slots()] == [
        derive_position(again.records(s)) for s in again.slots()
    ]


def _ledger(scenario: dict[str, Any]) -> MemoryLedger:
    told = (line.split(" @ ") for line in scenario.get("baseline", []))
    return MemoryLedger(
        record(words, day, origin=f"seed:{n}", key=f"seed:{n}")
        for n, (words, day) in enumerate(told)
    )


def _policy(scenario: dict[str, Any]) -> Policy:
    given = dict(scenario.get("policy", {}))
    if "min_severity" in given:
        given["min_severity"] = Severity(given["min_severity"])
    return Policy(**given)


def _steps(scenario: dict[str, Any], newsroom: Newsroom) -> list[Article | tuple[str, Article]]:
    """Articles as told; ``copy_of`` and ``revises`` name an earlier one by its number from 1."""
    steps: list[Article | tuple[str, Article]] = []
    for step in scenario["articles"]:
        if "withdraw" in step:
            gone = steps[step["withdraw"] - 1]
            assert isinstance(gone, Article)
            steps.append(("withdraw", gone))
            continue
        steps.append(_article(step, steps, newsroom))
    return steps


def _article(
    step: dict[str, Any], steps: list[Article | tuple[str, Article]], newsroom: Newsroom
) -> Article:
    claims = step.get("claims", [])
    text = step.get("text")
    url = ""
    if "copy_of" in step:
        model = steps[step["copy_of"] - 1]
        assert isinstance(model, Article)
        text = model.text + " Additional reporting by our staff."
        claims = claims or [c.evidence for c in newsroom.analyze(model).claims]
    if "revises" in step:
        earlier = steps[step["revises"] - 1]
        assert isinstance(earlier, Article)
        url = earlier.url or ""
    if step.get("long"):
        text = NEWS.format(at=step["at"], claims=" and ".join(claims))
    return newsroom.article(
        str(step["at"]),
        claims,
        url=url,
        source=step.get("source", f"outlet{len(steps)}"),
        text=text,
        relevant=step.get("relevant", True),
    )


def _judge(
    step: Article | tuple[str, Article],
    newsroom: Newsroom,
    ledger: MemoryLedger,
    policy: Policy,
    tick: int = 0,
) -> list[dict[str, Any]]:
    article = step if isinstance(step, Article) else step[1]
    published = moment(article)
    assert published is not None
    now = published + tick * TICK
    if isinstance(step, Article):
        analysis = newsroom.analyze(article)
        verdict = judge_article(article, analysis, view=ledger, now=now, policy=policy)
    else:
        assert article.url is not None
        verdict = judge_withdrawal(article.url, view=ledger, now=now, policy=policy)
    ledger.apply(verdict)
    return [alert_line(alert) for alert in verdict.alerts]


def _paired(told: list[dict[str, Any]], expected: list[str]) -> list[tuple[dict[str, Any], str]]:
    wanted = expected + [""] * (len(told) - len(expected))
    return list(zip(told, wanted, strict=False))


def _show(line: dict[str, Any], wanted: str) -> str:
    """The line as a scenario writes it, with as many of the extras as the scenario names."""
    before = line["from"]["stance"] if line["from"] else "none"
    head = f"{line['event']} {line['kind']} {line['actor']} {line['measure']}"
    shown = f"{head} {before}→{line['to']['stance']} {line['status']}"
    for extra in ("severity", "origins", "quantity", "conditions", "articles"):
        if f" {extra}=" in wanted:
            shown += f" {extra}={_extra(line, extra)}"
    return shown


def _extra(line: dict[str, Any], name: str) -> str:
    if name == "quantity":
        q = line["to"]["quantity"]
        return f"{q['min']}-{q['max']}/{q['unit']}" if q else "none"
    if name == "conditions":
        return ",".join(line["to"]["conditions"]) or "none"
    return str(len(line[name]) if name == "articles" else line[name])


def _check_position(words: str, ledger: MemoryLedger) -> None:
    wanted = record(words, "2026-01-01")
    found = derive_position(ledger.records(wanted.slot))
    assert found is not None
    assert replace(found, evidence=None, origins=frozenset()).stance is wanted.stance, words
    assert found.conditions == wanted.conditions, words
    assert found.quantities[:1] == wanted.quantities, words
