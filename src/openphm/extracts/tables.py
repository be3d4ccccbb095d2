"""Read a table of a SQLite or DuckDB file as columns of text.

SQLite is read by Python's own module and DuckDB through the store; both read-only, in batches.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from openphm.core.errors import StoreError
from openphm.extracts.reasons import FileRejected
from openphm.extracts.sources import Source
from openphm.store import DuckDBEngine

BATCH_ROWS = 50_000


@dataclass(frozen=True)
class TableRows:
    """Column names, and a way to go through the rows in batches of text columns."""

    names: list[str]
    batches: Callable[[], Iterator[list[pa.Array]]]


def open_table(source: Source) -> TableRows:
    """The table of a source. Raises FileRejected when it cannot be read."""
    return _sqlite(source) if source.form == "sqlite" else _duckdb(source)


def _sqlite(source: Source) -> TableRows:
    quoted = '"' + source.member.replace('"', '""') + '"'

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{source.path.as_posix()}?mode=ro", uri=True)

    def batches() -> Iterator[list[pa.Array]]:
        connection = connect()
        try:
            cursor = connection.execute(f"SELECT * FROM {quoted}")
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield [
                    pa.array([None if value is None else _text(value) for value in column], pa.string())
                    for column in zip(*rows, strict=True)
                ]
        except sqlite3.Error as error:
            raise FileRejected("F_TABLE", source.name, "the table cannot be read to its end.") from error
        finally:
            connection.close()

    try:
        connection = connect()
        cursor = connection.execute(f"SELECT * FROM {quoted} LIMIT 0")
        names = [str(one[0]) for one in cursor.description]
        connection.close()
    except sqlite3.Error as error:
        raise FileRejected("F_TABLE", source.name, "the table cannot be read.") from error
    return TableRows(names, batches)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _duckdb(source: Source) -> TableRows:
    schema, _, table = source.member.partition(".")
    place = f"{_quoted(schema)}.{_quoted(table)}"

    def batches() -> Iterator[list[pa.Array]]:
        with DuckDBEngine(source.path, read_only=True) as engine:
            listed = ", ".join(f"CAST({_quoted(name)} AS VARCHAR)" for name in names)
            last = engine.query(f"SELECT coalesce(max(rowid), -1) AS last FROM {place}")["last"][0].as_py()
            for first in range(0, last + 1, BATCH_ROWS):
                until = first + BATCH_ROWS
                rows = engine.query(
                    f"SELECT {listed} FROM {place} WHERE rowid >= {first} AND rowid < {until}"
                )
                yield [column.combine_chunks() for column in rows.columns]

    try:
        with DuckDBEngine(source.path, read_only=True) as engine:
            names = engine.query(f"SELECT * FROM {place} LIMIT 0").column_names
    except StoreError as error:
        raise FileRejected("F_TABLE", source.name, "the table cannot be read.") from error
    return TableRows(names, batches)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
