"""Feeds: what is configured, what is due, what a poll has brought."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.adapters.store.feedrows import (
    CONFIGURED,
    STATE_COLUMNS,
    changed_values,
    entry_row,
    feed_of,
    host_of,
    new_row,
    state_of,
)
from worker.adapters.store.groups import add_delivery
from worker.adapters.store.notes import add_notes
from worker.adapters.store.poison import set_aside_feeds
from worker.adapters.store.queue import emit
from worker.adapters.store.server import alone
from worker.adapters.store.sql import LOOK_AHEAD, by_lane, ended, free, in_state, lease, upsert
from worker.core.poison import is_suspect
from worker.model import Entry, Feed
from worker.ports import FeedWork, Polled, Stage

#: So many of a feed's latest entries are remembered as known when its body is parsed; what is
#: older and shown again is parsed once more and then found in the table.
KNOWN_ENTRIES = 5000


class Feeds:
    """The feed and entry tables, as polling sees them."""

    def __init__(self, database: Database):
        self._database = database

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Make the table say what is configured; a changed URL starts the feed anew."""
        table = tables.feed
        with self._database.write() as connection:
            alone(connection, "feeds")
            query = select(*(table.c[name] for name in ("id", *CONFIGURED, "disabled")))
            known = {row["id"]: row for row in connection.execute(query).mappings()}
            new = [new_row(feed, now) for feed in feeds if feed.id not in known]
            if new:
                connection.execute(insert(table), new)
            for feed in feeds:
                row = known.get(feed.id)
                if row is not None and (changed := changed_values(feed, row, now)):
                    connection.execute(update(table).where(table.c.id == feed.id).values(**changed))
            gone = sorted(set(known) - {feed.id for feed in feeds})
            connection.execute(update(table).where(table.c.id.in_(gone)).values(state="removed"))

    def claim(
        self,
        now: datetime,
        *,
        busy: Collection[str],
        limit: int,
        lease_for: timedelta,
        lane: str | None = None,
    ) -> list[FeedWork]:
        """Take due feeds of up to ``limit`` hosts that are not ``busy``, the longest due first.

        ``lane``: of that host only, whose lock the caller holds.
        """
        table = tables.feed
        with self._database.write() as connection:
            due = (
                select(table)
                .where(in_state(table, "active"), table.c.next_at <= now)
                .where(free(table, now, mine=lane is not None))
                .where(table.c.host.not_in(sorted(busy)) if lane is None else table.c.host == lane)
                .order_by(table.c.next_at)
                .limit(limit * LOOK_AHEAD)
                .with_for_update(skip_locked=True)
            )
            found = set_aside_feeds(connection, connection.execute(due).mappings().all(), now)
            rows = by_lane(found, "host", limit)
            token = lease(connection, table, [r["id"] for r in rows], now + lease_for)
        return [
            FeedWork(feed_of(row), state_of(row), row["host"], token, is_suspect(row["begun"]))
            for row in rows
        ]

    def known_keys(self, feed_id: str) -> frozenset[str]:
        """The keys of the feed's latest entries."""
        entry = tables.entry
        with self._database.read() as connection:
            latest = (
                select(entry.c.key)
                .where(entry.c.feed_id == feed_id)
                .order_by(entry.c.id.desc())
                .limit(KNOWN_ENTRIES)
            )
            return frozenset(connection.execute(latest).scalars())

    def save_polls(self, polls: Sequence[Polled]) -> list[int]:
        """Store what polls brought, with the feeds' validators, in one transaction.

        Returns the number of new entries of each; −1 where its lease was lost and nothing stored.
        """
        with self._database.write() as connection:
            held = _held(connection, polls)
            found = [poll for poll in polls if poll.work.token == held.get(poll.work.feed.id)]
            _settle_all(connection, found)
            new = {poll.work.token + poll.work.feed.id: _add(connection, poll) for poll in found}
            hosts = (host_of(entry.url) for poll in found for entry in poll.entries)
            emit(connection, Stage.READ, hosts)
        return [new.get(poll.work.token + poll.work.feed.id, -1) for poll in polls]

    def backfill(
        self, feed_id: str, entries: Iterable[Entry], now: datetime, *, seeding: bool
    ) -> int:
        """Add older entries of a feed, to be read like any others; returns how many were new.

        ``seeding``: what they bring fills the ledger and is not told.
        """
        rows = [entry_row(entry, feed_id, now, seeding=seeding) for entry in entries]
        with self._database.write() as connection:
            new = upsert(connection, tables.entry, rows, on=("feed_id", "key"))
            emit(connection, Stage.READ, (row["host"] for row in rows))
            return new

    def hosts(self, feed_id: str) -> list[str]:
        """Where the feed's articles stand, the usual host first."""
        entry = tables.entry
        query = (
            select(entry.c.host)
            .where(entry.c.feed_id == feed_id)
            .group_by(entry.c.host)
            .order_by(func.count().desc(), entry.c.host)
        )
        with self._database.read() as connection:
            return list(connection.execute(query.limit(3)).scalars())


def _held(connection: Connection, polls: Sequence[Polled]) -> dict[str, str | None]:
    """Who holds the lease of each feed."""
    table = tables.feed
    ids = [poll.work.feed.id for poll in polls]
    query = select(table.c.id, table.c.lease_token).where(table.c.id.in_(ids))
    locked = query.order_by(table.c.id).with_for_update()  # in order, lest two workers deadlock
    return {row.id: row.lease_token for row in connection.execute(locked)}


def _settle_all(connection: Connection, polls: Sequence[Polled]) -> None:
    """The feeds' new states; their leases end."""
    table = tables.feed
    if not polls:
        return
    rows = [
        {f"new_{name}": getattr(poll.state, name) for name in (*STATE_COLUMNS, "next_check_at")}
        | {"feed": poll.work.feed.id}
        for poll in polls
    ]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in STATE_COLUMNS}
    values |= {"next_at": bindparam("new_next_check_at"), **ended(table)}
    statement = update(table).where(table.c.id == bindparam("feed")).values(**values)
    connection.execute(statement, rows)
    disabled = [poll.work.feed.id for poll in polls if poll.state.disabled]
    if disabled:
        connection.execute(update(table).where(table.c.id.in_(disabled)).values(state="disabled"))


def _add(connection: Connection, poll: Polled) -> int:
    """The new entries and notes of a poll; returns how many entries were not there yet."""
    feed, now = poll.work.feed, poll.now
    seeding = poll.work.state.never_read
    rows = [entry_row(entry, feed.id, now, seeding=seeding) for entry in poll.entries]
    for row in rows:
        if poll.oldest is not None and row["sort_at"] < poll.oldest:
            row |= {"state": "done", "error": "older than the first look back"}
        else:
            row |= {"error": None}
    new = upsert(connection, tables.entry, rows, on=("feed_id", "key"))
    add_notes(connection, poll.notes, now)
    key = f"feed:{sha256(feed.id.encode()).hexdigest()[:20]}:{now:%F}"
    for channel, payload in poll.notices:
        add_delivery(connection, key, channel, payload, [], now)
    return new
