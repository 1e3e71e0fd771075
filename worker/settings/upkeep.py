"""Sections of ``settings.yaml`` about running the worker: its log, and how long data is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator

from worker.settings.kinds import Duration, Section, Words, refuse


class LogSettings(Section):
    """What goes to stderr, and how."""

    format: Literal["console", "json"] = "console"
    """Lines for people, or a JSON object a line for a log collector."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """What is told: this and all that is worse; `run --verbose` is `debug`."""


def _days(value: timedelta) -> timedelta:
    if value < timedelta(days=1):
        raise refuse("must be at least 1d")
    return value


Kept = Annotated[Duration, AfterValidator(_days), Words("duration ≥ 1d")]


class RetentionSettings(Section):
    """How long data is kept; what is unset is kept for good. Applied at the start and daily."""

    article_texts: Kept | None = None
    """Texts of articles and of their feed entries, counted from when they were fetched; quotes, titles, addresses and hashes stay."""
    message_texts: Kept | None = None
    """The rendered messages of deliveries that were sent or cancelled; that they were sent stays, and dead letters keep theirs."""
    attempts: Kept | None = None
    """The single attempts at deliveries that were sent, cancelled or given up."""
    held_back: Kept | None = None
    """What was held back and why (`suppressed`)."""
    notes: Kept | None = None
    """Operational notes and the review items that were done."""
