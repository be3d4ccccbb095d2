"""Start Apache Spark the one way in which it answers as DuckDB does, and in which nobody else can reach it.

ANSI rules: a cast that cannot work and an overflow are errors, not null. Time zone UTC: a timestamp means
the same on every machine. The web page of Spark is off and every socket is on the loopback address.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from openphm.core.errors import StoreError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # naive timestamps of Parquet files are plain timestamps, as in the declared types
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
}
"""Settings that change answers. They are set on every session, also on one that a site brings along."""

_JAVA = "spark.driver.extraJavaOptions"


def start_session(
    folder: Path,
    *,
    memory: str = "2g",
    threads: int | None = None,
    more: Mapping[str, str] | None = None,
) -> SparkSession:
    """A Spark in this process, on `threads` cores; StoreError when pyspark or Java is missing.

    more   further settings of Spark, for example for very small or very large data
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise StoreError(
            "Spark",
            "pyspark is not installed",
            "Spark is optional: DuckDB does the same work on one machine.",
            "pip install 'openphm[spark]', or use --engine duckdb",
        ) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    cores = threads or os.cpu_count() or 1
    builder = SparkSession.builder.master(f"local[{cores}]").appName("openphm")
    for key, value in _settings(folder, memory, cores, more or {}).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise StoreError(
            "Spark",
            f"did not start ({type(error).__name__})",
            "Spark needs a Java runtime, version 17 or later.",
            "install one, for example openjdk-17-jre-headless, or use --engine duckdb",
        ) from None
    session.sparkContext.setLogLevel("OFF")
    return session


def silence_messages() -> None:
    """Stop pyspark from logging failed statements: Spark's message may quote a value of a row."""
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).disabled = True


def _settings(folder: Path, memory: str, cores: int, more: Mapping[str, str]) -> dict[str, str]:
    silence = Path(str(files("openphm.store"))) / "spark_log4j2.properties"
    java = f"-Dlog4j2.configurationFile={silence.as_uri()} {more.get(_JAVA, '')}".strip()
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spill"),
    }
    return settings | dict(more) | MEANING | {_JAVA: java}
