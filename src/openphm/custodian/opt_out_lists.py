"""Read a list of people who object from a CSV file: all of it, or nothing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from openphm.core import ExtractRejected, Problem
from openphm.custodian.upholding import OPT_OUT_LIST
from openphm.definitions import RecordSpec

_DATES = ("from_date", "withdrawn_date", "list_date")


def read_list(path: Path, specs: Mapping[str, RecordSpec]) -> list[dict[str, Any]]:
    """The lines with canonical names, dates as dates. Raises ExtractRejected with every problem."""
    spec = specs[OPT_OUT_LIST]
    problems: list[Problem] = []
    lines: list[dict[str, Any]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        found = {column: spec.find_field(column) for column in reader.fieldnames or ()}
        columns = {column: field.name for column, field in found.items() if field is not None}
        missing = [one.field for one in spec.required_fields if one.name not in columns.values()]
        if missing:
            raise ExtractRejected(
                path.name, "F_COLUMNS: a column is missing.", f"It needs {', '.join(missing)}.", "add it"
            )
        for number, row in enumerate(reader, start=2):
            line = {name: (row[column] or "").strip() for column, name in columns.items()}
            lines.append(_judged(line, spec, f"{path.name}, line {number}", problems))
    if not lines:
        problems.append(Problem(path.name, "F_EMPTY: it holds no lines.", "", "send the list"))
    if problems:
        raise ExtractRejected.of(problems)
    return lines


def _judged(line: Mapping[str, str], spec: RecordSpec, where: str, problems: list[Problem]) -> dict[str, Any]:
    kinds = spec.field("kind").values or ()
    if line["kind"] not in kinds:
        problems.append(Problem(where, "the kind is not known.", f"One of {', '.join(kinds)}.", "correct it"))
    judged: dict[str, Any] = {"nhs_number": line["nhs_number"], "kind": line["kind"]}
    for name in _DATES:
        try:
            judged[name] = date.fromisoformat(line[name]) if line.get(name) else None
        except ValueError:
            judged[name] = None
            problems.append(Problem(where, f"{name} is not a date.", "Year-month-day.", "correct it"))
    if judged["list_date"] is None and not line.get("list_date"):
        problems.append(Problem(where, "it does not say of which day the list is.", "", "fill LIST_DATE"))
    return judged
