"""Which columns a column was computed from, read off the SQL itself.

Table lineage is the header's `reads`, which the lint compares with the SELECT. Column lineage follows each
column of the final SELECT through CTEs and sub-queries down to columns of stored tables. It tells what a
value is computed from; filters and joins decide which rows there are and are not part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlglot
from sqlglot import exp

from openphm.store.header import SqlFile
from openphm.store.sql_tree import ColumnTypes, Sources


def column_lineage(files: Iterable[SqlFile]) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each table written, for each of its columns, the `schema.table.column` it is computed from.

    A column that is not written with its table's name is found by the headers of the tables it may be in;
    when that leaves several, all are told.
    """
    listed = list(files)
    known = {f.header.writes: {c.name: c.type for c in f.header.columns} for f in listed}
    return {file.header.writes: _of_file(file, known) for file in listed}


def table_lineage(files: Iterable[SqlFile]) -> Mapping[str, tuple[str, ...]]:
    """For each table written, the tables it reads."""
    return {file.header.writes: file.header.reads for file in files}


def _of_file(file: SqlFile, known: ColumnTypes) -> dict[str, tuple[str, ...]]:
    select = sqlglot.parse_one(file.select)
    if not isinstance(select, exp.Query):
        return {}
    sources = Sources(select, known)
    return {one.alias_or_name: tuple(sorted(_origins(one, sources, 0))) for one in select.selects}


def _origins(node: exp.Expr, sources: Sources, depth: int) -> set[str]:
    found: set[str] = set()
    for column in node.find_all(exp.Column):
        tables, inner = sources.of(column)
        found |= {f"{table}.{column.name}" for table in tables}
        for expression in inner if depth < 40 else []:
            found |= _origins(expression, sources, depth + 1)
    return found
