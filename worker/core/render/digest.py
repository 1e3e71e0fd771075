"""What a digest adds to its alerts: the matrix of positions and the chart of the last days."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.core.overview import Day, Overview
from worker.core.render.board import Board, board_of
from worker.core.render.chart import chart_png
from worker.core.render.labels import word
from worker.model import Alert


@dataclass(frozen=True, slots=True)
class DigestParts:
    """``chart`` is a PNG in base64, ``chart_words`` what it shows for those who do not see it."""

    board: Board
    days: tuple[Day, ...]
    chart: str
    chart_words: str


def digest_parts(alerts: Sequence[Alert], overview: Overview, language: str) -> DigestParts:
    """The matrix with what ``alerts`` changed marked in it, and the chart."""
    changed = {alert.change.slot for alert in alerts}
    return DigestParts(
        board=board_of(overview.positions, changed, language),
        days=overview.days,
        chart=base64.b64encode(chart_png(overview.days)).decode("ascii"),
        chart_words="; ".join(_chart_words(overview.days, language)),
    )


def _chart_words(days: Sequence[Day], language: str) -> Iterator[str]:
    yield word("digest.chart", language, len(days))
    for name in ("up", "down", "other"):
        yield f"{word(f'chart.{name}', language)}: {sum(getattr(day, name) for day in days)}"


def digest_text(parts: DigestParts, language: str) -> str:
    """The same as plain text: a line for each actor, changed fields marked with ›."""
    lines = [parts.chart_words, "", word("digest.positions", language)]
    for row in parts.board.rows:
        fields = (
            f"{'› ' * cell.changed}{head} {cell.sign}"
            for head, cell in zip(parts.board.heads, row.cells, strict=True)
            if cell
        )
        lines.append(f"  {row.flag} {row.actor}: {', '.join(fields)}".rstrip())
    return "\n".join(lines)
