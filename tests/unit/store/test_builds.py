"""A store keeps builds, says which is live, and moves between them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openphm.core.errors import StoreError
from openphm.store import Builds, DuckDBEngine
from tests.unit.store.small_build import make, rows_live


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds(tmp_path / "store")


def test_publish_then_readers_get_the_new_build(builds: Builds) -> None:
    make(builds, 5)
    second = make(builds, 6)
    assert (rows_live(builds), builds.current().id) == (6, second.id)
    assert [build.state for build in builds.list()] == ["live", "kept"]


def test_finish_without_publish_then_the_old_build_stays_live(builds: Builds) -> None:
    make(builds, 5)
    make(builds, 6, publish=False)
    assert rows_live(builds) == 5


def test_manifest_tells_what_went_in_and_what_came_out(builds: Builds) -> None:
    build = make(builds, 5)
    said = json.loads((build.folder / "manifest.json").read_text())
    assert said["inputs"] == [{"name": "a.csv", "sha256": "00"}]
    assert said["stages"] == [{"name": "person", "seconds": 0.1}]
    assert said["outputs"]["person.person"]["rows"] == 5
    assert said["outputs"]["person.person"]["checksum"].startswith("duckdb-")
    assert len(said["database_sha256"]) == 64
    assert said["engine"].startswith("duckdb ")


def test_same_tables_then_same_checksums(builds: Builds) -> None:
    one, two = make(builds, 5).manifest, make(builds, 5).manifest
    assert one is not None
    assert two is not None
    assert one.outputs == two.outputs


def test_rollback_then_the_one_before_is_live_and_again_until_there_is_none(builds: Builds) -> None:
    for rows in (5, 6, 7):
        make(builds, rows)
    builds.rollback()
    assert rows_live(builds) == 6
    builds.rollback()
    assert rows_live(builds) == 5
    with pytest.raises(StoreError, match="no sound build before"):
        builds.rollback()
    assert rows_live(builds) == 5


def test_failed_build_is_kept_for_a_look_and_never_goes_live(builds: Builds) -> None:
    make(builds, 5)
    with builds.new() as new:
        with DuckDBEngine(new.database) as engine:
            engine.create_table("person.person", "SELECT 1 AS person_key")
        failed = new.keep_failed("rows do not add up", as_at="2026-03-31")
    assert builds.get(failed.id).state == "failed"
    with pytest.raises(StoreError, match="rows do not add up"):
        builds.publish(failed.id)
    assert rows_live(builds) == 5
    assert failed.id in builds.prune(3)


def test_error_while_building_then_nothing_is_left(builds: Builds) -> None:
    make(builds, 5)
    with pytest.raises(ZeroDivisionError), builds.new():
        _ = 1 / 0
    assert len(list(builds.folder.iterdir())) == 1
    assert make(builds, 6).state == "live"


def test_finish_while_the_engine_is_open_is_refused(builds: Builds) -> None:
    with builds.new() as new, DuckDBEngine(new.database) as engine:
        engine.create_table("person.person", "SELECT 1 AS person_key")
        with pytest.raises(StoreError, match="still open"):
            new.finish(as_at="2026-03-31")


def test_prune_keeps_the_newest_and_the_live_one(builds: Builds) -> None:
    made = [make(builds, rows).id for rows in (5, 6, 7, 8)]
    builds.publish(made[0])
    assert set(builds.prune(2)) == {made[1]}
    assert [build.id for build in builds.list()] == [made[3], made[2], made[0]]
    assert rows_live(builds) == 5
    with pytest.raises(StoreError):
        builds.prune(0)


def test_reader_goes_on_when_its_build_is_pruned(builds: Builds) -> None:
    make(builds, 5)
    with builds.open_current() as engine:
        make(builds, 6)
        builds.prune(1)
        assert engine.count_rows("person.person") == 5
    assert rows_live(builds) == 6


def test_ids_rise_also_when_the_clock_was_put_back(builds: Builds) -> None:
    first = make(builds, 5)
    future = builds.folder / "29991231-235959998-abcdef"
    first.folder.rename(future)
    second = make(builds, 6)
    assert second.id > future.name
    assert second.id.startswith("29991231-235959999")


def test_build_of_a_newer_format_is_refused_with_what_to_do(builds: Builds) -> None:
    build = make(builds, 5)
    path = build.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    assert builds.list()[0].state == "damaged"
    with pytest.raises(StoreError):
        builds.publish(build.id)


def test_empty_or_missing_store_says_what_to_do(tmp_path: Path) -> None:
    builds = Builds(tmp_path / "none")
    assert builds.list() == []
    for ask in (builds.current, builds.rollback, builds.prune):
        with pytest.raises(StoreError, match="build"):
            ask()
    assert not (tmp_path / "none").exists()


def test_unknown_build_names_the_nearest(builds: Builds) -> None:
    build = make(builds, 5)
    with pytest.raises(StoreError, match=f"write {build.id}"):
        builds.publish(build.id[:-1])
