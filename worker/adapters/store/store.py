"""The store as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Case, Table, case, select, update

from worker.adapters.store import tables
from worker.adapters.store.articles import Articles
from worker.adapters.store.codec import record_row
from worker.adapters.store.desk import Silences
from worker.adapters.store.engine import Database
from worker.adapters.store.feeds import Feeds
from worker.adapters.store.groups import Groups
from worker.adapters.store.health import SourceHealth
from worker.adapters.store.lanes import Lanes
from worker.adapters.store.ledger import LEDGER, Ledger
from worker.adapters.store.looking import StoreLooking
from worker.adapters.store.notes import Reviews, add_notes
from worker.adapters.store.opinions import Opinions
from worker.adapters.store.outbox import Outbox
from worker.adapters.store.poison import begin_alone
from worker.adapters.store.pulse import Watching
from worker.adapters.store.queries import Queries
from worker.adapters.store.retention import Retention
from worker.adapters.store.schema import migrate
from worker.adapters.store.server import alone
from worker.adapters.store.sql import in_state, upsert
from worker.adapters.store.turns import Turns
from worker.core.ledger import LedgerRecord
from worker.core.poison import SUSPECTED
from worker.ports import ArticleWork, EntryWork, FeedWork, Note


class Store:
    """One database and its parts; each method of a part is one transaction.

    ``Store(url)`` opens a database and brings its schema up to date. Raises ConfigError for a
    wrong URL and StoreError where the database is locked, away or of a newer version.
    """

    def __init__(self, url: str):
        self.database = Database(url)
        try:
            migrate(self.database)
        except BaseException:
            self.database.close()
            raise
        self.feeds = Feeds(self.database)
        self.articles = Articles(self.database)
        self.ledger = Ledger(self.database)
        self.groups = Groups(self.database)
        self.outbox = Outbox(self.database)
        self.retention = Retention(self.database)
        self.silences = Silences(self.database)
        self.reviews = Reviews(self.database)
        self.opinions = Opinions(self.database)
        self.queries = Queries(self.database)
        self.health = SourceHealth(self.database)
        self.looking = StoreLooking(self.database)
        self.watching = Watching(self.database)
        self.lanes = Lanes(self.database)
        self.turns = Turns(self.database)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def release_leases(self, now: datetime) -> int:
        """End all leases: for a worker that holds the database alone and has just started.

        Returns how many works a dead predecessor had left behind. Articles that wait to be judged
        wait anew for older entries, as nobody could read those meanwhile.
        """
        left = 0
        article = tables.article
        with self.database.write() as connection:
            connection.execute(
                update(article)
                .where(in_state(article, "pending"), article.c.next_at < now)
                .values(next_at=now)
            )
            for table in (tables.feed, tables.entry, tables.article, tables.delivery):
                held = connection.execute(
                    update(table)
                    .where(table.c.lease_token.is_not(None))
                    .values(lease_until=now, lease_token=None)
                )
                left += held.rowcount
        return left

    def release(self, token: str, now: datetime) -> None:
        """Give back what was claimed under ``token`` and has not been begun."""
        with self.database.write() as connection:
            for table in (tables.feed, tables.entry, tables.article):
                connection.execute(
                    update(table)
                    .where(table.c.lease_token == token)
                    .values(lease_until=now, lease_token=None, begun=_unbegun(table))
                )

    def begin_alone(self, work: FeedWork | EntryWork | ArticleWork, now: datetime) -> bool:
        """Count a suspect as begun, now that nothing else is; ``False`` if its lease was lost."""
        with self.database.write() as connection:
            return begin_alone(connection, work, now)

    def load_baseline(self, name: str, records: Sequence[LedgerRecord], now: datetime) -> int:
        """Add the records of a reviewed baseline; returns how many were not there yet."""
        told = "\n".join(record.id for record in records)
        row = {
            "name": name,
            "content_hash": hashlib.sha256(told.encode()).hexdigest(),
            "loaded_at": now,
            "records": len(records),
        }
        with self.database.write() as connection:
            alone(connection, LEDGER)
            rows = [record_row(record) for record in records]
            added = upsert(connection, tables.claim, rows, on=["id"])
            upsert(connection, tables.baseline, [row], on=["name"], change=set(row) - {"name"})
            return added

    def has_claims(self) -> bool:
        """Whether the ledger knows anything yet."""
        with self.database.read() as connection:
            return connection.execute(select(tables.claim.c.id).limit(1)).first() is not None

    def note(self, note: Note, now: datetime) -> None:
        """Keep an operational note."""
        with self.database.write() as connection:
            add_notes(connection, [note], now)


def _unbegun(table: Table) -> Case[int]:
    """What had been begun before it was claimed; a suspect begins only when it is alone."""
    counted = (table.c.begun > 0) & (table.c.begun <= SUSPECTED)
    return case((counted, table.c.begun - 1), else_=table.c.begun)
