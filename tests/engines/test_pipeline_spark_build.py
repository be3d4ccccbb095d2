"""`openphm build --engine spark` publishes the same build as DuckDB does, in the same one file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from openphm.dataset import build
from openphm.definitions import load
from openphm.store import Build, Builds
from tests.engines.cases.dozen import AS_AT, the_dozen


@pytest.mark.spark
@pytest.mark.slow
def test_a_build_made_on_spark_has_the_checksums_of_one_made_on_duckdb(tmp_path: Path) -> None:
    extracts = the_dozen(load()).write(tmp_path / "extracts")
    here = build(extracts, tmp_path / "duckdb", load(), as_at=AS_AT, memory_limit="1GB", threads=2)
    # a process of its own: a second Spark cannot live beside the one that other tests share
    asked = ["build", str(extracts), "--store", str(tmp_path / "spark"), "--as-at", AS_AT.isoformat()]
    subprocess.run(
        [sys.executable, "-m", "openphm.cli.main", *asked, "--engine", "spark", "--quiet"], check=True
    )
    there = Builds(tmp_path / "spark").current()
    assert made_by(there).startswith("spark")
    assert checksums(there) == checksums(here)


def checksums(build: Build) -> dict[str, str]:
    assert build.manifest is not None
    return {name: table.checksum for name, table in build.manifest.outputs.items()}


def made_by(build: Build) -> str:
    assert build.manifest is not None
    return str(build.manifest.notes["engine"])
