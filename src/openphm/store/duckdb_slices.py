"""Show one range of people at a time, without a placeholder in any SQL.

A second catalogue, held in memory, stands in front of the real one. It has the same schemas and names,
but each table with the range column is a view of that table between two keys. A SELECT run against it is
the same text and sees those people alone; DuckDB skips the stored blocks of all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from openphm.store.engine import PersonRanges

_SLICE = "openphm_slice"


@contextmanager
def slices(
    connection: duckdb.DuckDBPyConnection, catalog: str, ranges: PersonRanges
) -> Iterator[Iterator[tuple[int, int]]]:
    """Yield an iterator over the ranges; while it stands at a range, names show those people alone."""
    shown = _tables(connection, catalog, ranges.column)
    connection.execute(f"ATTACH ':memory:' AS {_SLICE}")
    try:
        for schema in sorted({schema for schema, _, _ in shown}):
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS {_SLICE}."{schema}"')
        # the real catalogue stays on the path for the functions of the prelude
        connection.execute(f"SET search_path = '{_SLICE}.main,{catalog}.main'")
        yield _each(connection, catalog, ranges, shown)
    finally:
        connection.execute(f"USE {_quoted(catalog)}")
        connection.execute(f"DETACH {_SLICE}")


def _each(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    ranges: PersonRanges,
    shown: list[tuple[str, str, bool]],
) -> Iterator[tuple[int, int]]:
    for position, (first, last) in enumerate(ranges):
        for schema, table, is_cut in shown:
            if position and not is_cut:
                continue
            where = f' WHERE "{ranges.column}" BETWEEN {first} AND {last}' if is_cut else ""
            connection.execute(
                f'CREATE OR REPLACE VIEW {_SLICE}."{schema}"."{table}" AS '
                f'SELECT * FROM {_quoted(catalog)}."{schema}"."{table}"{where}'
            )
        yield first, last


def _tables(connection: duckdb.DuckDBPyConnection, catalog: str, column: str) -> list[tuple[str, str, bool]]:
    """Schema, table and whether it has the range column, of every table and view of the catalogue."""
    found = connection.execute(
        "SELECT schema_name, table_name, bool_or(column_name = ?) FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal GROUP BY ALL ORDER BY ALL",
        [column, catalog],
    )
    return [(str(schema), str(table), bool(is_cut)) for schema, table, is_cut in found.fetchall()]


def _quoted(catalog: str) -> str:
    return f'"{catalog}"'
