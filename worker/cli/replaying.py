"""The command ``replay``: articles from files, judged in the order of their publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.adapters.files import article_files, read_article
from worker.cli.changes import show_difference
from worker.cli.configuration import ConfigOption, extractor, load_if_there
from worker.cli.output import Format, FormatOption, emit, steps, table, warn
from worker.errors import InputError
from worker.model import Article

if TYPE_CHECKING:
    from worker.core.ledger import LedgerRecord
    from worker.settings import Settings

Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help=".json files or folders")]


def replay(
    paths: Paths,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Another baseline.yaml than the configured one.")
    ] = None,
    diff: Annotated[
        Path | None, typer.Option(help="An earlier --format json run: what was gained and lost.")
    ] = None,
) -> int:
    """Judge articles in the order of their publication against the baseline: what is told."""
    from worker.core.claims import EXTRACTOR_VERSION
    from worker.core.replay import replay as judged

    settings = load_if_there(config)
    records = baseline_records(baseline, settings)
    articles, failed = _articles(list(article_files(paths)))
    if not articles:
        return 1
    reader = extractor(config)
    with steps(len(articles), "judging") as step:

        def read(article: Article) -> Any:
            next(step)
            return reader.analyze(article)

        lines = judged(
            articles,
            read,
            records,
            policy=settings.alerts.policy() if settings else None,
            extractor_version=EXTRACTOR_VERSION,
            groups=settings.publisher_groups if settings else {},
        )
        if diff:
            show_difference(diff, lines, format_)
        else:
            _show_alerts(lines, format_)
    return 1 if failed else 0


def baseline_records(given: Path | None, settings: Settings | None) -> list[LedgerRecord]:
    """The records of the given baseline, else of the configured or the bundled one."""
    from worker.adapters.seeds import read_baseline
    from worker.settings import bundled_baseline

    bundled = settings.baseline_file if settings else bundled_baseline()
    return read_baseline(given or bundled)


def _articles(files: Sequence[Path]) -> tuple[list[Article], int]:
    articles, failed = [], 0
    for file in files:
        try:
            articles.append(_dated(read_article(file), file))
        except InputError as error:
            warn(f"{file}: {error}")
            failed += 1
    return articles, failed


def _dated(article: Article, file: Path) -> Article:
    """The article, undated where ``published`` is no date, which is told."""
    from worker.core.replay import moment

    if article.published is None or moment(article) is not None:
        return article
    warn(f'{file}: "published" is no date such as 2026-01-31: {article.published[:40]!r}')
    return replace(article, published=None)


def _show_alerts(lines: Iterator[dict[str, Any]], format_: Format) -> None:
    if format_ is Format.JSON:
        for line in lines:
            emit(line)
        return
    table(
        "Alerts",
        ("event", "kind", "actor", "measure", "from", "to", "status", "severity", "n", "article"),
        [_alert_row(line) for line in lines],
        empty="none",
    )


def _alert_row(line: dict[str, Any]) -> tuple[object, ...]:
    before = line["from"]["stance"] if line["from"] else "–"
    return (
        line["event"],
        line["kind"],
        line["actor"],
        line["measure"],
        before,
        line["to"]["stance"],
        line["status"],
        line["severity"],
        line["origins"],
        line["article"],
    )
