"""What only a server does: it goes away and comes back, and its clients run side by side."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.integration.values import NOW, a_feed, an_alert, an_entry
from tests.postgres import Server
from worker.adapters.store import Store, groups, server
from worker.core.entries import MAX_ADDRESS, entry_key, entry_of
from worker.core.routing import Handover
from worker.errors import StoreError
from worker.model import Article
from worker.ports import Note, Polled

LEASE = timedelta(minutes=1)
pytestmark = pytest.mark.postgres


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    yield store
    store.close()


def test_a_reader_has_one_snapshot_and_cannot_write(store):
    with store.database.read() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
        assert connection.execute(text("SHOW transaction_read_only")).scalar() == "on"
    with store.database.write() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"


def test_text_is_compared_by_code_point_whatever_the_database_was_made_for(store):
    with store.database.read() as connection:
        assert connection.execute(server._OTHERWISE_SORTED).all() == []
        collated = "SELECT count(*) FROM information_schema.columns WHERE collation_name = 'C'"
        assert connection.execute(text(collated)).scalar_one() > 100


def test_a_server_that_is_away_is_told_in_one_line_and_found_again(postgres: Server, store):
    store.note(Note("before", "", ""), NOW)
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="the server is away") as told:
            store.note(Note("during", "", ""), NOW)
    finally:
        postgres.start()
    assert told.value.retryable
    assert "\n" not in str(told.value)
    store.note(Note("after", "", ""), NOW)
    assert {note["kind"] for note in store.queries.notes()} == {"before", "after"}


def test_what_the_server_can_never_take_is_not_tried_again(store):
    with pytest.raises(StoreError) as told:
        store.note(Note("k" * 41, "", ""), NOW)
    assert not told.value.retryable


def test_a_password_is_never_told(monkeypatch):
    with pytest.raises(StoreError) as told:
        Store("postgresql://watch:s3cret@127.0.0.1:1/nothing")
    assert "s3cret" not in str(told.value)


def test_an_alert_that_joins_a_group_while_it_is_told_is_never_lost(store):
    """Whichever commits first, the alert is in the delivery or in a group that is still open."""
    handover = Handover("slack", "key", NOW, "route")
    with store.database.write() as connection:
        groups.hand_over(connection, an_alert("NO"), [handover], NOW)
    (group,) = store.groups.due(NOW)
    joined = threading.Event()

    def flush() -> None:
        joined.wait()
        assert store.groups.flush(group, {"text": "one alert"}, NOW)

    telling = threading.Thread(target=flush)
    telling.start()
    with store.database.write() as connection:
        groups.hand_over(connection, an_alert("SE"), [handover], NOW)
        joined.set()
        telling.join(0.3)
        assert telling.is_alive(), "the group is told only after the alert has joined it"
    telling.join()
    (rest,) = store.groups.due(NOW)
    assert [alert.id for alert in rest.alerts] == [an_alert("SE").id]


def test_verdicts_are_drawn_one_after_the_other(store):
    """What a verdict was drawn from still holds when it is written."""
    inside: list[int] = []
    most: list[int] = []

    def judge() -> None:
        with store.database.write() as connection:
            server.alone(connection, "ledger")
            inside.append(1)
            most.append(len(inside))
            connection.execute(text("SELECT pg_sleep(0.02)"))
            inside.pop()

    judges = [threading.Thread(target=judge) for _ in range(5)]
    for thread in judges:
        thread.start()
    for thread in judges:
        thread.join()
    assert most == [1] * 5


def test_the_longest_addresses_and_ids_fit_the_indices(store):
    """Text that does not compress, as long as the reader lets it be."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"
    url = f"http://a.example/{''.join(chance.choices(letters, k=4000))}"[:MAX_ADDRESS]
    wide = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(1000))
    store.feeds.sync([a_feed("a")], NOW)
    (work,) = store.feeds.claim(NOW, busy=(), limit=8, lease_for=LEASE)
    entry = replace(an_entry("a", entry_key(wide, url)), url=url, title=wide[:500])
    assert store.feeds.save_polls([Polled(work, work.state, [entry], NOW)]) == [1]
    (reading,) = store.articles.claim_entries(NOW, busy=(), limit=8, lease_for=LEASE)
    redirected = Article(text="x", title=wide[:500], url=f"{url}{url}", published="2026-03-01")
    assert store.articles.save_articles(reading, [redirected], NOW)
    (judging,) = store.articles.claim_articles(NOW, limit=8, lease_for=LEASE)
    assert judging.article.url == url


def test_an_item_with_an_address_too_long_to_index_is_no_entry():
    item = {"url": f"http://a.example/{'x' * 3000}", "id": ""}
    assert entry_of(item, a_feed("a"), NOW, by_link=False) is None
