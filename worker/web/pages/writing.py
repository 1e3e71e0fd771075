"""What a person who has signed in says of an alert, and what they silence."""

from __future__ import annotations

import uuid
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from worker.core.feedback import Correction, Feedback, Opinion
from worker.core.routing import Silence
from worker.core.spans import parse_span
from worker.core.text import clean_line
from worker.errors import UsageError
from worker.model import (
    ACTOR_CODE,
    UNITS,
    Alert,
    Condition,
    Measure,
    Position,
    Quantity,
    Slot,
    Stance,
    Status,
)
from worker.ports.looking import Writing
from worker.web.page import Page
from worker.web.pages.alerts import alert_or_404
from worker.web.pages.signing import text_of, writer

E = TypeVar("E", bound=StrEnum)
REMARK_LENGTH = 500
#: How long a silence may last, in hours.
HOURS = (1, 12, 24, 72, 168, 720)


async def opinion(request: Request) -> Response:
    """Confirm, correct or dismiss an alert."""
    page, who, form = await writer(request)
    seen = await run_in_threadpool(alert_or_404, page)
    verdict = request.path_params["opinion"]
    if verdict not in list(Opinion):
        raise HTTPException(404, page.say("error.404"))
    said = Opinion(verdict)
    remark = clean_line(text_of(form, "remark"), REMARK_LENGTH)
    correction = correction_of(seen.alert, form) if said is Opinion.CORRECT else None
    feedback = Feedback(seen.alert.id, said, who.name, remark, correction)
    await run_in_threadpool(writing(page).give_feedback, feedback)
    return RedirectResponse(f"/alert/{seen.alert.id}#f-h", 303)


async def silence(request: Request) -> Response:
    """Hold back what is like an alert, for a while."""
    page, who, form = await writer(request)
    seen = await run_in_threadpool(alert_or_404, page)
    slot = seen.alert.change.slot
    reason = clean_line(text_of(form, "reason"), REMARK_LENGTH)
    hours = text_of(form, "hours")
    if hours not in map(str, HOURS):
        raise UsageError(f"hours={clean_line(hours, 20)}: allowed are {', '.join(map(str, HOURS))}")
    if not reason:
        raise UsageError("reason: say why it is silenced")
    match = {"actor": frozenset({slot.actor})}
    if text_of(form, "scope") != "actor":
        match["measure"] = frozenset({slot.measure.value})
    quiet = Silence(
        id=str(uuid.uuid4()),
        match=MappingProxyType(match),
        author=who.name,
        reason=reason,
        starts_at=page.now,
        ends_at=page.now + timedelta(hours=int(hours)),
    )
    await run_in_threadpool(writing(page).add_silence, quiet)
    return RedirectResponse("/system#silences", 303)


async def unsilence(request: Request) -> Response:
    """End a silence now."""
    page, _, _ = await writer(request)
    if not await run_in_threadpool(writing(page).end_silence, request.path_params["silence_id"]):
        raise HTTPException(404, page.say("error.404"))
    return RedirectResponse("/system#silences", 303)


def writing(page: Page) -> Writing:
    """What writes; there is one where somebody could sign in."""
    assert page.site.writing is not None
    return page.site.writing


def correction_of(alert: Alert, form: FormData) -> Correction:
    """What a form says otherwise than the alert; UsageError for values that are none."""
    after = alert.change.after
    told = Correction(
        slot=_slot(after, form),
        stance=_other(Stance, "stance", after.stance, form),
        status=_other(Status, "status", after.status, form),
        as_of=_day(after, form),
        conditions=_conditions(after, form),
        quantities=_quantities(after, form),
    )
    if told == Correction():
        raise UsageError("the form says what the alert says already; change what is wrong")
    return told


def _choice(kind: type[E], name: str, form: FormData) -> E:
    value = text_of(form, name)
    try:
        return kind(value)
    except ValueError:
        raise UsageError(f"{name}={clean_line(value, 40)}: allowed are {', '.join(kind)}") from None


def _other(kind: type[E], name: str, known: E, form: FormData) -> E | None:
    value = _choice(kind, name, form)
    return None if value is known else value


def _slot(after: Position, form: FormData) -> Slot | None:
    actor, measure = _actor(form), _choice(Measure, "measure", form)
    if (actor, measure) == (after.slot.actor, after.slot.measure):
        return None
    # What is delivered goes with the measure, whoever delivers it.
    return Slot(actor, measure, after.slot.item if measure is after.slot.measure else None)


def _actor(form: FormData) -> str:
    code = text_of(form, "actor").strip().upper()
    if not ACTOR_CODE.fullmatch(code):
        raise UsageError(
            f"actor={clean_line(code, 20)}: must be an ISO 3166-1 alpha-2 code, EU, UN, NATO or COALITION"
        )
    return code


def _day(after: Position, form: FormData) -> str | None:
    day = text_of(form, "as_of")
    if day in ("", after.as_of):
        return None
    try:
        parse_span(day)
    except ValueError as error:
        raise UsageError(f"as_of: {error}") from None
    return day


def _conditions(after: Position, form: FormData) -> frozenset[Condition] | None:
    values = form.getlist("condition")
    unknown = [value for value in values if value not in list(Condition)]
    if unknown:
        raise UsageError(f"condition: allowed are {', '.join(Condition)}")
    told = frozenset(Condition(str(value)) for value in values)
    return None if told == after.conditions else told


def _quantities(after: Position, form: FormData) -> tuple[Quantity, ...] | None:
    low, high, unit = _number("min", form), _number("max", form), text_of(form, "unit")
    if unit and unit not in UNITS and not (len(unit) == 3 and unit.isascii() and unit.isupper()):
        raise UsageError(
            f"unit: allowed are {', '.join(UNITS)} and codes of currencies such as EUR"
        )
    if (low is None and high is None) or not unit:
        return None if not after.quantities else ()
    if low is not None and high is not None and low > high:
        raise UsageError("min: must not be more than max")
    told = (Quantity(low, high, unit),)
    return None if told == after.quantities[:1] else told


def _number(name: str, form: FormData) -> float | None:
    value = text_of(form, name)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        raise UsageError(f"{name}={clean_line(value, 20)}: must be a number") from None
    if not 0 <= number < 1e15:
        raise UsageError(f"{name}: must be a number from 0 to 10^15")
    return number
