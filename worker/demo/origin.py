"""The local origin: serves the week's feeds and pages, and takes webhooks, on 127.0.0.1."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from worker.demo import pages
from worker.demo.week import Week

Headers = dict[str, str]
#: Where the receiver listens.
HOOK = "/hook"
#: No message of the worker is larger.
MAX_MESSAGE = 20_000


@dataclass
class Mailbox:
    """What the webhook receiver has taken; a message whose signature is wrong is refused."""

    key: str
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: int = 0

    def take(self, body: bytes, headers: Headers) -> int:
        """Verify a message as a receiver should and keep it once; the status to answer."""
        try:
            message = Webhook(self.key).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            self.refused += 1
            return 401
        self.messages.setdefault(headers["webhook-id"], message)
        return 200

    @property
    def alert_ids(self) -> set[str]:
        """The alerts that have arrived."""
        told = (m["data"].get("alerts", ()) for m in self.messages.values())
        return {alert["alert_id"] for alerts in told for alert in alerts}


@dataclass
class Origin:
    """All outlets at one address; their feeds show what has been published by ``now()``."""

    week: Week
    now: Callable[[], datetime]
    mailbox: Mailbox
    base: str = ""
    unchanged: int = 0

    def answer(self, path: str, validator: str | None) -> tuple[int, bytes, Headers]:
        """Status, body and headers for a GET of ``path``."""
        outlet = self.week.outlets.get(path.removeprefix("/").removesuffix("/feed.xml"))
        if outlet is not None:
            return self._feed(pages.feed(self.week, outlet, self.base, self.now()), validator)
        story = self.week.by_path.get(path)
        if story is None or story.published > self.now():
            return 404, b"not found", {"Content-Type": "text/plain"}
        body = pages.page(self.week.outlets[story.outlet], story, self.base)
        return 200, body, {"Content-Type": "text/html; charset=utf-8"}

    def _feed(self, body: bytes, validator: str | None) -> tuple[int, bytes, Headers]:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if validator == etag:
            self.unchanged += 1
            return 304, b"", {"ETag": etag}
        return 200, body, {"ETag": etag, "Content-Type": "application/xml"}


@contextmanager
def serving(origin: Origin) -> Iterator[Origin]:
    """Serve ``origin`` from threads on a free port until the block ends."""
    server = _Server(("127.0.0.1", 0), _handler(origin))
    origin.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The worker closes its connections after each round; that is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            with lock:
                answer = origin.answer(self.path, self.headers.get("If-None-Match"))
            self._reply(*answer)

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            if self.path != HOOK or not 0 < size <= MAX_MESSAGE:
                self.close_connection = True
                self._reply(404, b"", {})
                return
            body = self.rfile.read(size)
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                status = origin.mailbox.take(body, headers)
            self._reply(status, json.dumps({"taken": status == 200}).encode(), {})

        def _reply(self, status: int, body: bytes, headers: Headers) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are no news to a person who watches the demo."""

    return Handler
