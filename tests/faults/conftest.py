"""A custodian home for all fault tests, and a fresh raw folder for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.custodian import Home
from tests.faults.deliveries import Raw


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.make(tmp_path_factory.mktemp("zone-i") / "home", environment={})


@pytest.fixture
def raw(tmp_path: Path, shared_home: Home) -> Raw:
    (tmp_path / "raw" / "extracts").mkdir(parents=True)
    (shared_home.folder / "practices.json").unlink(missing_ok=True)
    return Raw(tmp_path / "raw", shared_home, tmp_path / "out")
