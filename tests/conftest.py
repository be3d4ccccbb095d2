"""What every test shares: where the shared reference data is, and why a test may skip."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Reference data is kept beside the project, never in it. OPENPHM_SHARED names another place.
SHARED = Path(os.environ.get("OPENPHM_SHARED", ROOT.parent / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason in the report, what this machine cannot run."""
    has_java = shutil.which("java") is not None or bool(os.environ.get("JAVA_HOME"))
    has_spark = has_java and importlib.util.find_spec("pyspark") is not None
    for item in items:
        if item.get_closest_marker("spark") and not has_spark:
            item.add_marker(pytest.mark.skip(reason="needs pyspark and a Java runtime"))
        if item.get_closest_marker("shared_data") and not (SHARED / "data").is_dir():
            item.add_marker(pytest.mark.skip(reason="needs the shared reference data beside the project"))


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared reference data; ask for it in tests marked `shared_data`."""
    return SHARED
