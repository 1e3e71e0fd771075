"""``db``: moved to PostgreSQL with every row counted, saved while in use, brought back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.acceptance.conftest import Program
from tests.integration.values import NOW
from worker.adapters.store import Store, tables
from worker.ports import Note

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def contents(url: str) -> dict[str, list[Any]]:
    """Every row of every table."""
    store = Store(url)
    with store.database.read() as connection:
        rows = {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in tables.metadata.sorted_tables
        }
    store.close()
    return rows


@pytest.fixture
def filled(program: Program, config: Path) -> str:
    """A SQLite database after a round over the press."""
    assert program("run", "--once").code == 0
    return f"sqlite:///{config / 'watch.db'}"


@pytest.fixture
def server_url(postgres: Any, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database on a server whose client programs are found."""
    monkeypatch.setenv("PATH", f"{postgres.bin}{os.pathsep}{os.environ['PATH']}")
    return postgres_url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A filled database of each kind, which the commands work on."""
    url = filled = request.getfixturevalue("filled")
    if request.param == "postgres":
        url = request.getfixturevalue("server_url")
        assert request.getfixturevalue("program")("db", "copy", filled, url).code == 0
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.mark.postgres
def test_a_copy_has_every_row_and_its_counts_are_told(program, filled, postgres_url):
    copied = program("db", "copy", filled, postgres_url, "--format", "json")
    assert copied.code == 0, copied.err
    rows = map(json.loads, copied.out.splitlines())
    counts = {row["table"]: (row["source"], row["target"]) for row in rows}
    assert counts["article"] == (1, 1)
    assert counts["claim"][0] >= 50
    assert all(before == after for before, after in counts.values())
    assert contents(postgres_url) == contents(filled)


@pytest.mark.postgres
def test_numbers_go_on_after_those_that_were_copied(program, filled, postgres_url):
    assert program("db", "copy", filled, postgres_url).code == 0
    store = Store(postgres_url)
    with store.database.write() as connection:
        highest = connection.execute(sa.select(sa.func.max(tables.entry.c.id))).scalar_one()
        row = connection.execute(sa.select(tables.entry)).mappings().first()
        new = {**row, "key": "another"}
        del new["id"]
        made = connection.execute(tables.entry.insert(), new).inserted_primary_key
    store.close()
    assert made[0] == highest + 1


@pytest.mark.postgres
def test_a_database_that_holds_something_is_not_copied_into(program, filled, postgres_url):
    store = Store(postgres_url)
    store.note(Note("here", "", ""), NOW)
    store.close()
    refused = program("db", "copy", filled, postgres_url)
    assert (refused.code, "is not empty (note has rows)" in refused.err) == (2, True)


def test_a_back_up_brings_everything_back(program, url, tmp_path):
    before = contents(url)
    saved = program("db", "backup", tmp_path / "saved")
    assert saved.code == 0, saved.err
    store = Store(url)
    store.note(Note("after the back-up", "", ""), NOW)
    store.close()
    assert contents(url) != before
    restored = program("db", "restore", tmp_path / "saved", "--yes")
    assert restored.code == 0, restored.err
    assert contents(url) == before


def test_what_is_no_back_up_changes_nothing(program, url, tmp_path):
    before = contents(url)
    (tmp_path / "other").write_bytes(b"this is no back-up" * 1000)
    refused = program("db", "restore", tmp_path / "other", "--yes")
    assert (refused.code, len(refused.err.splitlines())) == (1, 1), refused.err
    assert contents(url) == before


def test_a_restore_is_asked_for_twice_and_a_back_up_never_overwrites(program, filled, tmp_path):
    assert program("db", "backup", tmp_path / "saved").code == 0
    assert program("db", "backup", tmp_path / "saved").code == 2
    assert program("db", "restore", tmp_path / "saved").code == 2
    assert program("db", "restore", tmp_path / "nothing", "--yes").code == 2
