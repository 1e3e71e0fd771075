"""Full text over articles and claims: FTS5 on SQLite, ``tsvector`` on PostgreSQL.

The indices are made by migration 0005 and kept by the database itself, so no writer knows of them.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, text

from worker.model import Measure, Slot
from worker.ports.looking import Hit

#: More words than this ask for nothing a person would look for.
MAX_WORDS = 12
_WORD = re.compile(r"\w+")

_SQLITE_ARTICLES = text("""
    SELECT a.title, a.url, a.source, a.published,
           snippet(article_fts, 1, '⟦', '⟧', ' … ', 24) AS snippet
    FROM article_fts JOIN article a ON a.id = article_fts.rowid
    WHERE article_fts MATCH :words ORDER BY article_fts.rowid DESC LIMIT :many
""")
_SQLITE_CLAIMS = text("""
    SELECT c.record->>'$.evidence.title' AS title, c.record->>'$.evidence.article_url' AS url,
           c.record->>'$.evidence.source' AS source, c.published, c.actor, c.measure, c.item,
           snippet(claim_fts, 1, '⟦', '⟧', ' … ', 32) AS snippet
    FROM claim_fts JOIN claim c ON c.id = claim_fts.claim_id
    WHERE claim_fts MATCH :words ORDER BY claim_fts.rowid DESC LIMIT :many
""")
_OPTIONS = "StartSel=⟦, StopSel=⟧, MaxFragments=2, MaxWords=24, MinWords=8"
_POSTGRES_ARTICLES = text(f"""
    SELECT title, url, source, published,
           ts_headline('simple', left(text, 20000), q, '{_OPTIONS}') AS snippet
    FROM article, to_tsquery('simple', :words) q
    WHERE to_tsvector('simple', left(title || ' ' || text, 200000)) @@ q
    ORDER BY sort_at DESC LIMIT :many
""")  # noqa: S608 - the options are a constant of this file
_POSTGRES_CLAIMS = text(f"""
    SELECT record->'evidence'->>'title' AS title, record->'evidence'->>'article_url' AS url,
           record->'evidence'->>'source' AS source, published, actor, measure, item,
           ts_headline('simple', record->'evidence'->>'quote', q, '{_OPTIONS}') AS snippet
    FROM claim, to_tsquery('simple', :words) q
    WHERE to_tsvector('simple', record->'evidence'->>'quote') @@ q
    ORDER BY known_from DESC LIMIT :many
""")  # noqa: S608 - the options are a constant of this file


def find(connection: Connection, wanted: str, limit: int) -> list[Hit]:
    """Claims and then articles that have all words of ``wanted``, the newest first.

    The last word may be a beginning. Ranking by fit would look at every find of a common word.
    """
    words = _WORD.findall(wanted.casefold())[:MAX_WORDS]
    if not words:
        return []
    if connection.dialect.name == "sqlite":
        queries, told = (_SQLITE_CLAIMS, _SQLITE_ARTICLES), _fts5(words)
    else:
        queries, told = (_POSTGRES_CLAIMS, _POSTGRES_ARTICLES), _tsquery(words)
    hits: list[Hit] = []
    for kind, query in zip(("claim", "article"), queries, strict=True):
        rows = connection.execute(query, {"words": told, "many": limit}).mappings()
        hits += [_hit(kind, dict(row)) for row in rows]
    return hits


def _fts5(words: list[str]) -> str:
    return " ".join(f'"{word}"' for word in words) + "*"


def _tsquery(words: list[str]) -> str:
    return " & ".join(f"'{word}'" for word in words) + ":*"


def _hit(kind: str, row: dict[str, Any]) -> Hit:
    slot = (
        Slot(row["actor"], Measure(row["measure"]), row["item"] or None) if "actor" in row else None
    )
    return Hit(
        kind=kind,
        title=row["title"] or "",
        url=row["url"],
        source=row["source"],
        published=row["published"],
        snippet=row["snippet"],
        slot=slot,
    )
