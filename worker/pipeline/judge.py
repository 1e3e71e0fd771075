"""Judge: an article → claims → a verdict on the ledger → alerts in their groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from worker.core import reading
from worker.core.doubt import doubt
from worker.core.judging import judge_article, judge_withdrawal
from worker.core.routing import Desk, Handover, Held, Route, hand_over
from worker.core.views import LedgerView, Suppressed, Verdict
from worker.errors import StoreError
from worker.model import Alert, Analysis, Article
from worker.pipeline import events
from worker.pipeline.tools import Tools
from worker.ports import ArticleWork, EntryWork, Judged, Note, ReadAhead, ReviewItem
from worker.ports.store import SetAside


async def judge(tools: Tools, work: ArticleWork) -> str | None:
    """Read the claims out of one article and apply what follows to the ledger."""
    now = tools.clock.now()
    try:
        analysis = await _claims(tools, work)

        def decide(view: LedgerView, desk: Desk) -> Judged:
            return _decide(tools, work, analysis, view, desk, now)

        judged = await tools.db(tools.store.ledger.judge, work, decide, now)
    except StoreError:
        raise
    except Exception as error:  # fails open: a person sees the article, silence never follows
        return await _judge_failed(tools, work, error, now)
    events.judged(judged)
    return None


async def _claims(tools: Tools, work: ArticleWork) -> Analysis:
    ahead = work.read_ahead
    if ahead is not None and ahead.extractor_version == tools.extractor_version:
        return ahead.analysis
    return await tools.reader.analyze(work.article)


async def read_ahead(tools: Tools, articles: Sequence[Article]) -> list[ReadAhead | None]:
    """What articles say, read where they were read, so that the ledger need not wait for it.

    ``None`` where that failed: it fails again when the article is judged, and is told then.
    """
    told: list[ReadAhead | None] = []
    for article in articles:
        try:
            analysis = await tools.reader.analyze(article)
        except Exception:  # whatever it is, judging meets it again
            told.append(None)
        else:
            told.append(ReadAhead(analysis, tools.extractor_version))
    return told


def set_aside(tools: Tools, now: datetime) -> SetAside:
    """How an article is judged that has nothing to do with the coalition: no desk is asked."""

    def decide(work: ArticleWork, view: LedgerView) -> Judged:
        assert work.read_ahead is not None
        return _decide(tools, work, work.read_ahead.analysis, view, Desk(), now)

    return decide


def _decide(
    tools: Tools,
    work: ArticleWork,
    analysis: Analysis,
    view: LedgerView,
    desk: Desk,
    now: datetime,
) -> Judged:
    look_back = tools.look_back_hours if work.seeding else None
    verdict = judge_article(
        _dated(work),
        analysis,
        view=view,
        now=now,
        policy=replace(tools.policy, look_back_hours=look_back),
        extractor_version=tools.extractor_version,
        groups=tools.publisher_groups,
    )
    waits, handovers = routed(verdict.alerts, tools.routes, desk, now)
    return Judged(
        verdict + waits,
        handovers,
        relevant=analysis.relevant,
        claims=len(analysis.claims),
        extractor_version=tools.extractor_version,
        review=_review(work, analysis, tools.policy.review_below),
        notes=_office_notes(work, analysis),
    )


async def withdraw(tools: Tools, work: EntryWork, why: str) -> None:
    """Take back what an article said: its claims are retracted, its alerts corrected."""
    now = tools.clock.now()

    def decide(key: str, view: LedgerView, desk: Desk) -> Judged:
        verdict = judge_withdrawal(key, view=view, now=now, policy=tools.policy)
        waits, handovers = routed(verdict.alerts, tools.routes, desk, now)
        return Judged(verdict + waits, handovers)

    await tools.db(tools.store.ledger.withdraw, work, decide, why, now)
    events.withdrawn(work.entry.url, why)


def routed(
    alerts: Sequence[Alert], routes: Route, desk: Desk, now: datetime
) -> tuple[Verdict, tuple[tuple[Alert, tuple[Handover, ...]], ...]]:
    """Where alerts go, and what routing holds back of them and why."""
    places = [(alert, *hand_over(alert, routes, desk, now)) for alert in alerts]
    waits = tuple(item for alert, to, held in places for item in _held_back(alert, to, held, now))
    return Verdict(suppressed=waits), tuple((alert, to) for alert, to, _ in places)


def _held_back(
    alert: Alert, places: Sequence[Handover], held: Held | None, now: datetime
) -> Iterator[Suppressed]:
    """Why an alert is not told, or not at once, as far as routing decides it."""
    reasons = [(held.reason, held.detail)] if held else []
    reasons += [(p.reason, f"{p.channel} at {p.flush_at:%F %R}") for p in places if p.reason]
    for reason, detail in reasons:
        slot = alert.change.slot
        yield Suppressed(reason, alert.article or "", now, slot, None, alert.id, detail)


async def _judge_failed(tools: Tools, work: ArticleWork, error: Exception, now: datetime) -> str:
    told = f"{type(error).__name__}: {error}"
    retry_at = reading.judge_retry(work.attempts + 1, now)
    events.not_judged(told, final=retry_at is None)
    item = ReviewItem("failed", work.article.url or "", work.article.title, told)
    await tools.db(
        tools.store.articles.save_judge_failure,
        work,
        told,
        now,
        retry_at=retry_at,
        review=None if retry_at else item,
    )
    return told


def _office_notes(work: ArticleWork, analysis: Analysis) -> tuple[Note, ...]:
    """Names in office that the tables do not know so; a person adds or corrects a line."""
    where = work.article.url or work.article.title
    return tuple(
        Note("office_holder", f"{h.actor} {h.name}", f"{h.told}: “{h.words}” ({where})")
        for h in analysis.office_holders
    )


def _dated(work: ArticleWork) -> Article:
    """The article with a date: one without counts from when it was first seen, none lies ahead."""
    seen = work.first_seen.astimezone(UTC).date().isoformat()
    published = work.article.published
    if published and published[:10] <= seen:
        return work.article
    return replace(work.article, published=seen)


def _review(work: ArticleWork, analysis: Analysis, below: float) -> ReviewItem | None:
    found = doubt(analysis, below)
    if found is None:
        return None
    reason, detail = found
    return ReviewItem(reason, work.article.url or "", work.article.title, detail)
