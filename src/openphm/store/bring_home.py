"""Bring tables that Spark made into the one DuckDB file that is a build.

Spark writes Parquet; the suite, the reports and the analysts open a build in DuckDB. Each table is stored
sorted and encoded as the header of its SQL file says, and its checksum is compared on the way.
"""

from __future__ import annotations

from collections.abc import Iterable

from openphm.core.errors import StoreError
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.header import SqlFile
from openphm.store.spark_engine import SparkEngine

_ARRIVING = "arriving.rows"


def bring_home(spark: SparkEngine, duckdb: DuckDBEngine, files: Iterable[SqlFile] = ()) -> dict[str, int]:
    """Copy every table of Spark into the DuckDB file; answers the rows of each.

    files   whose headers say the order and the encoding; a table without a file is copied as it lies

    Raises StoreError when a table does not arrive as it left.
    """
    headers = {file.header.writes: file.header for file in files}
    rows: dict[str, int] = {}
    for name in spark.tables():
        header = headers.get(name)
        duckdb.register_parquet(_ARRIVING, spark.files(name))
        leaving = duckdb.checksum(_ARRIVING)
        rows[name] = duckdb.create_table(
            name,
            f"SELECT * FROM {_ARRIVING}",
            sort_by=header.sort if header else (),
            encode=header.encode if header else (),
        )
        if duckdb.checksum(name) != leaving:
            raise StoreError(name, "did not arrive as it left Spark", remedy="run the build again")
    duckdb.drop(_ARRIVING)
    return rows
