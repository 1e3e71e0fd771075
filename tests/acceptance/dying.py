"""The worker, life after life, over a text that kills it: ``python -m tests.acceptance.dying CONFIG``.

A child is forked for each life, so that a death costs no start of the interpreter. The clock goes
two hours ahead with each, as no test can sit the rests out. Prints how many lives ended by a kill.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.integration.desk import open_app
from tests.integration.newsroom import stub_analyze
from worker.model import Analysis, Article

LIVES = 10


@dataclass(frozen=True)
class LaterClock:
    ahead: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def analyze(article: Article) -> Analysis:
    if "KILLS" in article.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return stub_analyze(article)


def live(config: Path, number: int) -> None:
    app = open_app(config, analyze=analyze, clock=LaterClock(timedelta(hours=2 * number)))
    asyncio.run(app.run_once())
    app.close()


def main(config: Path) -> int:
    deaths = 0
    for number in range(LIVES):
        child = os.fork()
        if child == 0:
            live(config, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        deaths += os.WIFSIGNALED(status)
    return deaths


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
