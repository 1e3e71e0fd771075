"""What a digest shows beside its alerts, read from the ledger and the alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, select

from worker.adapters.store import tables
from worker.adapters.store.codec import record_of, state_of
from worker.core.ledger import derive_position
from worker.core.overview import CHART_DAYS, Overview, chart_days
from worker.model import Alert, Position


def overview_of(connection: Connection, now: datetime) -> Overview:
    """All positions as they are known now, and the changes of the last days."""
    return Overview(tuple(_positions(connection)), chart_days(_alerts(connection, now), now))


def _positions(connection: Connection) -> Iterator[Position]:
    table = tables.claim
    order = (table.c.actor, table.c.measure, table.c.item, table.c.as_of, table.c.id)
    rows = connection.execute(select(table.c.record).order_by(*order)).scalars()
    for _, group in groupby(map(record_of, rows), key=lambda record: record.slot):
        position = derive_position(list(group))
        if position is not None:
            yield position


def _alerts(connection: Connection, now: datetime) -> Iterator[Alert]:
    table = tables.alert
    query = select(table.c.alert_state).where(
        table.c.raised_at > now - timedelta(days=CHART_DAYS), table.c.raised_at <= now
    )
    for value in connection.execute(query).scalars():
        yield state_of(value).alert
