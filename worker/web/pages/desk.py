"""Looking behind it: search, how a change was reported, sources, what was held back, the system."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from worker.core.compare import Reason
from worker.web.cursor import mark_of
from worker.web.page import Page
from worker.web.pages.alerts import alert_or_404, carried, origins_of, part_of
from worker.web.proof import in_context

HITS = 25
ON_PAGE = 50
#: Slow answers are at most so old, in seconds.
FRESH = 20.0
SOURCES_FRESH = 120.0


def search(request: Request) -> Response:
    """Articles and claims that have all the words."""
    page = Page(request)
    asked = (request.query_params.get("q") or "").strip()[:200]
    hits = page.site.looking.search(asked, limit=HITS) if asked else []
    return page.show(
        "search.html",
        asked=asked,
        claims=[hit for hit in hits if hit.kind == "claim"],
        articles=[hit for hit in hits if hit.kind == "article"],
    )


def story(request: Request) -> Response:
    """One change across outlets, in the order in which they told it."""
    page = Page(request)
    seen = alert_or_404(page)
    looking = page.site.looking
    records = looking.carriers(seen.state)
    keys = carried(seen, records)
    articles, origins = looking.articles(keys), origins_of(looking, keys, records)
    said = {record.article_key: record for record in reversed(records)}
    told = [
        (key, articles.get(key), origins.get(key, ""), said.get(key))
        for key in sorted(
            keys, key=lambda k: (articles[k].published or "") if k in articles else ""
        )
    ]
    contexts = {
        key: in_context(record.evidence, article) for key, article, _, record in told if record
    }
    return page.show("story.html", seen=seen, alert=seen.alert, told=told, contexts=contexts)


def sources(request: Request) -> Response:
    """Every feed with its health and yield."""
    page = Page(request)
    site = page.site
    rows = site.remembered.get("sources", site.looking.sources, SOURCES_FRESH)
    how = page.choice("how", ("ok", "failing", "dying", "disabled"))
    shown = [row for row in rows if row["state"] != "removed"]
    return page.show(
        "sources.html",
        rows=[row for row in shown if how is None or health_of(row) == how],
        how=how,
        counts={
            h: sum(health_of(r) == h for r in shown) for h in ("ok", "failing", "dying", "disabled")
        },
        health_of=health_of,
    )


def health_of(row: dict[str, object]) -> str:
    """How a feed is, in one word."""
    if row["state"] == "disabled" or row["disabled"]:
        return "disabled"
    if row["dying"]:
        return "dying"
    return "failing" if row["failures"] else "ok"


def suppressed(request: Request) -> Response:
    """What was held back, and why."""
    page = Page(request)
    site = page.site
    reason = page.choice("reason", list(Reason))
    actor = page.choice("actor", sorted({s.actor for s in site.board.slots(lambda _: True)}))
    counts = site.remembered.get("suppressed", site.looking.suppressed_counts, FRESH)
    found = site.looking.suppressed(reason, actor, part_of(request, ON_PAGE + 1))
    last = found[ON_PAGE - 1] if len(found) > ON_PAGE else None
    rows = found[:ON_PAGE]
    articles = site.looking.articles([row["article"] for row in rows])
    return page.show(
        "suppressed.html",
        rows=rows,
        articles=articles,
        counts=sorted(counts.items(), key=lambda item: -item[1]),
        reason=reason,
        actor=actor or "",
        actors=sorted({s.actor for s in site.board.slots(lambda _: True)}, key=page.actor),
        next_page=page.link(before=mark_of(last["at"], last["id"])) if last else None,
    )


def system(request: Request) -> Response:
    """Queue, lag, dead letters, channels, silences, notes, version."""
    page = Page(request)
    site = page.site
    looking = site.looking
    return page.show(
        "system.html",
        counts=site.remembered.get("counts", looking.counts, FRESH),
        lags=looking.lags(),
        channels=looking.channels(),
        dead=looking.dead_letters(limit=20),
        silences=looking.silences(page.now),
        notes=looking.notes(limit=25),
        review=looking.review(limit=20),
        schema=looking.schema(),
    )
