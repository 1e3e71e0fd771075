"""The forty inputs of docs/reliability.md through the whole worker, beside one honest feed."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.desk import SEEDS, open_app
from tests.integration.forty import CLAIM, FORTY, served
from tests.integration.test_crowd import resident
from worker.core.render import render_slack
from worker.ports import Polled

pytestmark = [pytest.mark.torture, pytest.mark.slow]

DOCS = Path(__file__).parents[2] / "docs" / "reliability.md"
#: Processes are started anew after each kill, on a machine that others use, too.
LONGEST = 60.0
GROWTH = 150.0


def configure(folder: Path, port: int) -> Path:
    shared = {"language": "en", "country": "GB", "kind": "press"}
    feeds = [
        {"id": f"f{n}", "url": f"http://127.0.0.{n + 1}:{port}/{n}.xml", "title": name, **shared}
        for n, name in enumerate([*FORTY, "honest"])
    ]
    network = {"per_host_interval": 0, "allow_addresses": ["127.0.0.0/8"], "timeout": "5s"}
    worker = {"network": network, "tick": "1s", "concurrency": 16}
    files: dict[str, Any] = {
        "settings.yaml": {
            "database": {"url": f"sqlite:///{folder / 'watch.db'}"},
            "worker": worker,
            "baseline": {"file": str(SEEDS)},
        },
        "feeds.yaml": {"feeds": feeds},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_every_input_of_the_document_is_among_the_forty() -> None:
    (listed,) = re.findall(r"^\*\*Inputs\*\*: (.*)\.$", DOCS.read_text("utf-8"), re.MULTILINE)
    assert listed.split(" · ") == list(FORTY)
    assert len(FORTY) == 40


async def test_none_of_the_forty_inputs_stops_or_bends_the_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served() as port:
        app = open_app(configure(tmp_path, port))
        began, done, stall = time.monotonic(), dict[str, float](), [0.0]
        save = app.store.feeds.save_polls

        def noting(polls: Sequence[Polled]) -> list[int]:
            done.update({poll.work.feed.title: time.monotonic() - began for poll in polls})
            return save(polls)

        app.store.feeds.save_polls = noting  # type: ignore[method-assign]
        watching = asyncio.create_task(_watch(stall))
        before = resident()
        await app.run_once()
        watching.cancel()
        seconds, grown = time.monotonic() - began, resident() - before
    rows = {row["title"]: row for row in app.feeds()}
    with capsys.disabled():
        print()
        for name in FORTY:
            told = rows[name]["last_error"] or rows[name]["remark"] or "read"
            print(f"  {name[:60]:60} {done[name]:5.1f} s  {str(told)[:90]}")
        print(
            f"forty inputs: {seconds:.0f} s in all, {grown:+.0f} MB, longest stall "
            f"{stall[0] * 1000:.0f} ms"
        )
    assert set(done) == {*FORTY, "honest"}
    assert rows["honest"]["last_error"] is None
    assert done["honest"] < LONGEST
    assert seconds < 4 * LONGEST
    assert grown < GROWTH
    _nothing_bent(app)
    app.close()


def _nothing_bent(app: Any) -> None:
    """One alert, of what an honest sentence says; no mark-up of a headline is live anywhere."""
    alerts = app.alerts()
    assert {str(a.change.slot) for a in alerts} == {"NO/troops"}
    assert {a.evidence.quote for a in alerts} == {CLAIM}
    assert app.store.queries.counts()["articles_waiting"] == 0
    shown = json.dumps(app.deliveries()) + json.dumps(app.feeds(), default=str)
    assert "root:x:" not in shown
    for alert in alerts:
        slack = json.dumps(render_slack([alert], "en"))
        assert "<!channel>" not in slack
        assert "\\u001b" not in slack


async def _watch(stall: list[float]) -> None:
    await asyncio.sleep(2)  # the start loads tables and makes processes
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        stall[0] = max(stall[0], time.monotonic() - before - 0.01)
