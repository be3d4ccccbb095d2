"""A build is made, checked and published; when anything is wrong the live one stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openphm.cli.main import run
from openphm.core.errors import BuildCheckFailed, ExtractRejected
from openphm.dataset import build, runner
from openphm.definitions import load
from openphm.extracts.delivery import sha256_of_file
from openphm.store import Build, Builds
from tests.engines.cases.dozen import AS_AT, the_dozen


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return the_dozen(load()).write(tmp_path_factory.mktemp("delivery") / "extracts")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, extracts: Path) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("built") / "store"
    build_of(extracts, folder)
    yield folder


def build_of(extracts: Path, store: Path) -> Build:
    return build(extracts, store, load(), as_at=AS_AT, memory_limit="1GB", threads=2)


def checksums(build: Build) -> dict[str, str]:
    assert build.manifest is not None
    return {name: table.checksum for name, table in build.manifest.outputs.items()}


def test_a_build_is_live_and_says_what_went_in_and_what_came_out(store: Path) -> None:
    live = Builds(store).current()
    said = live.manifest
    assert said is not None
    assert (live.state, said.as_at, said.failed) == ("live", "2026-03-31", "")
    assert {one["name"] for one in said.inputs} >= {"extracts/gp_event/gp_event.parquet"}
    assert [stage["name"] for stage in said.stages][:3] == ["definitions", "people", "standard"]
    assert said.outputs["person.person"].rows == 13
    assert set(said.notes["checks"].values()) == {0}


def test_no_scaffolding_and_no_view_of_a_delivered_file_is_published(store: Path) -> None:
    with Builds(store).open_current() as engine:
        found = engine.query("SELECT DISTINCT table_schema AS s FROM information_schema.tables").to_pylist()
    assert {row["s"] for row in found} & {"working", "extract", "delivery", "spark"} == set()


def test_the_same_input_gives_the_same_tables_whatever_the_ranges(
    store: Path, extracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PEOPLE_IN_A_RANGE", 4)
    again = build_of(extracts, tmp_path / "store")
    assert checksums(again) == checksums(Builds(store).current())


def with_table(folder: Path, name: str, rows: pa.Table) -> Path:
    """A copy of the delivery with one of its quality files exchanged, and listed as it now is."""
    the_dozen(load()).write(folder)
    path = folder / name
    pq.write_table(rows, path)
    document = json.loads((folder / "delivery.json").read_text("utf-8"))
    for entry in document["files"]:
        if entry["path"] == name:
            entry["sha256"] = sha256_of_file(path)
    (folder / "delivery.json").write_text(json.dumps(document), "utf-8")
    return folder


def test_rows_that_are_neither_loaded_nor_quarantined_stop_the_build(
    store: Path, extracts: Path, tmp_path: Path
) -> None:
    files = pq.read_table(extracts / "quality/files.parquet")
    place = files.schema.get_field_index("rows_delivered")
    more = pa.array([n + 1 for n in files.column(place).to_pylist()], files.schema.field(place).type)
    wrong = with_table(
        tmp_path / "x", "quality/files.parquet", files.set_column(place, "rows_delivered", more)
    )
    before = Builds(store).current().id
    with pytest.raises(BuildCheckFailed, match="neither loaded nor quarantined"):
        build_of(wrong, store)
    states = {one.id: one.state for one in Builds(store).list()}
    assert Builds(store).current().id == before
    assert sorted(states.values()) == ["failed", "live"]


def test_a_delivery_with_a_changed_file_is_rejected_whole(store: Path, tmp_path: Path) -> None:
    folder = the_dozen(load()).write(tmp_path / "x")
    path = folder / "extracts/gp_event/gp_event.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    before = Builds(store).current().id
    with pytest.raises(ExtractRejected, match="checksum"):
        build_of(folder, store)
    assert Builds(store).current().id == before


def test_the_command_says_what_was_built_and_what_to_do_next(
    extracts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    asked = ["build", str(extracts), "--store", str(store), "--as-at", "2026-03-31", "--no-progress"]
    assert run(asked) == 0
    said = capsys.readouterr()
    assert "13 people" in said.out
    assert f"openphm report segments --store {store}" in said.out
    assert "build: segments" in said.err


def test_the_command_answers_a_folder_that_is_no_delivery_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", str(tmp_path), "--store", str(tmp_path / "store"), "--quiet"]) == 11
    assert "delivery.json" in capsys.readouterr().err


def test_a_day_that_is_no_month_end_is_a_mistake_of_use(
    extracts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    assert run(["build", str(extracts), "--store", store, "--as-at", "2026-03-15", "--quiet"]) == 2
    assert "2026-03-31" in capsys.readouterr().err
