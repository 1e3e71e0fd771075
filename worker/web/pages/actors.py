"""One actor or one measure: stances and quantities over time, with the evidence of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from worker.core.history import Step, rivals
from worker.core.ledger import LedgerRecord
from worker.model import Measure, Position, Slot
from worker.ports.looking import AlertFilter
from worker.ports.looking import Page as Part
from worker.web.charts import Band, Lanes, band, lanes, spanning
from worker.web.page import Page

#: The newest records of a slot among which contradictions are looked for.
LOOKED_AT = 24
#: Up to so many slots have their quantities drawn; of more, each actor's own page draws them.
DRAWN = 24
#: So many changes are listed on the page of an actor or a measure.
LISTED = 20
#: So many steps of a slot are shown with their evidence, on the page of an actor and of a measure,
#: where sixty actors stand below each other; the chart shows all.
STEPS, STEPS_OF_MANY = 12, 3


@dataclass(frozen=True, slots=True)
class Chapter:
    """One slot of the page: its position, its steps (newest first), who contradicts it."""

    slot: Slot
    position: Position
    steps: tuple[Step, ...]
    more: int
    bands: tuple[Band, ...]
    against: tuple[LedgerRecord, ...]
    contested: bool


def actor(request: Request) -> Response:
    """Everything that is known of one actor."""
    page = Page(request)
    code = request.path_params["actor"]
    slots = page.site.board.slots(lambda slot: slot.actor == code)
    if not slots:
        raise HTTPException(404, page.say("error.no_actor", code[:12]))
    slots = sorted(slots, key=lambda s: (list(Measure).index(s.measure), s.item or ""))
    alerts = page.site.looking.alerts(AlertFilter(actors=(code,)), Part(limit=LISTED))
    return page.show(
        "actor.html",
        code=code,
        chart=chart_of(page, slots),
        chapters=chapters(page, slots, STEPS),
        alerts=alerts,
    )


def measure(request: Request) -> Response:
    """Where everybody stands on one measure."""
    page = Page(request)
    known = request.path_params["measure"]
    if known not in list(Measure):
        allowed = ", ".join(Measure)
        raise HTTPException(404, page.say("error.no_measure", known[:40], allowed))
    slots = page.site.board.slots(lambda slot: slot.measure == known)
    slots = sorted(slots, key=lambda s: (page.actor(s.actor), s.item or ""))
    alerts = page.site.looking.alerts(AlertFilter(measure=known), Part(limit=LISTED))
    return page.show(
        "measure.html",
        measure=known,
        chart=chart_of(page, slots),
        chapters=chapters(page, slots, STEPS_OF_MANY),
        alerts=alerts,
    )


def chart_of(page: Page, slots: Sequence[Slot]) -> Lanes:
    """The stances of slots over time."""
    rows = [(str(slot), page.site.board.history(slot)) for slot in slots]
    return lanes([(key, steps) for key, steps in rows if steps], page.today)


def chapters(page: Page, slots: Sequence[Slot], most: int) -> list[Chapter]:
    """The slots with their evidence, ``most`` steps of each."""
    board = page.site.board
    records = board.records(slots, LOOKED_AT)
    disputed = page.site.looking.contested()
    found = []
    for slot in slots:
        position, steps = board.position(slot), board.history(slot)
        if position is None:
            continue
        found.append(
            Chapter(
                slot=slot,
                position=position,
                steps=steps[::-1][:most],
                more=max(len(steps) - most, 0),
                bands=_bands(page, steps) if len(slots) <= DRAWN else (),
                against=tuple(rivals(records[slot], position)[: min(most, 4)]),
                contested=slot in disputed,
            )
        )
    return found


def _bands(page: Page, steps: Sequence[Step]) -> tuple[Band, ...]:
    units = dict.fromkeys(q.unit for step in steps for q in step.position.quantities)
    axis = spanning([steps], page.today)
    return tuple(drawn for unit in units if (drawn := band(steps, unit, axis)) is not None)
