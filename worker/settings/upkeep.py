"""The section of ``settings.yaml`` about the log."""

from __future__ import annotations

from typing import Literal

from worker.settings.kinds import Section


class LogSettings(Section):
    """What goes to stderr, and how."""

    format: Literal["console", "json"] = "console"
    """Lines for people, or a JSON object a line for a log collector."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """What is told: this and all that is worse; `run --verbose` is `debug`."""
