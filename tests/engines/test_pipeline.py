"""The whole build, made twice from one hand-made delivery: on DuckDB and on Spark, every table the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.dataset import all_files, make_tables
from openphm.definitions import load
from openphm.extracts import open_delivery
from openphm.store import DuckDBEngine, SparkEngine
from tests.engines.cases.dozen import AS_AT, the_dozen
from tests.engines.harness import table_differences

FOR_FEW_ROWS = (
    "SET spark.sql.shuffle.partitions = 1",
    "SET spark.sql.codegen.wholeStage = false",
    "SET spark.sql.codegen.factoryMode = NO_CODEGEN",
)
"""Compiling a plan to Java takes longer than a dozen people do. None of these changes an answer."""


@pytest.mark.spark
@pytest.mark.slow
def test_every_table_of_a_build_is_the_same_on_both_engines(
    duckdb_engine: DuckDBEngine, spark_engine: SparkEngine, tmp_path: Path
) -> None:
    definitions = load()
    delivery = open_delivery(the_dozen(definitions).write(tmp_path / "extracts"))
    for setting in FOR_FEW_ROWS:
        spark_engine.query(setting)
    made = [
        make_tables(engine, delivery, definitions, as_at=AS_AT)[0].made
        for engine in (duckdb_engine, spark_engine)
    ]
    assert [(one.table, one.rows) for one in made[0]] == [(one.table, one.rows) for one in made[1]]
    files = all_files(definitions)
    wrong = [
        line
        for one in made[0]
        if one.table in files
        for line in table_differences(duckdb_engine, spark_engine, files[one.table])
    ]
    assert not wrong, "\n".join(wrong)
