"""The map, the trends, and every chart as a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from worker.core.history import Step, at
from worker.core.matrix import Cell, position_matrix, short_quantity
from worker.model import Measure, Slot, Stance
from worker.web.charts import Axis, Stack, Sums, band, month_ends, spanning, stack, sums
from worker.web.page import Page
from worker.web.pages.actors import chart_of
from worker.web.pictures import picture

GEOMETRY = Path(__file__).parents[1] / "data" / "europe.json"
#: What is counted beside the stances of a measure: the unit that most pledges of it name.
_UNITS = {
    Measure.TROOPS: "soldiers",
    Measure.AIR: "aircraft",
    Measure.NAVY: "ships",
    Measure.FUNDING: "EUR",
}


@cache
def geometry() -> dict[str, Any]:
    """The outlines of Europe's states (Natural Earth, public domain)."""
    found: dict[str, Any] = json.loads(GEOMETRY.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Area:
    """A state of the map; ``cell`` None where nothing is known of it."""

    code: str
    outline: str
    x: int
    y: int
    large: bool
    cell: Cell | None
    quantity: str


def map_page(request: Request) -> Response:
    """Europe coloured by stance on one measure."""
    page = Page(request)
    chosen, as_of, values = _map(page)
    return page.show(
        "map.html",
        measures=list(Measure),
        chosen=chosen,
        as_of=as_of or page.today,
        stances=sorted(Stance, key=lambda s: -s.rank),
        **values,
    )


def map_picture(request: Request) -> Response:
    """The map as a file."""
    page = Page(request)
    _, _, values = _map(page)
    return picture(page, request.path_params["form"], "map", **values)


def _map(page: Page) -> tuple[Measure, date | None, dict[str, Any]]:
    measure = Measure(page.choice("measure", [m.value for m in Measure]) or Measure.TROOPS)
    as_of = page.date_of("as_of")
    day = as_of.isoformat() if as_of and as_of < page.today else None
    cells = {
        actor: cell
        for (actor, m), cell in position_matrix(page.site.board.positions(day)).cells.items()
        if m is measure
    }
    states = geometry()["states"]
    areas = [_area(code, shape, cells.get(code)) for code, shape in states.items()]
    others = sorted((a for a in cells if a not in states), key=page.actor)
    title = page.say("map.of", page.say(f"measure.{measure}"), page.day(as_of or page.today))
    return (
        measure,
        as_of,
        {
            "areas": sorted(areas, key=lambda a: a.large, reverse=True),
            "listed": [
                (a, cells[a])
                for a in [*others, *sorted((c for c in states if c in cells), key=page.actor)]
            ],
            "land": geometry()["land"],
            "height": geometry()["height"],
            "title": title,
        },
    )


def _area(code: str, shape: dict[str, Any], cell: Cell | None) -> Area:
    quantity = (
        short_quantity(cell.position.quantities[0]) if cell and cell.position.quantities else ""
    )
    return Area(code, shape["d"], shape["x"], shape["y"], shape["area"] > 900, cell, quantity)


def trends(request: Request) -> Response:
    """How many stood where, and how much they pledged, month by month."""
    page = Page(request)
    measure, stacked, summed = _trends(page)
    return page.show(
        "trends.html", measures=list(Measure), chosen=measure, stack=stacked, sums=summed
    )


def trend_picture(request: Request) -> Response:
    """A trend as a file: ``stances`` or ``sums``."""
    page = Page(request)
    measure, stacked, summed = _trends(page)
    form = request.path_params["form"]
    if request.path_params["trend"] == "stances":
        return picture(page, form, "stack", stack=stacked, chosen=measure)
    if summed is None:
        raise HTTPException(404, page.say("trends.no_sum"))
    return picture(page, form, "sums", sums=summed, chosen=measure)


def _trends(page: Page) -> tuple[Measure, Stack, Sums | None]:
    measure = Measure(page.choice("measure", [m.value for m in Measure]) or Measure.TROOPS)
    slots = page.site.board.slots(lambda slot: slot.measure is measure and slot.item is None)
    histories = {slot: page.site.board.history(slot) for slot in slots}
    axis = spanning(histories.values(), page.today)
    days = month_ends(axis.first, axis.last)
    counts = [(day, _stances(histories, day)) for day in days]
    return measure, stack(counts, axis), _sums(histories, days, axis, measure)


def _stances(histories: dict[Slot, tuple[Step, ...]], day: date) -> dict[Stance, int]:
    held = (at(steps, day) for steps in histories.values())
    return dict(Counter(position.stance for position in held if position is not None))


def _sums(
    histories: dict[Slot, tuple[Step, ...]], days: Sequence[date], axis: Axis, measure: Measure
) -> Sums | None:
    """The sums of what single states pledge: a body's number would count its members twice."""
    unit = _UNITS.get(measure)
    states = [
        steps
        for slot, steps in histories.items()
        if len(slot.actor) == 2 and slot.actor not in ("EU", "UN")
    ]
    rows = [(day, *_sum(states, unit, day)) for day in days] if unit else []
    return sums(rows, unit, axis) if unit and any(most for _, _, most, _ in rows) else None


def _sum(states: Sequence[Sequence[Step]], unit: str | None, day: date) -> tuple[float, float, int]:
    least = most = 0.0
    count = 0
    for steps in states:
        position = at(steps, day)
        if position is None or position.stance.rank < Stance.COMMITTED.rank:
            continue
        told = next((q for q in position.quantities if q.unit == unit), None)
        if told is not None:
            least += told.min or 0.0
            most += told.max if told.max is not None else (told.min or 0.0)
            count += 1
    return least, most, count


def lanes_picture(request: Request) -> Response:
    """The stances of an actor or on a measure over time, as a file."""
    page = Page(request)
    measure = page.choice("measure", [m.value for m in Measure])
    actor = request.query_params.get("actor")
    slots = page.site.board.slots(
        lambda slot: slot.measure == measure if measure else slot.actor == actor
    )
    if not slots:
        raise HTTPException(404, page.say("matrix.empty"))
    order = list(Measure)
    slots = sorted(slots, key=lambda s: (order.index(s.measure), page.actor(s.actor), s.item or ""))
    values = {"lanes": chart_of(page, slots), "by_measure": not measure}
    return picture(page, request.path_params["form"], "lanes", **values)


def band_picture(request: Request) -> Response:
    """A quantity of one slot over time, as a file."""
    page = Page(request)
    asked = request.query_params
    measure = page.choice("measure", [m.value for m in Measure])
    slot = Slot(asked.get("actor", ""), Measure(measure or "troops"), asked.get("item") or None)
    known = page.site.board.slots(lambda other: other == slot)
    steps = page.site.board.history(slot) if known else ()
    drawn = band(steps, asked.get("unit", ""), spanning([steps], page.today))
    if drawn is None:
        raise HTTPException(404, page.say("matrix.empty"))
    return picture(page, request.path_params["form"], "band", band=drawn)
