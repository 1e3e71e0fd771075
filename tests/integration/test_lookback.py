"""The first start reads what the sources still offer, in silence, before the first alert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tests.integration.desk import SetClock
from tests.integration.test_pipeline import NO_PATIENCE, desk, sqlite_desk  # noqa: F401
from worker.adapters.seeds import read_baseline
from worker.adapters.store import tables
from worker.core.baseline_care import propose_from_ledger
from worker.pipeline.lookback import LOOKED_BACK

LEASE = timedelta(minutes=15)


def told_days_ago(desk, feed, claim, days):  # noqa: F811
    desk.story(feed, claim)
    desk.press.feeds[feed][-1].published = datetime.now(UTC) - timedelta(days=days)


async def test_what_was_told_before_the_first_start_fills_the_ledger_and_is_not_told(desk):  # noqa: F811
    told_days_ago(desk, "a", "CLAIM NO troops committed", 0.1)
    told_days_ago(desk, "b", "CLAIM NO troops ruled_out", 80)
    told_days_ago(desk, "b", "CLAIM NO navy open", 100)
    app = await desk.round()
    (alert,) = desk.hook.alerts
    assert (alert["kind"], alert["from"]["stance"]) == ("new_pledge", "ruled_out")
    known = {str(p.slot) for p in app.positions(actor="NO")}
    assert "NO/troops" in known
    assert "NO/navy" not in known, "older than the look back"
    assert app.store.watching.milestone(LOOKED_BACK) is not None
    (note,) = app.notes(kind="looked_back")
    assert note["detail"].startswith("2 articles were read, 2 of them coverage")


async def test_how_far_back_it_goes_can_be_set(desk):  # noqa: F811
    desk.options = {"worker": {"first_look_back": "120d"}}
    told_days_ago(desk, "b", "CLAIM NO navy open", 100)
    app = await desk.round()
    assert "NO/navy" in {str(p.slot) for p in app.positions(actor="NO")}


async def test_the_operator_is_told_once_where_he_has_named_a_channel(desk):  # noqa: F811
    ops = desk.add_hook("ops")
    desk.options = {"route": {"channels": ["hook"]}, "operations": {"channels": ["ops"]}}
    told_days_ago(desk, "a", "CLAIM NO troops committed", 30)
    await desk.round()
    await desk.round()
    (told,) = ops.bodies
    assert "baseline build --from-ledger" in str(told)
    assert desk.hook.bodies == []


async def test_nothing_is_judged_before_every_feed_has_been_asked_once(desk):  # noqa: F811
    told_days_ago(desk, "a", "CLAIM NO troops committed", 0.1)
    told_days_ago(desk, "b", "CLAIM NO troops ruled_out", 80)
    clock = SetClock(datetime.now(UTC))
    app = await desk.round(clock=clock)
    store, now = app.store, clock.now()
    with store.database.write() as connection:
        connection.execute(tables.article.update().values(state="pending"))
    options = {"limit": 10, "lease_for": LEASE}
    with store.database.write() as connection:
        unasked = tables.feed.update().where(tables.feed.c.id == "b")
        connection.execute(unasked.values(last_checked_at=None))
    assert store.articles.claim_articles(now, **options, looking_back=True) == []
    assert len(store.articles.claim_articles(now, **options, looking_back=False)) == 2


async def test_a_search_feed_is_asked_about_the_months_before_week_by_week(desk):  # noqa: F811
    told_days_ago(desk, "s", "CLAIM NO troops ruled_out", 20)
    desk.press.searches.add("s")
    app = await desk.round()
    asked = [path for path in desk.press.asked if "after" in path]
    assert len(asked) == 13
    assert "NO/troops" in {str(p.slot) for p in app.positions(actor="NO")}
    with app.store.database.read() as connection:
        assert len(connection.execute(select(tables.entry.c.id)).all()) == 1


async def test_what_was_found_is_proposed_as_a_baseline_that_can_be_accepted(desk, tmp_path):  # noqa: F811
    told_days_ago(desk, "b", "CLAIM NO troops ruled_out", 80)
    app = await desk.round()
    text, documents = propose_from_ledger(app.held_positions())
    out = tmp_path / "proposed"
    out.mkdir()
    for name, words in {**documents, "baseline.yaml": text}.items():
        (out / name).write_text(words, encoding="utf-8")
    proposed = read_baseline(out / "baseline.yaml")
    assert [(str(r.slot), r.stance.value) for r in proposed] == [("NO/troops", "ruled_out")]
