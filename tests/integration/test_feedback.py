"""Feedback from the command line, through the store and out to the channels, and its export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.desk import SetClock
from tests.integration.test_pipeline import NO_PATIENCE, Desk
from worker.cli import run


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(tmp_path, stack)


@pytest.fixture
def call(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> Any:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def called(*words: object, json_lines: bool = True) -> tuple[int, list[Any], str]:
        more = ["--format", "json"] if json_lines else []
        code = run([*map(str, words), "--config", str(desk.folder), *more])
        told = capsys.readouterr()
        return code, [json.loads(x) for x in told.out.splitlines() if x.startswith("{")], told.err

    return called


async def test_a_correction_reaches_the_ledger_the_channel_and_the_gold(desk, call, tmp_path):
    clock = SetClock(datetime.now(UTC))
    desk.story("a", "CLAIM NO troops committed")
    app = await desk.round(clock=clock)
    [alert] = call("alerts", "--actor", "NO")[1]
    words = ("--by", "ana", "--note", "it said would consider", "--stance", "open")
    code, [told], _ = call("feedback", "correct", alert["alert_id"][:8], *words)
    assert (code, told["event"], told["to"]["stance"]) == (0, "corrected", "open")
    assert [p["stance"] for p in call("positions", "--actor", "NO")[1]] == ["open"]
    clock.move(hours=1)
    await app.run_once(patience=NO_PATIENCE)
    assert [(a["event"], a["to"]["stance"]) for a in desk.hook.alerts] == [
        ("raised", "committed"),
        ("corrected", "open"),
    ]
    call("feedback", "export", "--out", tmp_path / "gold", json_lines=False)
    [path] = (tmp_path / "gold").glob("*.json")
    case = json.loads(path.read_text("utf-8"))
    assert path.stem == case["id"]
    assert [(c["stance"], c["checked"]) for c in case["claims"]] == [("open", True)]
    assert case["claims"][0]["evidence"] in case["text"]
    assert [(f["verdict"], f["by"]) for f in case["feedback"]] == [("correct", "ana")]
    [listed] = call("feedback", "list")[1]
    assert listed["correction"] == {"stance": "open"}
    assert listed["told"]["to"]["stance"] == "committed"


async def test_a_dismissed_alert_leaves_a_relevant_case_without_the_claim(desk, call):
    desk.story("a", "CLAIM NO troops committed")
    await desk.round()
    [alert] = call("alerts", "--actor", "NO")[1]
    assert call("feedback", "dismiss", alert["alert_id"], "--by", "ana")[0] == 0
    assert call("positions", "--actor", "NO")[1] == []
    [case] = call("feedback", "export", json_lines=False)[1]
    assert (case["relevant"], case["claims"]) == (True, [])


WRONG = (
    ((), "say what is right"),
    (("--quantity", "many"), "500 soldiers"),
    (("--quantity", "5 apples"), "units: soldiers"),
    (("--condition", "rain"), "allowed: ceasefire"),
    (("--as-of", "soon"), "--as-of"),
    (("--actor", "Norway"), "alpha-2"),
    (("--stance", "committed"), "says already"),
)


async def test_a_wrong_correction_is_refused_and_changes_nothing(desk, call):
    desk.story("a", "CLAIM NO troops committed")
    await desk.round()
    [alert] = call("alerts", "--actor", "NO")[1]
    for words, told in WRONG:
        code, _, error = call("feedback", "correct", alert["alert_id"], "--by", "ana", *words)
        assert (code, told in error) == (2, True), error
    assert call("feedback", "list")[1] == []
    assert [p["stance"] for p in call("positions", "--actor", "NO")[1]] == ["committed"]
