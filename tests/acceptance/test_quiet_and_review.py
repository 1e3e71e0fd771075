"""Commands on silences, the review queue and operational notes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from worker.adapters.store import Store
from worker.adapters.store.notes import add_review
from worker.cli import run
from worker.ports import Note, ReviewItem

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The database that the commands work on."""
    url = f"sqlite:///{tmp_path}/watch.db"
    monkeypatch.setenv("COALITION_WATCH_CONFIG", str(REPOSITORY / "config"))
    monkeypatch.setenv("DATABASE_URL", url)
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def call(store: Store, capsys: pytest.CaptureFixture[str]) -> Any:
    """The program: its exit code, its JSON lines (or words) and standard error."""

    def called(*words: object) -> tuple[int, list[Any], str]:
        code = run([str(word) for word in words])
        told = capsys.readouterr()
        lines = told.out.splitlines()
        return code, [json.loads(x) for x in lines if x.startswith("{")], told.err

    return called


def _silence(call: Any, *match: str, lasting: str = "2d") -> tuple[int, list[Any], str]:
    words = ("--for", lasting, "--by", "ana", "--reason", "summit", "--format", "json")
    return call("silences", "add", *match, *words)  # type: ignore[no-any-return]


def test_a_silence_is_added_listed_and_ended_by_the_beginning_of_its_id(call: Any) -> None:
    code, [added], _ = _silence(call, "actor=de,FR", "severity=low")
    assert code == 0
    assert added["match"] == {"actor": ["DE", "FR"], "severity": ["low"]}
    lasts = datetime.fromisoformat(added["ends_at"]) - datetime.fromisoformat(added["starts_at"])
    assert lasts == timedelta(days=2)
    assert [s["id"] for s in call("silences", "list", "--format", "json")[1]] == [added["id"]]
    assert call("silences", "expire", added["id"][:8])[0] == 0
    assert call("silences", "list", "--format", "json")[1] == []
    [ended] = call("silences", "list", "--all", "--format", "json")[1]
    assert (ended["by"], ended["reason"]) == ("ana", "summit")
    assert call("silences", "expire", added["id"][:8])[0] == 2


@pytest.mark.parametrize(
    ("match", "lasting", "told"),
    [
        ("colour=red", "1d", "labels: actor, measure"),
        ("measure=tanks", "1d", "allowed: troops"),
        ("actor=Germany", "1d", "alpha-2"),
        ("item=", "1d", "a value is missing"),
        ("actor=DE", "soon", "30m, 12h, 2d or 1w"),
        ("actor=DE", "0d", "30m, 12h, 2d or 1w"),
    ],
)
def test_a_wrong_silence_is_refused_with_what_is_allowed(
    call: Any, match: str, lasting: str, told: str
) -> None:
    code, lines, error = _silence(call, match, lasting=lasting)
    assert (code, lines) == (2, [])
    assert told in error


def _queue(store: Store, detail: str = "uz") -> None:
    item = ReviewItem("unsupported_language", "http://a.example/1", "Sarlavha", detail)
    with store.database.write() as connection:
        add_review(connection, item, NOW)


def test_a_review_item_is_marked_as_done_and_stays_listed_with_all(call: Any, store: Store) -> None:
    _queue(store)
    [item] = call("review", "--format", "json")[1]
    assert (item["reason"], item["title"]) == ("unsupported_language", "Sarlavha")
    assert call("review", "done", item["id"], "--by", "ana", "--note", "no coverage")[0] == 0
    assert call("review", "--format", "json")[1] == []
    [done] = call("review", "--all", "--format", "json")[1]
    assert (done["state"], done["done_by"], done["remark"]) == ("done", "ana", "no coverage")
    assert call("review", "done", item["id"], "--by", "ana")[0] == 1


def test_what_is_done_comes_back_only_if_it_reads_differently(call: Any, store: Store) -> None:
    _queue(store)
    [item] = call("review", "--format", "json")[1]
    call("review", "done", item["id"], "--by", "ana")
    _queue(store)
    assert call("review", "--format", "json")[1] == []
    _queue(store, "uz, edited")
    assert [i["detail"] for i in call("review", "--format", "json")[1]] == ["uz, edited"]


def test_operational_notes_are_listed_by_kind(call: Any, store: Store) -> None:
    store.note(Note("feed_dying", "a", "gone"), NOW)
    store.note(Note("channel_off", "b", "no secret"), NOW)
    assert [n["subject"] for n in call("notes", "--format", "json")[1]] == ["b", "a"]
    [dying] = call("notes", "--kind", "feed_dying", "--format", "json")[1]
    assert dying["detail"] == "gone"
