"""The tables, for SQLite and PostgreSQL alike.

Work still to be done is found through partial indices over its ``state``, so a look-up costs the
same however much finished work lies beside it. Values of the model that are only ever read as a
whole (an alert, a ledger record) are one JSON column beside the columns that are searched.
"""

from worker.adapters.store.columns import metadata
from worker.adapters.store.tables_handover import (
    alert_group,
    alert_group_item,
    attempt,
    channel,
    delivery,
    silence,
    thread,
)
from worker.adapters.store.tables_intake import (
    article,
    article_revision,
    entry,
    feed,
    host,
    host_turn,
    note,
    review,
    tick,
)
from worker.adapters.store.tables_knowledge import (
    alert,
    alert_article,
    baseline,
    claim,
    feedback,
    known_text,
    milestone,
    suppressed,
    text_mark,
)

__all__ = [
    "alert",
    "alert_article",
    "alert_group",
    "alert_group_item",
    "article",
    "article_revision",
    "attempt",
    "baseline",
    "channel",
    "claim",
    "delivery",
    "entry",
    "feed",
    "feedback",
    "host",
    "host_turn",
    "known_text",
    "metadata",
    "milestone",
    "note",
    "review",
    "silence",
    "suppressed",
    "text_mark",
    "thread",
    "tick",
]
