"""DuckDB, the default engine: one file, or memory.

A build is one native DuckDB file. While it is written it has one writer and spills to disk when its
memory is used up. Once published it is only ever opened read-only and locked down: no other file can be
read, nothing can be attached, loaded or set.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from openphm.core.errors import StoreError
from openphm.store import checksum
from openphm.store.duckdb_slices import slices
from openphm.store.engine import PersonRanges, TableName, check_columns
from openphm.store.failures import told_as_store_error
from openphm.store.sql_text import bare, text_literal, wrap

MOST_ENUM_VALUES = 5_000
"""A column with more values than this stays text: an ENUM would no longer be smaller or faster."""

CATALOG = "openphm"
"""The name under which the file is attached."""

_TYPES = {
    "VARCHAR": "STRING",
    "HUGEINT": "DECIMAL(38,0)",
    "FLOAT": "DOUBLE",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}


class DuckDBEngine:
    """DuckDB over a file or, without a path, in memory.

    path           the database file; made when missing, unless read_only
    memory_limit   for example "4GB"; beyond it, work spills to temp_dir
    threads        how many cores to use; all of them when None
    temp_dir       where to spill; beside the file when None. Removed on closing.
    read_only      open a published build, locked down

    Raises StoreError when the file is missing, damaged or locked by another process.
    """

    name = "duckdb"

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        memory_limit: str = "4GB",
        threads: int | None = None,
        temp_dir: Path | None = None,
        read_only: bool = False,
    ) -> None:
        self.path = None if path is None else Path(path)
        self.read_only = read_only
        self._spill = temp_dir or _spill_folder(self.path, read_only)
        self._registered: set[str] = set()
        if read_only and (self.path is None or not self.path.is_file()):
            raise StoreError(str(path), "there is no such database file", remedy="build it first")
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": threads or os.cpu_count() or 1,
            "temp_directory": str(self._spill),
            "default_null_order": "nulls_first_on_asc_last_on_desc",
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        where = str(self.path or "memory")
        with told_as_store_error(where):
            self._connection: duckdb.DuckDBPyConnection | None = duckdb.connect(":memory:", config=config)
        # attached under one name, so that the file's own name can never hide a schema, and each engine
        # of a process has its own memory limit and its own locks
        mode = " (READ_ONLY)" if read_only else ""
        file = text_literal(str(self.path or ":memory:"))
        self._run(f"ATTACH {file} AS {CATALOG}{mode}; USE {CATALOG}", where)
        if read_only:
            self._run("SET enable_external_access = false; SET lock_configuration = true", where)
        else:
            self.run_prelude()

    # -- making tables

    def run_prelude(self) -> None:
        """Define the functions of prelude/duckdb.sql in the file. Safe to run again."""
        self._run(files("openphm.store").joinpath("prelude/duckdb.sql").read_text("utf-8"), "prelude")

    def create_table(
        self,
        name: str,
        select: str,
        *,
        sort_by: Sequence[str] = (),
        encode: Sequence[str] = (),
        ranges: PersonRanges | None = None,
    ) -> int:
        """Make or replace a table from a SELECT run as written; answers the number of rows."""
        table = self._place(name)
        self.drop(name)
        body = wrap(select, sort_by)
        target = f"{CATALOG}.{table.sql}"
        if ranges is None:
            self._run(f"CREATE TABLE {target} AS {body}", name)
        else:
            if sort_by and ranges.column not in sort_by[:2]:
                raise StoreError(
                    name,
                    f"is built in ranges of {ranges.column} but sorted by {sort_by[0]}",
                    f"The order begins with {ranges.column}, or with one column of few values and then it.",
                    f"sort by {ranges.column} first, or build without ranges",
                )
            with told_as_store_error(name), slices(self._open(), CATALOG, ranges) as shown:
                for position, _ in enumerate(shown):
                    verb = f"INSERT INTO {target}" if position else f"CREATE TABLE {target} AS"
                    self._open().execute(f"{verb} {body}")
            if sort_by and sort_by[0] != ranges.column:
                self._gather(table, sort_by)
        self._encode(table, check_columns(encode))
        return self.count_rows(name)

    def create_view(self, name: str, select: str) -> None:
        """Make or replace a view that is kept with the tables."""
        table = self._place(name)
        self.drop(name)
        self._run(f"CREATE VIEW {table.sql} AS {bare(select)}", name)

    def register_parquet(self, name: str, paths: Path | Sequence[Path]) -> None:
        """Show Parquet files as a table, without copying, until the engine is closed."""
        table = self._place(name)
        found = [paths] if isinstance(paths, Path) else list(paths)
        if not found:
            raise StoreError(name, "no Parquet file was given", remedy="load an empty table instead")
        listed = ", ".join(text_literal(str(path)) for path in found)
        self.drop(name)
        self._run(f"CREATE VIEW {table.sql} AS SELECT * FROM read_parquet([{listed}])", name)
        self._registered.add(name)

    def load_rows(self, name: str, rows: pa.Table) -> int:
        """Make or replace a table from rows in memory; answers the number of rows."""
        table = self._place(name)
        self.drop(name)
        connection = self._open()
        with told_as_store_error(name):
            connection.register("rows_to_load", rows)
            try:
                connection.execute(f"CREATE TABLE {table.sql} AS SELECT * FROM rows_to_load")
            finally:
                connection.unregister("rows_to_load")
        return int(rows.num_rows)

    def drop(self, name: str) -> None:
        """Forget a table or view; nothing happens when there is none."""
        table = TableName.parse(name)
        kind = self._one(
            "SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database() "
            f"AND table_schema = '{table.schema}' AND table_name = '{table.table}'"
        )
        if kind is not None:
            self._run(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {table.sql}", name)
        self._registered.discard(name)

    # -- asking

    def query(self, select: str) -> pa.Table:
        """Run a SELECT and fetch all of its rows. Safe to call from several threads at once."""
        cursor = self._open().cursor()
        with told_as_store_error("query"):
            try:
                cursor.execute(f"USE {CATALOG}")
                return cursor.sql(select).to_arrow_table()
            finally:
                cursor.close()

    def rows(self, select: str) -> list[dict[str, Any]]:
        """The same as plain rows: quicker for a long statement with a short answer, which is planned once."""
        cursor = self._open().cursor()
        with told_as_store_error("query"):
            try:
                cursor.execute(f"USE {CATALOG}")
                cursor.execute(select)
                names = [str(one[0]) for one in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            finally:
                cursor.close()

    def keep(self, name: str, select: str) -> None:
        """Keep the rows of a SELECT in memory as `memory.main.<name>`, until closed; never in the file."""
        cursor = self._open().cursor()
        with told_as_store_error(name):
            try:
                cursor.execute(f"USE {CATALOG}")
                cursor.execute(f"CREATE OR REPLACE TABLE memory.main.{name} AS {select}")
            finally:
                cursor.close()

    def copy_to_parquet(self, select: str, path: Path, *, sort_by: Sequence[str] = ()) -> int:
        """Write a SELECT to one Parquet file, which appears whole or not at all."""
        partial = path.with_name(path.name + ".tmp")
        target = f"{text_literal(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
        copied = f"COPY ({wrap(select, sort_by)}) TO {target}"
        try:
            rows = self._one(copied, where=path.name)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return int(str(rows))

    def tables(self) -> list[str]:
        """The stored tables (no views, no registered files), by name."""
        found = self._open().execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            "WHERE database_name = current_database() AND NOT temporary ORDER BY 1"
        )
        return [str(row[0]) for row in found.fetchall()]

    def columns(self, name: str) -> dict[str, str]:
        """Column names and portable types of a table or view, in order."""
        table = TableName.parse(name)
        with told_as_store_error(name):
            described = self._open().execute(f"DESCRIBE {table.sql}").fetchall()
        return {str(row[0]): _portable(str(row[1])) for row in described}

    def count_rows(self, name: str) -> int:
        """How many rows a table or view has."""
        return int(str(self._one(f"SELECT count(*) FROM {TableName.parse(name).sql}", where=name)))

    def checksum(self, name: str) -> str:
        """A hash of all rows that depends neither on their order nor on how the work was cut up."""
        columns = self.columns(name)
        with told_as_store_error(name):
            row = self._open().execute(checksum.hash_query(TableName.parse(name).sql, columns)).fetchone()
        assert row is not None  # an aggregate without GROUP BY always has one row
        return checksum.seal(columns, int(row[0]), str(row[1]))

    def explain(self, select: str) -> str:
        """DuckDB's plan for a SELECT, for people to read."""
        with told_as_store_error("explain"):
            rows = self._open().execute(f"EXPLAIN {select}").fetchall()
        return "\n".join(str(row[-1]) for row in rows)

    # -- life

    def close(self) -> None:
        """Forget registered files, write everything down and remove what was spilt."""
        if self._connection is None:
            return
        try:
            for name in sorted(self._registered):
                self.drop(name)
            if not self.read_only:
                self._run("CHECKPOINT", "closing")
        finally:
            self._connection.close()
            self._connection = None
            shutil.rmtree(self._spill, ignore_errors=True)

    def __enter__(self) -> DuckDBEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise StoreError(str(self.path or "memory"), "the engine is closed", remedy="open it again")
        return self._connection

    def _run(self, sql: str, where: str) -> None:
        with told_as_store_error(where):
            self._open().execute(sql)

    def _one(self, sql: str, *, where: str = "query") -> object:
        with told_as_store_error(where):
            row = self._open().execute(sql).fetchone()
        return None if row is None else row[0]

    def _place(self, name: str) -> TableName:
        table = TableName.parse(name)
        self._run(f'CREATE SCHEMA IF NOT EXISTS "{table.schema}"', name)
        return table

    def _gather(self, table: TableName, sort_by: Sequence[str]) -> None:
        """Put rows together by the first column of the order, which has few values, a value at a time.

        So a question about one value skips the blocks of the others, and no sort holds the whole table.
        """
        first, *rest = check_columns(sort_by)
        aside = f'"{table.schema}"."{table.table}__in_ranges"'
        values = f'SELECT DISTINCT "{first}" AS value FROM {aside} ORDER BY 1'
        self._run(f'ALTER TABLE {table.sql} RENAME TO "{table.table}__in_ranges"', str(table))
        n = int(str(self._one(f"SELECT count(*) FROM ({values})", where=str(table))))
        order = ", ".join(f'"{name}"' for name in rest)
        for position in range(max(n, 1)):
            value = f"({values} LIMIT 1 OFFSET {position})"
            chosen = f'SELECT * FROM {aside} WHERE "{first}" = {value} ORDER BY {order}'
            verb = f"INSERT INTO {table.sql}" if position else f"CREATE TABLE {table.sql} AS"
            self._run(f"{verb} {chosen}", str(table))
        self._run(f"DROP TABLE {aside}", str(table))

    def _encode(self, table: TableName, columns: tuple[str, ...]) -> None:
        """Store text columns as ENUM, values in alphabetical order so that sorting does not change."""
        for column in columns:
            values = f'SELECT DISTINCT "{column}" FROM {table.sql} WHERE "{column}" IS NOT NULL'
            n = int(str(self._one(f"SELECT count(*) FROM ({values})", where=str(table))))
            if not 0 < n <= MOST_ENUM_VALUES:
                continue
            kind = f'"{table.schema}"."{table.table}__{column}"'
            self._run(f"DROP TYPE IF EXISTS {kind}", str(table))
            self._run(f"CREATE TYPE {kind} AS ENUM ({values} ORDER BY 1)", str(table))
            self._run(f'ALTER TABLE {table.sql} ALTER COLUMN "{column}" TYPE {kind}', str(table))


def _portable(kind: str) -> str:
    if kind.startswith("ENUM"):
        return "STRING"
    return _TYPES.get(kind, kind)


def _spill_folder(path: Path | None, read_only: bool) -> Path:
    if path is None or read_only:
        return Path(tempfile.gettempdir()) / f"openphm-spill-{os.getpid()}-{os.urandom(4).hex()}"
    return path.with_name(path.name + ".spill")
