"""`openphm evaluate panel FILE`: the engine on a plain table that is not in a build."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from openphm.core.errors import PlanError
from openphm.core.results import Cell
from openphm.evaluation import Evaluation, Findings
from openphm.evaluation.answer import COLUMNS, outcome_rows
from openphm.evaluation.gates import Light
from openphm.evaluation.plain_table import Layout, panel_of_table

WIDTH = 12


def read_table(path: Path) -> dict[str, Sequence[Any]]:
    """The columns of a CSV or Parquet file. Raises PlanError when it is neither."""
    try:
        parquet = path.suffix.lower() == ".parquet"
        table: pa.Table = pq.read_table(path) if parquet else pacsv.read_csv(path)
    except (pa.ArrowInvalid, OSError):
        raise PlanError(
            f"table {path.name}", "it is neither a CSV in UTF-8 nor a Parquet file", remedy="export it again"
        ) from None
    return {name: table[name].to_pylist() for name in table.column_names}


def plain_answer(columns: dict[str, Sequence[Any]], layout: Layout, *, as_json: bool) -> str:
    """The columns of `evaluate run`, with the verdict in words below them."""
    made = panel_of_table(columns, layout)
    findings = Evaluation().fit(made.panel)
    counts_only = findings.is_counts_only
    may_claim = findings.verdict.may_claim and not counts_only
    light = Light.RED if counts_only else findings.verdict.light
    held = outcome_rows(findings, may_claim=may_claim, light=light)
    rows = [[item.value if isinstance(item, Cell) else item for item in row] for row in held]
    notes = [findings.verdict.words, *_left_out(made.not_eligible, made.outside_data), *_notes(findings)]
    if as_json:
        return json.dumps({"columns": COLUMNS, "rows": rows, "notes": notes}) + "\n"
    lines = ["  ".join(name.rjust(WIDTH) for name in COLUMNS)]
    lines += ["  ".join(_shown(value).rjust(WIDTH) for value in row) for row in rows]
    return "\n".join([*lines, "", *notes]) + "\n"


def _left_out(not_eligible: int, outside: int) -> list[str]:
    found = []
    if not_eligible:
        found.append(f"{not_eligible} people did not meet the rule in the month of the offer.")
    if outside:
        found.append(f"{outside} people were offered it outside the months that can be answered.")
    return found


def _notes(findings: Findings) -> list[str]:
    return list(dict.fromkeys(note for one in findings.effects for note in one.notes))


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,.3f}" if isinstance(value, float) else str(value)
