"""The stream of changes, and one change with all that proves it."""

from __future__ import annotations

from datetime import UTC, datetime, time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from worker.core.ledger import LedgerRecord
from worker.core.render.reasons import reason_label
from worker.model import (
    UNITS,
    ChangeKind,
    Condition,
    Confirmation,
    Evidence,
    Measure,
    Severity,
    Stance,
    Status,
)
from worker.ports.looking import AlertFilter, Looking, SeenAlert
from worker.ports.looking import Page as Part
from worker.web.cursor import mark_of, page_after
from worker.web.page import Page
from worker.web.proof import in_context, origin_tree
from worker.web.regions import REGIONS, in_region

#: Changes on one page of the stream.
ON_PAGE = 30


def stream(request: Request) -> Response:
    """Changes, the newest first."""
    page = Page(request)
    region = page.choice("region", REGIONS)
    since = page.date_of("since")
    wanted = AlertFilter(
        actors=_actors(page, region),
        measure=page.choice("measure", [m.value for m in Measure]),
        kind=page.choice("kind", [k.value for k in ChangeKind]),
        severity=page.choice("severity", [s.value for s in Severity]),
        confirmation=page.choice("confirmation", [c.value for c in Confirmation]),
        since=datetime.combine(since, time.min, UTC) if since else None,
    )
    found = page.site.looking.alerts(wanted, part_of(request, ON_PAGE + 1))
    more = found[ON_PAGE - 1] if len(found) > ON_PAGE else None
    return page.show(
        "alerts.html",
        alerts=found[:ON_PAGE],
        next_page=page.link(before=mark_of(more.alert.raised_at, more.alert.id)) if more else None,
        wanted=wanted,
        since=since,
        region=region,
        actor=request.query_params.get("actor") or "",
        regions=list(REGIONS),
        measures=list(Measure),
        kinds=list(ChangeKind),
        severities=list(Severity)[::-1],
        confirmations=list(Confirmation),
        actors=_by_name(page),
    )


def _actors(page: Page, region: str | None) -> tuple[str, ...]:
    known = {slot.actor for slot in page.site.board.slots(lambda _: True)}
    asked = page.choice("actor", sorted(known))
    if asked:
        return (asked,)
    fitting = tuple(sorted(a for a in known if region and in_region(a, region)))
    return fitting or (("-",) if region else ())


def part_of(request: Request, limit: int) -> Part:
    """The part of a list that a request asks for; UsageError for a mark that is none."""
    return page_after(request.query_params.get("before"), limit)


def alert(request: Request) -> Response:
    """One change with everything that proves it."""
    page = Page(request)
    seen = alert_or_404(page)
    looking = page.site.looking
    records = looking.carriers(seen.state)
    told_by = carried(seen, records)
    keys = [*told_by, *_beside(seen)]
    articles = looking.articles(keys)
    quotes = _quotes(seen, records)
    return page.show(
        "alert.html",
        seen=seen,
        alert=seen.alert,
        records=records,
        rules=sorted({rule for record in records for rule in record.rules}),
        quotes=[
            (role, evidence, in_context(evidence, articles.get(evidence.article_url or "")))
            for role, evidence in quotes
        ],
        tree=origin_tree(articles, origins_of(looking, keys, records), told_by),
        handovers=looking.handovers(seen.alert.id),
        feedback=looking.feedback(seen.alert.id),
        actors=_by_name(page),
        measures=list(Measure),
        stances=sorted(Stance, key=lambda s: -s.rank),
        statuses=list(Status),
        all_conditions=list(Condition),
        units=UNITS,
        reason_label=reason_label,
    )


def _by_name(page: Page) -> list[str]:
    """The actors of which something is known, by their names."""
    return sorted({slot.actor for slot in page.site.board.slots(lambda _: True)}, key=page.actor)


def alert_or_404(page: Page) -> SeenAlert:
    """The alert that the address names."""
    seen = page.site.looking.alert(page.request.path_params["alert_id"])
    if seen is None:
        raise HTTPException(404, page.say("error.no_alert"))
    return seen


def origins_of(looking: Looking, keys: list[str], records: list[LedgerRecord]) -> dict[str, str]:
    """Who really reported each article; what the ledger says of a claim comes first."""
    return {**looking.origins(keys), **{r.article_key: r.origin for r in records}}


def carried(seen: SeenAlert, records: list[LedgerRecord]) -> list[str]:
    """The addresses of the articles that tell the change."""
    shown = [seen.alert.article, *seen.alert.articles, *(r.article_key for r in records)]
    return list(dict.fromkeys(key for key in shown if key))


def _beside(seen: SeenAlert) -> list[str]:
    """The articles of what held before and of who contradicts it."""
    before = seen.alert.change.before
    beside = (seen.alert.rival, before.evidence if before else None)
    return [e.article_url for e in beside if e and e.article_url]


def _quotes(seen: SeenAlert, records: list[LedgerRecord]) -> list[tuple[str, Evidence]]:
    """The quotes of an alert, each once: now, against it, before, and who else said so."""
    alert = seen.alert
    before = alert.change.before
    told = [("now", alert.evidence)]
    told += [("rival", alert.rival)] if alert.rival else []
    told += [("before", before.evidence)] if before and before.evidence else []
    told += [("also", record.evidence) for record in records]
    found: dict[tuple[str, str | None], tuple[str, Evidence]] = {}
    for role, evidence in told:
        found.setdefault((evidence.quote, evidence.article_url), (role, evidence))
    return list(found.values())
