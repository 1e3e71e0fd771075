"""Commands on alerts and baselines: ``evaluate --changes``, ``replay --diff``, ``baseline …``."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import insert

from worker.adapters.store import Store, tables
from worker.cli import run

REPOSITORY = Path(__file__).parents[2]
GOLD = REPOSITORY / "tests" / "gold" / "dev"
CHANGES = REPOSITORY / "tests" / "gold" / "changes" / "dev.yaml"
SEED = REPOSITORY / "seeds" / "001_856c581a5c0a1ee7.txt"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own copy of configuration and seeds that a test may change."""
    shutil.copytree(REPOSITORY / "config", tmp_path / "config")
    shutil.copytree(REPOSITORY / "seeds", tmp_path / "seeds")
    settings = tmp_path / "config" / "settings.yaml"
    written = yaml.safe_load(settings.read_text("utf-8"))
    written["baseline"] = {"file": "../seeds/baseline.yaml"}
    settings.write_text(yaml.safe_dump(written), encoding="utf-8")
    monkeypatch.setenv("COALITION_WATCH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/watch.db")
    return tmp_path / "config"


@pytest.fixture
def call(config: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The program: its exit code, standard output and standard error."""

    def called(*words: object) -> tuple[int, str, str]:
        code = run([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return called


def test_labelled_claims_give_the_labelled_changes(call: Any) -> None:
    code, out, _ = call("evaluate", GOLD, "--changes", CHANGES, "--gold-claims", "--format", "json")
    report = json.loads(out)
    assert code == 0
    assert report["claims"] == "labelled"
    assert report["precision"] >= 0.98
    assert report["recall"] >= 0.98


def test_the_extractor_is_judged_by_the_alerts_it_leads_to(call: Any) -> None:
    file = GOLD / "d-de-001.json"
    code, out, _ = call("evaluate", file, "--changes", CHANGES, "--format", "json")
    report = json.loads(out)
    assert (code, report["claims"]) == (0, "extracted")
    told = report["right"] + len(report["missed"])
    assert told == CHANGES.read_text("utf-8").count("      - raised") + 1  # one is confirmed


def test_the_figures_are_shown_to_a_person(call: Any) -> None:
    code, out, _ = call("evaluate", GOLD, "--changes", CHANGES, "--gold-claims")
    assert code == 0
    assert "precision 1.000 · recall 1.000" in out


def test_a_missing_file_of_labels_is_one_clear_line(call: Any, tmp_path: Path) -> None:
    code, _, err = call("evaluate", GOLD, "--changes", tmp_path / "none.yaml")
    assert code == 2
    assert "none.yaml: cannot be read" in err
    assert len(err.splitlines()) == 1


def test_a_replay_against_itself_differs_in_nothing(call: Any, tmp_path: Path) -> None:
    _, out, _ = call("replay", GOLD, "--format", "json")
    old = tmp_path / "old.jsonl"
    old.write_text(out, encoding="utf-8")
    assert call("replay", GOLD, "--diff", old, "--format", "json")[:2] == (0, "")


def test_what_an_earlier_replay_lacked_is_gained_and_what_it_had_more_is_lost(
    call: Any, tmp_path: Path
) -> None:
    _, out, _ = call("replay", GOLD, "--format", "json")
    lines = [json.loads(line) for line in out.splitlines()]
    other = {**lines[0], "alert_id": "another"}
    old = tmp_path / "old.jsonl"
    old.write_text("\n".join(map(json.dumps, [other, *lines[1:]])), encoding="utf-8")
    _, out, _ = call("replay", GOLD, "--diff", old, "--format", "json")
    told = [json.loads(line) for line in out.splitlines()]
    assert [(line["diff"], line["alert_id"]) for line in told] == [
        ("gained", lines[0]["alert_id"]),
        ("lost", "another"),
    ]


def other_config(config: Path, file: str, content: Any) -> Path:
    other = config.parent / "other"
    shutil.copytree(config, other)
    (other / file).parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (other / file).write_text(text, encoding="utf-8")
    return other


def diffed(call: Any, *words: object) -> list[dict[str, Any]]:
    code, out, _ = call("replay", GOLD, *words, "--format", "json")
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def test_other_routes_show_which_alerts_would_go_elsewhere(call: Any, config: Path) -> None:
    quiet = {"name": "germany", "match": {"actor": "DE"}, "channels": []}
    routes = {"route": {"channels": ["console"], "routes": [quiet]}}
    lines = diffed(call, "--diff", other_config(config, "routes.yaml", routes))
    assert {line["actor"] for line in lines} == {"DE"}
    gained = [line for line in lines if line["diff"] == "gained"]
    lost = [line for line in lines if line["diff"] == "lost"]
    assert {tuple(line["told"]) for line in gained} == {("default/console",)}
    assert {(*line["told"], line["held"]) for line in lost} == {("no_route",)}
    assert len(gained) == len(lost)


def test_another_lexicon_shows_the_alerts_gained_and_lost(call: Any, config: Path) -> None:
    head = "code\tkind\tpattern\texample\tcounter\n"
    row = "FI\tpseudo\tHelsinki will do\tWhat Helsinki will do\tWhat Helsinki does\n"
    lines = diffed(call, "--diff", other_config(config, "lexicon/en/actors.tsv", head + row))
    assert [(line["diff"], line["actor"], line["measure"]) for line in lines] == [
        ("gained", "FI", "training")
    ]


def test_a_configuration_compared_with_itself_differs_in_nothing(call: Any, config: Path) -> None:
    assert diffed(call, "--diff", config) == []


def test_the_way_of_each_alert_is_shown_where_asked_for(call: Any) -> None:
    (first, *_) = diffed(call, "--routed")
    assert (first["told"], first["held"]) == (["default/console"], None)


def test_stored_articles_are_replayed_as_they_were_told(call: Any, config: Path) -> None:
    gold = json.loads((GOLD / "d-de-001.json").read_text("utf-8"))
    code, out, _ = call("replay", GOLD / "d-de-001.json", "--format", "json")
    store(config.parent / "watch.db", gold)
    assert (code, out) == call("replay", "--stored", "--format", "json")[:2]
    assert out


def store(database: Path, gold: dict[str, Any]) -> None:
    """The article as the worker would have stored it, judged to be coverage."""
    kept = Store(f"sqlite:///{database}")
    now = datetime(2026, 3, 1, tzinfo=UTC)
    words = {"url": gold["url"], "title": gold["title"], "text": gold["text"]}
    words |= {
        "language": gold["lang"],
        "published": gold["published"],
        "source": gold.get("source"),
    }
    done = {"state": "done", "next_at": now, "revision": 1, "content_hash": "", "seeding": False}
    times = {"sort_at": now, "first_seen": now, "fetched_at": now}
    with kept.database.write() as connection:
        row = words | done | times | {"text_source": "page", "relevant": True}
        connection.execute(insert(tables.article), row)
    kept.close()


@pytest.mark.parametrize("words", [(), (GOLD, "--stored")])
def test_what_is_replayed_must_be_named_once(call: Any, words: tuple[object, ...]) -> None:
    code, _, err = call("replay", *words)
    assert code == 2
    assert "--stored" in err


def test_what_is_no_earlier_replay_is_named(call: Any, tmp_path: Path) -> None:
    old = tmp_path / "old.jsonl"
    old.write_text('{"alert_id": 1}', encoding="utf-8")
    code, _, err = call("replay", GOLD, "--diff", old)
    assert code == 1
    assert "old.jsonl: not the lines of replay --format json" in err


def test_a_baseline_is_proposed_compared_and_accepted(
    call: Any, config: Path, tmp_path: Path
) -> None:
    proposed = tmp_path / "seeds" / "proposed.yaml"
    assert call("baseline", "build", SEED, "--published", "2026-01-06", "--out", proposed)[0] == 0
    code, out, _ = call("baseline", "diff", proposed, "--format", "json")
    assert code == 0
    assert all(line["reviewed"] != line["proposed"] for line in map(json.loads, out.splitlines()))
    assert call("baseline", "accept", proposed, "--by", "Ada", "--note", "first try")[0] == 0
    reviewed = yaml.safe_load((tmp_path / "seeds" / "baseline.yaml").read_text("utf-8"))
    assert reviewed["accepted"][0]["by"] == "Ada"
    assert call("baseline", "diff", proposed, "--format", "json")[:2] == (0, "")
    assert call("baseline", "load")[0] == 0


def test_a_proposal_with_a_quote_that_stands_nowhere_is_not_accepted(
    call: Any, tmp_path: Path
) -> None:
    target = tmp_path / "seeds" / "baseline.yaml"
    before = target.read_bytes()
    proposed = tmp_path / "proposed.yaml"
    proposed.write_text(before.decode().replace("Washington weigerte", "Washington weigert"))
    code, _, err = call("baseline", "accept", proposed, "--by", "Ada")
    assert code == 2
    assert "proposed.yaml, line 20: evidence: not verbatim" in err
    assert target.read_bytes() == before


def test_a_date_that_is_none_is_refused(call: Any) -> None:
    code, _, err = call("baseline", "build", SEED, "--published", "January")
    assert code == 2
    assert "--published: 'January' is no date" in err


def test_the_bundled_baseline_is_never_overwritten(
    call: Any, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = REPOSITORY / "seeds" / "baseline.yaml"
    before = bundled.read_bytes()
    monkeypatch.setenv("COALITION_WATCH_CONFIG", str(REPOSITORY / "config"))
    code, _, err = call("baseline", "accept", bundled, "--by", "Ada")
    assert code == 2
    assert "the bundled baseline is not overwritten" in err
    assert bundled.read_bytes() == before
