"""Apache Spark, the engine for more people than one machine can hold.

The same SQL runs as written. A table is a folder of Parquet files under `folder/tables/schema/table`, so the
result can be opened by DuckDB, which is how the suite reads it. Needs the extra openphm[spark] and Java.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from openphm.core.errors import StoreError
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.engine import PersonRanges, TableName
from openphm.store.spark_session import MEANING, silence_messages, start_session
from openphm.store.sql_text import bare, text_literal, wrap

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TYPES = {"INT": "INTEGER", "FLOAT": "DOUBLE", "TIMESTAMP_NTZ": "TIMESTAMP"}


class SparkEngine:
    """Spark over a folder of Parquet files.

    folder    where tables are kept; tables that are already there can be read at once
    memory    for the Java process, for example "2g"
    threads   cores to use; all of them when None
    session   a session of the site's own cluster, in place of one started here
    """

    name = "spark"

    def __init__(
        self,
        folder: Path | str,
        *,
        memory: str = "2g",
        threads: int | None = None,
        session: SparkSession | None = None,
    ) -> None:
        self.folder = Path(folder).resolve()
        self._tables = self.folder / "tables"
        self._registered = self.folder / "registered"
        self._tables.mkdir(parents=True, exist_ok=True)
        silence_messages()
        self._own = session is None
        root = session or start_session(self.folder, memory=memory, threads=threads)
        self._session: SparkSession | None = root.newSession()
        for key, value in MEANING.items():
            self._session.conf.set(key, value)
        self._schemas: set[str] = set()
        self.run_prelude()
        for place in sorted(self._tables.glob("*/*/")):
            self._show(TableName(place.parent.name, place.name), place)

    # -- making tables

    def run_prelude(self) -> None:
        """Define the functions of prelude/spark.sql in the database openphm. Safe to run again."""
        self._sql("CREATE DATABASE IF NOT EXISTS openphm", "prelude")
        self._sql("USE openphm", "prelude")
        text = files("openphm.store").joinpath("prelude/spark.sql").read_text("utf-8")
        for statement in re.sub(r"(?m)^--.*$", "", text).split(";"):
            if statement.strip():
                self._sql(statement, "prelude")

    def create_table(
        self,
        name: str,
        select: str,
        *,
        sort_by: Sequence[str] = (),
        encode: Sequence[str] = (),
        ranges: PersonRanges | None = None,
    ) -> int:
        """Make or replace a table. `encode` and `ranges` change nothing: Parquet and Spark do both anyway."""
        table = TableName.parse(name)
        self.drop(name)
        self._make_schema(table.schema)
        place = text_literal(str(self._place(table)))
        self._sql(f"CREATE TABLE {table} USING parquet LOCATION {place} AS {wrap(select, sort_by)}", name)
        return self.count_rows(name)

    def create_view(self, name: str, select: str) -> None:
        """Make or replace a view; it lasts as long as the engine is open."""
        table = TableName.parse(name)
        self.drop(name)
        self._make_schema(table.schema)
        self._sql(f"CREATE VIEW {table} AS {bare(select)}", name)

    def register_parquet(self, name: str, paths: Path | Sequence[Path]) -> None:
        """Show Parquet files as a table, without copying, until the engine is closed."""
        table = TableName.parse(name)
        found = [paths] if isinstance(paths, Path) else list(paths)
        if not found:
            raise StoreError(name, "no Parquet file was given", remedy="load an empty table instead")
        self.drop(name)
        place = self._registered / table.schema / table.table
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for position, path in enumerate(found):
            (place / f"part-{position:05}.parquet").symlink_to(path.resolve())
        self._show(table, place)

    def load_rows(self, name: str, rows: pa.Table) -> int:
        """Make or replace a table from rows in memory; answers the number of rows."""
        table = TableName.parse(name)
        self.drop(name)
        place = self._place(table)
        place.mkdir(parents=True)
        pq.write_table(rows, place / "part-00000.parquet", coerce_timestamps="us")
        self._show(table, place)
        return int(rows.num_rows)

    def drop(self, name: str) -> None:
        """Forget a table or view and its files; nothing happens when there is none."""
        table = TableName.parse(name)
        if table.schema in self._schemas:
            kind = "VIEW" if self._is_view(table) else "TABLE"
            self._sql(f"DROP {kind} IF EXISTS {table}", name)
        shutil.rmtree(self._place(table), ignore_errors=True)

    # -- asking

    def query(self, select: str) -> pa.Table:
        """Run a SELECT and fetch all of its rows."""
        frame = self._sql(select, "query")
        with _told_as_store_error("query"):
            rows = frame.toArrow()
        for position, field in enumerate(rows.schema):
            if pa.types.is_timestamp(field.type) and field.type.tz:
                naive = rows.column(position).cast(pa.timestamp("us"))
                rows = rows.set_column(position, field.name, naive)
        return rows

    def copy_to_parquet(self, select: str, path: Path, *, sort_by: Sequence[str] = ()) -> int:
        """Write a SELECT to one Parquet file, which appears whole or not at all."""
        partial = path.with_name(path.name + ".tmp")
        frame = self._sql(wrap(select, sort_by), path.name)
        try:
            with _told_as_store_error(path.name):
                frame.coalesce(1).write.mode("overwrite").option("compression", "zstd").parquet(str(partial))
            (written,) = partial.glob("part-*.parquet")
            written.replace(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return int(pq.read_metadata(path).num_rows)

    def tables(self) -> list[str]:
        """The stored tables (no views, no registered files), by name."""
        return sorted(f"{place.parent.name}.{place.name}" for place in self._tables.glob("*/*/"))

    def columns(self, name: str) -> dict[str, str]:
        """Column names and portable types of a table or view, in order."""
        fields = self._sql(f"SELECT * FROM {TableName.parse(name)}", name).schema.fields
        return {field.name: _portable(field.dataType.simpleString()) for field in fields}

    def count_rows(self, name: str) -> int:
        """How many rows a table or view has; of a stored table, as its Parquet files say."""
        if self._place(TableName.parse(name)).is_dir():
            return sum(pq.read_metadata(path).num_rows for path in self.files(name))
        frame = self._sql(f"SELECT count(*) FROM {TableName.parse(name)}", name)
        with _told_as_store_error(name):
            return int(frame.collect()[0][0])

    def checksum(self, name: str) -> str:
        """The same checksum as DuckDB's for the same rows: DuckDB reads the Parquet files and adds up."""
        table = TableName.parse(name)
        with DuckDBEngine() as reader:
            if self._place(table).is_dir():
                reader.register_parquet(name, self.files(name))
            else:
                reader.load_rows(name, self.query(f"SELECT * FROM {table}"))
            return reader.checksum(name)

    def files(self, name: str) -> list[Path]:
        """The Parquet files of a stored table."""
        return sorted(self._place(TableName.parse(name)).glob("*.parquet"))

    def explain(self, select: str) -> str:
        """Spark's plan for a SELECT, for people to read."""
        frame = self._sql(f"EXPLAIN FORMATTED {select}", "explain")
        return str(frame.collect()[0][0])

    # -- life

    def close(self) -> None:
        """Forget names; the Parquet files of tables stay. A Spark started here is ended."""
        if self._session is None:
            return
        try:
            for schema in sorted(self._schemas):
                self._sql(f"DROP DATABASE IF EXISTS {schema} CASCADE", "closing")
            if self._own:
                self._session.stop()
        finally:
            self._session = None
            shutil.rmtree(self._registered, ignore_errors=True)
            shutil.rmtree(self.folder / "spill", ignore_errors=True)

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside

    def _sql(self, statement: str, where: str) -> DataFrame:
        if self._session is None:
            raise StoreError(str(self.folder), "the engine is closed", remedy="open it again")
        with _told_as_store_error(where):
            return self._session.sql(statement)

    def _place(self, table: TableName) -> Path:
        return self._tables / table.schema / table.table

    def _make_schema(self, schema: str) -> None:
        """Make a Spark database; one that somebody else made is never written to and never dropped."""
        if schema in self._schemas:
            return
        if self._sql(f"SHOW DATABASES LIKE '{schema}'", schema).count():
            raise StoreError(
                f"Spark database {schema}",
                "exists already and was not made by this engine",
                "OpenPHM writes to databases of its own alone, and drops them when it closes.",
                "close the other engine, or bring a session with an empty catalogue",
            )
        self._sql(f"CREATE DATABASE {schema}", schema)
        self._schemas.add(schema)

    def _show(self, table: TableName, place: Path) -> None:
        """Make the files of a folder readable under a name."""
        self._make_schema(table.schema)
        self._sql(f"DROP TABLE IF EXISTS {table}", str(table))
        self._sql(f"CREATE TABLE {table} USING parquet LOCATION {text_literal(str(place))}", str(table))

    def _is_view(self, table: TableName) -> bool:
        views = self._sql(f"SHOW VIEWS IN {table.schema}", str(table)).collect()
        return any(row["viewName"] == table.table for row in views)


@contextmanager
def _told_as_store_error(where: str) -> Iterator[None]:
    """Re-raise what Spark says as a StoreError. Only messages about names are passed on, never values."""
    from pyspark.errors import AnalysisException, PySparkException

    try:
        yield
    except AnalysisException as error:
        first_line = str(error).strip().partition("\n")[0][:300]
        told = StoreError(where, first_line or type(error).__name__, remedy="mend the SQL, then run it again")
    except (PySparkException, OSError) as error:
        told = StoreError(
            where,
            f"Spark could not finish ({type(error).__name__})",
            "The value that stopped it is not shown, because it may be about a person.",
            "look for a CAST that can fail, a number too large for its type, or a full disk",
        )
    else:
        return
    raise told from None


def _portable(kind: str) -> str:
    spelt = kind.upper()
    return _TYPES.get(spelt, spelt)
