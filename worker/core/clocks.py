"""Hours of the wall clock in a time zone: digests and quiet hours, across changes of the clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from worker.model import Severity

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def wall_time(day: date, at: time, zone: tzinfo) -> datetime:
    """That time of that day in UTC; one that the clocks skip is as much later as they skip."""
    return datetime.combine(day, at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Digest:
    """Alerts collected and told together once a day, or once a week on ``weekday``."""

    every: str = "day"
    at: time = time(8, 0)
    weekday: str = "monday"
    timezone: tzinfo = UTC

    def next_after(self, now: datetime) -> datetime:
        """The next digest strictly after ``now``, in UTC."""
        today = now.astimezone(self.timezone).date()
        days = (today + timedelta(days=n) for n in range(9))
        moments = (wall_time(d, self.at, self.timezone) for d in days if self._on(d))
        return next(moment for moment in moments if moment > now)

    def _on(self, day: date) -> bool:
        return self.every == "day" or WEEKDAYS[day.weekday()] == self.weekday


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours in which alerts wait, unless they are at least as loud as ``unless_severity``."""

    start: time
    end: time
    timezone: tzinfo = UTC
    unless_severity: Severity = Severity.CRITICAL

    def end_of(self, moment: datetime) -> datetime | None:
        """When the quiet hours around ``moment`` end, in UTC; ``None`` if it is not within any."""
        today = moment.astimezone(self.timezone).date()
        for first in (today - timedelta(days=1), today):
            last = first + timedelta(days=1) if self.end <= self.start else first
            start = wall_time(first, self.start, self.timezone)
            end = wall_time(last, self.end, self.timezone)
            if start <= moment < end:
                return end
        return None
