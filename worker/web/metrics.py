"""Prometheus metrics in the field's names; what the store knows is asked when they are scraped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from worker.ports import Clock, Progress
from worker.ports.looking import Looking
from worker.web.remember import Remembered

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: The counts of the store are asked at most so often, in seconds.
COUNTED_EVERY = 15.0
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Meter:
    """What this process has done, and what the store holds."""

    def __init__(self, looking: Looking, remembered: Remembered, clock: Clock, version: str):
        self._registry = CollectorRegistry()
        self._clock = clock
        self.last_progress: datetime | None = None
        self._works = Counter(
            "coalition_watch_works",
            "Works that a stage of the pipeline has handled.",
            ("stage", "outcome"),
            registry=self._registry,
        )
        self._answers = Histogram(
            "coalition_watch_http_seconds",
            "Time that the dashboard took for a request.",
            ("route", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Stored(looking, remembered, clock, version))

    def worked(self, progress: Progress) -> None:
        """Count a work of the pipeline."""
        self.last_progress = self._clock.now()
        self._works.labels(progress.stage.value, "failed" if progress.failed else "done").inc()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer of the dashboard."""
        self._answers.labels(route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    def __init__(self, looking: Looking, remembered: Remembered, clock: Clock, version: str):
        self._looking = looking
        self._remembered = remembered
        self._clock = clock
        self._version = version

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of the store when the collector is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """What the store holds and how long its oldest works wait."""
        built = GaugeMetricFamily("coalition_watch_build", "The version.", labels=["version"])
        built.add_metric([self._version], 1)
        yield built
        counts = self._remembered.get("counts", self._looking.counts, COUNTED_EVERY)
        for name, (what, sentence) in _COUNTS.items():
            yield GaugeMetricFamily(f"coalition_watch_{name}", sentence, value=counts[what])
        yield from self._waits()
        yield self._sources()

    def _waits(self) -> Iterator[Metric]:
        now, lags = self._clock.now(), self._looking.lags()
        oldest = GaugeMetricFamily(
            "coalition_watch_oldest_wait_seconds",
            "How long the longest waiting work of a stage has been due.",
            labels=["stage"],
        )
        for stage in ("poll", "read", "judge", "deliver"):
            oldest.add_metric([stage], _seconds(lags[stage], now))
        yield oldest
        yield GaugeMetricFamily(
            "coalition_watch_since_poll_seconds",
            "How long ago a feed was polled last; -1 if none ever was.",
            value=_seconds(lags["polled"], now) if lags["polled"] else -1,
        )

    def _sources(self) -> Metric:
        rows = self._remembered.get("sources", self._looking.sources, 60.0)
        family = GaugeMetricFamily(
            "coalition_watch_feeds_in_state", "Feeds by how they are.", labels=["state"]
        )
        failing = sum(bool(row["failures"]) and row["state"] == "active" for row in rows)
        active = sum(row["state"] == "active" for row in rows)
        dying = sum(bool(row["dying"]) for row in rows)
        for state, count in (("ok", active - failing), ("failing", failing), ("dying", dying)):
            family.add_metric([state], count)
        return family


def _seconds(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


_COUNTS = {
    "feeds": ("feeds", "Feeds that are known."),
    "entries": ("entries", "Entries ever seen in feeds."),
    "articles": ("articles", "Articles that have been read."),
    "claims": ("claims", "Claims in the ledger."),
    "alerts": ("alerts", "Alerts ever raised."),
    "entries_waiting": ("entries_waiting", "Entries that wait to be read."),
    "articles_waiting": ("articles_waiting", "Articles that wait to be judged."),
    "deliveries_waiting": ("deliveries_waiting", "Deliveries that wait to be sent."),
    "dead_letters": ("dead_letters", "Deliveries that were given up."),
    "to_review": ("to_review", "Articles that wait for a person."),
}
