"""Charts as files: an SVG that stands alone, and the same as PNG."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import resvg_py
from starlette.responses import Response

from worker.web.guard import PICTURE_POLICY
from worker.web.page import Page, templates

_HERE = Path(__file__).parent
FONT = _HERE / "data" / "Roboto-Regular.ttf"
_VARIABLE = re.compile(r"var\(--[\w-]+, ([^)]+)\)")
_FAMILY = re.compile(r"font-family: [^;]+;")


@cache
def _style() -> str:
    """The style of charts with the colours written out: a file knows no page's variables."""
    text = (_HERE / "static" / "chart.css").read_text(encoding="utf-8")
    return _VARIABLE.sub(r"\1", _FAMILY.sub("font-family: Roboto, sans-serif;", text))


def picture(page: Page, form: str, template: str, **values: Any) -> Response:
    """A chart as ``svg`` or ``png``."""
    text = templates.get_template(f"charts/{template}.svg").render(
        page=page, standalone=True, style=_style(), **values
    )
    headers = {"content-security-policy": PICTURE_POLICY}
    if form == "svg":
        return Response(text, media_type="image/svg+xml", headers=headers)
    png = resvg_py.svg_to_bytes(
        svg_string=text,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[str(FONT)],
        sans_serif_family="Roboto",
        font_family="Roboto",
    )
    return Response(bytes(png), media_type="image/png", headers=headers)
