"""``settings``: every setting there is, with its environment variable and default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from worker.cli.output import Format, FormatOption, emit
from worker.errors import UsageError


def settings(
    write: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="Put the reference between the marks of a page instead."),
    ] = None,
    format_: FormatOption = Format.TEXT,
) -> int:
    """Every setting: its key, its environment variable, what is allowed, its default."""
    from worker.settings import FILES, reference

    if write is not None:
        _write(write)
    elif format_ is Format.JSON:
        for file, schema in FILES.items():
            for one in reference.settings_of(schema):
                emit({"file": file, **{key: getattr(one, key) for key in one.__slots__}})
    else:
        print(reference.markdown(), end="")
    return 0


def _write(page: Path) -> None:
    from worker.settings import reference

    try:
        text = reference.written_into(page.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{page}: {error}") from None
    page.write_text(text, encoding="utf-8")
