"""Commands that read articles from files: ``analyze`` and ``evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.adapters.files import read_article
from worker.cli.changes import evaluate_alerts
from worker.cli.configuration import ConfigOption, extractor, load_if_there
from worker.cli.output import Format, FormatOption, emit, steps, table, warn
from worker.cli.replaying import baseline_records
from worker.errors import InputError
from worker.logs import logger
from worker.model import Article

if TYPE_CHECKING:
    from worker.core.claims import Extractor

_log = logger(__name__)

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help=".json, .txt or .html")]
Gold = Annotated[list[Path], typer.Argument(metavar="GOLD", help="labelled files or folders")]


Explain = Annotated[
    bool, typer.Option("--explain", help="show each sentence with its marks, and what lost and why")
]


def analyze(
    files: Files,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
    explain: Explain = False,
) -> int:
    """Read the claims out of articles, one result per file in the order given."""
    reader = extractor(config)
    if explain:
        return _explain(files, reader)
    failed = 0
    with steps(len(files), "reading") as step:
        for file in files:
            result = _analyzed(file, reader)
            failed += "error" in result
            _show_analysis(result, format_)
            next(step)
    return 1 if failed else 0


def _explain(files: list[Path], reader: Extractor) -> int:
    from worker.cli.explaining import show_explanation

    failed = 0
    for file in files:
        try:
            show_explanation(file, read_article(file), reader)
        except InputError as error:
            failed += 1
            warn(f"{file}: {error}")
    return 1 if failed else 0


def _analyzed(file: Path, reader: Extractor) -> dict[str, Any]:
    try:
        article = read_article(file)
    except InputError as error:
        return {"file": str(file), "error": str(error)}
    try:
        analysis = reader.analyze(article)
    except Exception as error:  # one article that cannot be read must not hide the others
        _log.debug("input.unreadable", file=str(file), exc_info=True)
        return {"file": str(file), "error": f"reading failed: {type(error).__name__}: {error}"}
    return {
        "file": str(file),
        "language": analysis.language,
        "relevant": analysis.relevant,
        "claims": [claim.as_json() for claim in analysis.claims],
    }


def _show_analysis(result: dict[str, Any], format_: Format) -> None:
    if format_ is Format.JSON:
        emit(result)
        return
    if "error" in result:
        warn(f"{result['file']}: {result['error']}")
        return
    about = "about the coalition" if result["relevant"] else "not about the coalition"
    table(
        f"{result['file']} · {result['language']} · {about}",
        ("actor", "measure", "stance", "quantity", "conditions", "status", "as of", "evidence"),
        [_claim_row(claim) for claim in result["claims"]],
        empty="no claims",
    )


def _claim_row(claim: dict[str, Any]) -> tuple[object, ...]:
    speaker = f" — {claim['speaker']}" if claim["speaker"] else ""
    return (
        claim["actor"],
        f"{claim['measure']} ({claim['item']})" if claim["item"] else claim["measure"],
        claim["stance"],
        _quantity(claim["quantity"]),
        ", ".join(claim["conditions"]),
        claim["status"],
        claim["as_of"],
        claim["evidence"] + speaker,
    )


def _quantity(value: dict[str, Any] | None) -> str:
    if value is None:
        return ""
    from worker.core.render.labels import quantity_label
    from worker.model import Quantity

    return quantity_label(Quantity(**value), "en")


def evaluate(
    gold: Gold,
    format_: FormatOption = Format.TEXT,
    config: ConfigOption = None,
    diff: Annotated[
        Path | None, typer.Option(help="An earlier --format json report: what was gained, lost.")
    ] = None,
    changes: Annotated[
        Path | None, typer.Option(help="Labelled changes: judge the alerts instead of the claims.")
    ] = None,
    gold_claims: Annotated[
        bool, typer.Option(help="With --changes: feed the labelled claims in, no extractor.")
    ] = False,
) -> int:
    """Precision, recall and F1 of claims against labelled articles, with the errors listed."""
    from worker.core import evaluate as scoring

    if changes:
        records = baseline_records(None, load_if_there(config))
        analyze = None if gold_claims else extractor(config).analyze
        return evaluate_alerts(gold, changes, records, analyze, format_)
    articles = scoring.read_gold(gold)
    old = _old_report(diff) if diff else None
    reader = extractor(config)
    with steps(len(articles), "reading") as step:

        def read(article: Article) -> Any:
            next(step)
            return reader.analyze(article)

        report = scoring.evaluate(articles, read).as_json()
    difference = scoring.diff(old, report) if old else None
    if format_ is Format.JSON:
        emit({**report, "diff": difference} if difference else report)
    else:
        _show_report(report, len(articles), difference)
    return 0


def _old_report(path: Path) -> dict[str, Any]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: no earlier report ({error})") from None
    if not isinstance(report, dict) or not {"found", "errors"} <= report.keys():
        raise InputError(f"{path}: not a report of evaluate --format json")
    return report


def _show_report(
    report: dict[str, Any], articles: int, difference: dict[str, list[str]] | None
) -> None:
    columns = ("", "precision", "recall", "F1", "right", "spurious", "missed")
    rows = [_score_row("all", report["overall"]), _score_row("relevance", report["relevance"])]
    for group in ("languages", "measures", "stances"):
        rows += [_score_row(name, score) for name, score in report[group].items()]
    flips, verbatim = report["polarity_flips"], report["verbatim"]
    table("Errors", ("article", "kind", "label", "got", "evidence"), _error_rows(report))
    if difference:
        changed = [(what, claim) for what, claims in difference.items() for claim in claims]
        table("Since the earlier report", ("what", "claim"), changed, empty="no change")
    shares = [
        (name, f"{v['right']}/{v['of']}", v["share"]) for name, v in report["details"].items()
    ]
    table("Of the claims found, right are", ("", "right", "share"), shares)
    table(f"Claims in {articles} articles", columns, rows)
    print(
        f"polarity flips {flips['flips']} of {flips['of']} · "
        f"verbatim {verbatim['right']} of {verbatim['of']} · F1 {report['overall']['f1']:.3f}"
    )


def _score_row(name: str, score: dict[str, Any]) -> tuple[object, ...]:
    figures = (f"{score[key]:.3f}" for key in ("precision", "recall", "f1"))
    return (name, *figures, score["tp"], score["fp"], score["fn"])


def _error_rows(report: dict[str, Any]) -> list[tuple[object, ...]]:
    keys = ("article", "kind", "label", "got", "evidence")
    return [tuple(error[key] for key in keys) for error in report["errors"]]
