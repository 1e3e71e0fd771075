"""Articles judged one by one in memory, in the order of publication: what would have been told."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from worker.core.alerting import AlertState, Policy, alert_line
from worker.core.judging import judge_article
from worker.core.ledger import LedgerRecord
from worker.core.origins import KnownText, Sketch, text_digest
from worker.core.routing import Desk, Route, hand_over
from worker.core.spans import parse_day, shifted
from worker.core.views import Suppressed, Verdict
from worker.model import Alert, Analysis, Article, Slot

#: What was read before was known before, also where both are dated to one day.
TICK = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Analyze = Callable[[Article], Analysis]


class MemoryLedger:
    """A ledger in memory: a ``LedgerView`` that verdicts are applied to."""

    def __init__(self, records: Iterable[LedgerRecord] = ()) -> None:
        self._records: dict[str, LedgerRecord] = {}
        self._by_slot: dict[Slot, list[str]] = defaultdict(list)
        self._by_article: dict[str, list[str]] = defaultdict(list)
        self._alerts: dict[str, AlertState] = {}
        self._alerts_by_slot: dict[Slot, list[str]] = defaultdict(list)
        self._texts: dict[str, KnownText] = {}
        self._days: list[tuple[date, str]] = []
        self.suppressed: list[Suppressed] = []
        for record in records:
            self._store(record)

    def records(self, slot: Slot) -> list[LedgerRecord]:
        """All records of a slot."""
        return [self._records[i] for i in self._by_slot.get(slot, ())]

    def article_records(self, key: str) -> list[LedgerRecord]:
        """All records of an article."""
        return [self._records[i] for i in self._by_article.get(key, ())]

    def open_alerts(self, slot: Slot) -> list[AlertState]:
        """The open alerts of a slot, oldest first."""
        states = (self._alerts[i] for i in self._alerts_by_slot.get(slot, ()))
        return [state for state in states if state.open]

    def alert(self, alert_id: str) -> AlertState | None:
        """The alert of that id."""
        return self._alerts.get(alert_id)

    def text(self, key: str) -> KnownText | None:
        """The article as last read."""
        return self._texts.get(key)

    def texts_like(self, sketch: Sketch, day: date, days: int) -> list[KnownText]:
        """The articles published around a day, whatever they say."""
        first = bisect.bisect_left(self._days, (shifted(day, -days), ""))
        last = bisect.bisect_right(self._days, (shifted(day, days), "\U0010ffff"))
        return [self._texts[key] for _, key in self._days[first:last]]

    def slots(self) -> list[Slot]:
        """Every slot of which something is known, in a stable order."""
        return sorted(self._by_slot, key=str)

    def alerts(self) -> list[AlertState]:
        """Every alert as it stands, in the order of raising."""
        return list(self._alerts.values())

    def apply(self, verdict: Verdict) -> None:
        """Take over what a verdict says."""
        for record in (*verdict.records, *verdict.retracted):
            self._store(record)
        for state in verdict.states:
            if state.id not in self._alerts:
                self._alerts_by_slot[state.alert.change.slot].append(state.id)
            self._alerts[state.id] = state
        self.suppressed.extend(verdict.suppressed)
        if verdict.text:
            self._remember(verdict.text)

    def _store(self, record: LedgerRecord) -> None:
        if record.id not in self._records:
            self._by_slot[record.slot].append(record.id)
            self._by_article[record.article_key].append(record.id)
        self._records[record.id] = record

    def _remember(self, text: KnownText) -> None:
        if text.article_key not in self._texts:
            bisect.insort(self._days, (text.day, text.article_key))
        self._texts[text.article_key] = text


def in_order(articles: Iterable[Article]) -> list[Article]:
    """Articles in the order of ``published``; ties by URL, then by text; undated ones first."""
    return sorted(articles, key=lambda a: (moment(a) or EPOCH, a.url or "", text_digest(a)))


def replay(
    articles: Iterable[Article],
    analyze: Analyze,
    baseline: Sequence[LedgerRecord] = (),
    *,
    policy: Policy | None = None,
    extractor_version: str = "",
    groups: Mapping[str, str] = MappingProxyType({}),
    ledger: MemoryLedger | None = None,
    routes: Route | None = None,
) -> Iterator[dict[str, Any]]:
    """The lines of ``replay --format json`` (docs/contracts.md), byte for byte the same each time.

    ``analyze`` turns an article into its claims. Pass an own ``ledger`` (filled with the baseline)
    to read afterwards what was known and what was suppressed. The clock is that of ``timed``.
    With ``routes`` each line also has ``told`` (where the alert goes) and ``held`` (why nowhere).
    """
    ledger = ledger if ledger is not None else MemoryLedger(baseline)
    for article, now in timed(articles):
        verdict = judge_article(
            article,
            analyze(article),
            view=ledger,
            now=now,
            policy=policy,
            extractor_version=extractor_version,
            groups=groups,
        )
        ledger.apply(verdict)
        for alert in verdict.alerts:
            yield alert_line(alert) | (_routed(alert, routes, now) if routes else {})


def _routed(alert: Alert, routes: Route, now: datetime) -> dict[str, Any]:
    """Where an alert goes by a tree of routes, silences and what was told before left aside."""
    places, held = hand_over(alert, routes, Desk(), now)
    told = sorted({f"{place.route}/{place.channel}" for place in places})
    return {"told": told, "held": held.reason.value if held else None}


def diff_lines(
    old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The alert events that only the new replay tells, and those that only the old one told.

    Two lines are one event where alert, event, stance told and confirmation agree, and, if both
    replays have looked at routes, where they are told.
    """
    before, after = list(old), list(new)
    routed = all("told" in line for line in (*before, *after))
    known, told = _counted(before, routed), _counted(after, routed)
    return _beyond(after, known, routed), _beyond(before, told, routed)


def _counted(lines: Iterable[Mapping[str, Any]], routed: bool) -> Counter[tuple[str, ...]]:
    return Counter(_event_key(line, routed) for line in lines)


def _event_key(line: Mapping[str, Any], routed: bool) -> tuple[str, ...]:
    told = tuple(line["told"]) if routed else ()
    return line["alert_id"], line["event"], line["to"]["stance"], line["status"], *told


def _beyond(
    lines: list[dict[str, Any]], others: Counter[tuple[str, ...]], routed: bool
) -> list[dict[str, Any]]:
    left = Counter(others)
    found = []
    for line in lines:
        key = _event_key(line, routed)
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(line)
    return found


def timed(articles: Iterable[Article]) -> Iterator[tuple[Article, datetime]]:
    """The articles in order, each with its moment of publication or the tick after the last one."""
    now = EPOCH
    for article in in_order(articles):
        now = max(now + TICK, moment(article) or EPOCH)
        yield article, now


def moment(article: Article) -> datetime | None:
    """When an article appeared, in UTC; a date alone is its midnight, a partial one its last.

    ``None`` where the article does not tell it, or nothing that is a date.
    """
    told = article.published or ""
    try:
        exact = datetime.fromisoformat(told)
    except ValueError:
        return _last_midnight(told)
    return exact.replace(tzinfo=UTC) if exact.tzinfo is None else exact.astimezone(UTC)


def _last_midnight(told: str) -> datetime | None:
    try:
        return datetime.combine(parse_day(told), time(), UTC)
    except ValueError:
        return None
