"""The command line as a person or a script meets it: contracts, exit codes, one line per error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from worker.cli import run
from worker.model import Condition, Measure, Stance, Status

REPOSITORY = Path(__file__).parents[2]
SEEDS = sorted((REPOSITORY / "seeds").glob("*.txt"))
GOLD = REPOSITORY / "tests" / "gold" / "dev"
CLAIM_KEYS = {
    *("actor", "measure", "stance", "conditions", "quantity", "status", "speaker", "as_of"),
    *("location", "evidence", "start", "end", "rules", "confidence"),
}
ALERT_KEYS = {
    *("alert_id", "event", "kind", "actor", "measure", "from", "to", "status", "severity"),
    *("origins", "article", "articles", "evidence", "reasons"),
}


@dataclass(frozen=True)
class Outcome:
    """What one call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """stdout as JSON lines; fails where anything else was printed there."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self) -> list[str]:
        """The lines on stderr."""
        return self.err.splitlines()


Program = Callable[..., Outcome]


@pytest.fixture
def program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Program:
    """The program on an own database, with the bundled configuration unless told otherwise."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/watch.db")
    monkeypatch.setenv("COALITION_WATCH_CONFIG", str(REPOSITORY / "config"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Outcome(code, printed.out, printed.err)

    return call


def spawn(*arguments: object, **environ: str) -> Outcome:
    """The program as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "worker", *map(str, arguments)],
        capture_output=True,
        cwd=REPOSITORY,
        env={**os.environ, **environ},
        timeout=120,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def write(folder: Path, name: str, content: str | bytes | dict[str, Any]) -> Path:
    path = folder / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_analyze_gives_one_line_per_file_in_the_order_given(program: Program) -> None:
    files = [SEEDS[2], SEEDS[0], GOLD / "d-en-001.json"]
    outcome = program("analyze", "--format", "json", *files)
    assert outcome.code == 0
    assert [line["file"] for line in outcome.lines] == [str(file) for file in files]
    assert [line["language"] for line in outcome.lines] == ["de", "de", "en"]


def test_analyze_claims_hold_to_the_contract_and_quote_verbatim(program: Program) -> None:
    files = sorted(GOLD.glob("*.json"))
    outcome = program("analyze", "--format", "json", *files)
    assert outcome.code == 0
    found = 0
    for file, line in zip(files, outcome.lines, strict=True):
        assert set(line) == {"file", "language", "relevant", "claims"}
        article = json.loads(file.read_text())
        full = f"{article['title']}\n\n{article['text']}"
        for claim in line["claims"]:
            found += 1
            assert set(claim) - {"item"} == CLAIM_KEYS  # item only where one is named
            assert full[claim["start"] : claim["end"]] == claim["evidence"] != ""
            assert claim["evidence"] in article["text"] or claim["evidence"] in article["title"]
            assert claim["measure"] in set(Measure)
            assert claim["stance"] in set(Stance)
            assert claim["status"] in set(Status)
            assert set(claim["conditions"]) <= set(Condition)
            assert 0 <= claim["confidence"] <= 1
            assert claim["rules"]
    assert found > 0


def test_analyze_counts_a_null_title_as_an_empty_one(program: Program, tmp_path: Path) -> None:
    source = json.loads((GOLD / "d-en-001.json").read_text())
    named = {**source, "title": "", "extra": 1}
    nulls = {"url": None, "title": None, "published": None, "source": None, "text": source["text"]}
    files = [write(tmp_path, "named.json", named), write(tmp_path, "nulls.json", nulls)]
    first, second = program("analyze", "--format", "json", *files).lines
    places = [(c["start"], c["end"], c["evidence"]) for c in first["claims"]]
    assert places == [(c["start"], c["end"], c["evidence"]) for c in second["claims"]]
    for start, end, evidence in places:
        assert f"\n\n{source['text']}"[start:end] == evidence


def test_analyze_reads_the_article_out_of_a_page(program: Program, tmp_path: Path) -> None:
    article = json.loads((GOLD / "d-en-001.json").read_text())
    paragraphs = "".join(f"<p>{part}</p>" for part in article["text"].split("\n\n"))
    page = (
        f"<html lang='en'><head><title>{article['title']}</title></head><body><nav>Menu</nav>"
        f"<article><h1>{article['title']}</h1>{paragraphs}</article></body></html>"
    )
    file = write(tmp_path, "page.html", page)
    (line,) = program("analyze", "--format", "json", file).lines
    assert line["language"] == "en"
    for claim in line["claims"]:
        assert claim["evidence"] in article["text"] or claim["evidence"] in article["title"]


def test_analyze_tells_of_unreadable_files_and_does_the_rest(
    program: Program, tmp_path: Path
) -> None:
    broken = {
        "missing.json": None,
        "paper.pdf": "%PDF",
        "binary.txt": b"\xff\xfe\x00x",
        "empty.txt": " \n",
        "broken.json": "{",
        "list.json": "[]",
        "no-text.json": {"title": "x"},
        "null-text.json": {"text": None},
        "number.json": {"text": "x", "published": 20260101},
        "deep.json": "[" * 100_000,
        "empty.html": "",
    }
    files = []
    for name, content in broken.items():
        path = tmp_path / name
        files.append(path if content is None else write(tmp_path, name, content))  # type: ignore[arg-type]
    outcome = program("analyze", "--format", "json", tmp_path, *files, SEEDS[0])
    assert outcome.code == 1
    *errors, last = outcome.lines
    assert [error["file"] for error in errors] == [str(tmp_path), *map(str, files)]
    for error in errors:
        assert set(error) == {"file", "error"}
        assert error["error"]
        assert "\n" not in error["error"]
    assert last["file"] == str(SEEDS[0])
    assert "claims" in last


def test_analyze_passes_a_lone_surrogate_through_as_json(program: Program, tmp_path: Path) -> None:
    file = write(tmp_path, "odd.json", '{"text": "France will send troops \\ud800 to Ukraine."}')
    outcome = program("analyze", "--format", "json", file)
    assert outcome.code == 0
    assert len(outcome.lines) == 1


def test_analyze_imports_neither_database_nor_page_reader() -> None:
    script = (
        "import sys; from worker.cli import run; "
        f"run(['analyze', '--format', 'json', {str(SEEDS[0])!r}]); "
        "print([m for m in ('sqlalchemy', 'trafilatura', 'lxml', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=REPOSITORY, check=True
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_replay_twice_gives_the_same_bytes() -> None:
    outcomes = [spawn("replay", GOLD, "--format", "json", PYTHONHASHSEED=seed) for seed in "12"]
    assert outcomes[0].code == 0
    assert outcomes[0].out == outcomes[1].out
    assert outcomes[0].lines
    for line in outcomes[0].lines:
        assert set(line) == ALERT_KEYS


def test_replay_tells_of_unreadable_articles_and_judges_the_rest(
    program: Program, tmp_path: Path
) -> None:
    write(tmp_path, "a.json", {"text": "x", "published": "yesterday"})
    (tmp_path / "b.json").write_text("{")
    outcome = program("replay", "--format", "json", tmp_path, GOLD)
    assert outcome.code == 1
    assert [line.split(": ")[1] for line in outcome.errors] == [
        str(tmp_path / "a.json"),
        str(tmp_path / "b.json"),
    ]
    assert "is no date such as 2026-01-31: 'yesterday'" in outcome.errors[0]
    assert outcome.lines == program("replay", "--format", "json", GOLD).lines


def test_evaluate_reports_scores_and_what_changed(program: Program, tmp_path: Path) -> None:
    (report,) = program("evaluate", GOLD, "--format", "json").lines
    assert {"overall", "languages", "measures", "stances", "relevance", "errors"} <= set(report)
    assert report["verbatim"]["right"] == report["verbatim"]["of"]
    old = write(tmp_path, "old.json", {**report, "found": {}, "errors": []})
    (again,) = program("evaluate", GOLD, "--format", "json", "--diff", old).lines
    assert len(again["diff"]["gained"]) == report["overall"]["tp"]
    shown = program("evaluate", GOLD)
    assert f"F1 {report['overall']['f1']:.3f}" in shown.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["nonsense"], 2, "No such command 'nonsense'"),
        (["analyze"], 2, "Missing argument"),
        (["analyze", "--format", "xml", "x.txt"], 2, "--format"),
        (["analyze", "--unknown", "x.txt"], 2, "No such option: --unknown"),
        (["replay", "nowhere.json"], 1, "nowhere.json: cannot be read"),
        (["evaluate", "nowhere.json"], 1, "nowhere.json"),
        (["positions", "--as-of", "gestern"], 2, "YYYY-MM-DD is allowed"),
        (["positions", "--known-at", "gestern"], 2, "must be a date such as"),
        (["positions", "--actor", "Norway"], 2, "ISO 3166-1"),
        (["suppressed", "--reason", "mood"], 2, "must be one of: "),
        (["deliveries", "retry"], 2, "say --all"),
        (["deliveries", "--state", "lost"], 2, "must be one of: pending"),
        (["alerts", "render", "abc"], 2, "no alert"),
        (["channels", "test", "desk"], 2, "no channel named 'desk'; there are: console"),
        (["baseline", "load", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["run", "--config", "nowhere"], 2, "no configuration folder nowhere"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_the_right_code(
    program: Program, arguments: list[str], code: int, told: str
) -> None:
    outcome = program(*arguments)
    assert outcome.code == code
    (line,) = outcome.errors
    assert told in line
    assert outcome.out == ""


def test_no_command_shows_the_help_and_is_wrong_usage(program: Program) -> None:
    outcome = program()
    assert outcome.code == 2
    for command in ("run", "demo", "analyze", "replay", "evaluate", "positions", "check"):
        assert f"\n  {command} " in outcome.err


def test_positions_fill_from_the_baseline_and_come_with_their_proof(program: Program) -> None:
    assert program("positions", "--format", "json").out == ""
    unknown = program("positions", "--actor", "XX")
    assert unknown.code == 2
    assert "--actor XX: no such actor; known: " in unknown.err
    assert " DE, " in unknown.err
    assert program("positions", "--actor", "FJ").code == 0
    (loaded,) = program("baseline", "load", "--format", "json").lines
    assert loaded["added"] > 0
    assert program("baseline", "load", "--format", "json").lines == [{"added": 0}]
    everything = program("positions", "--format", "json").lines
    assert {line["actor"] for line in everything} >= {"FR", "GB", "US"}
    seeds = "".join(seed.read_text() for seed in SEEDS)
    for line in everything:
        assert line["proof"]["evidence"] in seeds
    french = program("positions", "--format", "json", "--actor", "fr").lines
    assert french == [line for line in everything if line["actor"] == "FR"]
    assert program("positions", "--format", "json", "--known-at", "2020-01-01").lines == []


def test_the_matrix_shows_actors_measures_and_stances(program: Program) -> None:
    program("baseline", "load")
    shown = program("positions", "--matrix").out
    assert "United Kingdom" in shown
    assert "troops" in shown
    assert "✖ ruled out" in shown


def test_empty_stores_have_empty_answers(program: Program) -> None:
    for command in ("alerts", "deliveries", "suppressed"):
        assert program(command, "--format", "json") == Outcome(0, "", "")
        assert program(command).code == 0
    assert program("deliveries", "list", "--format", "json").out == ""
    assert program("deliveries", "retry", "--all", "--format", "json").lines == [{"retried": 0}]


def test_feeds_are_listed_before_the_first_round(program: Program) -> None:
    lines = program("feeds", "--format", "json").lines
    assert len(lines) >= 40
    assert {line["state"] for line in lines} == {"not polled yet"}


def test_routes_test_shows_the_way_a_change_would_take(program: Program, tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(
        "channels: [{name: here, type: console}, {name: loud, type: console}]"
    )
    (tmp_path / "routes.yaml").write_text(
        "route:\n  channels: here\n"
        "  routes: [{name: north, match: {actor: [NO, SE]}, channels: [loud, here]}]\n"
    )
    options = ("--config", tmp_path, "--format", "json")
    (taken,) = program("routes", "test", "--actor", "no", *options).lines
    assert (taken["route"], taken["channels"]) == ("north", "loud, here")
    (taken,) = program("routes", "test", "--actor", "FR", *options).lines
    assert taken["channels"] == "here"


def test_channels_test_sends_and_tells_which_failed(program: Program, tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(
        "channels:\n"
        "  - {name: here, type: console}\n"
        "  - {name: desk, type: slack, webhook_url: env:NOT_SET_ANYWHERE}\n"
    )
    outcome = program("channels", "test", "--config", tmp_path)
    assert outcome.code == 1
    assert "[TEST] Coalition Watch: Test message (here)" in outcome.out
    assert outcome.errors[0] == "here: ok"
    assert outcome.errors[1].startswith("desk: secret env:NOT_SET_ANYWHERE")


def test_check_names_every_mistake_of_every_part(program: Program, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("worker: {tick: soon}\n")
    (tmp_path / "routes.yaml").write_text("route: {channels: [desk]}\n")
    outcome = program("check", "--config", tmp_path, "--format", "json")
    assert outcome.code == 2
    problems = [line["problem"] for line in outcome.lines if "problem" in line]
    told = "\n".join(problems)
    for part in ("settings.yaml:1: worker.tick", "routes.yaml:1: route.channels"):
        assert part in told
    assert outcome.lines[-1]["ok"] is False


def test_check_finds_missing_secrets_and_wrong_rows_of_an_own_lexicon(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "channels.yaml").write_text(
        "channels: [{name: desk, type: slack, webhook_url: env:NOT_SET_ANYWHERE}]"
    )
    tables = tmp_path / "lexicon" / "en"
    tables.mkdir(parents=True)
    (tables / "nonsense.tsv").write_text("a\tb\n")
    outcome = program("check", "--config", tmp_path)
    assert outcome.code == 2
    assert "channel desk: secret env:NOT_SET_ANYWHERE" in outcome.err
    assert "nonsense" in outcome.err


def test_run_without_a_feed_is_refused(program: Program, tmp_path: Path) -> None:
    outcome = program("run", "--once", "--config", tmp_path)
    assert outcome.code == 2
    assert outcome.errors[-1].endswith("feeds.yaml: no feed is enabled")


def test_a_reader_that_stops_reading_ends_the_program_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -m worker analyze --format json "
        f"{' '.join(map(str, SEEDS * 40))} | head -c 10",
        shell=True,
        capture_output=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.stderr == b""
