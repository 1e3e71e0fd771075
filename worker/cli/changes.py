"""Alerts against labelled changes (``evaluate --changes``), and replays against each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.cli.output import Format, emit, table
from worker.errors import ConfigError, InputError
from worker.model import Analysis, Article

if TYPE_CHECKING:
    from worker.core.evaluate_changes import ChangeReport
    from worker.core.ledger import LedgerRecord


def evaluate_alerts(
    gold: Sequence[Path],
    labels: Path,
    records: Sequence[LedgerRecord],
    analyze: Callable[[Article], Analysis] | None,
    format_: Format,
) -> int:
    """Replay labelled articles and hold the alerts against labelled changes.

    ``analyze`` is the extractor; ``None`` feeds the labelled claims in, so that only the ledger is
    judged.
    """
    from worker.core.evaluate_changes import evaluate_changes, load_changes

    articles, labelled = _gold(gold)
    read = analyze or (lambda article: labelled[article.url])
    report = evaluate_changes(articles, read, load_changes(_text(labels), str(labels)), records)
    if format_ is Format.JSON:
        emit({"claims": "extracted" if analyze else "labelled", **report.as_json()})
    else:
        _show(report)
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _gold(paths: Iterable[Path]) -> tuple[dict[str, Article], dict[str | None, Analysis]]:
    from worker.core.evaluate_changes import gold_analysis

    articles: dict[str, Article] = {}
    labelled: dict[str | None, Analysis] = {}
    for path in paths:
        for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
            raw, article = _gold_file(file)
            articles[file.stem], labelled[article.url] = article, gold_analysis(raw, article)
    return articles, labelled


def _gold_file(file: Path) -> tuple[dict[str, Any], Article]:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        article = Article(
            text=raw["text"],
            title=raw.get("title") or "",
            url=raw.get("url") or file.stem,
            published=raw.get("published"),
            source=raw.get("source"),
            language=raw.get("lang"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file}: no labelled article ({type(error).__name__}: {error})") from None
    return raw, article


def _show(report: ChangeReport) -> None:
    told = f"precision {report.precision:.3f} · recall {report.recall:.3f}"
    print(f"{len(report.right)} alerts right · {told} · {report.unsaid_right} silences right")
    rows = [("spurious", *line) for line in report.spurious]
    rows += [("missed", *line) for line in report.missed]
    head = ("error", "article", "event", "kind", "actor", "measure", "status")
    table("Errors", head, rows, empty="none")


def show_difference(
    old: Iterable[dict[str, Any]], lines: Iterable[dict[str, Any]], format_: Format
) -> None:
    """What a replay tells that another one did not, and the reverse."""
    from worker.core.replay import diff_lines

    gained, lost = diff_lines(old, lines)
    rows = [("gained", line) for line in gained] + [("lost", line) for line in lost]
    if format_ is Format.JSON:
        for side, line in rows:
            emit({"diff": side, **line})
        return
    table(
        "Alerts gained and lost",
        ("diff", "event", "kind", "actor", "measure", "to", "status", "told", "article"),
        [
            (side, *(line[k] for k in ("event", "kind", "actor", "measure")), line["to"]["stance"],
             line["status"], ", ".join(line.get("told", ())), line["article"])
            for side, line in rows
        ],
        empty="none: both tell the same",
    )  # fmt: skip


def earlier_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of an earlier ``replay --format json``; InputError for anything else."""
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: no earlier replay ({error})") from None
    needed = {"alert_id", "event", "kind", "actor", "measure", "to", "status", "article"}
    if not all(isinstance(line, dict) and needed <= line.keys() for line in lines):
        raise InputError(f"{path}: not the lines of replay --format json")
    return lines
