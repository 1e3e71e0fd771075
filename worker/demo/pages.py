"""What the outlets publish: feeds and article pages as a reader's browser would get them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from worker.demo.week import Outlet, Story, Week


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.filters["rfc822"] = format_datetime
    return made


def _render(template: str, **values: Any) -> bytes:
    return _templates().get_template(template).render(**values).encode()


def feed(week: Week, outlet: Outlet, base: str, now: datetime) -> bytes:
    """The outlet's feed as it stands at ``now``; ``base`` is the origin's address."""
    stories = week.shown(outlet.id, now)
    updated = stories[0].published if stories else week.stories[0].published
    return _render(
        f"feed_{outlet.feed}.xml.j2", outlet=outlet, stories=stories, base=base, updated=updated
    )


def page(outlet: Outlet, story: Story, base: str) -> bytes:
    """An article's page with everything around the text that real pages have."""
    name = "empty" if story.empty else outlet.page
    return _render(f"page_{name}.html.j2", outlet=outlet, story=story, base=base)
