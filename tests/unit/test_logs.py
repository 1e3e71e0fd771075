"""The log: names that are declared, lines that machines read, no secret in any of them."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker import logs
from worker.core.redact import HIDDEN, Redactor

ROOT = Path(__file__).parents[2]


def named_events() -> Iterator[tuple[str, str]]:
    """Every event that the code tells, with its place."""
    for path in sorted((ROOT / "worker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("_log", "log")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value), f"{path.name}:{node.lineno}"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    level = root.level
    made = io.StringIO()
    logs.log_to(made, "json", "debug")
    yield made
    logs.log_to(io.StringIO())
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_event_told_is_declared() -> None:
    unknown = [f"{place}: {name}" for name, place in named_events() if name not in logs.EVENTS]
    assert not unknown
    assert len({name for name, _ in named_events()}) > 15


def test_every_event_declared_is_told_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "worker").rglob("*.py"))
    assert not [name for name in logs.EVENTS if code.count(f'"{name}"') < 2]


def test_every_event_declared_is_in_the_guide() -> None:
    guide = (ROOT / "docs/operations.md").read_text("utf-8")
    missing = [
        name for name, tells in logs.EVENTS.items() if f"| `{name}` | {tells} |" not in guide
    ]
    assert not missing


def test_a_line_carries_its_level_its_logger_and_what_is_bound(stream: io.StringIO) -> None:
    with logs.bound(feed="a", trace="0123"):
        logs.logger("worker.x").warning("feed.failed", problem="two\nlines \x1b[31m")
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["logger"]) == ("feed.failed", "warning", "worker.x")
    assert (line["feed"], line["trace"]) == ("a", "0123")
    assert "\n" not in str(line["problem"])
    assert "\x1b" not in str(line["problem"])


def test_a_library_that_logs_has_the_same_lines(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("went %s", "wrong")
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("went wrong", "warning")


def test_a_traceback_is_one_value_of_one_line_and_holds_no_secret(stream: io.StringIO) -> None:
    logs.redactor.hide("planted-secret-1")
    try:
        raise RuntimeError("the key is planted-secret-1")
    except RuntimeError:
        logs.logger("worker.x").exception("work.failed", work="planted-secret-1 again")
    (line,) = lines(stream)
    assert "RuntimeError" in str(line["exception"])
    assert "planted-secret-1" not in stream.getvalue()


def test_one_article_has_one_trace() -> None:
    assert logs.trace_of("https://a.example/1") == logs.trace_of("https://a.example/1")
    assert logs.trace_of("https://a.example/1") != logs.trace_of("https://a.example/2")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgresql://watch:hunter2@db/watch", "db/watch"),
        ("POST https://hooks.slack.com/services/T0/B0/x9", "https://hooks.slack.com/"),
        ("whsec_QUJDREVGR0hJSktM was refused", "was refused"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer"),
        ("https://a.example/?id=7&token=s3cr3t&x=1", "id=7&token="),
        ("smtp password=hunter2 refused", "refused"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_the_rest_stays(text: str, kept: str) -> None:
    shown = Redactor().redact(text)
    assert HIDDEN in shown
    assert kept in shown
    for secret in ("hunter2", "T0/B0/x9", "QUJDREVGR0hJSktM", "abc.def-ghi", "s3cr3t"):
        assert secret not in shown


@pytest.mark.parametrize(
    "text", ["https://a.example:8080/path", "12:30 token ring", "a secretary said: no"]
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert Redactor().redact(text) == text


@given(
    st.text(min_size=4, max_size=40).filter(lambda s: s not in HIDDEN),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_a_known_secret_is_never_shown(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.hide(secret)
    assert secret not in redactor.redact(f"{before} {secret} {after}").replace(HIDDEN, "")
