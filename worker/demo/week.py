"""The invented week: outlets and stories as the files in ``week/`` tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

WEEK = Path(__file__).parent / "week"
#: The first and the last day, both included.
FIRST, LAST = datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 2, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented publisher; ``feed`` and ``page`` say how its feed and its articles look."""

    id: str
    title: str
    language: str
    country: str
    kind: str
    feed: str
    page: str
    related: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One article; ``paragraphs`` is empty for the page that comes out blank."""

    id: str
    outlet: str
    published: datetime
    title: str
    summary: str
    author: str
    paragraphs: tuple[str, ...]
    paywall: bool = False
    empty: bool = False

    @property
    def path(self) -> str:
        """Where the origin serves it."""
        name = self.id.partition(f"-{self.outlet}-")[2]
        return f"/{self.outlet}/{self.published:%Y/%m/%d}/{name}.html"


@dataclass(frozen=True)
class Week:
    """All outlets by id, and all stories in the order of publication."""

    outlets: Mapping[str, Outlet]
    stories: tuple[Story, ...]

    @cached_property
    def by_path(self) -> dict[str, Story]:
        """The stories by where they are served."""
        return {story.path: story for story in self.stories}

    def shown(self, outlet: str, now: datetime) -> list[Story]:
        """What a feed shows at ``now``, the newest first."""
        known = [s for s in self.stories if s.outlet == outlet and s.published <= now]
        return known[::-1]


def load_week(folder: Path = WEEK) -> Week:
    """Read ``outlets.yaml`` and every story of ``folder``."""
    listed = yaml.safe_load((folder / "outlets.yaml").read_text("utf-8"))["outlets"]
    outlets = {o["id"]: Outlet(**{**o, "related": tuple(o["related"])}) for o in listed}
    written = {path.stem: _read(path) for path in sorted(folder.glob("*.txt"))}
    stories = [_story(name, written) for name in written]
    return Week(outlets, tuple(sorted(stories, key=lambda story: story.published)))


def _read(path: Path) -> dict[str, Any]:
    head, _, text = path.read_text("utf-8").partition("---\n")
    paragraphs = tuple(part.strip() for part in text.split("\n\n") if part.strip())
    return {**yaml.safe_load(head), "text": paragraphs}


def _story(name: str, written: Mapping[str, dict[str, Any]]) -> Story:
    told = written[name]
    paragraphs = told["text"]
    if model := told.get("copy_of"):  # as outlets print an agency's text: cut, under a new headline
        paragraphs = tuple(written[model]["text"][number - 1] for number in told["paragraphs"])
    return Story(
        id=name,
        outlet=told["outlet"],
        published=datetime.fromisoformat(told["published"]).astimezone(UTC),
        title=told["title"],
        summary=told["summary"],
        author=told["author"],
        paragraphs=paragraphs,
        paywall=told.get("paywall", False),
        empty=told.get("empty", False),
    )
