"""Run portable SQL on two engines and say, cell by cell, where the answers differ.

How to use it, with the fixtures `duckdb_engine` and `spark_engine` of conftest.py:

    files = read_folder(Path("src/openphm/dataset/sql"))
    inputs = {"extract.gp_event": pa.table({...}), ...}
    assert_same_on_both(duckdb_engine, spark_engine, files, inputs)

`inputs` are the tables that no file writes. Every table that the files write is made on both engines and
compared by value and by declared type, with rows matched on the key of the file's header.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.store import Engine, SparkEngine, SqlFile

SHOWN = 5
TOLERANCE = 1e-9
"""Relative: DOUBLE sums may differ in the last digits, as the order of addition is not fixed."""


def make_tables(engine: Engine, files: Iterable[SqlFile], inputs: Mapping[str, pa.Table]) -> None:
    """Load the inputs and run every file, in the order given."""
    for name, rows in inputs.items():
        engine.load_rows(name, rows)
    for file in files:
        header = file.header
        engine.create_table(header.writes, file.select, sort_by=header.sort, encode=header.encode)


def assert_same_on_both(
    first: Engine, second: Engine, files: Sequence[SqlFile], inputs: Mapping[str, pa.Table]
) -> None:
    """Every table of the files has the declared types and the same rows on both engines."""
    for engine in (first, second):
        make_tables(engine, files, inputs)
    wrong = [line for file in files for line in table_differences(first, second, file)]
    assert not wrong, "\n".join(wrong)


def table_differences(first: Engine, second: Engine, file: SqlFile) -> list[str]:
    """What differs between two engines, or from the header, in the table one file makes."""
    header = file.header
    declared = {column.name: column.type for column in header.columns}
    wrong = [
        f"{header.writes}: {engine.name} made {made}, the header declares {declared}"
        for engine in (first, second)
        if (made := engine.columns(header.writes)) != declared
    ]
    answers = [_stored_rows(engine, header.writes, list(declared)) for engine in (first, second)]
    return wrong + [f"{header.writes}: {line}" for line in row_differences(*answers, key=header.key)]


def row_differences(first: pa.Table, second: pa.Table, key: Sequence[str] = ()) -> list[str]:
    """Where two answers differ; rows are matched by key, or by all their values when there is no key."""
    if first.column_names != second.column_names:
        return [f"columns {first.column_names} and {second.column_names}"]
    if first.num_rows != second.num_rows:
        return [f"{first.num_rows} rows and {second.num_rows} rows"]
    by = list(key) or first.column_names
    wrong = []
    for left, right in zip(_sorted(first, by), _sorted(second, by), strict=True):
        for column in first.column_names:
            if not same_value(left[column], right[column]):
                place = {name: left[name] for name in by}
                wrong.append(f"{column} is {left[column]!r} and {right[column]!r} at {place}")
    return wrong[:SHOWN] + ([f"... and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else [])


def same_value(left: object, right: object) -> bool:
    """Equal, or floating-point numbers that agree to nine digits."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=1e-12) or (
            math.isnan(left) and math.isnan(right)
        )
    return left == right and type(left) is type(right)


def answer(engine: Engine, expression: str) -> object:
    """The value of one SQL expression."""
    return engine.query(f"SELECT {expression} AS answer").column("answer")[0].as_py()


def _stored_rows(engine: Engine, name: str, columns: list[str]) -> pa.Table:
    """All rows of a table; of Spark straight from its Parquet files, as one more Spark job takes a second."""
    if not isinstance(engine, SparkEngine):
        return engine.query(f"SELECT {', '.join(columns)} FROM {name}")
    rows = pa.concat_tables([pq.read_table(path, columns=columns) for path in engine.files(name)])
    for place, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            rows = rows.set_column(place, field.name, rows.column(place).cast(pa.timestamp("us")))
    return rows


def _sorted(rows: pa.Table, by: Sequence[str]) -> list[dict[str, object]]:
    return sorted(rows.to_pylist(), key=lambda row: [_sortable(row[name]) for name in by])


def _sortable(value: object) -> tuple[bool, object]:
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return (value is not None, float(value))
    return (value is not None, value if value is not None else 0)
