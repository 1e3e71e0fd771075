"""The store on a real SQLite file and a real PostgreSQL: nothing twice, nothing lost."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, text

from tests.integration.values import NOW, a_feed, a_record, an_alert, an_entry
from worker.adapters.store import Store, engine, tables
from worker.adapters.store.ledger import StoredView, apply_verdict
from worker.adapters.store.marks import MOST
from worker.core.alerting import AlertState
from worker.core.compare import Reason
from worker.core.origins import KnownText, sketch_of
from worker.core.outbox import Breaker, DeliveryState
from worker.core.routing import Handover, Silence
from worker.core.schedule import FeedState
from worker.core.views import JUDGED_ON, Suppressed, Verdict
from worker.errors import ConfigError, StoreError
from worker.model import Article, ChangeKind
from worker.ports import DeliveryResult, Judged, Note, Polled, ReviewItem

LEASE = timedelta(minutes=15)
SKETCH = sketch_of(" ".join(f"word{number}" for number in range(120)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'watch.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """A database of each kind that the worker runs on."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


# the database ---------------------------------------------------------------------------------


def not_fulltext(_thing: object, name: str, *_more: object) -> bool:
    """Full text is indexed by what each database has for it, beside the tables."""
    return "_fts" not in name and "_fulltext" not in name


def test_the_migrations_make_exactly_the_tables_of_the_code(store):
    with store.database.read() as connection:
        options = {"include_object": not_fulltext, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether a table is not one of the queue's."""
    return kind != "table" or not str(name).startswith(("procrastinate", "queue_"))


def test_opening_again_changes_nothing(url, store):
    store.feeds.sync([a_feed("a")], NOW)
    again = Store(url)
    assert [row["id"] for row in again.queries.feeds()] == ["a"]
    again.close()


def test_commits_are_flushed_to_the_disk_and_readers_never_wait(sqlite_url):
    store = Store(sqlite_url)
    with store.database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    store.close()


def test_a_reader_sees_the_last_commit_while_a_writer_is_at_work(store):
    with store.database.write() as writer:
        store_note(writer, "unseen")
        assert store.queries.notes() == []
    assert len(store.queries.notes()) == 1


def store_note(connection, subject):
    connection.execute(tables.note.insert().values(at=NOW, kind="test", subject=subject, detail=""))


def test_a_failing_transaction_leaves_nothing_behind(store):
    def fail():
        with store.database.write() as connection:
            store_note(connection, "lost")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.queries.notes() == []


def test_a_locked_database_is_told_in_one_clear_line(sqlite_url, monkeypatch):
    monkeypatch.setattr(engine, "LOCK_WAIT", 0.1)
    waiting = Store(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process holds its lock") as told:
        waiting.note(Note("a", "b", "c"), NOW)
    assert told.value.retryable
    assert "\n" not in str(told.value)
    other.execute("ROLLBACK")
    waiting.note(Note("a", "b", "c"), NOW)
    other.close()
    waiting.close()


def test_a_database_of_a_newer_version_is_refused(url, store):
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999 is unknown to this version") as told:
        Store(url)
    assert not told.value.retryable


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="no intact SQLite database"):
        Store(f"sqlite:///{tmp_path / 'x.db'}")


@pytest.mark.parametrize("wrong", ["mysql://h/x", "no url", "sqlite+nothing:///x"])
def test_a_wrong_database_url_names_what_is_allowed(wrong):
    with pytest.raises(ConfigError, match=r"allowed: sqlite:///"):
        Store(wrong)


def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(Exception, match="without a zone"):
        store.note(Note("a", "b", "c"), datetime(2026, 1, 1))  # noqa: DTZ001


# feeds ----------------------------------------------------------------------------------------


def claim_feeds(store, now=NOW, busy=(), limit=10):
    return store.feeds.claim(now, busy=busy, limit=limit, lease_for=LEASE)


def test_due_feeds_are_claimed_once_until_their_lease_ends(store):
    store.feeds.sync([a_feed("a"), a_feed("b")], NOW)
    assert [w.feed.id for w in claim_feeds(store)] == ["a", "b"]
    assert claim_feeds(store) == []
    assert len(claim_feeds(store, NOW + LEASE)) == 2


def test_feeds_of_busy_hosts_wait(store):
    store.feeds.sync([a_feed("a"), a_feed("b")], NOW)
    assert [w.feed.id for w in claim_feeds(store, busy=["a.example"])] == ["b"]


def test_one_host_never_takes_every_place(store):
    many = [a_feed(f"a{n:02}", host="many.example") for n in range(60)]
    store.feeds.sync([*many, a_feed("z")], NOW)
    first = claim_feeds(store, limit=4)
    assert {w.host for w in first} == {"many.example"}
    assert len(first) == 8
    second = claim_feeds(store, busy=["many.example"], limit=4)
    assert [w.feed.id for w in second] == ["z"]


def test_concurrent_claims_never_share_a_row(url, store):
    store.feeds.sync([a_feed(f"f{n:03}", host=f"h{n}.example") for n in range(120)], NOW)
    taken: list[str] = []
    stores = [store, Store(url)]

    def work(mine):
        while works := claim_feeds(mine, limit=5):
            taken.extend(w.feed.id for w in works)

    threads = [threading.Thread(target=work, args=(stores[n % 2],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores[1].close()
    assert sorted(taken) == [f"f{n:03}" for n in range(120)]


def poll(store, feed="a", entries=(), now=NOW, **state):
    (work,) = [w for w in claim_feeds(store, now) if w.feed.id == feed]
    after = replace(work.state, next_check_at=now + timedelta(hours=1), **state)
    return store.feeds.save_polls([Polled(work, after, entries, now)])[0]


def test_what_a_poll_brought_is_kept_with_its_validators(store):
    store.feeds.sync([a_feed("a")], NOW)
    entries = [an_entry("a", "1"), an_entry("a", "2")]
    assert poll(store, entries=entries, etag='W/"x"', last_success_at=NOW) == 2
    assert store.feeds.known_keys("a") == {"1", "2"}
    later = NOW + timedelta(hours=1)
    (work,) = claim_feeds(store, later)
    assert (work.state.etag, work.state.last_success_at) == ('W/"x"', NOW)
    assert store.feeds.save_polls([Polled(work, work.state, entries, later)]) == [0]


def test_the_result_of_a_lost_lease_changes_nothing(store):
    store.feeds.sync([a_feed("a")], NOW)
    (late,) = claim_feeds(store)
    (new,) = claim_feeds(store, NOW + LEASE)
    state = replace(new.state, next_check_at=NOW + timedelta(hours=2))
    entries = [an_entry("a", "1")]
    both = [Polled(late, late.state, entries, NOW), Polled(new, state, entries, NOW)]
    assert store.feeds.save_polls(both) == [-1, 1]


def test_a_feed_with_a_new_address_starts_anew_and_one_that_is_removed_rests(store):
    store.feeds.sync([a_feed("a"), a_feed("b")], NOW)
    poll(store, etag='"1"')
    moved = a_feed("a", host="new.example")
    store.feeds.sync([moved], NOW)
    (work,) = claim_feeds(store, NOW + LEASE)
    assert (work.feed.id, work.host, work.state.etag) == ("a", "new.example", None)


def test_an_unchanged_configuration_keeps_what_is_known(store):
    store.feeds.sync([a_feed("a")], NOW)
    poll(store, etag='"1"')
    store.feeds.sync([a_feed("a")], NOW)
    (work,) = claim_feeds(store, NOW + timedelta(hours=1))
    assert work.state.etag == '"1"'


def test_a_feed_that_is_gone_stays_disabled_until_its_address_changes(store):
    store.feeds.sync([a_feed("a")], NOW)
    poll(store, disabled="gone")
    store.feeds.sync([a_feed("a")], NOW)
    assert claim_feeds(store, NOW + timedelta(days=9)) == []
    store.feeds.sync([a_feed("a", host="new.example")], NOW)
    assert len(claim_feeds(store, NOW)) == 1


def test_a_feed_switched_off_is_not_polled(store):
    store.feeds.sync([replace(a_feed("a"), enabled=False)], NOW)
    assert claim_feeds(store) == []


# articles -------------------------------------------------------------------------------------


def with_entries(store, *entries, now=NOW):
    store.feeds.sync([a_feed("a")], now)
    poll(store, entries=entries, now=now, last_success_at=now)


def claim_entries(store, now=NOW, busy=()):
    works = store.articles.claim_entries(now, busy=busy, limit=10, lease_for=LEASE)
    return [work for work in works if not work.rereading]


def claim_articles(store, now=NOW):
    return store.articles.claim_articles(now, limit=10, lease_for=LEASE)


def read(store, words="The text.", now=NOW):
    (work,) = claim_entries(store, now)
    article = Article(text=words, title="T", url=work.entry.url, published="2026-03-01")
    assert store.articles.save_articles(work, [article], now)
    return work


def test_a_read_entry_becomes_an_article_to_judge(store):
    with_entries(store, an_entry("a", "1"))
    read(store)
    assert claim_entries(store, NOW + LEASE) == []
    (work,) = claim_articles(store)
    assert (work.article.text, work.revision, work.feed.id) == ("The text.", 1, "a")


def test_what_was_there_at_the_first_poll_is_marked_so(store):
    with_entries(store, an_entry("a", "1"))
    assert read(store).seeding
    later = NOW + timedelta(hours=1)
    poll(store, entries=[an_entry("a", "2")], now=later)
    (second,) = claim_entries(store, later)
    assert not second.seeding


def test_an_article_known_from_another_feed_is_not_fetched_again(store):
    with_entries(store, an_entry("a", "1"))
    read(store)
    later = NOW + timedelta(hours=1)
    poll(store, entries=[replace(an_entry("a", "2"), url=an_entry("a", "1").url)], now=later)
    (work,) = claim_entries(store, later)
    assert work.known_article is not None
    assert store.articles.link_article(work, work.known_article)
    assert store.queries.counts()["articles"] == 1


def test_a_changed_text_is_a_new_revision_and_the_old_one_is_kept(store):
    with_entries(store, an_entry("a", "1"), replace(an_entry("a", "2"), url=an_entry("a", "1").url))
    one, two = claim_entries(store)
    article = Article(text="Before.", title="T", url=one.entry.url, published="2026-03-01")
    store.articles.save_articles(one, [article], NOW)
    store.articles.save_articles(two, [replace(article, text="After.")], NOW)
    (work,) = claim_articles(store)
    assert (work.article.text, work.revision) == ("After.", 2)
    with store.database.read() as connection:
        kept = connection.execute(tables.article_revision.select()).mappings().one()
    assert (kept["revision"], kept["text"]) == (1, "Before.")


def test_a_failed_read_is_tried_again_at_its_time_and_then_reviewed(store):
    with_entries(store, an_entry("a", "1"))
    (work,) = claim_entries(store)
    later = NOW + timedelta(minutes=1)
    store.articles.save_read_failure(work, "no answer", NOW, retry_at=later)
    assert claim_entries(store) == []
    (again,) = claim_entries(store, later)
    assert again.attempts == 1
    item = ReviewItem("unreadable", again.entry.url, "T", "no answer")
    store.articles.save_read_failure(again, "no answer", later, retry_at=None, review=item)
    assert claim_entries(store, later + timedelta(days=1)) == []
    assert [row["reason"] for row in store.queries.review()] == ["unreadable"]


def test_a_busy_host_rests_for_all_its_pages(store):
    with_entries(store, an_entry("a", "1"), an_entry("a", "2"))
    works = claim_entries(store)
    rest = NOW + timedelta(minutes=20)
    store.articles.save_read_failure(works[0], "429", NOW, retry_at=NOW, host_rests_until=rest)
    store.release(works[1].token, NOW)
    assert claim_entries(store, NOW + timedelta(minutes=19)) == []
    assert len(claim_entries(store, rest)) == 2


def test_a_later_article_waits_for_an_older_entry_but_not_for_ever(store):
    old = an_entry("a", "old", published=NOW - timedelta(days=2))
    new = an_entry("a", "new", published=NOW - timedelta(days=1))
    with_entries(store, new, old)
    works = {w.entry.key: w for w in claim_entries(store)}
    told = Article(text="New.", url=new.url, published="2026-02-28")
    store.articles.save_articles(works["new"], [told], NOW)
    assert claim_articles(store) == []
    soon = NOW + timedelta(minutes=2)
    assert [w.article.text for w in claim_articles(store, soon)] == ["New."]


def test_the_time_in_which_no_worker_ran_is_no_waiting(store):
    old = an_entry("a", "old", published=NOW - timedelta(days=2))
    new = an_entry("a", "new", published=NOW - timedelta(days=1))
    with_entries(store, new, old)
    works = {w.entry.key: w for w in claim_entries(store)}
    told = Article(text="New.", url=new.url, published="2026-02-28")
    store.articles.save_articles(works["new"], [told], NOW)
    later = NOW + timedelta(hours=5)
    store.release_leases(later)
    assert claim_articles(store, later) == []
    assert [w.entry.key for w in claim_entries(store, later)] == ["old"]


def test_the_oldest_entries_are_read_first(store):
    days = {"b": 1, "c": 3, "a": 2}
    ages = [an_entry("a", key, published=NOW - timedelta(days=n)) for key, n in days.items()]
    with_entries(store, *ages)
    assert [w.entry.key for w in claim_entries(store)] == ["c", "a", "b"]


def test_articles_are_judged_in_order_of_publication(store):
    days = [NOW - timedelta(days=n) for n in (1, 3, 2)]
    with_entries(store, *(an_entry("a", str(n), published=day) for n, day in enumerate(days)))
    for work in claim_entries(store):
        day = work.entry.published.date().isoformat()
        store.articles.save_articles(
            work, [Article(text=day, url=work.entry.url, published=day)], NOW
        )
    texts = [w.article.text for w in claim_articles(store)]
    assert texts == sorted(texts)


# the ledger -----------------------------------------------------------------------------------


def judge(store, verdict, handovers=(), now=NOW):
    (work,) = claim_articles(store, now)
    judged = Judged(verdict, handovers, relevant=True, claims=len(verdict.records))
    return store.ledger.judge(work, lambda view, desk: judged, now)


def a_verdict():
    record, alert = a_record("NO"), an_alert("NO")
    state = AlertState(alert, ChangeKind.NEW_PLEDGE, frozenset({"outlet:x"}), (record.id,))
    held_back = Suppressed(Reason.RESTATEMENT, "http://a.example/1", NOW, record.slot)
    known = KnownText("http://a.example/1", "d", "outlet:x", "2026-03-01", sketch=SKETCH)
    return Verdict((record,), (), (alert,), (state,), (held_back,), known)


def test_a_verdict_comes_back_as_it_was_stored(store):
    with_entries(store, an_entry("a", "1"))
    read(store)
    verdict = a_verdict()
    judge(store, verdict)
    assert store.ledger.records(verdict.records[0].slot) == list(verdict.records)
    assert store.queries.alerts() == list(verdict.alerts)
    assert store.queries.suppressed()[0]["reason"] == "restatement"
    seen = []

    def look(view, desk):
        seen.extend([view.open_alerts(verdict.records[0].slot), view.text("http://a.example/1")])
        seen.append(view.texts_like(SKETCH[:20], NOW.date(), 3))
        return Judged(Verdict())

    later = NOW + timedelta(hours=1)
    poll(store, entries=[an_entry("a", "2")], now=later)
    read(store, now=later)
    (work,) = claim_articles(store, later)
    store.ledger.judge(work, look, later)
    assert seen == [list(verdict.states), verdict.text, [verdict.text]]


def test_a_copy_is_found_among_all_texts_of_its_days_without_a_look_at_the_others(store):
    def known(name: str, text: str, day: str = "2026-03-01") -> KnownText:
        return KnownText(name, name, f"outlet:{name}", day, sketch=sketch_of(text))

    words = [f"word{number}" for number in range(200)]
    model = known("model", " ".join(words))
    others = [known(f"o{n}", " ".join(f"{n} {word}" for word in words)) for n in range(40)]
    far = known("far", " ".join(words), "2026-03-09")
    for each in (*others, model, far):
        store.ledger.apply(Verdict(text=each), NOW)
    with store.database.write() as connection:
        apply_verdict(
            connection, Verdict(text=replace(model, article_key="off")), NOW, relevant=False
        )
    asked = (" ".join(words[:150]), "quite another text " * 30, "short")
    found: list[list[str]] = []

    def look(view):
        near = [view.texts_like(sketch_of(told), NOW.date(), 3) for told in asked]
        found.extend([known.article_key for known in texts] for texts in near)
        return Verdict()

    store.ledger.look(look)
    assert found == [["model"], [], []]


def test_of_a_story_that_very_many_copied_the_likest_are_looked_at(store):
    words = [f"word{number}" for number in range(200)]
    for number in range(MOST + 10):
        told = sketch_of(" ".join([*words, *(f"own{number}{n}" for n in range(60))]))
        text = KnownText(f"c{number:03}", "d", "wire:x", "2026-03-01", sketch=told)
        store.ledger.apply(Verdict(text=text), NOW)
    exact = KnownText("z", "d", "wire:x", "2026-03-01", sketch=sketch_of(" ".join(words)))
    store.ledger.apply(Verdict(text=exact), NOW)
    found: list[KnownText] = []

    def look(view):
        found.extend(view.texts_like(exact.sketch, NOW.date(), 3))
        return Verdict()

    store.ledger.look(look)
    assert len(found) == MOST
    assert exact in found


def test_applying_a_verdict_twice_changes_nothing(store):
    verdict = a_verdict()
    store.ledger.apply(verdict, NOW)
    before = store.queries.counts()
    store.ledger.apply(replace(verdict, suppressed=()), NOW)
    assert store.queries.counts() == before


def test_a_retracted_record_stays_for_what_was_known(store):
    verdict = a_verdict()
    store.ledger.apply(verdict, NOW)
    gone = replace(verdict.records[0], retracted_at=NOW)
    store.ledger.apply(Verdict(retracted=(gone,)), NOW)
    assert store.ledger.records(gone.slot) == [gone]


def test_judging_that_fails_stores_nothing_and_is_tried_again(store):
    with_entries(store, an_entry("a", "1"))
    read(store)
    (work,) = claim_articles(store)

    def fail(view, desk):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.ledger.judge(work, fail, NOW)
    store.articles.save_judge_failure(work, "fell over", NOW, retry_at=NOW, review=None)
    (again,) = claim_articles(store)
    assert again.attempts == 1
    assert store.queries.counts()["claims"] == 0


def test_a_baseline_is_loaded_once(store):
    records = [a_record("NO"), a_record("SE")]
    assert store.load_baseline("baseline.yaml", records, NOW) == 2
    assert store.load_baseline("baseline.yaml", records, NOW) == 0
    assert store.queries.stored_at("baseline.yaml") == NOW
    assert [str(slot) for slot, _ in store.queries.slots()] == ["NO/troops", "SE/troops"]


# groups and deliveries ------------------------------------------------------------------------


def hand_over(store, *alerts, channel="hook", key="k", wait=0, now=NOW):
    place = Handover(channel, key, now + timedelta(seconds=wait), "default")
    with_entries(store, an_entry("a", f"{now}{len(alerts)}"), now=now)
    read(store, now=now)
    judge(store, Verdict(), tuple((alert, (place,)) for alert in alerts), now)


def flush(store, now=NOW):
    for group in store.groups.due(now):
        store.groups.flush(group, {"ids": [a.id for a in group.alerts]}, now)


def claim(store, now=NOW, channels=("hook",), busy=()):
    return store.outbox.claim(now, channels, busy=busy, lease_for=timedelta(seconds=90))


def test_alerts_of_one_window_become_one_delivery(store):
    hand_over(store, an_alert("NO"), an_alert("SE"), wait=30)
    assert store.groups.due(NOW) == []
    flush(store, NOW + timedelta(seconds=30))
    (work,) = claim(store, NOW + timedelta(seconds=30))
    assert len(work.delivery.payload["ids"]) == 2
    assert list(work.delivery.alert_ids) == work.delivery.payload["ids"]


def test_a_window_survives_a_restart(url, store):
    hand_over(store, an_alert("NO"), wait=30)
    store.close()
    again = Store(url)
    assert len(again.groups.due(NOW + timedelta(seconds=30))) == 1
    again.close()


def test_more_alerts_than_fit_one_message_follow_in_the_next(store):
    hand_over(store, *(an_alert("NO", n) for n in range(45)))
    for _ in range(3):
        flush(store)
    told = [i for row in store.queries.deliveries() for i in row["alert_ids"]]
    assert len(told) == len(set(told)) == 45


def test_an_alert_that_joins_while_a_group_is_rendered_is_told_next(store):
    hand_over(store, an_alert("NO"))
    (group,) = store.groups.due(NOW)
    later = NOW + timedelta(hours=1)
    hand_over(store, an_alert("SE"), now=later)
    assert store.groups.flush(group, {"ids": []}, later)
    (rest,) = store.groups.due(later)
    assert [a.change.slot.actor for a in rest.alerts] == ["SE"]


def test_a_group_is_flushed_once_only(store):
    hand_over(store, an_alert("NO"))
    (group,) = store.groups.due(NOW)
    assert store.groups.flush(group, {}, NOW)
    assert not store.groups.flush(group, {}, NOW)
    assert len(store.queries.deliveries()) == 1


def delivered(store, channel="hook", count=1, now=NOW):
    for n in range(count):
        hand_over(store, an_alert("NO", n), channel=channel, key=f"{channel}{n}", now=now)
        now += timedelta(hours=1)
    flush(store, now)
    return now


def result(state, work, now, **changes):
    values = {"next_at": now, "outcome": "x", "breaker": work.breaker, **changes}
    return DeliveryResult(DeliveryState(state), **values)


def test_each_channel_sends_one_at_a_time_and_none_waits_for_another(store):
    now = delivered(store, "hook", 2)
    now = delivered(store, "mail", 2, now)
    works = claim(store, now, ("hook", "mail"))
    assert sorted(w.delivery.channel for w in works) == ["hook", "mail"]
    assert claim(store, now, ("hook", "mail"), busy=("hook", "mail")) == []


def test_an_attempt_is_written_before_it_is_made_and_closed_after(store):
    now = delivered(store)
    (work,) = claim(store, now)
    (open_attempt,) = store.queries.attempts(work.delivery.id)
    assert open_attempt["finished_at"] is None
    store.outbox.finish(work, result("sent", work, now, outcome="sent"), now)
    (attempt,) = store.queries.attempts(work.delivery.id)
    assert (attempt["finished_at"], attempt["outcome"]) == (now, "sent")
    assert store.queries.deliveries()[0]["state"] == "sent"


def test_a_delivery_cut_off_by_a_crash_is_sent_again(store):
    now = delivered(store)
    (work,) = claim(store, now)
    assert claim(store, now) == []
    (again,) = claim(store, now + timedelta(seconds=90))
    assert (again.delivery.id, again.number) == (work.delivery.id, 2)
    assert not store.outbox.finish(work, result("sent", work, now), now)


def test_a_fresh_start_takes_over_what_a_dead_worker_left(store):
    now = delivered(store)
    (work,) = claim(store, now)
    assert store.release_leases(now) == 1
    (again,) = claim(store, now)
    assert again.delivery.id == work.delivery.id


def test_an_open_breaker_holds_a_channel_and_lets_one_probe_through(store):
    now = delivered(store, count=2)
    (work,) = claim(store, now)
    breaker = Breaker(5, 1, now + timedelta(seconds=60))
    store.outbox.finish(work, result("pending", work, now, breaker=breaker), now)
    assert claim(store, now) == []
    (probe,) = claim(store, now + timedelta(seconds=60))
    assert probe.breaker == breaker


def test_a_disabled_channel_is_not_used_until_somebody_asks_for_a_retry(store):
    now = delivered(store, count=2)
    (work,) = claim(store, now)
    store.outbox.finish(work, result("dead", work, now, disable_channel="gone"), now)
    assert claim(store, now) == []
    assert store.outbox.retry([], now) == 1
    assert len(claim(store, now)) == 1


def test_a_dead_letter_is_told_on_another_channel_once(store):
    now = delivered(store)
    (work,) = claim(store, now)
    notice = ("mail", {"text": "not delivered"})
    store.outbox.finish(work, result("dead", work, now, notice=notice), now)
    (told,) = claim(store, now, ("mail",))
    assert told.delivery.payload == {"text": "not delivered"}
    assert [row["kind"] for row in store.queries.notes()] == ["dead_letter"]


def test_a_retry_of_a_dead_letter_starts_its_schedule_anew(store):
    now = delivered(store)
    (work,) = claim(store, now)
    store.outbox.finish(work, result("dead", work, now), now)
    later = now + timedelta(days=5)
    assert store.outbox.retry(["no such id"], later) == 0
    assert store.outbox.retry([work.delivery.id], later) == 1
    (again,) = claim(store, later)
    assert (again.number, again.deadline) == (1, later + timedelta(hours=76))


def test_what_waits_past_its_deadline_behind_a_failing_channel_expires(store):
    now = delivered(store)
    late = now + timedelta(hours=77)
    assert store.outbox.expire(late, ["hook"]) == []
    (expired,) = store.outbox.expire(late, [])
    store.outbox.bury(expired, "no such channel", ("mail", {"text": "x"}), late)
    assert store.outbox.expire(late, []) == []
    assert {r["channel"]: r["state"] for r in store.queries.deliveries()} == {
        "hook": "dead",
        "mail": "pending",
    }


# silences, plans ------------------------------------------------------------------------------


def test_a_silence_holds_from_its_start_to_its_end_or_until_it_is_expired(store):
    silence = Silence(
        "s1", {"actor": frozenset({"NO"})}, "me", "known", NOW, NOW + timedelta(hours=1)
    )
    store.silences.add(silence)
    assert store.silences.list() == [silence]
    assert store.silences.expire("s1", NOW + timedelta(minutes=1))
    assert not store.silences.expire("s1", NOW + timedelta(minutes=2))
    assert store.silences.list(ending_after=NOW + timedelta(minutes=2)) == []


def test_judging_sees_the_newest_claims_of_a_long_history_and_asking_sees_all(store):
    days = [f"20{25 - n // 300:02}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(JUDGED_ON + 40)]
    records = tuple(
        replace(a_record("NO"), id=f"r{n}", as_of=day, known_from=NOW + timedelta(seconds=n))
        for n, day in enumerate(days)
    )
    store.ledger.apply(Verdict(records=records), NOW)
    slot = records[0].slot
    assert list(store.ledger.records(slot)) == list(records)
    with store.database.read() as connection:
        seen = StoredView(connection).records(slot)
    assert sorted(r.as_of for r in seen) == sorted(days)[-JUDGED_ON:]


def test_no_query_of_the_cycle_scans_a_whole_table(store):
    plans: list[tuple[str, str]] = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith(("SELECT", "UPDATE")) and not executemany:
            raw = connection.connection.driver_connection
            if store.database.is_sqlite:
                steps = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                plans.extend((statement, step[3]) for step in steps)
            else:
                raw.execute("SET LOCAL enable_seqscan = off")  # the tables are small
                steps = raw.execute(f"EXPLAIN {statement}", parameters).fetchall()
                plans.extend((statement, step[0].strip(" ->")) for step in steps)

    event.listen(store.database.engine, "before_cursor_execute", explain)
    now = delivered(store, count=2)
    (work,) = claim(store, now)
    store.outbox.finish(work, result("sent", work, now), now)
    judge_looks(store, now)
    event.remove(store.database.engine, "before_cursor_execute", explain)
    # As many rows as the configuration names, or as there is work waiting (partial indices).
    small = r"SCAN (channel|feed|host|silence|alembic_version|\(subquery-\d+\)|CONSTANT ROW)"
    waiting = r"SCAN \w+ USING (COVERING )?INDEX (ix_\w+_(due|order|reread)|uq_alert_group_open)"
    if not store.database.is_sqlite:
        small, waiting = r"Seq Scan on (channel|feed|host|silence|alembic_version)", "^$"
    scans = [(plan, sql) for sql, plan in plans if plan.startswith(("SCAN ", "Seq Scan "))]
    assert len(plans) > 50
    assert [s for s in scans if not re.match(f"{small}|{waiting}", s[0])] == []


def test_the_history_of_a_slot_is_found_through_the_index_of_slots(sqlite_url):
    store, plans = Store(sqlite_url), []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("SELECT"):
            raw = connection.connection.driver_connection
            plans.extend(raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    event.listen(store.database.engine, "before_cursor_execute", explain)
    assert store.ledger.records(a_record("NO").slot) == []
    assert [plan[3].split(" (")[0] for plan in plans] == ["SEARCH claim USING INDEX ix_claim_slot"]
    store.close()


def judge_looks(store, now):
    slot = a_record("NO").slot

    def look(view, desk):
        view.records(slot)
        view.open_alerts(slot)
        view.alert("x")
        view.article_records("x")
        view.text("x")
        view.texts_like(SKETCH, now.date(), 3)
        return Judged(a_verdict())

    later = now + timedelta(hours=2)
    poll(store, entries=[an_entry("a", "look")], now=later)
    read(store, now=later)
    (work,) = claim_articles(store, later)
    store.ledger.judge(work, look, later)


def test_unset_states_are_those_of_a_feed_never_polled(store):
    store.feeds.sync([a_feed("a")], NOW)
    (work,) = claim_feeds(store)
    assert work.state == FeedState(a_feed("a").url, NOW)
    assert work.state.never_read


def test_text_that_no_database_takes_is_kept_with_its_length(store):
    hostile = "a\x00b\ud800c"
    with_entries(store, replace(an_entry("a", "1"), title=hostile, summary=hostile))
    (work,) = claim_entries(store)
    assert work.entry.title == "a\ufffdb\ufffdc"
    store.articles.save_articles(work, [Article(text=hostile, url=work.entry.url)], NOW)
    (judged,) = claim_articles(store)
    assert len(judged.article.text) == len(hostile)
