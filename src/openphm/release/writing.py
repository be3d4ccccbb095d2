"""Write a released table: CSV and JSON for programs, XLSX and HTML for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from openphm.core.errors import UsageError
from openphm.core.results import Scalar
from openphm.release.folding import Fold
from openphm.release.html_page import as_html
from openphm.release.released import SUPPRESSED, Released
from openphm.release.xlsx_book import as_xlsx

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(released: Released) -> str:
    """Comma-separated text, one header line, then a line for each row.

    Text that a spreadsheet would run as a formula gets an apostrophe before it. Hidden figures are `*`.
    """
    columns = [*released.columns, *([SUPPRESSED] if released.has_figures else [])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row, record in zip(released.rows, released.records(), strict=True):
        hidden = [getattr(item, "is_suppressed", False) for item in row]
        cells = ["*" if h else _csv_cell(record[c]) for h, c in zip(hidden, released.columns, strict=True)]
        if released.has_figures:
            cells.append(_csv_cell(record[SUPPRESSED]))
        writer.writerow(cells)
    return out.getvalue()


def _csv_cell(value: Scalar) -> Scalar:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def as_json(released: Released) -> str:
    """The answer object of the public contract: question, columns, rows, provenance, notes."""
    columns = [*released.columns, *([SUPPRESSED] if released.has_figures else [])]
    answer = {
        "question": released.question,
        "columns": columns,
        "rows": [[_json_value(record[name]) for name in columns] for record in released.records()],
        "provenance": released.provenance.as_dict(),
        "notes": list(released.notes),
    }
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=None) + "\n"


def _json_value(value: Scalar) -> str | int | float | bool | None:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


_TEXT: dict[str, Callable[..., str]] = {"csv": as_csv, "json": as_json}
FORMATS = ("csv", "json", "html", "xlsx")


def as_text(
    released: Released,
    format_: str,
    *,
    title: str,
    summary: str = "",
    fold: Fold | None = None,
    drawings: Sequence[str] = (),
) -> str:
    """The table as CSV, JSON or HTML text. XLSX is not text: use `write`.

    drawings: SVG for the HTML page, drawn from released rows.
    """
    if format_ == "html":
        return as_html(released, title=title, summary=summary, fold=fold, drawings=drawings)
    if format_ not in _TEXT:
        raise UsageError(
            "--format", f"'{format_}' is not text", "csv, json and html are.", "use --output FILE"
        )
    return _TEXT[format_](released)


def write(
    released: Released,
    path: Path,
    format_: str,
    *,
    title: str,
    summary: str = "",
    fold: Fold | None = None,
    drawings: Sequence[str] = (),
) -> None:
    """Write the table to a file, which appears whole or not at all.

    Raises UsageError when the folder does not exist or cannot be written.
    """
    if format_ == "xlsx":
        content = as_xlsx(released, title=title, summary=summary, fold=fold)
    else:
        text = as_text(released, format_, title=title, summary=summary, fold=fold, drawings=drawings)
        content = text.encode("utf-8")
    partial = path.with_name(path.name + ".tmp")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        reason = error.strerror or "it cannot be written"
        raise UsageError(
            "--output", f"The file was not written: {reason}.", "", "name another place"
        ) from error
