"""Most articles have nothing to do with the coalition; they are judged where they were read.

Nothing of theirs is compared with the ledger, so they need no turn at it, and in which order they
come does not matter.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from worker.adapters.store import tables
from worker.adapters.store.columns import storable
from worker.adapters.store.ledger import StoredView, apply_judged, outcome
from worker.adapters.store.revisions import Stored
from worker.core.origins import article_key
from worker.ports import ArticleWork, EntryWork, Judged, ReadAhead
from worker.ports.store import SetAside


def set_aside(
    connection: Connection,
    work: EntryWork,
    stored: Stored,
    ahead: ReadAhead,
    decide: SetAside,
    now: datetime,
) -> Judged | None:
    """Judge an article that was stored just now; ``None`` if it has to take its turn after all.

    It has to where the ledger holds claims of an earlier revision: they are retracted there.
    """
    if stored.revision is None or not storable(stored.article.full_text):
        return None
    view = StoredView(connection)
    if view.article_records(article_key(stored.article)):
        return None
    judged = decide(_as_work(work, stored, ahead), view)
    apply_judged(connection, judged, now)
    article = tables.article
    values = outcome(judged, now)
    connection.execute(update(article).where(article.c.id == stored.id).values(**values))
    return judged


def _as_work(work: EntryWork, stored: Stored, ahead: ReadAhead) -> ArticleWork:
    return ArticleWork(
        id=stored.id,
        article=stored.article,
        feed=work.feed,
        revision=stored.revision or 1,
        first_seen=work.first_seen,
        seeding=work.seeding,
        attempts=0,
        token=work.token,
        read_ahead=ahead,
    )
