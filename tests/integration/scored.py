"""Feeds that behave in every way, and keep a score of how they are treated.

Each feed publishes by a simulated clock and remembers what it has answered: when it may be asked
again, which validators it has given out. Whatever breaks that is a violation, named. The rules are
those of docs/reliability.md, written here a second time and not taken from the worker's code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.integration.origin import Origin, Request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Any feed, however welcoming, and any feed that says nothing; both less the jitter of a tenth.
QUICKEST, USUAL = 0.9 * timedelta(minutes=15), 0.9 * HOUR
BUSY = 0.9 * 4 * HOUR
LONGEST_REST = timedelta(days=3.2)
ITEMS = 60


@dataclass
class Answer:
    """What a feed answers, and for how long it must then be left alone."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    rest: timedelta = USUAL


@dataclass
class ScoredFeed:
    """A feed that is well in every respect; its children are odd in one."""

    name: str
    start: datetime
    every: timedelta = 5 * HOUR
    url: str = ""
    asked: list[datetime] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    not_before: datetime | None = None
    #: The validators of the last body that could be read: what a request must bring along.
    given: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    violations: list[str] = field(default_factory=list)

    #: It must not be forgotten for longer, and an entry must be seen after so long.
    longest_gap = DAY * 1.1
    patience = timedelta(hours=26)

    def days(self, now: datetime) -> float:
        return (now - self.start) / DAY

    def published(self, now: datetime) -> list[int]:
        return list(range(1 + int((now - self.start) / self.every)))

    def item(self, number: int, now: datetime) -> str:
        at = format_datetime(self.start + number * self.every)
        link = f"{self.url}/{number}.html"
        return (
            f"<item><title>{self.name} {number}</title><link>{link}</link>"
            f"<guid>{self.name}-{number}</guid><pubDate>{at}</pubDate></item>"
        )

    def channel(self) -> str:
        return ""

    def body(self, now: datetime) -> bytes:
        shown = reversed(self.published(now)[-ITEMS:])
        items = "".join(self.item(number, now) for number in shown)
        start = f'<rss version="2.0"><channel><title>{self.name}</title>{self.channel()}'
        return f"{start}{items}</channel></rss>".encode()

    def validators(self, now: datetime) -> dict[str, str]:
        return {"ETag": f'"{self.name}-{len(self.published(now))}"'}

    def extra(self, now: datetime) -> dict[str, str]:
        return {}

    def rest(self, now: datetime) -> timedelta:
        return USUAL

    def mood(self, now: datetime) -> Answer | None:
        """Another answer than the feed itself."""
        return None

    def answer(self, request: Request, now: datetime) -> Answer:
        odd = self.mood(now)
        if odd is not None:
            return odd
        validators = self.validators(now)
        headers = {**validators, **self.extra(now)}
        if validators and sent_in(request) == as_sent(validators):
            return Answer(304, headers, rest=self.rest(now))
        return Answer(200, headers, self.body(now), self.rest(now))

    def take(self, request: Request, now: datetime) -> Answer:
        """Judge a request, then answer it."""
        self.judge(request, now)
        answer = self.answer(request, now)
        self.asked.append(now)
        self.statuses.append(answer.status)
        self.failures = self.failures + 1 if answer.status >= 400 else 0
        self.not_before = now + answer.rest
        if answer.status == 200 and answer.body.startswith(b"<rss"):
            kept = ("ETag", "Last-Modified")
            self.given = {key: answer.headers[key] for key in kept if key in answer.headers}
        return answer

    def judge(self, request: Request, now: datetime) -> None:
        if self.not_before is not None and now < self.not_before:
            self.violation(now, f"asked {self.not_before - now} too early")
        if self.asked and now - self.asked[-1] > self.longest_gap:
            self.violation(now, f"not asked for {now - self.asked[-1]}")
        if sent_in(request) != as_sent(self.given):
            self.violation(now, f"sent {sent_in(request)}, was given {as_sent(self.given)}")
        agent = request.header("User-Agent") or b""
        if b"CoalitionWatch/" not in agent or b"(+http" not in agent:
            self.violation(now, f"calls itself {agent!r}, without a contact")

    def violation(self, now: datetime, text: str) -> None:
        self.violations.append(f"{self.name}, day {self.days(now):.2f}: {text}")

    def backoff(self) -> timedelta:
        """The rest due after one more failure: an hour, doubling."""
        return 0.9 * min(HOUR * 2**self.failures, LONGEST_REST)


def sent_in(request: Request) -> dict[str, bytes]:
    names = ("If-None-Match", "If-Modified-Since")
    found = {name: request.header(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def as_sent(validators: dict[str, str]) -> dict[str, bytes]:
    names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    return {names[key]: value.encode("latin-1") for key, value in validators.items()}


class LastModifiedOnly(ScoredFeed):
    def validators(self, now: datetime) -> dict[str, str]:
        newest = self.start + self.published(now)[-1] * self.every
        return {"Last-Modified": f"{newest:%a, %d %b %Y %H:%M:%S} +0000"}  # not GMT: echoed as is


class WeakTag(ScoredFeed):
    def validators(self, now: datetime) -> dict[str, str]:
        return {"ETag": f'W/"é, {len(self.published(now))} , "'}


class Both(ScoredFeed):
    def validators(self, now: datetime) -> dict[str, str]:
        newest = self.start + self.published(now)[-1] * self.every
        return super().validators(now) | {"Last-Modified": format_datetime(newest, usegmt=True)}


class NoValidators(ScoredFeed):
    def validators(self, now: datetime) -> dict[str, str]:
        return {}


class ValidatorsWithdrawn(ScoredFeed):
    def validators(self, now: datetime) -> dict[str, str]:
        return super().validators(now) if self.days(now) < 5 else {}


class Ttl(ScoredFeed):
    def channel(self) -> str:
        return "<ttl>180</ttl>"

    def rest(self, now: datetime) -> timedelta:
        return 3 * HOUR


class Skips(ScoredFeed):
    """Sleeps from midnight to five and on Sundays (UTC)."""

    longest_gap = 2.5 * DAY
    patience = timedelta(hours=50)

    def channel(self) -> str:
        hours = "".join(f"<hour>{hour}</hour>" for hour in range(5))
        return f"<skipHours>{hours}</skipHours><skipDays><day>Sunday</day></skipDays>"

    def judge(self, request: Request, now: datetime) -> None:
        super().judge(request, now)
        if self.asked and (now.hour < 5 or now.weekday() == 6):
            self.violation(now, f"asked on {now:%A %H:%M}, which it skips")


class MaxAge(ScoredFeed):
    def extra(self, now: datetime) -> dict[str, str]:
        return {"Cache-Control": "public, max-age=9000", "Age": "1800"}

    def rest(self, now: datetime) -> timedelta:
        return 2 * HOUR


class Welcoming(ScoredFeed):
    """Says that it may be asked every five minutes; a quarter of an hour is quick enough."""

    longest_gap = HOUR * 1.2

    def extra(self, now: datetime) -> dict[str, str]:
        return {"Cache-Control": "max-age=300"}

    def rest(self, now: datetime) -> timedelta:
        return QUICKEST


class Expires(ScoredFeed):
    """Its clock is five hours ahead; what counts is the span between its Date and its Expires."""

    def extra(self, now: datetime) -> dict[str, str]:
        there = now + 5 * HOUR
        dates = {"Date": there, "Expires": there + 3 * HOUR}
        return {name: format_datetime(at, usegmt=True) for name, at in dates.items()}

    def rest(self, now: datetime) -> timedelta:
        return 3 * HOUR - timedelta(seconds=1)  # HTTP dates have whole seconds


class Busy(ScoredFeed):
    """Overloaded for some hours of every third day; names the pause in seconds."""

    status = 429
    pause = 6 * HOUR

    def wish(self, now: datetime) -> dict[str, str]:
        return {"Retry-After": str(6 * 3600)}

    def mood(self, now: datetime) -> Answer | None:
        if int(self.days(now)) % 3 or not 0.3 < self.days(now) % 1 < 0.5:
            return None
        return Answer(self.status, self.wish(now), b"slow down", self.pause)


class BusyUntilDate(Busy):
    """Names the end of the pause by a clock that is five hours ahead."""

    pause = 6 * HOUR - timedelta(seconds=1)

    def wish(self, now: datetime) -> dict[str, str]:
        there = now + 5 * HOUR
        dates = {"Date": there, "Retry-After": there + 6 * HOUR}
        return {name: format_datetime(at, usegmt=True) for name, at in dates.items()}


class BusyUnsaid(Busy):
    status, pause = 503, BUSY

    def wish(self, now: datetime) -> dict[str, str]:
        return {}


class BusyForYears(Busy):
    """Asks for thirty years of rest, and gets the longest that is given."""

    pause = LONGEST_REST
    longest_gap = LONGEST_REST * 1.11
    patience = 4 * DAY

    def wish(self, now: datetime) -> dict[str, str]:
        return {"Retry-After": "999999999"}


class Forbidden(ScoredFeed):
    def mood(self, now: datetime) -> Answer | None:
        return Answer(403, {}, b"no", BUSY) if 2 < self.days(now) < 4 else None


class Missing(ScoredFeed):
    longest_gap = LONGEST_REST * 1.11
    patience = 4 * DAY

    def mood(self, now: datetime) -> Answer | None:
        return Answer(404, {}, b"no", self.backoff()) if 1 < self.days(now) < 3 else None


class Gone(ScoredFeed):
    """Gone for good after three days."""

    leaves = 3

    def mood(self, now: datetime) -> Answer | None:
        return Answer(410, {}, b"gone", 1000 * DAY) if self.days(now) > self.leaves else None


class Unreadable(ScoredFeed):
    """For a day it sends a page instead, under validators that must not be kept."""

    longest_gap = LONGEST_REST * 1.11
    patience = 4 * DAY

    def mood(self, now: datetime) -> Answer | None:
        if not 1 < self.days(now) < 2:
            return None
        body = b"<html><body>Maintenance</body></html>"
        return Answer(200, {"ETag": '"page"'}, body, USUAL)


class WrongDates(ScoredFeed):
    """Its items come from next month, from 1970, or without a date."""

    def item(self, number: int, now: datetime) -> str:
        stated = (self.start + 40 * DAY, datetime(1970, 1, 1, tzinfo=self.start.tzinfo), None)
        at = stated[number % 3]
        date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
        link = f"<link>{self.url}/{number}.html</link>"
        return f"<item><title>T</title>{link}<guid>{self.name}-{number}</guid>{date}</item>"


class Moving(ScoredFeed):
    """Answers 301 for two days, is back, and answers 301 again for good."""

    moves: tuple[tuple[float, float, int], ...] = ((0.5, 2.5, 301), (3, 99, 301))
    believed = 6.0

    def move(self, now: datetime) -> int | None:
        day = self.days(now)
        return next((status for a, b, status in self.moves if a < day < b), None)

    def mood(self, now: datetime) -> Answer | None:
        status = self.move(now)
        if status is None:
            return None
        if self.days(now) > self.believed + 1:
            self.violation(now, "the old address is still asked")
        return Answer(status, {"Location": f"{self.url}/moved"}, rest=timedelta(0))


class MovingForNow(Moving):
    """Answers 302 ever after."""

    moves = ((0.5, 99, 302),)
    believed = 1000.0


class Target(ScoredFeed):
    """Where a moving feed has moved to: asked by itself only once that has held for three days."""

    old: Moving
    longest_gap = 1000 * DAY

    def judge(self, request: Request, now: datetime) -> None:
        self.given = dict(self.old.given)  # one feed, whichever address has answered
        super().judge(request, now)
        by_itself = not self.old.asked or self.old.asked[-1] != now
        if by_itself and self.old.days(now) < self.old.believed:
            self.violation(now, "asked by itself before its move had held for three days")

    def take(self, request: Request, now: datetime) -> Answer:
        answer = super().take(request, now)
        self.old.given = dict(self.given)
        return answer


KINDS: dict[str, type[ScoredFeed]] = {
    "etag": ScoredFeed,
    "last-modified": LastModifiedOnly,
    "weak-tag": WeakTag,
    "both": Both,
    "no-validators": NoValidators,
    "validators-withdrawn": ValidatorsWithdrawn,
    "ttl": Ttl,
    "skips": Skips,
    "max-age": MaxAge,
    "welcoming": Welcoming,
    "expires": Expires,
    "busy": Busy,
    "busy-until-date": BusyUntilDate,
    "busy-unsaid": BusyUnsaid,
    "busy-for-years": BusyForYears,
    "forbidden": Forbidden,
    "missing": Missing,
    "gone": Gone,
    "unreadable": Unreadable,
    "wrong-dates": WrongDates,
    "moving": Moving,
    "moving-for-now": MovingForNow,
}


def serve(origin: Origin, start: datetime, now: Callable[[], datetime]) -> dict[str, ScoredFeed]:
    """One feed of each kind at ``origin``, by its name; targets of moves end in ``-target``."""
    feeds: dict[str, ScoredFeed] = {}
    for name, kind in KINDS.items():
        feed = feeds[name] = kind(name, start, url=origin.url(f"/{name}"))
        _route(origin, f"/{name}", feed, now)
        if isinstance(feed, Moving):
            target = Target(name, start, url=feed.url)
            target.old = feed
            feeds[f"{name}-target"] = target
            _route(origin, f"/{name}/moved", target, now)
    return feeds


def _route(origin: Origin, path: str, feed: ScoredFeed, now: Callable[[], datetime]) -> None:
    async def send(request: Request, writer: asyncio.StreamWriter) -> None:
        answer = feed.take(request, now())
        headers = dict(answer.headers)
        if answer.status != 304:
            headers["Content-Length"] = str(len(answer.body))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode("latin-1") + answer.body)

    origin.routes[path] = send
