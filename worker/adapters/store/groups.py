"""Alert groups: alerts that wait to be told together, and the deliveries they become."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from worker.adapters.store import tables
from worker.adapters.store.codec import alert_json, alert_of
from worker.adapters.store.engine import Database
from worker.adapters.store.overviews import overview_of
from worker.adapters.store.queue import emit
from worker.adapters.store.sql import in_state, upsert
from worker.adapters.store.threads import begin_threads, roots_of
from worker.core.outbox import DEADLINE, DeliveryState
from worker.core.overview import Overview
from worker.core.routing import Handover
from worker.core.threads import Root
from worker.model import Alert, Severity
from worker.ports import DueGroup, Stage

#: More alerts than these make a message that channels cut or refuse; the rest follows in another.
ALERTS_PER_MESSAGE = 20
#: Groups made ready in one go.
_BATCH = 50


def hand_over(
    connection: Connection, alert: Alert, handovers: Iterable[Handover], now: datetime
) -> None:
    """Put an alert event into its groups; a window that is open already keeps its end."""
    for handover in handovers:
        group = _open_group(connection, handover, alert.severity, now)
        connection.execute(
            insert(tables.alert_group_item).values(
                group_id=group,
                alert_id=alert.id,
                event=alert.event.value,
                alert=alert_json(alert),
                added_at=now,
            )
        )


def _open_group(
    connection: Connection, handover: Handover, severity: Severity, now: datetime
) -> str:
    table = tables.alert_group
    channel, key = handover.channel, handover.group_key
    known = connection.execute(
        select(table)
        .where(table.c.channel == channel, table.c.key == key, in_state(table, "open"))
        .with_for_update()  # it must not be told before this alert has joined it
    ).first()
    if known is None:
        return _new_group(
            connection,
            channel,
            key,
            flush_at=handover.flush_at,
            loudest=severity,
            language=handover.language,
            now=now,
        )
    # What is urgent does not wait for the window that a lesser alert has opened.
    connection.execute(
        update(table)
        .where(table.c.id == known.id)
        .values(
            flush_at=min(handover.flush_at, known.flush_at),
            loudest=max(severity, Severity(known.loudest), key=lambda s: s.rank).value,
        )
    )
    return str(known.id)


def _new_group(
    connection: Connection,
    channel: str,
    key: str,
    *,
    flush_at: datetime,
    loudest: Severity,
    language: str | None,
    now: datetime,
) -> str:
    row = {
        "id": str(uuid.uuid4()),
        "channel": channel,
        "key": key,
        "state": "open",
        "flush_at": flush_at,
        "created_at": now,
        "loudest": loudest.value,
        "language": language,
    }
    connection.execute(insert(tables.alert_group), row)
    return str(row["id"])


class Groups:
    """The alert_group tables."""

    def __init__(self, database: Database):
        self._database = database

    def due(self, now: datetime, horizon: timedelta = timedelta(0)) -> list[DueGroup]:
        """The groups whose window has ended by ``now`` plus ``horizon``, the longest due first."""
        table = tables.alert_group
        with self._database.read() as connection:
            query = (
                select(table)
                .where(in_state(table, "open"), table.c.flush_at <= now + horizon)
                .order_by(table.c.flush_at, table.c.id)
                .limit(_BATCH)
            )
            rows = connection.execute(query).all()
            return [_due_group(connection, row) for row in rows]

    def flush(self, group: DueGroup, payload: dict[str, Any], now: datetime) -> bool:
        """Turn a group into its delivery with a frozen payload.

        Alerts that ``payload`` does not tell (they joined meanwhile, or are too many for one
        message) move on to a new group. ``False`` if another worker was first.
        """
        table = tables.alert_group
        with self._database.write() as connection:
            closed = connection.execute(
                update(table)
                .where(table.c.id == group.id, in_state(table, "open"))
                .values(state="flushed", flushed_at=now)
            )
            if closed.rowcount != 1:
                return False
            _move_rest(connection, group, now)
            ids = list(dict.fromkeys(alert.id for alert in group.alerts))
            delivery_id = add_delivery(connection, group.id, group.channel, payload, ids, now)
            begin_threads(connection, group.channel, ids, delivery_id)
            return True

    def roots(self, channel: str, alert_ids: Collection[str]) -> dict[str, Root]:
        """The first messages of alerts on a channel, by alert, with what they told as it is now."""
        with self._database.read() as connection:
            return roots_of(connection, channel, alert_ids)

    def overview(self, now: datetime) -> Overview:
        """All positions, and the changes of the last days, for a digest."""
        with self._database.read() as connection:
            return overview_of(connection, now)


def _move_rest(connection: Connection, group: DueGroup, now: datetime) -> None:
    item = tables.alert_group_item
    rest = connection.execute(
        select(item.c.id, item.c.alert)
        .where(item.c.group_id == group.id)
        .order_by(item.c.id)
        .offset(len(group.alerts))
    ).all()
    if not rest:
        return
    loudest = max((alert_of(row.alert).severity for row in rest), key=lambda s: s.rank)
    new = _new_group(
        connection,
        group.channel,
        group.key,
        flush_at=now,
        loudest=loudest,
        language=group.language,
        now=now,
    )
    ids = [row.id for row in rest]
    connection.execute(update(item).where(item.c.id.in_(ids)).values(group_id=new))


def add_delivery(
    connection: Connection,
    group_id: str,
    channel: str,
    payload: dict[str, Any],
    alert_ids: list[str],
    now: datetime,
) -> str:
    """Add the one delivery of a group to a channel; returns its id."""
    row = {
        "id": str(uuid.uuid4()),
        "group_id": group_id,
        "channel": channel,
        "payload": payload,
        "alert_ids": alert_ids,
        "created_at": now,
        "deadline": now + DEADLINE,
        "state": DeliveryState.PENDING.value,
        "next_at": now,
    }
    upsert(connection, tables.delivery, [row], on=("group_id", "channel"))
    emit(connection, Stage.DELIVER, [channel])
    return str(row["id"])


def _due_group(connection: Connection, row: Any) -> DueGroup:
    alerts = _alerts(connection, row.id)
    return DueGroup(row.id, row.channel, row.key, alerts, row.language)


def _alerts(connection: Connection, group_id: str) -> tuple[Alert, ...]:
    item = tables.alert_group_item
    query = select(item.c.alert).where(item.c.group_id == group_id).order_by(item.c.id)
    query = query.limit(ALERTS_PER_MESSAGE)
    return tuple(alert_of(value) for value in connection.execute(query).scalars())
