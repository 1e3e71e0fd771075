"""A host that slept: missed rounds are not made up for, the next one comes at once, nobody is alarmed."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import running
from tests.integration.desk import write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving

EVERY, ASLEEP = 3.0, 16.0


@pytest.fixture
def press() -> Iterator[Press]:
    with publishing(Press()) as made:
        made.add("daily", "The town hall is painted", "The mayor painted the town hall on Monday.")
        yield made


def test_a_worker_that_was_suspended_goes_on_with_one_round_and_no_alarm(
    tmp_path: Path, press: Press
) -> None:
    polling = dict.fromkeys(("interval", "high_priority_interval"), f"{EVERY:.0f}s")
    asked = lambda: press.asked["/daily.xml"]  # noqa: E731
    with receiving(Receiver()) as receiver:
        config = write_config(
            tmp_path / "config", press, {"desk": receiver.url}, worker={"polling": polling}
        )
        with running(config) as worker:
            worker.wait_for(lambda: asked() >= 2)
            worker.signal(signal.SIGSTOP)
            time.sleep(1)  # a request that was under way is counted
            before = asked()
            time.sleep(ASLEEP - 1)
            assert asked() == before
            worker.signal(signal.SIGCONT)
            woken = time.monotonic()
            worker.wait_for(lambda: asked() > before, 20)
            waited = time.monotonic() - woken
            time.sleep(EVERY * 0.6)
            rounds = asked() - before
            worker.wait_for(lambda: asked() > before + 1)
            told = worker.events()
        with sqlite3.connect(config / "watch.db") as stored:
            notes = stored.execute(
                "SELECT kind, detail FROM note WHERE kind <> 'looked_back'"
            ).fetchall()
    # Five rounds were missed; one comes, as soon as the worker ticks, and the next in its time.
    assert rounds <= 2
    assert waited < ASLEEP / 2
    assert notes == []
    assert not receiver.alerts
    assert [line for line in told if line["level"] in ("error", "critical")] == []
