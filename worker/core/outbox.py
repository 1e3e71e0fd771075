"""How a delivery moves from pending to sent or dead: back-off, deadline and circuit breaker.

Pure decisions; the store applies them. The schedule is that of docs/reliability.md: ten attempts
within 76 hours, so that every delivery is handed over or a visible dead letter by then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from worker.errors import DeliveryError

#: Seconds to wait before attempt 1, 2, … 10, each shortened by up to a fifth.
RETRY_DELAYS = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)
#: From the commit of a delivery to its last possible attempt.
DEADLINE = timedelta(hours=76)
#: Attempts at a delivery which the receiver refuses for good (HTTP 4xx, SMTP 5xx).
HARD_ATTEMPTS = 3
#: How long one attempt may hold a delivery before another worker may take it over.
LEASE = timedelta(seconds=90)

BREAKER_FAILURES = 5
BREAKER_FIRST = timedelta(seconds=60)
BREAKER_LONGEST = timedelta(minutes=30)

_RETRYABLE_4XX = frozenset({408, 425, 429})


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Gate(StrEnum):
    """Whether a channel may be tried: ``probe`` is the one attempt after a breaker's pause."""

    CLOSED = "closed"
    PROBE = "probe"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """The circuit breaker of one channel; ``openings`` counts pauses since the last success."""

    failures: int = 0
    openings: int = 0
    open_until: datetime | None = None

    def gate(self, now: datetime) -> Gate:
        """Whether an attempt may be made at ``now``."""
        if self.open_until is None:
            return Gate.CLOSED
        return Gate.OPEN if now < self.open_until else Gate.PROBE

    def after_success(self) -> Breaker:
        """The breaker once an attempt has succeeded: as new."""
        return Breaker()

    def after_failure(self, now: datetime) -> Breaker:
        """The breaker after a failure: the fifth, or a failed probe, opens it, ever longer."""
        failures = self.failures + 1
        if failures < BREAKER_FAILURES and self.open_until is None:
            return replace(self, failures=failures)
        pause = min(BREAKER_FIRST * (1 << min(self.openings, 10)), BREAKER_LONGEST)
        return Breaker(failures=failures, openings=self.openings + 1, open_until=now + pause)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a delivery after a failed attempt, and why."""

    state: DeliveryState
    next_at: datetime
    reason: str
    #: The endpoint asked never to be called again (HTTP 410).
    disable_channel: bool = False
    #: Whether the failure speaks against the channel as a whole and counts for its breaker.
    counts_for_breaker: bool = True


def http_retryable(status: int) -> bool:
    """Whether an HTTP error status may pass with time (408, 425, 429 and every 5xx)."""
    return status in _RETRYABLE_4XX or status >= 500


def smtp_retryable(code: int) -> bool:
    """Whether an SMTP reply code is a transient failure (RFC 5321 section 4.2.1: 4yz)."""
    return 400 <= code < 500


def retry_delay(attempts: int, jitter: float) -> timedelta | None:
    """The wait after ``attempts`` made, or ``None`` when the schedule is used up.

    ``jitter`` in 0…1 shortens the wait by up to 20 %, so that retries do not come in step.
    """
    if attempts >= len(RETRY_DELAYS):
        return None
    return timedelta(seconds=RETRY_DELAYS[attempts] * (1 - 0.2 * jitter))


def after_failure(
    error: DeliveryError, *, attempts: int, deadline: datetime, now: datetime, jitter: float
) -> Outcome:
    """Decide what follows attempt number ``attempts`` (from 1) that failed with ``error``."""
    if error.disable:
        return _dead(now, "the endpoint is gone for good (410)", disable=True)
    if not error.retryable and attempts >= HARD_ATTEMPTS:
        return _dead(now, f"refused {attempts} times", counts=False)
    delay = retry_delay(attempts, jitter)
    if delay is None:
        return _dead(now, f"given up after {attempts} attempts")
    if now >= deadline:
        return _dead(now, "given up at the deadline of 76 hours")
    asked = timedelta(seconds=error.retry_after or 0)
    next_at = min(now + max(delay, asked), deadline)
    return Outcome(
        DeliveryState.PENDING,
        next_at,
        f"attempt {attempts} failed",
        counts_for_breaker=error.retryable,
    )


def _dead(now: datetime, reason: str, *, disable: bool = False, counts: bool = True) -> Outcome:
    return Outcome(DeliveryState.DEAD, now, reason, disable, counts)


def expired_behind_breaker(gate: Gate, *, deadline: datetime, now: datetime) -> bool:
    """Whether a delivery that waits for a failing channel has run out of time.

    A host that slept past the deadline still tries first: only an open breaker lets one expire.
    """
    return gate is Gate.OPEN and now >= deadline


def lease_expired(lease_until: datetime | None, now: datetime) -> bool:
    """Whether the holder of a lease is presumed dead, so that another may take the work."""
    return lease_until is not None and lease_until <= now
