"""A header is documentation, data dictionary and instructions at once; every mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.core.errors import StoreError
from openphm.store import SqlFile, in_order, read_folder
from openphm.store.header import Column, parse_header

HEADER = """-- purpose: what a person lives with
-- reads: standard.gp_event, standard.sus_apc_diagnosis,
--      build.parameters
-- writes: conditions.person_condition
-- grain: one row per person and condition
-- key: person_key, condition_id
-- sort: person_key, condition_id
-- encode: condition_id
-- ranges: person_key
-- columns:
--   person_key    INTEGER        the person in this build
--   condition_id  string         id of a file
--                                in definitions/conditions
--   weight        decimal(6, 2)  how much
-- Why it is done so.
SELECT 1
"""


def _problems(text: str) -> list[str]:
    return [f"{problem.where}: {problem.found}" for problem in parse_header(text, "a.sql")[1]]


def test_header_says_everything_about_a_table() -> None:
    header, problems = parse_header(HEADER, "a.sql")
    assert problems == []
    assert header is not None
    assert header.reads == ("standard.gp_event", "standard.sus_apc_diagnosis", "build.parameters")
    assert header.key == ("person_key", "condition_id")
    assert header.ranges == "person_key"
    assert header.columns == (
        Column("person_key", "INTEGER", "the person in this build"),
        Column("condition_id", "STRING", "id of a file in definitions/conditions"),
        Column("weight", "DECIMAL(6,2)", "how much"),
    )


def test_none_means_no_table_and_no_key() -> None:
    text = HEADER.replace(
        "reads: standard.gp_event, standard.sus_apc_diagnosis,\n--      build.parameters", "reads: none"
    )
    header, problems = parse_header(text, "a.sql")
    assert (problems, header.reads if header else None) == ([], ())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("-- purpose: what a person lives with\n", "", "no 'purpose'"),
        ("-- grain:", "-- grian:", "no field is called 'grian'"),
        (
            "-- key: person_key, condition_id",
            "-- key: person_key, condition",
            "key names condition, which is no column",
        ),
        ("-- sort: person_key, condition_id", "-- sort: condition_id", "not sorted by person_key first"),
        ("-- encode: condition_id", "-- encode: weight", "encode names weight, which is DECIMAL(6,2)"),
        ("-- ranges: person_key", "-- ranges: condition_id", "ranges names 'condition_id'"),
        ("INTEGER ", "VARCHAR ", "VARCHAR is no portable type"),
        ("decimal(6, 2)", "DECIMAL(60,2)", "DECIMAL(60,2) is no portable type"),
        ("weight  ", "person_key", "column person_key is listed twice"),
        ("writes: conditions.person_condition", "writes: person_condition", "not of the form schema.table"),
        ("writes: conditions.person_condition", "writes: build.parameters", "the table it writes"),
        ("-- sort: person_key, condition_id", "-- key: person_key", "'key' is given twice"),
        ("-- grain: one row", "-- one row", "is no 'field: value'"),
    ],
)
def test_mistake_in_a_header_is_told(old: str, new: str, told: str) -> None:
    assert old in HEADER
    assert told in "\n".join(_problems(HEADER.replace(old, new)))


def test_all_mistakes_of_a_header_are_told_at_once() -> None:
    assert len(_problems("SELECT 1")) == 6


def _write(folder: Path, name: str, reads: str) -> None:
    text = f"""-- purpose: a
-- reads: {reads}
-- writes: work.{name}
-- grain: one row
-- key: a
-- columns:
--   a INTEGER a
SELECT 1"""
    (folder / f"{name}.sql").write_text(text)


def test_files_are_sorted_by_what_they_read(tmp_path: Path) -> None:
    _write(tmp_path, "a", "work.b, work.c")
    _write(tmp_path, "b", "work.c, extract.x")
    _write(tmp_path, "c", "none")
    assert [file.header.writes for file in read_folder(tmp_path)] == ["work.c", "work.b", "work.a"]


def test_files_that_read_each_other_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, "a", "work.b")
    _write(tmp_path, "b", "work.a")
    with pytest.raises(StoreError, match="in a circle: work"):
        in_order([SqlFile.read(path) for path in tmp_path.iterdir()])


def test_file_with_a_bad_header_is_refused_with_all_problems(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1")
    with pytest.raises(StoreError) as told:
        SqlFile.read(tmp_path / "a.sql")
    assert len(told.value.problems) == 6
