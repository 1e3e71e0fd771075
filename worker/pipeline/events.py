"""What the stages tell the log: one event a work, and one for each alert it led to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from worker.core.schedule import PollResult
from worker.logs import bound, logger, trace_of
from worker.model import Alert, Article
from worker.ports import (
    ArticleWork,
    DeliveryResult,
    DeliveryWork,
    DueGroup,
    EntryWork,
    FeedWork,
    Judged,
    Work,
)

_log = logger(__name__)


@contextmanager
def told_of(work: Work) -> Iterator[None]:
    """Every line told meanwhile carries the ids of ``work``."""
    with bound(**_ids(work)):
        yield


def _ids(work: Work) -> dict[str, object]:
    if isinstance(work, FeedWork):
        return {"feed": work.feed.id}
    if isinstance(work, EntryWork):
        return {"feed": work.feed.id, "entry": work.id}
    if isinstance(work, ArticleWork):
        feed = {"feed": work.feed.id} if work.feed else {}
        return {**feed, "article": work.id, "trace": trace_of(work.article.url)}
    return {"delivery": work.delivery.id, "channel": work.delivery.channel}


def polled(result: PollResult, new: int) -> None:
    """A feed was asked."""
    problem = result.error or result.parse_error
    if problem:
        _log.warning("feed.failed", status=result.status, problem=problem)
    elif new:
        _log.info("feed.polled", status=result.status, new=new)
    else:
        _log.debug("feed.polled", status=result.status, new=0)


def read(work: EntryWork, articles: Sequence[Article]) -> None:
    """An entry led to articles: one, or the updates of a live blog."""
    for article in articles:
        _log.info(
            "entry.read",
            trace=trace_of(article.url),
            url=article.url,
            text=article.text_source,
            again=work.rereading,
        )


def not_read(problem: str, *, final: bool) -> None:
    """An entry led to no article, for good or for now."""
    _log.warning("entry.failed", problem=problem, final=final)


def judged(done: Judged | None) -> None:
    """An article was judged; ``None`` where another worker was first."""
    if done is None:
        return
    alerts = done.verdict.alerts
    held = sorted({item.reason for item in done.verdict.suppressed})
    tell = _log.info if done.relevant or alerts else _log.debug
    tell(
        "article.judged",
        relevant=done.relevant,
        claims=done.claims,
        alerts=[alert.id for alert in alerts],
        held=held,
    )
    told(alerts)


def told(alerts: Sequence[Alert]) -> None:
    """Alerts are handed over to their groups."""
    for alert in alerts:
        slot = alert.change.slot
        _log.info(
            "alert.told",
            alert=alert.id,
            what=alert.event.value,
            actor=slot.actor,
            measure=slot.measure.value,
            kind=alert.change.kind.value,
            severity=alert.severity.value,
        )


def not_judged(problem: str, *, final: bool) -> None:
    """Judging broke off."""
    _log.warning("article.failed", problem=problem, final=final)


def withdrawn(url: str, why: str) -> None:
    """An article was taken back."""
    _log.info("article.withdrawn", trace=trace_of(url), why=why)


def made(group: DueGroup) -> None:
    """A group's alerts became a delivery."""
    ids = list(dict.fromkeys(alert.id for alert in group.alerts))
    _log.info("delivery.made", group=group.id, channel=group.channel, alerts=ids)


def delivered(work: DeliveryWork, result: DeliveryResult, problem: str | None) -> None:
    """An attempt at a delivery ended."""
    ids = list(work.delivery.alert_ids)
    if problem is None:
        _log.info("delivery.sent", alerts=ids, attempt=work.number)
        return
    event = "delivery.dead" if result.state == "dead" else "delivery.failed"
    _log.warning(event, alerts=ids, attempt=work.number, problem=result.outcome)


def buried(delivery_id: str, channel: str, why: str) -> None:
    """A delivery was given up without another attempt."""
    _log.warning("delivery.dead", delivery=delivery_id, channel=channel, problem=why)
