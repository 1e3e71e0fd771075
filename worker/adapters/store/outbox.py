"""The outbox: deliveries, their attempts and the breakers of their channels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Exists,
    RowMapping,
    Select,
    exists,
    insert,
    or_,
    select,
    true,
    update,
)

from worker.adapters.store import tables
from worker.adapters.store.engine import Database
from worker.adapters.store.groups import add_delivery
from worker.adapters.store.notes import add_notes
from worker.adapters.store.queue import emit
from worker.adapters.store.server import alone
from worker.adapters.store.sql import free, in_state, lease, settle, upsert
from worker.adapters.store.threads import in_thread, keep_receipt
from worker.core.outbox import DEADLINE, Breaker, DeliveryState, Gate
from worker.model import Delivery
from worker.ports import DeliveryResult, DeliveryWork, Note, Stage

_WAITING = ("pending", "leased")
#: At most so much of an outcome is kept.
OUTCOME_LENGTH = 1000


class Outbox:
    """The delivery, attempt and channel tables."""

    def __init__(self, database: Database):
        self._database = database

    def claim(
        self,
        now: datetime,
        channels: Collection[str],
        *,
        busy: Collection[str],
        lease_for: timedelta,
        lane: str | None = None,
    ) -> list[DeliveryWork]:
        """Take the longest due delivery of each channel that is free and whose breaker allows it.

        One at a time and channel: a kill can then repeat one message at most, and after a
        breaker's pause there is one probe. ``lane``: of that channel only, whose lock the caller
        holds.
        """
        mine = lane is not None
        wanted = set(channels) - set(busy)
        if lane is not None:
            wanted &= {lane}
        with self._database.write() as connection:
            states = _channel_states(connection)
            works = []
            for channel in sorted(wanted):
                state = states.get(channel)
                if state is not None and state["disabled"]:
                    continue
                breaker = breaker_of(state)
                if breaker.gate(now) is not Gate.OPEN:
                    alone(connection, f"channel {channel}")
                    due = _due_delivery(channel, now, mine=mine)
                    row = connection.execute(due).mappings().first()
                    if row is not None:
                        works.append(_claim_one(connection, row, breaker, now, lease_for))
            return works

    def expire(self, now: datetime, channels: Collection[str]) -> list[Delivery]:
        """The deliveries whose time is up while their channel is failing, disabled or away.

        ``channels`` are those that can be sent to.
        """
        table, channel = tables.delivery, tables.channel
        query = (
            select(table)
            .outerjoin(channel, channel.c.name == table.c.channel)
            .where(in_state(table, *_WAITING), table.c.deadline <= now)
            .where(
                or_(
                    channel.c.open_until > now,
                    channel.c.disabled.is_not(None),
                    table.c.channel.not_in(sorted(channels)),
                )
            )
        )
        with self._database.read() as connection:
            return [delivery_of(row) for row in connection.execute(query).mappings()]

    def bury(self, delivery: Delivery, why: str, notice: Any, now: datetime) -> None:
        """Make a waiting delivery a dead letter without another attempt."""
        table = tables.delivery
        with self._database.write() as connection:
            dead = connection.execute(
                update(table)
                .where(table.c.id == delivery.id, in_state(table, *_WAITING))
                .values(state="dead", error=why, finished_at=now, lease_token=None)
            )
            if dead.rowcount:
                _tell_dead_letter(connection, delivery, why, notice, now)

    def finish(self, work: DeliveryWork, result: DeliveryResult, now: datetime) -> bool:
        """Store how an attempt ended, with the breaker and a dead letter's notice."""
        final = result.state is not DeliveryState.PENDING
        with self._database.write() as connection:
            kept = settle(
                connection,
                tables.delivery,
                work.delivery.id,
                work.token,
                state=result.state.value,
                next_at=result.next_at,
                finished_at=now if final else None,
                error=None if result.state is DeliveryState.SENT else _short(result.outcome),
            )
            _end_attempt(connection, work, result.outcome, now)
            if kept and (result.breaker != work.breaker or result.disable_channel):
                save_breaker(connection, work.delivery.channel, result)
            if kept and result.receipt is not None:
                keep_receipt(connection, work.delivery, result.receipt)
            if kept and result.state is DeliveryState.DEAD:
                _tell_dead_letter(connection, work.delivery, result.outcome, result.notice, now)
            return kept

    def retry(self, ids: Sequence[str], now: datetime) -> int:
        """Send dead letters again (all of them if ``ids`` is empty); returns how many."""
        table = tables.delivery
        which = [in_state(table, "dead")]
        if ids:
            which.append(table.c.id.in_(ids))
        values = {
            "state": DeliveryState.PENDING.value,
            "attempts": 0,
            "next_at": now,
            "deadline": now + DEADLINE,
            "finished_at": None,
        }
        with self._database.write() as connection:
            channels = set(connection.execute(select(table.c.channel).where(*which)).scalars())
            again = connection.execute(update(table).where(*which).values(**values))
            # Whoever asks for a retry has mended the channel: it gets a fresh start.
            for name in channels:
                save_breaker(connection, name, None)
            emit(connection, Stage.DELIVER, channels)
            return again.rowcount

    def next_due(self, channels: Collection[str]) -> datetime | None:
        """When the next delivery of ``channels`` can be tried; ``None`` if none waits."""
        table, channel = tables.delivery, tables.channel
        query = (
            select(table.c.next_at, channel.c.open_until)
            .outerjoin(channel, channel.c.name == table.c.channel)
            .where(in_state(table, "pending"), table.c.channel.in_(sorted(channels)))
            .where(channel.c.disabled.is_(None))
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return min((max(filter(None, row)) for row in rows), default=None)


def _channel_states(connection: Connection) -> dict[str, RowMapping]:
    rows = connection.execute(select(tables.channel)).mappings()
    return {row["name"]: row for row in rows}


def _claim_one(
    connection: Connection, row: RowMapping, breaker: Breaker, now: datetime, lease_for: timedelta
) -> DeliveryWork:
    table = tables.delivery
    number = row["attempts"] + 1
    begun = {"state": DeliveryState.LEASED.value, "attempts": number}
    token = lease(connection, table, [row["id"]], now + lease_for, **begun)
    # Written before anything is sent: an attempt without an end is one that a crash cut off.
    connection.execute(
        insert(tables.attempt).values(delivery_id=row["id"], number=number, started_at=now)
    )
    delivery = in_thread(connection, delivery_of(row, attempts=number))
    return DeliveryWork(delivery, breaker, row["deadline"], number, token)


def _due_delivery(channel: str, now: datetime, *, mine: bool) -> Select[Any]:
    table = tables.delivery
    pending = in_state(table, "pending") & (table.c.next_at <= now)
    abandoned = in_state(table, "leased") & free(table, now, mine=mine)
    return (
        select(table)
        .where(in_state(table, *_WAITING), table.c.channel == channel, or_(pending, abandoned))
        .where(true() if mine else ~_being_sent(channel, now))
        .order_by(table.c.next_at, table.c.created_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _being_sent(channel: str, now: datetime) -> Exists:
    other = tables.delivery.alias()
    return exists().where(
        in_state(other, *_WAITING),  # so that the partial index is found
        in_state(other, "leased"),
        other.c.channel == channel,
        other.c.lease_until > now,
    )


def _end_attempt(connection: Connection, work: DeliveryWork, outcome: str, now: datetime) -> None:
    table = tables.attempt
    connection.execute(
        update(table)
        .where(table.c.delivery_id == work.delivery.id, table.c.number == work.number)
        .where(table.c.finished_at.is_(None))
        .values(finished_at=now, outcome=_short(outcome))
    )


def _tell_dead_letter(
    connection: Connection, delivery: Delivery, why: str, notice: Any, now: datetime
) -> None:
    note = Note("dead_letter", delivery.channel, f"delivery {delivery.id}: {why}")
    add_notes(connection, [note], now)
    if notice is not None:
        channel, payload = notice
        add_delivery(connection, f"dead:{delivery.id}"[:41], channel, payload, [], now)


def save_breaker(connection: Connection, name: str, result: DeliveryResult | None) -> None:
    """Keep a channel's breaker; ``None`` makes the channel as new."""
    breaker = result.breaker if result else Breaker()
    row = {
        "name": name,
        "failures": breaker.failures,
        "openings": breaker.openings,
        "open_until": breaker.open_until,
        "disabled": result.disable_channel if result else None,
    }
    change = ["failures", "openings", "open_until"]
    if result is None or result.disable_channel:
        change.append("disabled")
    upsert(connection, tables.channel, [row], on=["name"], change=change)


def breaker_of(row: RowMapping | None) -> Breaker:
    """The breaker kept in a row of the channel table."""
    if row is None:
        return Breaker()
    return Breaker(row["failures"], row["openings"], row["open_until"])


def delivery_of(row: RowMapping, *, attempts: int | None = None) -> Delivery:
    """The delivery of a row."""
    return Delivery(
        id=row["id"],
        channel=row["channel"],
        payload=row["payload"],
        attempts=row["attempts"] if attempts is None else attempts,
        alert_ids=tuple(row["alert_ids"]),
    )


def _short(text: str) -> str:
    return text[:OUTCOME_LENGTH]
