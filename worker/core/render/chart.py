"""The small chart of a digest: changes a day, towards the measures above the line, away from them below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.core.overview import Day
from worker.core.render.colours import CHART_COLOURS

#: Size in CSS pixels; drawn twice as fine for sharp screens.
WIDTH, HEIGHT = 560, 110
_GAP = 8


def chart_svg(days: Sequence[Day]) -> str:
    """The drawing; it holds no words, so no font is needed, and no ground, so it suits light and dark."""
    above = max((day.up + day.other for day in days), default=0)
    below = max((day.down for day in days), default=0)
    unit = (HEIGHT - 8) / max(above + below, 4)
    line = round(4 + above * unit if above else 4, 1) if above + below else HEIGHT / 2
    bars = "".join(_bars(days, unit, line))
    axis = f'<rect x="0" y="{line - 0.75}" width="{WIDTH}" height="1.5" fill="#9ca3af"/>'
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{bars}{axis}</svg>'


def _bars(days: Sequence[Day], unit: float, line: float) -> Iterator[str]:
    step = WIDTH / max(len(days), 1)
    for number, day in enumerate(days):
        x = number * step + _GAP / 2
        top = line
        for name, count in (("up", day.up), ("other", day.other)):
            top -= count * unit
            yield _bar(x, top, step - _GAP, count * unit, CHART_COLOURS[name])
        yield _bar(x, line, step - _GAP, day.down * unit, CHART_COLOURS["down"])


def _bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    if height <= 0:
        return ""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} rx="2" fill="{colour}"/>'


def chart_png(days: Sequence[Day]) -> bytes:
    """The drawing as a PNG, for mail clients, which show no SVG."""
    from resvg_py import svg_to_bytes

    return bytes(svg_to_bytes(svg_string=chart_svg(days), zoom=2, skip_system_fonts=True))
