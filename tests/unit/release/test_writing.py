"""Released tables as CSV, JSON, HTML and XLSX."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result
from openphm.release import NONE, Fold, Released, as_text, secondary_use, write
from openphm.release.folding import widen
from openphm.release.xlsx_book import as_xlsx
from tests.support.answers import PROVENANCE, ROUND_5, a_count, a_result, a_share

FOLD = Fold(
    "measure", "subsegment_code", "value", titles={"population": "Population"}, groups={"population": "All"}
)


def example() -> Released:
    return secondary_use(
        a_result(
            ("1a", "population", a_count(102), "people"),
            ("1a", "asthma_share", a_share(33, 102), "share"),
            ("1b", "population", a_count(3), "people"),
            ("1b", "asthma_share", a_share(0, 3), "share"),
        ),
        ROUND_5,
    )


def with_label(label: str) -> Released:
    return secondary_use(Result("q", ("place", "people"), ((label, a_count(100)),), PROVENANCE), ROUND_5)


def test_json_is_the_answer_object_of_the_contract() -> None:
    answer = json.loads(as_text(example(), "json", title="t"))
    assert answer["question"] == "report/example"
    assert answer["columns"] == ["subsegment_code", "measure", "value", "unit", "suppressed"]
    assert answer["rows"][0] == ["1a", "population", 100, "people", False]
    assert answer["rows"][2] == ["1b", "population", None, "people", True]
    assert answer["provenance"]["disclosure"] == "disclosure/default"
    assert answer["provenance"]["definitions"][0]["id"] == "segments/life_course"


def test_csv_shows_a_star_where_a_figure_is_hidden() -> None:
    rows = list(csv.reader(io.StringIO(as_text(example(), "csv", title="t"))))
    assert rows[0][-1] == "suppressed"
    assert rows[1] == ["1a", "population", "100", "people", "false"]
    assert rows[3] == ["1b", "population", "*", "people", "true"]


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_text_never_becomes_a_formula(label: str) -> None:
    cell = list(csv.reader(io.StringIO(as_text(with_label(label), "csv", title="t"))))[1][0]
    assert cell.startswith("'")
    book = load_workbook(io.BytesIO(as_xlsx(with_label(label), title="t")))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(one.data_type != "f" for one in row)


def test_html_escapes_the_data_and_speaks_hidden_figures() -> None:
    page = as_text(with_label("<script>alert(1)</script>"), "html", title="A & B")
    assert "<script>" not in page
    assert "A &amp; B" in page
    folded = as_text(example(), "html", title="t", fold=FOLD)
    assert 'scope="row">Population' in folded
    assert "not shown, too few people" in folded
    assert "http" not in folded
    assert "31 March 2026" in folded


def test_xlsx_is_formatted_and_the_same_each_time() -> None:
    content = as_xlsx(example(), title="Segments", summary="One sentence.", fold=FOLD)
    assert content == as_xlsx(example(), title="Segments", summary="One sentence.", fold=FOLD)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Report", "Data", "About"]
    report = book["Report"]
    assert report["A1"].value == "Segments"
    assert report["A6"].value == "Population"
    assert (report["B6"].value, report["B6"].number_format, report["C6"].value) == (100, "#,##0", "*")
    assert report["B7"].number_format == "0.0%"
    assert book["About"]["B4"].value == "disclosure/default"


def test_a_folded_table_has_a_line_for_each_measure() -> None:
    (wide,) = widen(example(), FOLD)
    assert wide.across == ("1a", "1b")
    assert [(line.name, line.group, line.units[0]) for line in wide.lines] == [
        ("Population", "All", "people"),
        ("asthma_share", "", "share"),
    ]


def test_a_table_can_be_split_into_several() -> None:
    split = replace(FOLD, across="unit", split="subsegment_code")
    tables = widen(example(), split)
    assert [table.caption for table in tables] == ["1a", "1b"]
    assert as_text(example(), "html", title="t", fold=split).count("<caption>") == 2
    book = load_workbook(io.BytesIO(as_xlsx(example(), title="t", fold=split)))
    assert [book["Report"].cell(row, 1).value for row in (4, 10)] == ["1a", "1b"]


def test_a_table_without_figures_has_no_suppressed_column() -> None:
    labels = secondary_use(Result("builds", ("build", "is_live"), (("a", True),), PROVENANCE), NONE)
    assert as_text(labels, "csv", title="t") == "build,is_live\na,true\n"


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    for format_ in ("csv", "json", "html", "xlsx"):
        path = tmp_path / f"report.{format_}"
        write(example(), path, format_, title="t", fold=FOLD)
        assert path.stat().st_size > 50
    with pytest.raises(UsageError, match="was not written"):
        write(example(), tmp_path / "missing" / "report.csv", "csv", title="t")
    with pytest.raises(UsageError, match="is not text"):
        as_text(example(), "xlsx", title="t")
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".csv", ".html", ".json", ".xlsx"]


def test_unknown_figures_are_not_hidden_figures() -> None:
    released = secondary_use(a_result(("1a", "mean_age", Cell(None, n_people=0), "years")), ROUND_5)
    assert json.loads(as_text(released, "json", title="t"))["rows"][0] == [
        "1a",
        "mean_age",
        None,
        "years",
        False,
    ]
    assert "not known" in as_text(released, "html", title="t", fold=FOLD)
