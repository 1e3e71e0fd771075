"""Deliver: a group whose window has ended → its delivery → an attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from worker.core import outbox, reading
from worker.core.outbox import DeliveryState
from worker.core.threads import Occasion, Threading, one_thread
from worker.errors import DeliveryError
from worker.pipeline import events
from worker.pipeline.tools import Tools
from worker.ports import DeliveryResult, DeliveryWork, DueGroup

#: Most time one attempt at a delivery may take, in seconds.
SEND_SECONDS = 30.0


async def flush(tools: Tools, horizon: timedelta = timedelta(0)) -> int:
    """Turn groups whose window ends by now plus ``horizon`` into deliveries; returns how many.

    Deliveries whose time has run out behind a failing channel become dead letters.
    """
    now = tools.clock.now()
    await _bury_expired(tools, now)
    flushed = 0
    while groups := await tools.db(tools.store.groups.due, now, horizon):
        done = [await _flush_one(tools, group, now) for group in groups]
        flushed += sum(done)
        if not any(done):
            break
    return flushed


async def _flush_one(tools: Tools, group: DueGroup, now: datetime) -> bool:
    """Make the delivery of a group, of as many of its alerts as one message holds.

    The store moves the others on to a group of their own, which is due at once.
    """
    occasion = await _occasion(tools, group, now)
    alone = tools.renderer.threading(group.channel) is Threading.ONE and not group.is_digest
    size = one_thread(group.alerts, occasion.roots) if alone else len(group.alerts)
    payload = _payload(tools, group, size, occasion)
    while size > 1 and not tools.renderer.complete(payload):
        size = size * 2 // 3
        payload = _payload(tools, group, size, occasion)
    told = replace(group, alerts=group.alerts[:size])
    flushed = await tools.db(tools.store.groups.flush, told, payload, now)
    if flushed:
        events.made(told)
    return flushed


async def _occasion(tools: Tools, group: DueGroup, now: datetime) -> Occasion:
    """The threads of a group's alerts; of a digest, what it shows beside them."""
    if group.is_digest:
        overview = await tools.db(tools.store.groups.overview, now)
        return Occasion(group.language, overview=overview, at=now)
    if tools.renderer.threading(group.channel) is Threading.NONE:
        return Occasion(group.language, at=now)
    ids = {alert.id for alert in group.alerts}
    roots = await tools.db(tools.store.groups.roots, group.channel, ids)
    return Occasion(group.language, roots, at=now)


def _payload(tools: Tools, group: DueGroup, size: int, occasion: Occasion) -> dict[str, Any]:
    alerts = reading.told_once(group.alerts[:size])
    return tools.renderer.alerts(group.channel, alerts, occasion)


async def _bury_expired(tools: Tools, now: datetime) -> None:
    for delivery in await tools.db(tools.store.outbox.expire, now, list(tools.senders)):
        why = "given up at the deadline of 76 hours while the channel was failing"
        notice = _dead_letter(tools, delivery.channel, delivery.id, why, delivery.alert_ids)
        await tools.db(tools.store.outbox.bury, delivery, why, notice, now)
        events.buried(delivery.id, delivery.channel, why)


async def deliver(tools: Tools, work: DeliveryWork) -> str | None:
    """Make one attempt at one delivery and store how it ended."""
    answer = await _send(tools, work)
    now = tools.clock.now()
    problem = str(answer) if isinstance(answer, DeliveryError) else None
    if isinstance(answer, DeliveryError):
        result = _not_sent(tools, work, answer, now)
    else:
        result = _sent(work, answer, now)
    await tools.db(tools.store.outbox.finish, work, result, now)
    events.delivered(work, result, problem)
    return problem


async def _send(tools: Tools, work: DeliveryWork) -> DeliveryError | Mapping[str, Any] | None:
    """What the channel said of the message, or why it did not take it."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await tools.senders[work.delivery.channel].send(work.delivery)
    except DeliveryError as error:
        return error
    except TimeoutError:
        return DeliveryError(f"no answer within {SEND_SECONDS:g} s", retryable=True)
    except Exception as error:  # its text may hold a secret address, so only its kind is told
        return DeliveryError(f"the channel failed: {type(error).__name__}", retryable=True)


def _sent(work: DeliveryWork, receipt: Mapping[str, Any] | None, now: datetime) -> DeliveryResult:
    healed = work.breaker.after_success()
    return DeliveryResult(DeliveryState.SENT, now, "sent", healed, receipt=receipt)


def _not_sent(
    tools: Tools, work: DeliveryWork, error: DeliveryError, now: datetime
) -> DeliveryResult:
    then = outbox.after_failure(
        error,
        attempts=work.number,
        deadline=work.deadline,
        now=now,
        jitter=tools.jitter(),
    )
    told = f"{then.reason}: {error}"
    channel, dead = work.delivery.channel, then.state is DeliveryState.DEAD
    ids = work.delivery.alert_ids
    return DeliveryResult(
        then.state,
        then.next_at,
        told,
        work.breaker.after_failure(now) if then.counts_for_breaker else work.breaker,
        disable_channel=str(error) if then.disable_channel else None,
        notice=_dead_letter(tools, channel, work.delivery.id, told, ids) if dead else None,
    )


def _dead_letter(
    tools: Tools, channel: str, delivery_id: str, why: str, alert_ids: Sequence[str]
) -> tuple[str, dict[str, Any]] | None:
    """The notice of a dead letter on another channel; none for a notice that died itself."""
    others = [name for name in tools.senders if name != channel]
    if not others or not alert_ids:
        return None
    text = (
        f"Delivery {delivery_id} to {channel} is a dead letter: {why}. Its alerts: "
        f"{', '.join(alert_ids)}. Send it again: coalition-watch deliveries retry {delivery_id}"
    )
    return others[0], tools.renderer.notice(others[0], "Alerts not delivered", text)
