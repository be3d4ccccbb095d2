"""Rows of a foreign format (Synthea, HES) become rows of the canonical records, after pseudonymising.

The rule stands in the specification (`emits`). The emitted rows keep the file and row they come from; the
account of rows is kept for the delivered file, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openphm.custodian.keyed_sql import keyed_id_sql
from openphm.custodian.outputs import RULE, columns_of
from openphm.definitions import Emit, RecordSpec
from openphm.extracts import literal, quoted

ROW_DOMAIN = "emitted row"


def records_with_rule(specs: Mapping[str, RecordSpec]) -> frozenset[str]:
    """Records that some emit makes by a named rule: they have a column that says so."""
    return frozenset(
        emit.record for spec in specs.values() for emit in spec.emits if emit.rule or RULE in emit.columns
    )


def emit_selects(
    spec: RecordSpec,
    specs: Mapping[str, RecordSpec],
    written: Path,
    checksums: Mapping[int, str],
    with_rule: frozenset[str],
) -> Iterator[tuple[str, str, str | None]]:
    """For each emit: the target record, the SELECT over the written source, and the name of its rule."""
    source = columns_of(spec, with_rule)
    for emit in spec.emits:
        target = columns_of(specs[emit.record], with_rule)
        chosen = [
            f"CAST({_value(emit, name, source, checksums)} AS {kind}) AS {quoted(name)}"
            for name, kind in target.items()
        ]
        where = " AND ".join(
            f"{quoted(name)} IN ({', '.join(map(literal, values))})" for name, values in emit.when.items()
        )
        select = f"SELECT {', '.join(chosen)} FROM read_parquet([{literal(str(written))}])"
        yield emit.record, f"{select} WHERE {where}" if where else select, emit.rule


def _value(emit: Emit, name: str, source: Mapping[str, str], checksums: Mapping[int, str]) -> str:
    """SQL of one column of the target. A target that is not told keeps the source's column of that name."""
    if name in ("file_id", "row_number", "person_id"):
        return quoted(name) if name in source else "NULL"
    rule = emit.columns.get(name)
    if rule is None:
        if name == RULE and emit.rule:
            return literal(emit.rule)
        return quoted(name) if name in source else "NULL"
    if "constant" in rule:
        return literal(str(rule["constant"]))
    if "row" in rule:
        return keyed_id_sql(_row_key(str(rule["row"]), checksums), ROW_DOMAIN)
    return _field_value(rule)


def _field_value(rule: Mapping[str, Any]) -> str:
    column = quoted(str(rule["field"]))
    mapping = rule.get("map")
    if not mapping:
        return column
    cases = " ".join(f"WHEN {literal(str(old))} THEN {literal(str(new))}" for old, new in mapping.items())
    return f"CASE {column} {cases} END"


def _row_key(record: str, checksums: Mapping[int, str]) -> str:
    """The content of the file and the row in it: the same file gives the same key, whatever its number."""
    files = " ".join(f"WHEN {file_id} THEN {literal(digest)}" for file_id, digest in checksums.items())
    return f"concat_ws(chr(31), {literal(record)}, CASE file_id {files} END, CAST(row_number AS VARCHAR))"
