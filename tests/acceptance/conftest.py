"""The program over a local press, for tests of commands that look at sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_command_line import Outcome
from tests.integration.desk import ENVIRON, write_config
from tests.integration.newsroom import Press, publishing
from worker.cli import run

TEXT = (
    "Germany will send 800 soldiers to Ukraine as part of a multinational force of the coalition "
    "of the willing, the German defence minister said on Wednesday in Berlin."
)
Program = Callable[..., Outcome]


@pytest.fixture
def press() -> Iterator[Press]:
    with publishing(Press()) as press:
        press.add("a", "Germany to send soldiers to Ukraine", TEXT)
        yield press


@pytest.fixture
def config(tmp_path: Path, press: Press) -> Path:
    return write_config(tmp_path / "config", press, {})


@pytest.fixture
def program(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    monkeypatch.setenv("COALITION_WATCH_CONFIG", str(config))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: Any) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return call
