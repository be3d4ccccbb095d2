"""The SQL that is written from the definitions: as portable and as documented as a file on disk."""

from __future__ import annotations

from openphm.dataset.build import STAGES, VIEWS, all_files, chosen, read_last_in
from openphm.dataset.month import month_file
from openphm.dataset.runner import sql_folder
from openphm.dataset.snapshot import snapshot_file
from openphm.definitions import load
from openphm.store.lint import lint, lint_text


def test_every_file_keeps_to_the_portable_subset() -> None:
    count, problems = lint([sql_folder()])
    assert count > 80
    assert not problems, problems


def test_files_written_from_the_definitions_keep_to_it_too() -> None:
    on_disk = {path.stem for path in sql_folder().rglob("*.sql")}
    written = [file for file in all_files(load()).values() if file.path.stem not in on_disk]
    assert sorted(file.header.writes for file in written) == [
        "person.month",
        "person.snapshot",
        "segments.history",
    ]
    assert not [problem for file in written for problem in lint_text(file.select, file.path.name)]


def test_every_file_is_in_exactly_one_stage() -> None:
    files = all_files(load())
    placed = [file.header.writes for _, tables in STAGES for file in chosen(files, tables)]
    assert sorted(placed) == sorted(files)


def test_only_scaffolding_is_a_view() -> None:
    assert {view.split(".")[0] for view in VIEWS} == {"working"}
    assert set(all_files(load())) >= VIEWS


def test_each_point_of_delivery_has_its_columns() -> None:
    definitions = load()
    pods = [pod["point_of_delivery"] for pod in definitions.tables()["point_of_delivery"]]
    for file in (month_file(definitions), snapshot_file(definitions)):
        names = {column.name for column in file.header.columns}
        assert {f"n_{pod}" for pod in pods} | {f"cost_{pod}_gbp" for pod in pods} <= names


def test_the_snapshot_has_every_attribute_and_condition() -> None:
    definitions = load()
    names = {column.name for column in snapshot_file(definitions).header.columns}
    stored = {one["attribute_id"] for one in definitions.tables()["attribute"] if one["is_stored"]}
    conditions = {f"has_{one['condition_id']}" for one in definitions.tables()["condition"]}
    assert stored | conditions <= names


def test_every_view_is_dropped_after_the_stage_that_reads_it_last() -> None:
    files = all_files(load())
    dropped = [view for stage, _ in STAGES for view in read_last_in(stage, files)]
    assert sorted(dropped) == sorted(VIEWS)
    assert "working.person_said" in read_last_in("people", files)
