"""Data past its time is dropped; what was claimed, told and recognised by stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.integration.desk import ENVIRON, SetClock, write_config
from tests.integration.newsroom import Press, Receiver, publishing, receiving, stub_analyze
from worker.adapters.store import tables
from worker.app import App, build
from worker.core.upkeep import Kept
from worker.settings import load_settings

WEEK = timedelta(days=7)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'watch.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    return {
        "DATABASE_URL": request.getfixturevalue(f"{request.param}_url"),
        "COALITION_WATCH_RETENTION": "{article_texts: 7d, message_texts: 7d, attempts: 7d, "
        "held_back: 7d, notes: 7d}",
    }


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def config(tmp_path: Path, receiver: Receiver) -> Iterator[Path]:
    with publishing(Press()) as press:
        for number, state in enumerate(("NO", "SE")):
            press.add(f"feed{number}", f"A pledge of {state}", f"CLAIM {state} troops committed")
        yield write_config(
            tmp_path / "config", press, {"desk": receiver.url}, route={"group_wait": 0}
        )


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def app(config: Path, environ: dict[str, str], clock: SetClock) -> Iterator[App]:
    settings = load_settings(config, environ)
    app = build(settings, environ=ENVIRON, clock=clock, analyze=stub_analyze)
    yield app
    app.close()


def column(app: App, table: Any, name: str) -> list[Any]:
    with app.store.database.read() as connection:
        return list(connection.execute(select(table.c[name]).order_by(table.c.id)).scalars())


async def test_texts_go_and_quotes_titles_and_hashes_stay(app: App, clock: SetClock) -> None:
    await app.run_once()
    hashes = column(app, tables.article, "content_hash")
    before = [(p.slot, p.stance) for p in app.positions()]
    assert all(column(app, tables.article, "text"))
    with app.store.database.write() as connection:  # as of entries whose page was never read
        connection.execute(update(tables.entry).values(summary="What was said.", state="failed"))
    clock.move(days=8)
    dropped = app.apply_retention()
    assert (dropped["article_texts"], dropped["entry_texts"]) == (2, 2)
    assert column(app, tables.article, "text") == ["", ""]
    assert column(app, tables.entry, "summary") == ["", ""]
    assert column(app, tables.article, "content_hash") == hashes
    assert sorted(column(app, tables.article, "title")) == ["A pledge of NO", "A pledge of SE"]
    quotes = {alert.evidence.quote for alert in app.alerts()}
    assert quotes == {"CLAIM NO troops committed", "CLAIM SE troops committed"}
    assert [(p.slot, p.stance) for p in app.positions()] == before


async def test_a_round_drops_by_itself_and_the_same_article_is_not_told_again(
    app: App, clock: SetClock, receiver: Receiver
) -> None:
    await app.run_once()
    told = len(receiver.alert_ids)
    clock.move(days=8)
    await app.run_once()
    assert column(app, tables.article, "text") == ["", ""]
    clock.move(days=8)
    await app.run_once()  # the feeds still show both articles
    assert len(receiver.alert_ids) == told == 2
    assert len(column(app, tables.article, "id")) == 2


async def test_records_of_the_work_go_and_that_it_was_done_stays(app: App, clock: SetClock) -> None:
    await app.run_once()
    assert column(app, tables.attempt, "id")
    clock.move(days=8)
    dropped = app.apply_retention()
    assert dropped["message_texts"] == len(app.deliveries())
    assert dropped["attempts"] == len(app.deliveries())
    assert not column(app, tables.attempt, "id")
    assert {row["state"] for row in app.deliveries()} == {"sent"}
    assert column(app, tables.delivery, "payload") == [{}] * len(app.deliveries())
    assert app.apply_retention() == {}


async def test_a_dead_letter_keeps_its_message(
    app: App, clock: SetClock, receiver: Receiver
) -> None:
    await app.run_once()
    with app.store.database.write() as connection:
        connection.execute(update(tables.delivery).values(state="dead"))
    clock.move(days=8)
    app.apply_retention()
    assert all(column(app, tables.delivery, "payload"))
    assert app.retry_deliveries() == len(app.deliveries())


async def test_what_is_young_or_waits_or_has_no_limit_stays(app: App, clock: SetClock) -> None:
    await app.run_once()
    clock.move(days=6)
    assert app.apply_retention() == {}
    clock.move(days=60)
    assert app.store.retention.drop(Kept(), clock.now()) == {}
    with app.store.database.write() as connection:
        connection.execute(update(tables.article).values(state="pending"))
    assert "article_texts" not in app.apply_retention()
    assert all(column(app, tables.article, "text"))


async def test_more_rows_than_one_step_takes_are_all_dropped(
    app: App, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.adapters.store.retention.BATCH", 1)
    await app.run_once()
    clock.move(days=8)
    assert app.apply_retention()["article_texts"] == 2


def test_a_limit_below_a_day_is_refused(config: Path) -> None:
    with pytest.raises(Exception, match=r"retention.notes: must be at least 1d"):
        load_settings(config, {"COALITION_WATCH_RETENTION__NOTES": "5h"})
