"""Colours of stances and severities in mail: pairs of ground and ink that are read in light and dark."""

from __future__ import annotations

from worker.model import Severity, Stance

#: ``(ground, ink)``; contrast of each pair is at least 7 to 1.
STANCE_COLOURS = {
    Stance.OPPOSED: ("#fca5a5", "#450a0a"),
    Stance.RULED_OUT: ("#fecaca", "#7f1d1d"),
    Stance.RELUCTANT: ("#fed7aa", "#6b2410"),
    Stance.UNDECIDED: ("#e5e7eb", "#1f2937"),
    Stance.OPEN: ("#fef08a", "#5f370e"),
    Stance.COMMITTED: ("#bbf7d0", "#14532d"),
    Stance.DELIVERED: ("#4ade80", "#052e16"),
}
#: Where no position is known.
UNKNOWN_COLOURS = ("#f3f4f6", "#374151")
SEVERITY_COLOURS = {
    Severity.LOW: "#9ca3af",
    Severity.MEDIUM: "#d97706",
    Severity.HIGH: "#ea580c",
    Severity.CRITICAL: "#dc2626",
}
#: A mark beside the colour, for those who see none; strongest refusal to strongest commitment.
STANCE_SIGNS = {
    Stance.OPPOSED: "✖✖",
    Stance.RULED_OUT: "✖",
    Stance.RELUCTANT: "▽",
    Stance.UNDECIDED: "?",
    Stance.OPEN: "△",
    Stance.COMMITTED: "✔",
    Stance.DELIVERED: "✔✔",
}
CHART_COLOURS = {"up": "#16a34a", "down": "#dc2626", "other": "#9ca3af"}
