"""One new build: made beside the live one, checked, and published by moving a pointer.

Nothing that was published is touched. When a promise is broken, or the process is killed, the build that was
live stays live.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from openphm.core.errors import BuildCheckFailed
from openphm.dataset.build import all_files, make_tables
from openphm.dataset.checks import raise_if_broken, run_checks
from openphm.dataset.dates import BuildDates
from openphm.dataset.runner import Progress, Runner
from openphm.definitions import Definitions
from openphm.extracts import Delivery, open_delivery
from openphm.store import Build, Builds, DuckDBEngine, SparkEngine
from openphm.store.new_build import NewBuild

ENGINES = ("duckdb", "spark")


def build(
    extracts: Path,
    store: Path,
    definitions: Definitions,
    *,
    as_at: date | None = None,
    engine: str = "duckdb",
    memory_limit: str = "2GB",
    threads: int | None = None,
    progress: Progress = lambda stage, doing: None,
) -> Build:
    """Make, check and publish a build from a pseudonymised delivery. Answers the live build.

    as_at         a month end; None: the last month that was delivered as usual
    memory_limit  what DuckDB may use before it spills to disk
    Raises ExtractRejected (the delivery is damaged), BuildCheckFailed (a promise is broken; the build is kept
    aside as failed) and StoreError.
    """
    progress("delivery", "checksums")
    delivery = open_delivery(extracts, threads=threads or 2)
    builds = Builds(store)
    began = monotonic()
    with builds.new() as new:
        made = _Made(new, delivery, definitions, progress)
        made.run(engine, as_at, memory_limit, threads)
        progress("publish", "manifest and checksums")
        finished = made.finish(monotonic() - began)
    progress("publish", finished.id)
    return builds.publish(finished.id)


class _Made:
    """One build in the making: the tables, then what came of the checks."""

    def __init__(
        self, new: NewBuild, delivery: Delivery, definitions: Definitions, progress: Progress
    ) -> None:
        self._new, self._delivery = new, delivery
        self._definitions, self._progress = definitions, progress
        self._pods = [pod["point_of_delivery"] for pod in definitions.tables()["point_of_delivery"]]
        self._broken: BuildCheckFailed | None = None

    def run(self, engine: str, as_at: date | None, memory_limit: str, threads: int | None) -> None:
        """Make every table in the build's database, and ask every promise."""
        with DuckDBEngine(self._new.database, memory_limit=memory_limit, threads=threads) as duckdb:
            if engine == "spark":
                self._engine = "spark, kept in duckdb"
                self._make_on_spark(duckdb, as_at, threads)
            else:
                self._engine = "duckdb"
                self._runner, self._dates = self._make(duckdb, as_at)
            self._progress("checks", "promises")
            files = all_files(self._definitions).values()
            self._checks = run_checks(duckdb, files, self._pods, self._runner.ranges)
            for table in duckdb.tables():
                if table.startswith("working."):
                    duckdb.drop(table)

    def _make(self, engine: DuckDBEngine | SparkEngine, as_at: date | None) -> tuple[Runner, BuildDates]:
        return make_tables(engine, self._delivery, self._definitions, as_at=as_at, progress=self._progress)

    def _make_on_spark(self, duckdb: DuckDBEngine, as_at: date | None, threads: int | None) -> None:
        """Make the tables on Spark, then keep them in the build's one file, as the suite reads it."""
        files = all_files(self._definitions)
        with SparkEngine(self._new.folder / "spark", threads=threads) as spark:
            self._runner, self._dates = self._make(spark, as_at)
            kept = [one.table for one in self._runner.made if not one.table.startswith("working.")]
            for table in kept:
                self._progress("keep", table)
                header = files[table].header if table in files else None
                duckdb.register_parquet("spark.rows", spark.files(table))
                columns = ", ".join(duckdb.columns("spark.rows"))
                duckdb.create_table(
                    table,
                    f"SELECT {columns} FROM spark.rows",
                    sort_by=header.sort if header else (),
                    encode=header.encode if header else (),
                )
                duckdb.drop("spark.rows")

    def finish(self, seconds: float) -> Build:
        """Give the build its name; keep it aside and raise BuildCheckFailed when a promise is broken."""
        said: dict[str, Any] = {
            "as_at": self._dates.as_at.isoformat(),
            "inputs": self._inputs(),
            "definitions": self._definitions.used(),
            "stages": self._stages(),
            "notes": {
                "engine": self._engine,
                "seconds": round(seconds, 1),
                "checks": self._checks,
                "delivery": _delivery_notes(self._delivery.document),
            },
        }
        try:
            raise_if_broken(self._checks, self._pods)
        except BuildCheckFailed as broken:
            self._new.keep_failed("; ".join(problem.where for problem in broken.problems), **said)
            raise
        return self._new.finish(**said)

    def _inputs(self) -> list[dict[str, Any]]:
        return [
            {"name": str(one["path"]), "sha256": str(one["sha256"]), "rows": one.get("rows")}
            for one in self._delivery.document["files"]
        ]

    def _stages(self) -> list[dict[str, Any]]:
        """Seconds and rows of each stage, in order; each table within it."""
        stages: dict[str, dict[str, Any]] = {}
        for one in self._runner.made:
            stage = stages.setdefault(one.stage, {"name": one.stage, "seconds": 0.0, "rows": 0, "tables": {}})
            stage["seconds"] = round(stage["seconds"] + one.seconds, 3)
            stage["rows"] += one.rows
            stage["tables"][one.table] = {"rows": one.rows, "seconds": round(one.seconds, 3)}
        return list(stages.values())


def _delivery_notes(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the custodian said of the delivery as a whole: counts, rules, key epoch."""
    return {name: value for name, value in document.items() if name != "files"}
