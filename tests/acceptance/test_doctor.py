"""``doctor`` names what is wrong and what to do, and is content where all is well."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Program
from tests.integration.newsroom import Press, Receiver, receiving
from worker.adapters.doctoring import State, check_feeds, check_past, clock_finding

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)


def findings(program: Program, *options: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = program("doctor", "--format", "json", *options)
    rows = [json.loads(line) for line in done.out.splitlines()]
    for row in rows:
        assert (row["state"] == "ok") == (row["do"] == ""), row  # it always says what to do
    return done.code, {row["check"]: row for row in rows}


def channels(config: Path, *listed: dict[str, Any]) -> None:
    (config / "channels.yaml").write_text(json.dumps({"channels": list(listed)}))
    (config / "routes.yaml").write_text("route: {}")


def test_a_worker_that_is_well_passes(program: Program, config: Path) -> None:
    with receiving(Receiver()) as receiver:
        hook = {"name": "desk", "type": "webhook", "signing_secret": "env:HOOK_KEY"}
        channels(config, {**hook, "url": receiver.url})
        program("run", "--once")
        code, found = findings(program)
    states = {check: row["state"] for check, row in found.items()}
    assert code == 0
    assert states.pop("configuration") == "warn"  # contact_url is not set
    assert set(states.values()) == {"ok"}
    assert "whole, writable" in found["database"]["seen"]
    assert found["network"]["seen"] == "1 of 1 feeds answered"
    assert found["clock"]["seen"].endswith("1 hosts tell")
    assert receiver.bodies == []  # nothing is sent


def test_what_is_wrong_is_named_with_what_to_do(
    program: Program, config: Path, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = {"type": "email", "sender": "a@b.example", "to": ["c@d.example"], "host": "127.0.0.1"}
    hook = {"type": "webhook", "url": "http://127.0.0.1:1/", "signing_secret": "env:NOT_SET"}
    channels(config, {"name": "mail", "port": 1, **mail}, {"name": "desk", **hook})
    press.statuses["/a.xml"] = 500
    full = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: full)
    code, found = findings(program)
    assert code == 1
    assert found["channel mail"]["state"] == "warn"
    assert "127.0.0.1:1 cannot be reached" in found["channel mail"]["seen"]
    assert found["channel desk"]["state"] == "fail"
    assert "NOT_SET" in found["channel desk"]["seen"]
    assert found["network"]["state"] == "fail"
    assert "500" in found["network"]["seen"]
    assert found["disk of the database"]["state"] == "fail"
    assert "retention" in found["disk of the database"]["do"]
    assert found["feeds"]["do"] == "start the worker: run"


def test_a_damaged_database_and_a_wrong_configuration_are_found(
    program: Program, config: Path
) -> None:
    program("run", "--once")
    database = config / "watch.db"
    data = bytearray(database.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20000] = b"\xff" * 20000
    database.write_bytes(data)
    code, found = findings(program, "--offline")
    assert code == 1
    assert found["database"]["state"] == "fail"
    (config / "routes.yaml").write_text("route: {channels: [nobody]}")
    code, found = findings(program)
    assert code == 1
    assert list(found) == ["configuration"]
    assert "nobody" in found["configuration"]["seen"]


@pytest.mark.parametrize(
    ("seconds", "state"), [(2, State.OK), (-90, State.WARN), (90, State.WARN), (3600, State.FAIL)]
)
def test_a_clock_that_is_off_is_found_whatever_one_host_says(seconds: int, state: State) -> None:
    offsets = [timedelta(seconds=seconds), timedelta(seconds=seconds + 1), timedelta(days=30)]
    assert clock_finding(offsets).state is state


def test_a_database_from_the_future_is_found() -> None:
    assert check_past(NOW, NOW) is None
    found = check_past(NOW + timedelta(hours=2), NOW)
    assert found is not None
    assert found.state is State.FAIL


def test_feeds_that_nobody_asks_and_feeds_that_fail_are_told_apart() -> None:
    def row(number: int, failures: int = 0, late: int = 0) -> dict[str, object]:
        due = NOW - timedelta(hours=late)
        return {"id": f"f{number}", "state": "active", "failures": failures, "next_at": due}

    assert check_feeds([row(n) for n in range(9)], NOW).state is State.OK
    some = [row(n, failures=3 if n < 3 else 0) for n in range(9)]
    assert check_feeds(some, NOW).state is State.WARN
    assert check_feeds([row(n, late=2) for n in range(9)], NOW).state is State.FAIL
