"""Both engines, ready for a test. Spark takes seconds to start, so one is shared by a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openphm.store import DuckDBEngine, SparkEngine

# A hand-made case has a few rows: compiling queries and spreading them takes longer than running them.
FOR_FEW_ROWS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture
def duckdb_engine() -> Iterator[DuckDBEngine]:
    """An empty DuckDB in memory."""
    with DuckDBEngine(memory_limit="1GB", threads=2) as engine:
        yield engine


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark for all tests of the run."""
    from openphm.store.spark_session import start_session

    session = start_session(tmp_path_factory.mktemp("spark"), memory="1g", threads=2, more=FOR_FEW_ROWS)
    yield session
    session.stop()


@pytest.fixture
def spark_engine(spark_session: Any, tmp_path: Path) -> Iterator[SparkEngine]:
    """An empty Spark engine over a temporary folder. Tests that use it are marked `spark`."""
    with SparkEngine(tmp_path / "spark", session=spark_session) as engine:
        yield engine
