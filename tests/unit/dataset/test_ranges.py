"""A large build is made for one range of people at a time. That must not change a single row."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.dataset import all_files, make_tables, runner
from openphm.definitions import load
from openphm.extracts import open_delivery
from openphm.store import DuckDBEngine
from tests.engines.cases.dozen import AS_AT, the_dozen


def test_a_build_made_in_ranges_of_people_is_the_build_made_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    definitions = load()
    delivery = open_delivery(the_dozen(definitions).write(tmp_path / "extracts"))
    sums = []
    for people_in_a_range in (25_000, 5):
        monkeypatch.setattr(runner, "PEOPLE_IN_A_RANGE", people_in_a_range)
        engine = DuckDBEngine(tmp_path / f"{people_in_a_range}.duckdb")
        made = make_tables(engine, delivery, definitions, as_at=AS_AT)[0].made
        files = all_files(definitions)
        sums.append({one.table: engine.checksum(one.table) for one in made if one.table in files})
        engine.close()
    assert sums[0] == sums[1]
