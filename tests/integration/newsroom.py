"""A local press: feeds with their articles, and a receiver of webhooks, as threaded HTTP servers.

They run in threads of the test, so that the worker under test may be this process or another.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from worker.model import Analysis, Article, Claim, Measure, Stance

FILLER = (
    "The coalition of the willing for Ukraine met again to speak about security guarantees. "
    "Officials said that the talks would go on in the coming weeks and that the details of the "
    "multinational force were being worked out by the staffs of the countries that take part."
)


@dataclass
class Story:
    """One article and where it stands."""

    path: str
    title: str
    text: str
    published: datetime
    summary: str = ""
    background: str = FILLER


@dataclass
class Press:
    """Feeds by name; ``statuses`` and ``feed_bodies`` answer a path or feed otherwise.

    ``searches`` are those that stand behind a search engine's address, ``pages`` and ``posted``
    answer single paths.
    """

    feeds: dict[str, list[Story]] = field(default_factory=dict)
    feed_bodies: dict[str, bytes] = field(default_factory=dict)
    searches: set[str] = field(default_factory=set)
    posted: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    robots: str = ""
    statuses: dict[str, int] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    conditional: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def host(self, feed: str) -> str:
        """Every feed has a host of its own, so that manners towards one do not slow the others."""
        number = sorted(self.feeds).index(feed)
        return f"127.0.{number // 250 + 1}.{number % 250 + 1}:{self.port}"

    def url(self, feed: str, path: str | None = None) -> str:
        return f"http://{self.host(feed)}{path or f'/{feed}.xml'}"

    def add(self, feed: str, title: str, text: str, *, age: timedelta = timedelta(hours=1)) -> None:
        stories = self.feeds.setdefault(feed, [])
        path = f"/{feed}/{len(stories)}.html"
        stories.append(Story(path, title, text, datetime.now(UTC) - age))

    def feed_xml(self, feed: str) -> bytes:
        if feed in self.feed_bodies:
            return self.feed_bodies[feed]
        items = "".join(
            f"<item><title>{escape(s.title)}</title><link>{self.url(feed, s.path)}</link>"
            f"<guid>{self.url(feed, s.path)}</guid><description>{escape(s.summary)}</description>"
            f"<pubDate>{format_datetime(s.published)}</pubDate></item>"
            for s in self.feeds[feed]
        )
        return (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>{feed}</title>'
            f"<link>{self.url(feed, '/')}</link>{items}</channel></rss>"
        ).encode()

    def page(self, feed: str, story: Story) -> bytes:
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in (story.text, story.background))
        return (
            f"<!doctype html><html><head><title>{escape(story.title)}</title></head>"
            f"<body><article><h1>{escape(story.title)}</h1>{paragraphs}</article></body></html>"
        ).encode()

    def answer(self, path: str, validator: str | None) -> tuple[int, bytes, dict[str, str]]:
        self.asked[path] += 1
        if path in self.statuses:
            return self.statuses[path], b"no", {}
        if path == "/robots.txt" and self.robots:
            return 200, self.robots.encode(), {"Content-Type": "text/plain"}
        if path in self.pages:
            return 200, self.pages[path], {"Content-Type": "text/html"}
        for feed in self.searches:
            if path.startswith(f"/rss/search?q={feed}"):
                return 200, self.feed_xml(feed), {"Content-Type": "application/rss+xml"}
        if path.endswith(".xml") and path[1:-4] in self.feeds:
            body = self.feed_xml(path[1:-4])
            etag = f'"{len(body)}"'
            if validator is not None:
                self.conditional[path] += 1
            if validator == etag:
                return 304, b"", {"ETag": etag}
            return 200, body, {"ETag": etag, "Content-Type": "application/rss+xml"}
        for feed, stories in self.feeds.items():
            for story in stories:
                if story.path == path:
                    return 200, self.page(feed, story), {"Content-Type": "text/html"}
        return 404, b"not here", {}


@dataclass
class Receiver:
    """Takes webhooks; ``statuses`` are answered first, one each, then 200, after ``hangs`` s.

    With ``chance`` it is unsteady: of the messages that come for the first time it refuses a fifth,
    loses the answer to one in twenty, and lets one in four hundred wait ``stalls`` s for none.
    """

    statuses: list[int] = field(default_factory=list)
    chance: random.Random | None = None
    bodies: list[dict] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    refused: int = 0
    lost_answers: int = 0
    hangs: float = 0.0
    stalls: float = 0.0
    stalled: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def alerts(self) -> list[dict]:
        told = (body["data"].get("alerts", ()) for body in self.bodies)
        return [alert for alerts in told for alert in alerts]

    @property
    def alert_ids(self) -> list[str]:
        return [alert["alert_id"] for alert in self.alerts]

    def take(self, body: bytes, message_id: str) -> int:
        """The status to answer; 0 for none at all, -1 for none before the sender has given up."""
        status = self.statuses.pop(0) if self.statuses else self._whim(message_id)
        if status >= 300:
            self.refused += 1
            return status
        self.bodies.append(json.loads(body))
        self.ids.append(message_id)
        self.lost_answers += status <= 0
        self.stalled += status < 0
        return status

    def _whim(self, message_id: str) -> int:
        first = message_id not in self.seen
        self.seen.add(message_id)
        if self.chance is None or not first:
            return 200
        stalls = 1 if self.stalls else 0
        return self.chance.choices((200, 503, 0, -1), (300 - stalls, 80, 20, stalls))[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200

    def handle_error(self, *_: object) -> None:
        """A worker that is killed cuts its connections; that is the point of some tests."""


@contextmanager
def serve(handler: type[BaseHTTPRequestHandler], host: str = "127.0.0.1") -> Iterator[int]:
    """Serve with ``handler`` on a free port until the block ends; gives the port."""
    server = _Server((host, 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written apart

    def log_message(self, *_: object) -> None:
        pass

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def publishing(press: Press) -> Iterator[Press]:
    """Serve a press on every address of 127.0.0.0/8, one for each feed."""

    class Handler(_Quiet):
        def do_GET(self) -> None:
            self.reply(*press.answer(self.path, self.headers.get("If-None-Match")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            press.asked[self.path] += 1
            told = press.posted.get(self.path)
            self.reply(200 if told else 404, told(body) if told else b"", {})

    with serve(Handler, "0.0.0.0") as port:
        press.port = port
        yield press


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """Serve a receiver of webhooks."""
    lock = threading.Lock()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            waited = 0.0
            while waited < receiver.hangs:
                time.sleep(0.05)
                waited += 0.05
            with lock:
                status = receiver.take(body, self.headers.get("webhook-id", ""))
            if status < 0:
                time.sleep(receiver.stalls)
            if status <= 0:
                self.close_connection = True
                return
            self.reply(status, b"{}", {})

    with serve(Handler) as port:
        receiver.port = port
        yield receiver


def stub_analyze(article: Article) -> Analysis:
    """Claims from lines such as ``CLAIM NO troops committed``: tests of the plumbing need no more.

    A line ``CRASH`` fails, ``REVIEW`` asks for a person.
    """
    claims = []
    for line in article.text.splitlines():
        words = line.split()
        if words[:1] == ["CRASH"]:
            raise RuntimeError("the extractor fell over")
        if words[:1] == ["REVIEW"]:
            return Analysis("en", False, review="unsupported_language")
        if words[:1] == ["CLAIM"]:
            start = article.full_text.index(line)
            measure, stance = Measure(words[2]), Stance(words[3])
            claims.append(Claim(words[1], measure, stance, line, start, start + len(line)))
    return Analysis("en", bool(claims), tuple(claims))


Analyze = Callable[[Article], Analysis]
