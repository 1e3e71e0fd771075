"""Commands that care for the baseline: ``baseline build``, ``diff`` and ``accept``."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from worker.adapters.files import read_article
from worker.cli.configuration import ConfigOption, extractor, load
from worker.cli.output import Format, FormatOption, emit, say, table
from worker.errors import ConfigError, UsageError

Proposed = Annotated[Path, typer.Argument(metavar="PROPOSED", help="A proposed baseline.yaml.")]


def build(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Seed documents.")
    ] = None,
    from_ledger: Annotated[
        bool, typer.Option("--from-ledger", help="Of what the worker has found so far.")
    ] = False,
    published: Annotated[
        str | None, typer.Option(metavar="DATE", help="Date of the documents that tell none.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write to (default: standard output); --from-ledger: a folder."),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Propose a baseline from seed documents, or of what was found, for a person to review."""
    if from_ledger:
        return _from_ledger(files, out, config)
    if not files:
        raise UsageError("name seed documents, or --from-ledger --out FOLDER")
    from worker.core.baseline_care import propose_baseline
    from worker.core.spans import parse_span

    if published is not None:
        try:
            parse_span(published)
        except ValueError as error:
            raise UsageError(f"--published: {error}") from None
    articles = {file.name: read_article(file) for file in files}
    dated = {n: replace(a, published=a.published or published) for n, a in articles.items()}
    text = propose_baseline(dated, extractor(config).analyze)
    if out is None:
        print(text, end="")
    else:
        write_whole(out, text)
    return 0


def _from_ledger(files: list[Path] | None, out: Path | None, config: Path | None) -> int:
    """Write the proposal into a folder, each article that proves a position beside it."""
    from worker.cli.ledger import opened
    from worker.core.baseline_care import propose_from_ledger

    if files or out is None:
        raise UsageError("--from-ledger takes no documents and needs --out FOLDER")
    with opened(config) as app:
        text, documents = propose_from_ledger(app.held_positions())
    out.mkdir(parents=True, exist_ok=True)
    for name, words in documents.items():
        write_whole(out / name, words)
    write_whole(out / "baseline.yaml", text)
    say(f"{out / 'baseline.yaml'}: review it, compare with `baseline diff`, then `baseline accept`")
    return 0


def diff(
    proposed: Proposed, format_: FormatOption = Format.TEXT, config: ConfigOption = None
) -> int:
    """Compare a proposed baseline with the reviewed one, slot by slot."""
    from worker.adapters.seeds import read_baseline
    from worker.core.baseline_care import diff_baselines

    reviewed = read_baseline(load(config).baseline_file)
    diffs = [found.as_json() for found in diff_baselines(reviewed, read_baseline(proposed))]
    if format_ is Format.JSON:
        for line in diffs:
            emit(line)
        return 0
    table(
        "Positions that differ",
        ("actor", "measure", "item", "reviewed", "proposed", "evidence of the proposed"),
        [_row(line) for line in diffs],
        empty="none: both say the same",
    )
    return 0


def _row(line: dict[str, Any]) -> tuple[object, ...]:
    before, after = line["reviewed"], line["proposed"]
    return (
        line["actor"],
        line["measure"],
        line["item"] or "",
        _stance(before),
        _stance(after),
        after["evidence"] if after else "",
    )


def _stance(position: dict[str, Any] | None) -> str:
    return f"{position['stance']} ({position['as_of']}, {position['status']})" if position else "–"


def accept(
    proposed: Proposed,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who has reviewed it.")],
    note: Annotated[str | None, typer.Option(help="A remark kept with it.")] = None,
    config: ConfigOption = None,
) -> int:
    """Make a proposed baseline the reviewed one; who accepted it, and when, is recorded in it.

    Its documents must lie beside the reviewed file.
    """
    from worker.core.baseline_care import accept_baseline
    from worker.settings import bundled_baseline

    target = load(config).baseline_file
    if target.resolve() == bundled_baseline().resolve():
        raise ConfigError(
            "the bundled baseline is not overwritten; name an own file as baseline.file in "
            f"settings.yaml (a copy of {target} and the documents beside it, to begin with)"
        )
    documents = {p.name: _read(p) for p in target.parent.glob("*.txt")}
    text = accept_baseline(
        _read(proposed),
        str(proposed),
        documents,
        earlier=_read(target) if target.exists() else None,
        at=datetime.now(UTC),
        by=by,
        note=note,
    )
    write_whole(target, text)
    say(f"{target} accepted by {by}; `baseline load` adds it to the ledger")
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def write_whole(path: Path, text: str) -> None:
    """Replace a file as a whole, so that a crash leaves the old one or the new."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as draft:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error}") from None


def add_to(baseline: typer.Typer) -> None:
    """Add these commands to ``baseline``."""
    for command in (build, diff, accept):
        baseline.command()(command)
