"""Run one SQL file of the build on a few rows, written as lines of text.

    spells("conditions.person_condition", {"working.condition_evidence": '''
        person_key condition_id event_date role  found_in until_date
        1          asthma       2020-01-10 onset gp       -
    '''})

A dash is null. The answer is a list of tuples, in the order of the table's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from openphm.dataset.runner import sql_files
from openphm.dataset.words import arrow_type
from openphm.store import DuckDBEngine, SqlFile
from openphm.store.header import Column


@cache
def files() -> dict[str, SqlFile]:
    """Every SQL file of the build, by the table it makes."""
    return sql_files()


def answer(table: str, inputs: Mapping[str, str], columns: str) -> list[tuple[Any, ...]]:
    """What one file makes of these inputs: the named columns, in the order of its key."""
    file = files()[table]
    with DuckDBEngine(memory_limit="500MB", threads=1) as engine:
        for name in file.header.reads:
            engine.load_rows(name, table_of(name, inputs.get(name, "")))
        engine.create_table(table, file.select)
        order = ", ".join(file.header.key) or "1, 2"
        found = engine.query(f"SELECT {columns} FROM {table} ORDER BY {order}").to_pylist()
    return [tuple(row.values()) for row in found]


def table_of(name: str, text: str) -> pa.Table:
    """A text table as an Arrow table in the types that the table is declared with."""
    kinds = {column.name: column.type for column in _declared(name)}
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    names, rows = (lines[0], lines[1:]) if lines else (list(kinds), [])
    columns = {
        column: [_read(row[place], kinds[column]) for row in rows] for place, column in enumerate(names)
    }
    missing = {column: [None] * len(rows) for column in kinds if column not in columns}
    schema = pa.schema([(column, arrow_type(kind)) for column, kind in kinds.items()])
    return pa.table({column: (columns | missing)[column] for column in kinds}, schema=schema)


def _declared(name: str) -> tuple[Column, ...]:
    if name in files():
        return files()[name].header.columns
    if name == "build.parameters":
        return tuple(Column(column, "DATE", "a date") for column in ("as_at", "window_start"))
    if name == "build.month":
        return tuple(Column(column, "DATE", "a date") for column in ("month_start", "month_end"))
    from openphm.definitions.tables import COLUMNS

    said = COLUMNS[name.removeprefix("definitions.")]
    return tuple(Column(one.name, one.type, one.meaning) for one in said)


def _read(text: str, kind: str) -> object:
    if text == "-":
        return None
    if kind == "DATE":
        return date.fromisoformat(text)
    if kind in ("INTEGER", "BIGINT"):
        return int(text)
    if kind == "BOOLEAN":
        return text == "yes"
    return float(text) if kind == "DOUBLE" else text
