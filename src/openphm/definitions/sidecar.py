"""A long list stands in a CSV beside its definition, so that a site can drop its own list in.

    codes_csv: {file: dm_cod.csv, column: code, system: snomed, role: onset}     (codelists)
    rows_csv: unit_costs_hrg_2024_25.csv                                         (costs)

The checksum of the definition covers the CSV as well.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from openphm.definitions.entry import Entry
from openphm.definitions.problems import Problems

MAX_ROWS = 200_000
_MAX_BYTES = 32_000_000


def attach_sidecar(
    body: dict[str, Any], path: Path, label: str, problems: Problems
) -> tuple[dict[str, Any], bytes]:
    """The body with the CSV's content put in its place, and the bytes of the CSV."""
    if "codes_csv" in body:
        return _attach_codes(body, path, label, problems)
    if "rows_csv" in body:
        rows, content = _read(path, str(body["rows_csv"]), f"{label}, rows_csv", problems)
        return {**body, "rows": rows}, content
    return body, b""


def _attach_codes(
    body: dict[str, Any], path: Path, label: str, problems: Problems
) -> tuple[dict[str, Any], bytes]:
    entry = Entry(body["codes_csv"], f"{label}, codes_csv", problems)
    name, column = entry.text("file"), entry.text("column", "code")
    system, role = entry.text("system", "snomed"), entry.text("role", "onset")
    entry.done()
    rows, content = _read(path, name or "", entry.at("file"), problems)
    if rows and column not in rows[0]:
        problems.add_unknown(entry.at("column"), column, rows[0], thing="column of the CSV")
        return body, content
    codes = {key: dict(value) for key, value in (body.get("codes") or {}).items() if isinstance(value, dict)}
    listed = [row[column].strip() for row in rows if (row[column] or "").strip()]
    codes.setdefault(system, {})[role] = [*codes.get(system, {}).get(role, []), *listed]
    return {**body, "codes": codes}, content


def _read(path: Path, name: str, where: str, problems: Problems) -> tuple[list[dict[str, str]], bytes]:
    if not name or Path(name).name != name:
        problems.add(
            where, f"'{name}' is not a file name.", allowed="a file in the same folder, without a path"
        )
        return [], b""
    file = path.parent / name
    if not file.is_file():
        beside = [one.name for one in path.parent.glob("*.csv")]
        problems.add_unknown(where, name, beside, thing="CSV beside this file")
        return [], b""
    content = file.read_bytes()
    if len(content) > _MAX_BYTES:
        problems.add(where, f"{len(content):,} bytes.", allowed=f"up to {_MAX_BYTES:,} bytes")
        return [], content
    rows = _rows(content, where, problems)
    if len(rows) > MAX_ROWS:
        problems.add(where, f"{len(rows):,} rows.", allowed=f"up to {MAX_ROWS:,} rows")
        return [], content
    return rows, content


def _rows(content: bytes, where: str, problems: Problems) -> list[dict[str, str]]:
    """The rows of a CSV by column name; cells beyond the header are an error."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except UnicodeDecodeError as error:
        problems.add(
            where, f"byte {error.start} is not UTF-8.", allowed="CSV in UTF-8", remedy="export it again"
        )
        return []
    except csv.Error as error:
        problems.add(where, f"not a CSV: {error}.", remedy="look for an open quote or a NUL byte")
        return []
    ragged = [number for number, row in enumerate(rows, start=2) if None in row or None in row.values()]
    if ragged:
        problems.add(
            where,
            f"line {ragged[0]} has another number of cells than the header ({len(ragged):,} such lines).",
            remedy="quote cells that hold a comma",
        )
        return []
    return rows
