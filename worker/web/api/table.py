"""Answers as CSV that a spreadsheet opens and that cannot run anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

#: A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Rows as a file ``name``.csv; UTF-8 with the mark that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


def cell(value: Any) -> str:
    """A value as the text of a cell; a formula becomes plain text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, list | tuple | set | frozenset):
        return cell("; ".join(map(str, value)))
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object as one row: nested objects by dotted names, the first of the quantities."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("quantities", "quantity"):
            first = (value[0] if value else None) if isinstance(value, list) else value
            found |= {key: first[key] if first else None for key in ("min", "max", "unit")}
        elif isinstance(value, Mapping):
            found |= {f"{name}.{key}": inner for key, inner in flat(value).items()}
        else:
            found[name] = value
    return found
