"""SD-05: a hidden figure is never written, drawn or spoken as 0, and never as anything else either."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from openpyxl import load_workbook

from openphm.release import FORMATS, Fold, Released, as_text, secondary_use, shown, spoken
from openphm.release.xlsx_book import as_xlsx
from tests.support.answers import ROUND_5, a_count, a_result, a_share

FOLD = Fold("measure", "subsegment_code", "value")


@pytest.fixture
def released() -> Released:
    return secondary_use(
        a_result(
            ("hidden", "population", a_count(3), "people"),
            ("hidden", "asthma_share", a_share(2, 50), "share"),
            ("nought", "population", a_count(0), "people"),
            ("nought", "asthma_share", a_share(0, 50), "share"),
        ),
        ROUND_5,
    )


def test_json_has_null_and_says_why(released: Released) -> None:
    rows = json.loads(as_text(released, "json", title="t"))["rows"]
    assert [(row[2], row[4]) for row in rows] == [(None, True), (None, True), (0, False), (0.0, False)]


def test_csv_has_a_star(released: Released) -> None:
    rows = list(csv.reader(io.StringIO(as_text(released, "csv", title="t"))))[1:]
    assert [(row[2], row[4]) for row in rows] == [
        ("*", "true"),
        ("*", "true"),
        ("0", "false"),
        ("0.0", "false"),
    ]


def test_a_workbook_has_text_that_no_formula_adds_up(released: Released) -> None:
    book = load_workbook(io.BytesIO(as_xlsx(released, title="t", fold=FOLD)))
    values = [cell.value for row in book["Report"].iter_rows(min_row=5, min_col=2) for cell in row]
    assert values == ["*", 0, "*", 0]
    assert [cell.value for cell in book["Data"]["C"]][1:] == ["*", "*", 0, 0]


def test_a_page_and_a_notebook_speak_of_it(released: Released) -> None:
    for page in (as_text(released, "html", title="t"), released._repr_html_()):
        assert page.count("not shown, too few people") == 2
        assert re.search(r">\*<", page)


def test_every_way_to_write_a_hidden_figure_is_the_same(released: Released) -> None:
    hidden = released.rows[0][2]
    assert {shown(hidden, unit) for unit in ("people", "share", "gbp", "ratio", None)} == {"*"}
    assert spoken(hidden, "share") == "not shown, too few people"


def test_no_form_holds_the_hidden_count_anywhere(released: Released) -> None:
    """Not in an attribute, a comment or a hidden sheet: the true count is gone once it is released."""
    secret = secondary_use(a_result(("x", "population", a_count(7), "secret")), ROUND_5)
    for form in FORMATS:
        text = "" if form == "xlsx" else as_text(secret, form, title="t")
        assert not re.search(r"[>,\s\"]7[<,\s\"]", text.replace("1 to 7", ""))
    assert "7" not in {str(item) for row in secret.rows for item in row}
