"""Two readers split text into rows, a survey counts lines: they must agree on any file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openphm.extracts.csv_reading import ROW, Layout, Rejects, RowsDisagree, read_rows
from openphm.extracts.survey import survey_text

VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co"]), max_size=6)
ODD = st.sampled_from(['"', 'a"b', "a,b", "a\nb", "", " x ", '""'])
ROWS = st.lists(st.lists(st.one_of(VALUES, ODD), min_size=3, max_size=3), min_size=1, max_size=30)
RAGGED = st.lists(st.lists(st.sampled_from(["a", "b", "7"]), min_size=1, max_size=5), min_size=1, max_size=30)


def written(rows: list[list[str]], folder: Path) -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["x", "y", "z"], *rows])
    path = folder / "file.csv"
    path.write_text(text.getvalue(), "utf-8")
    return path


def split(path: Path, *, carefully: bool = False) -> tuple[list[tuple[object, ...]], list[int]]:
    rejects = Rejects()
    layout = Layout("file.csv", {"x": 0, "y": 1, "z": 2}, 3, ",")
    batches = list(read_rows(path, survey_text(path), layout, rejects, carefully=carefully))
    table = (
        pa.Table.from_batches(batches) if batches else pa.table({name: [] for name in ("x", "y", "z", ROW)})
    )
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True)), rejects.rows


@settings(max_examples=150, deadline=None)
@given(rows=ROWS)
def test_what_was_written_is_read_by_either_reader(tmp_path_factory, rows: list[list[str]]) -> None:  # type: ignore[no-untyped-def]
    path = written(rows, tmp_path_factory.mktemp("csv"))
    wanted = [(*(value or None for value in row), number) for number, row in enumerate(rows, start=1)]
    careful = split(path, carefully=True)
    assert careful == (wanted, [])
    try:
        assert split(path) == careful
    except RowsDisagree:
        assert any("\n" in value or '"' in value for row in rows for value in row)


@settings(max_examples=150, deadline=None)
@given(rows=RAGGED)
def test_rows_of_another_width_are_set_aside_under_their_number(
    tmp_path_factory, rows: list[list[str]]
) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    path.write_text("x,y,z\n" + "".join(",".join(row) + "\n" for row in rows))
    wanted = [(*row, number) for number, row in enumerate(rows, start=1) if len(row) == 3]
    aside = [number for number, row in enumerate(rows, start=1) if len(row) != 3]
    assert split(path) == (wanted, aside) == split(path, carefully=True)


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.sampled_from(["a,b", '"a\nb",c', '"a""b",c', "", "é,ü", '"x,y",z']), max_size=40),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_survey_counts_lines_and_notices_line_ends_in_quotes(
    tmp_path_factory, lines: list[str], end: str
) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    text = end.join([*lines, ""]) if lines else ""
    path.write_bytes(text.encode())
    found = survey_text(path)
    assert found.size == len(text.encode())
    assert found.lines == sum(1 for line in text.replace("\r\n", "\n").split("\n") if line)
    assert bool(found.quoted_ends) == any("\n" in line for line in lines)
    assert found.is_plain


def test_untidy_rows_are_mended_where_the_specification_allows_it(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("x,y,z\n1,2,3,\n4,5\n6,7,8\n9,9,9,9\n")
    rejects = Rejects()
    layout = Layout("f", {"x": 0, "z": 2}, 3, ",", True, {"short": "fill", "trailing_empty": "drop"})
    survey = survey_text(path)
    with pytest.raises(RowsDisagree):
        list(read_rows(path, survey, layout, Rejects()))
    batches = read_rows(path, survey, layout, rejects, carefully=True)
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert rows == [
        {"x": "1", "z": "3", ROW: 1},
        {"x": "4", "z": None, ROW: 2},
        {"x": "6", "z": "8", ROW: 3},
    ]
    assert (rejects.rows, rejects.reasons) == ([4], ["R_FIELDS"])
