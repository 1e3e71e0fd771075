"""What people said of alerts: stored with what follows from it, and read back for the gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from worker.adapters.store import tables
from worker.adapters.store.article_rows import article_of
from worker.adapters.store.desk import read_desk
from worker.adapters.store.engine import Database
from worker.adapters.store.groups import hand_over
from worker.adapters.store.ledger import LEDGER, StoredView, apply_verdict
from worker.adapters.store.server import alone
from worker.core.feedback import Feedback, carriers
from worker.core.ledger import LedgerRecord
from worker.core.routing import Desk
from worker.core.views import LedgerView
from worker.errors import UsageError
from worker.model import Article
from worker.ports import Judged

Rows = list[dict[str, Any]]


class Opinions:
    """The feedback table."""

    def __init__(self, database: Database):
        self._database = database

    def give(
        self,
        feedback: Feedback,
        told: dict[str, Any],
        decide: Callable[[LedgerView, Desk], Judged],
        now: datetime,
    ) -> Judged:
        """Keep what a person said and apply what follows, as a whole or not at all.

        ``told`` is the alert as it stood; ``decide`` is pure and runs inside the transaction.
        """
        with self._database.write() as connection:
            alone(connection, LEDGER)
            view = StoredView(connection)
            judged = decide(view, read_desk(connection, now))
            state = view.alert(feedback.alert_id)
            if state is None:
                raise UsageError(f"no alert {feedback.alert_id}")
            articles = dict.fromkeys(r.article_key for r in carriers(state, view))
            apply_verdict(connection, judged.verdict, now)
            for alert, handovers in judged.handovers:
                hand_over(connection, alert, handovers, now)
            row = {
                "at": now,
                "alert_id": state.id,
                "verdict": feedback.opinion.value,
                "by": feedback.by,
                "remark": feedback.remark,
                "told": told,
                "correction": feedback.correction.as_json() if feedback.correction else None,
                "articles": list(articles),
            }
            connection.execute(insert(tables.feedback), row)
            return judged

    def latest(self, *, limit: int = 100) -> Rows:
        """What was said, the newest first."""
        table = tables.feedback
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def cases(self) -> Iterator[tuple[Article, bool, list[LedgerRecord], Rows]]:
        """Every article that people spoke about: itself, whether it is relevant, its claims, their words."""
        given: dict[str, Rows] = {}
        with self._database.read() as connection:
            rows = connection.execute(select(tables.feedback).order_by(tables.feedback.c.id))
            for row in rows.mappings():
                for key in row["articles"]:
                    given.setdefault(key, []).append(dict(row))
            view = StoredView(connection)
            for key, words in sorted(given.items()):
                query = select(tables.article).where(tables.article.c.url == key)
                found = connection.execute(query).mappings().first()
                if found is not None:
                    relevant = bool(found["relevant"])
                    yield article_of(found), relevant, list(view.article_records(key)), words
