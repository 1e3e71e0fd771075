"""Faults around the worker that it must outlive by itself (docs/reliability.md)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import event, text

from tests.integration.desk import SetClock
from tests.integration.test_pipeline import NO_PATIENCE, sqlite_desk  # noqa: F401
from worker.app import App


class SmallDisk:
    """Lets a database file grow no further than so many pages, as a full disk does."""

    def __init__(self, app: App) -> None:
        self.pages = 2**30
        event.listen(app.store.database.engine, "checkout", self._bound)

    def _bound(self, connection, *_):
        connection.execute(f"PRAGMA max_page_count={self.pages}")


def pages(app: App) -> int:
    with app.store.database.read() as connection:
        return connection.execute(text("PRAGMA page_count")).scalar_one()


async def test_a_full_disk_loses_nothing_and_the_worker_goes_on_when_there_is_room(
    sqlite_desk,  # noqa: F811
    caplog,
):
    for number in range(40):
        sqlite_desk.story(
            "a", f"CLAIM NO troops committed {number}" if number else "CLAIM NO troops open"
        )
    app = sqlite_desk.app()
    disk = SmallDisk(app)
    async with app.working() as engine:
        disk.pages = pages(app)
        running = asyncio.create_task(engine.run_once(patience=NO_PATIENCE))
        while "the disk is full" not in caplog.text:
            await asyncio.sleep(0.02)
            assert not running.done()
        disk.pages = 2**30
        await running
    counts = app.store.queries.counts()
    assert (counts["entries"], counts["articles"]) == (40, 40)
    assert (counts["entries_waiting"], counts["articles_waiting"]) == (0, 0)
    assert {alert["actor"] for alert in sqlite_desk.hook.alerts} == {"NO"}


async def test_a_clock_that_jumps_by_an_hour_brings_no_flood_and_no_silence(sqlite_desk):  # noqa: F811
    clock = SetClock(datetime.now(UTC))
    sqlite_desk.story("a", "CLAIM NO troops committed")
    app = await sqlite_desk.round(clock=clock)
    assert len(sqlite_desk.hook.alert_ids) == 1
    asked = sqlite_desk.press.asked["/a.xml"]
    for hours in (-1, 1, -1):
        clock.move(hours=hours)
        await app.run_once(patience=NO_PATIENCE)
    assert len(sqlite_desk.hook.alert_ids) == 1
    assert sqlite_desk.press.asked["/a.xml"] <= asked + 1
    sqlite_desk.story("a", "CLAIM SE troops committed")
    clock.move(hours=3)
    await app.run_once(patience=NO_PATIENCE)
    assert [alert["actor"] for alert in sqlite_desk.hook.alerts] == ["NO", "SE"]
