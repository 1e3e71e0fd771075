"""What came in lately against the time before, and what the operator is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, func, select

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.adapters.store.groups import add_delivery
from worker.adapters.store.notes import add_notes
from worker.adapters.store.sql import in_state, upsert
from worker.core.blindspots import Pulse, Reading, Tally, Watch
from worker.core.outbox import DeliveryState
from worker.model import TextSource
from worker.ports import DayRead, LookedBack, Note, Notice

_STUBS = (TextSource.FEED_CONTENT.value, TextSource.FEED_SUMMARY.value)


class Watching:
    """What watching over the worker reads and writes; every look goes through an index by time."""

    def __init__(self, database: Database):
        self._database = database

    def pulse(self, watch: Watch, now: datetime) -> Pulse:
        """What came in: claims by actor, articles by language, what reading gave."""
        with self._database.read() as connection:
            return Pulse(
                actors=_tallies(connection, _actors, watch.actor_silent, watch.before, now),
                languages=_tallies(
                    connection, _languages, watch.language_silent, watch.before, now
                ),
                claims=_claims(connection, watch, now),
                stubs=_stub_readings(connection, watch, now),
            )

    def fresh(self, kind: str, subjects: Collection[str], since: datetime) -> set[str]:
        """Of ``subjects``, those that no note of that kind has told since then."""
        note = tables.note
        told = select(note.c.subject).where(
            note.c.kind == kind, note.c.subject.in_(sorted(subjects)), note.c.at > since
        )
        with self._database.read() as connection:
            return set(subjects) - set(connection.execute(told).scalars())

    def tell(
        self, key: str, notes: Iterable[Note], notices: Sequence[Notice], now: datetime
    ) -> bool:
        """Keep notes and hand notices over, once for a ``key``; ``False`` if that was done before."""
        with self._database.write() as connection:
            if notices and _handed_over(connection, key):
                return False
            add_notes(connection, notes, now)
            for channel, payload in notices:
                add_delivery(connection, key, channel, payload, [], now)
            return True

    def handed_over(self, key: str) -> bool:
        """Whether a notice of that key was handed over before."""
        with self._database.read() as connection:
            return _handed_over(connection, key)

    def milestone(self, name: str) -> datetime | None:
        """When something that happens once has happened; ``None`` if it has not."""
        table = tables.milestone
        with self._database.read() as connection:
            return connection.execute(select(table.c.at).where(table.c.name == name)).scalar()

    def reach(
        self,
        name: str,
        detail: str,
        now: datetime,
        notes: Iterable[Note] = (),
        notices: Sequence[Notice] = (),
    ) -> bool:
        """Keep that something happens for the first and only time; ``False`` if it had already."""
        row = {"name": name, "at": now, "detail": detail}
        with self._database.write() as connection:
            if not upsert(connection, tables.milestone, [row], on=["name"]):
                return False
            add_notes(connection, notes, now)
            for channel, payload in notices:
                add_delivery(connection, f"once:{name}"[:48], channel, payload, [], now)
            return True

    def look_back_left(self) -> bool:
        """Whether anything that was there at the first start is still unread."""
        entry, article = tables.entry, tables.article
        with self._database.read() as connection:
            return unasked_feeds(connection) or any(
                connection.execute(query.limit(1)).first() is not None
                for query in (
                    select(entry.c.id).where(in_state(entry, "pending"), entry.c.seeding),
                    select(article.c.id).where(in_state(article, "pending"), article.c.seeding),
                )
            )

    def looked_back(self) -> LookedBack:
        """What has been read so far: a look over whole tables, taken once."""
        article = tables.article
        with self._database.read() as connection:
            read = select(func.count(), func.sum(article.c.relevant.cast(Integer)))
            articles, relevant = connection.execute(read).one()
            claims = connection.execute(select(func.count()).select_from(tables.claim)).scalar_one()
            return LookedBack(articles, relevant or 0, claims)

    def day(self, room: str, channels: Sequence[str], now: datetime) -> DayRead:
        """What was read in the last day, and how many alerts were told on a route."""
        since = now - timedelta(days=1)
        article = tables.article
        read = select(func.count(), func.sum(article.c.relevant.cast(Integer))).where(
            article.c.sort_at > since, article.c.state == "done"
        )
        with self._database.read() as connection:
            articles, relevant = connection.execute(read).one()
            return DayRead(articles, relevant or 0, _told(connection, room, channels, since))


def unasked_feeds(connection: Connection) -> bool:
    """Whether a feed that is to be polled has never been."""
    feed = tables.feed
    query = select(feed.c.id).where(in_state(feed, "active"), feed.c.last_checked_at.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def _handed_over(connection: Connection, key: str) -> bool:
    delivery = tables.delivery
    query = select(delivery.c.id).where(delivery.c.group_id == key).limit(1)
    return connection.execute(query).first() is not None


def _told(connection: Connection, room: str, channels: Sequence[str], since: datetime) -> int:
    group, item, delivery = tables.alert_group, tables.alert_group_item, tables.delivery
    query = (
        select(func.count(item.c.alert_id.distinct()))
        .join(group, group.c.id == item.c.group_id)
        .join(delivery, delivery.c.group_id == group.c.id)
        .where(group.c.flushed_at > since, group.c.channel.in_(channels))
        .where(group.c.key.startswith(f"{room}:", autoescape=True))
        .where(delivery.c.state != DeliveryState.CANCELLED.value)
    )
    return int(connection.execute(query).scalar_one())


def _actors(start: datetime, end: datetime) -> Any:
    claim = tables.claim
    return (
        select(claim.c.actor, func.count())
        .where(claim.c.known_from > start, claim.c.known_from <= end)
        .group_by(claim.c.actor)
    )


def _languages(start: datetime, end: datetime) -> Any:
    article = tables.article
    return (
        select(func.coalesce(article.c.language, ""), func.count())
        .where(article.c.sort_at > start, article.c.sort_at <= end)
        .group_by(article.c.language)
    )


def _tallies(
    connection: Connection, query: Any, recent: timedelta, before: timedelta, now: datetime
) -> dict[str, Tally]:
    lately = _counts(connection, query(now - recent, now))
    earlier = _counts(connection, query(now - recent - before, now - recent))
    return {
        name: Tally(lately.get(name, 0), earlier.get(name, 0))
        for name in sorted({*lately, *earlier})
        if name
    }


def _counts(connection: Connection, query: Any) -> Mapping[str, int]:
    rows: Any = connection.execute(query)
    return dict(rows.all())


def _claims(connection: Connection, watch: Watch, now: datetime) -> Reading:
    article = tables.article

    def of(start: datetime, end: datetime) -> tuple[int, int]:
        query = select(func.count(), func.sum(article.c.claims)).where(
            article.c.sort_at > start, article.c.sort_at <= end, article.c.relevant.is_(True)
        )
        articles, claims = connection.execute(query).one()
        return articles, claims or 0

    start = now - watch.reading
    (articles, claims), (articles_before, claims_before) = (
        of(start, now),
        of(start - watch.before, start),
    )
    return Reading(Tally(articles, articles_before), Tally(claims, claims_before))


def _stub_readings(connection: Connection, watch: Watch, now: datetime) -> dict[str, Reading]:
    article = tables.article
    start = now - watch.reading
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for place, since, until in ((0, start, now), (1, start - watch.before, start)):
        query = (
            select(
                article.c.feed_id,
                func.count(),
                func.sum(article.c.text_source.in_(_STUBS).cast(Integer)),
            )
            .where(article.c.sort_at > since, article.c.sort_at <= until)
            .group_by(article.c.feed_id)
        )
        for feed, articles, stubs in connection.execute(query):
            if feed is not None:
                sums[feed][place], sums[feed][place + 2] = articles, stubs or 0
    return {feed: Reading(Tally(a, b), Tally(c, d)) for feed, (a, b, c, d) in sums.items()}
