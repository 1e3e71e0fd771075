"""A text that kills whoever reads it ends with a person; all that died beside it is read."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from tests.acceptance.dying import LIVES
from tests.integration.desk import ENVIRON, open_app, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving
from worker.core.poison import PROVED, SUSPECTED

ROOT = Path(__file__).parents[2]
INNOCENT = ("NO", "SE", "DK", "FI", "EE", "LV")


def test_a_text_that_kills_its_worker_is_set_aside_and_none_that_died_with_it(tmp_path):
    with publishing(Press()) as press, receiving(Receiver()) as receiver:
        press.add("killer", "It kills", "KILLS", age=timedelta(hours=3))
        for number, actor in enumerate(INNOCENT):
            press.add(
                actor.lower(),
                actor,
                f"CLAIM {actor} troops committed",
                age=timedelta(hours=2 - number / 9),
            )
        config = write_config(
            tmp_path, press, {"hook": receiver.url}, worker={"look_back_hours": 8000}
        )
        lives = subprocess.run(
            [sys.executable, "-m", "tests.acceptance.dying", str(config)],
            cwd=ROOT,
            env={**os.environ, **ENVIRON},
            capture_output=True,
            text=True,
            timeout=120,
        )
        app = open_app(config)
        review, told = app.review(), {alert.change.slot.actor for alert in app.alerts()}
        counts = app.store.queries.counts()
        app.close()
    assert lives.stdout.strip() == str(SUSPECTED + PROVED), lives.stderr[-2000:]
    assert SUSPECTED + PROVED < LIVES
    assert [(row["reason"], row["title"]) for row in review] == [("poison", "It kills")]
    assert f"{PROVED} times" in review[0]["detail"]
    assert told == set(INNOCENT)
    assert (counts["articles_waiting"], counts["deliveries_waiting"]) == (0, 0)
