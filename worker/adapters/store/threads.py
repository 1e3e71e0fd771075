"""Threads: which message told an alert first on a channel, and what the channel said of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, update

from worker.adapters.store import tables
from worker.adapters.store.codec import state_of
from worker.adapters.store.sql import upsert
from worker.core.threads import Root
from worker.model import Alert, Delivery


def begin_threads(
    connection: Connection, channel: str, alert_ids: Sequence[str], delivery_id: str
) -> None:
    """Make a delivery the first message of those of its alerts that have none on the channel."""
    rows = [{"channel": channel, "alert_id": one, "root": delivery_id} for one in alert_ids]
    upsert(connection, tables.thread, rows, on=("channel", "alert_id"))


def roots_of(connection: Connection, channel: str, alert_ids: Collection[str]) -> dict[str, Root]:
    """The first messages of alerts on a channel, by alert id."""
    thread, delivery = tables.thread, tables.delivery
    rows = connection.execute(
        select(thread.c.alert_id, delivery.c.id, delivery.c.alert_ids, delivery.c.payload)
        .join(delivery, delivery.c.id == thread.c.root)
        .where(thread.c.channel == channel, thread.c.alert_id.in_(sorted(alert_ids)))
    ).all()
    known: dict[str, Root] = {}
    for row in rows:
        if row.id not in known:
            alerts = _alerts(connection, row.alert_ids)
            known[row.id] = Root(row.id, alerts, row.payload.get("subject"))
    return {row.alert_id: known[row.id] for row in rows}


def _alerts(connection: Connection, ids: Sequence[str]) -> tuple[Alert, ...]:
    table = tables.alert
    query = select(table.c.id, table.c.alert_state).where(table.c.id.in_(ids))
    found = {row.id: state_of(row.alert_state).alert for row in connection.execute(query)}
    return tuple(found[one] for one in ids if one in found)


def in_thread(connection: Connection, delivery: Delivery) -> Delivery:
    """The delivery with what is known of the thread that it joins."""
    joined = delivery.payload.get("reply_to")
    if not joined:
        return delivery
    table = tables.thread
    row = connection.execute(
        select(table.c.root, table.c.ref).where(
            table.c.channel == delivery.channel, table.c.alert_id == joined
        )
    ).first()
    known = row is not None and row.root != delivery.id and row.ref is not None
    return replace(delivery, thread={**row.ref, "root": row.root}) if row and known else delivery


def keep_receipt(connection: Connection, delivery: Delivery, receipt: Mapping[str, Any]) -> None:
    """Keep what the channel said of a message.

    A reply whose thread has no first message (it was never taken) becomes the first one itself.
    """
    table = tables.thread
    here = table.c.channel == delivery.channel
    ref = {key: value for key, value in receipt.items() if key != "root"}
    if delivery.thread is not None:
        mine = table.c.root == delivery.thread["root"]
        connection.execute(update(table).where(here, mine).values(ref=ref))
        return
    if joined := delivery.payload.get("reply_to"):
        mine = table.c.alert_id == joined
        connection.execute(update(table).where(here, mine).values(root=delivery.id))
    mine = table.c.root == delivery.id
    connection.execute(update(table).where(here, mine).values(ref=ref))
