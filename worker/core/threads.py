"""What belongs together on a channel: follow-ups of an alert answer the message that told it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from worker.core.overview import Overview
from worker.model import Alert


class Threading(StrEnum):
    """What a channel knows of threads: nothing, a mark on a message, one thread a message."""

    NONE = "none"
    MARKED = "marked"
    ONE = "one"


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Root:
    """The first message of a thread: its delivery, its subject, its alerts as they stand now."""

    delivery_id: str
    alerts: tuple[Alert, ...] = ()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a message is told in, beside its alerts.

    ``language`` None leaves the channel its own; ``roots`` are by alert id; ``overview`` makes a
    message a digest; ``dashboard`` is the address of the dashboard; ``at`` is now.
    """

    language: str | None = None
    roots: Mapping[str, Root] = field(default_factory=lambda: MappingProxyType({}))
    overview: Overview | None = None
    dashboard: str | None = None
    #: Where a reader of a mail asks for no more of them.
    unsubscribe: str | None = None
    at: datetime = _NEVER

    def root(self, alerts: Sequence[Alert]) -> Root | None:
        """The one thread that all ``alerts`` belong to; None if there is none or more than one."""
        found = [self.roots.get(alert.id) for alert in alerts]
        first = found[0] if found else None
        alike = first and all(root and root.delivery_id == first.delivery_id for root in found)
        return first if alike else None


def one_thread(alerts: Sequence[Alert], roots: Mapping[str, Root]) -> int:
    """How many of ``alerts``, from the first on, can be told in one thread or one new message.

    Follow-ups of different alerts of one thread take a message each.
    """
    if not alerts:
        return 0
    first = alerts[0]
    root = roots.get(first.id)
    for number, alert in enumerate(alerts):
        if (alert.id != first.id) if root else (alert.id in roots):
            return number
    return len(alerts)
