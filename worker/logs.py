"""The log: structlog over the standard library, one event name for each action, no secrets.

An event is told as ``log.info("entry.read", trace=…)``: a name out of ``EVENTS`` and values. While
a work is done its feed, entry, article or delivery is bound, so every line below it carries them;
``trace`` is the same for all that is done with one article, from its entry to its alert, and an
alert's id leads on to its deliveries.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from worker.core.redact import Redactor

#: Every event there is, and what it tells.
EVENTS: Mapping[str, str] = {
    "worker.started": "the worker begins; what it runs on",
    "worker.stopping": "SIGTERM or SIGINT: what has begun is finished",
    "worker.stopped": "all that was begun is done or given back",
    "worker.progress": "how much is done, now and then",
    "worker.recovered": "works that the last run left unfinished are done again",
    "work.failed": "a work broke off in a way that nobody foresaw; its lease runs out",
    "lane.failed": "the database failed under a lane of works",
    "dashboard.up": "the dashboard answers at this address",
    "dashboard.off": "the dashboard cannot listen; all else works",
    "dashboard.cut": "the dashboard did not end in time and was cut off",
    "store.waiting": "the database is locked or away and is tried again",
    "queue.failed": "a look at the queue failed; the next one comes by itself",
    "queue.worker_ended": "the queue's worker ended, as when the database goes away; another begins",
    "queue.swept": "the worker of a job is gone; it is done again",
    "host.late": "the turn at a host is given back when its lease ends",
    "config.remark": "the configuration works but could be better",
    "config.reloaded": "SIGHUP: the new configuration holds",
    "config.refused": "SIGHUP: the new configuration is wrong and nothing of it holds",
    "config.restart_needed": "SIGHUP: keys that only a restart changes",
    "feed.polled": "a feed was asked; how many entries are new",
    "feed.failed": "a feed could not be fetched or read",
    "entry.read": "an article was read",
    "entry.failed": "an article could not be read; it is tried again or put up for review",
    "article.judged": "claims were read out of an article and judged",
    "article.failed": "judging an article failed",
    "article.withdrawn": "an article was taken back or is gone",
    "alert.told": "an alert was raised, updated, confirmed, contested, corrected or resolved",
    "channel.off": "a channel cannot be used",
    "channel.plain": "an alert could not be rendered as it should and is told in plain text",
    "channel.unedited": "Slack does not let the first message be brought up to date; a reply tells it",
    "recipient.refused": "a mail server refused one of several recipients",
    "delivery.made": "the alerts of a group became a message",
    "delivery.sent": "a channel has taken a message",
    "delivery.failed": "a channel has not taken a message; it is tried again",
    "delivery.dead": "a message is given up",
    "input.unreadable": "`analyze` could not read a file",
    "retention.done": "data past its time was dropped",
    "retention.failed": "dropping data past its time failed; it is tried again the next day",
}
#: Libraries that tell too much below this level.
_NOISY = ("httpx", "httpcore", "apscheduler", "asyncio", "alembic", "procrastinate", "uvicorn")
_MOST = 2000

#: Hides secrets in whatever this process logs; who resolves a secret tells it.
redactor = Redactor()

#: The handler that ``log_to`` has put in place.
_shared: dict[str, logging.Handler] = {}

bound = structlog.contextvars.bound_contextvars


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; without ``log_to`` it goes where the standard library's log goes."""
    made: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return made


def trace_of(url: str | None) -> str:
    """The correlation id of an article by its address: 12 hexadecimal digits."""
    return hashlib.sha256((url or "").encode("utf-8", "surrogatepass")).hexdigest()[:12]


def log_to(
    stream: TextIO, form: Literal["console", "json"] = "console", level: str = "info"
) -> None:
    """Send the log of this process to ``stream``, as lines for people or as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars],
            processors=_chain(form),
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [
        *(one for one in root.handlers if one is not _shared.get("handler")),
        handler,
    ]
    _shared["handler"] = handler
    root.setLevel(level.upper())
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _chain(form: str) -> list[Processor]:
    # Added by the formatter, which sees the records of libraries and our own alike.
    common: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.TimeStamper(
            fmt="iso" if form == "json" else "%H:%M:%S", utc=form == "json"
        ),
        _clean,
    ]
    if form == "json":
        return [*common, structlog.processors.JSONRenderer(ensure_ascii=False)]
    plain = structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=18, exception_formatter=structlog.dev.plain_traceback
    )
    return [*common, plain]


def _clean(_: Any, __: str, event: EventDict) -> EventDict:
    """Every value without secrets and, but for a traceback, on one line."""
    return {key: _cleaned(key, value) for key, value in event.items()}


def _cleaned(key: str, value: Any) -> Any:
    if isinstance(value, str):
        hidden = redactor.redact(value)
        return hidden if key == "exception" else _line(hidden)
    if isinstance(value, MutableMapping):
        return {name: _cleaned(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned(key, inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _line(redactor.redact(str(value)))


def _line(text: str) -> str:
    """One line without anything that a terminal acts on; ``core.text`` would load lxml for it."""
    told = "".join(char if char.isprintable() else " " for char in text[: 2 * _MOST])
    return " ".join(told.split())[:_MOST]
