"""The command ``replay``: articles from files, judged in the order of their publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.adapters.files import article_files, read_article
from worker.cli.changes import earlier_lines, show_difference
from worker.cli.configuration import ConfigOption, extractor, load_if_there
from worker.cli.output import Format, FormatOption, emit, steps, table, warn
from worker.errors import InputError, UsageError
from worker.model import Article

if TYPE_CHECKING:
    from worker.core.ledger import LedgerRecord
    from worker.settings import Settings

Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH", help=".json files or folders")]


def replay(
    paths: Paths = None,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Another baseline.yaml than the configured one.")
    ] = None,
    diff: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|FOLDER",
            help="What is told that an earlier --format json run, or another configuration folder "
            "(its lexicon, routes, alerts.yaml), would not have told, and the reverse.",
        ),
    ] = None,
    stored: Annotated[
        bool, typer.Option("--stored", help="The articles that the worker has stored.")
    ] = False,
    routed: Annotated[
        bool, typer.Option("--routed", help="Also where each alert goes by routes.yaml.")
    ] = False,
) -> int:
    """Judge articles in the order of their publication against the baseline: what is told."""
    articles, failed = _wanted(paths, config, stored=stored)
    if not articles:
        return 1
    compared = diff is not None and diff.is_dir()
    lines = _judged(articles, config, baseline, routed=routed or compared)
    if diff is None:
        _show_alerts(lines, format_)
    else:
        other = _judged(articles, diff, baseline, routed=True) if compared else earlier_lines(diff)
        show_difference(other, lines, format_)
    return 1 if failed else 0


def _wanted(
    paths: list[Path] | None, config: Path | None, *, stored: bool
) -> tuple[list[Article], int]:
    """The articles to judge, and how many could not be read."""
    if bool(paths) == stored:
        raise UsageError("name .json files or folders, or --stored for the worker's own articles")
    if paths:
        return _articles(list(article_files(paths)))
    from worker.cli.ledger import opened

    with opened(config) as app:
        articles = list(app.store.queries.articles().values())
    if not articles:
        warn("the worker has stored no coverage yet")
    return articles, 0


def _judged(
    articles: Sequence[Article], config: Path | None, baseline: Path | None, *, routed: bool
) -> Iterator[dict[str, Any]]:
    """The lines that a configuration's lexicon, alerts and routes give."""
    from worker.core.edition import EXTRACTOR_VERSION
    from worker.core.replay import replay as judged
    from worker.settings.derived import route_of

    settings = load_if_there(config)
    reader = extractor(config)
    with steps(len(articles), "judging") as step:

        def read(article: Article) -> Any:
            next(step)
            return reader.analyze(article)

        yield from judged(
            articles,
            read,
            baseline_records(baseline, settings),
            policy=settings.alerts.policy() if settings else None,
            extractor_version=EXTRACTOR_VERSION,
            groups=settings.publisher_groups if settings else {},
            routes=route_of(settings.route) if settings and routed else None,
        )


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
