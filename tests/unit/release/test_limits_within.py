"""Limits under their figure for people, in columns of a workbook; warnings above their table; the light."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from openphm.core.results import Cell, Result
from openphm.core.units import LIGHT, UNITS
from openphm.release import Fold, Released, as_text, secondary_use, widen
from openphm.release.xlsx_book import as_xlsx
from tests.support.answers import PROVENANCE, ROUND_5

COLUMNS = ("part", "subject", "measure", "value", "lower", "upper", "unit")
FOLD = Fold(
    "subject", "measure", "value", split="part", lower="lower", upper="upper", limits_within=True,
    lifted=("warning",), lead="sheet", titles={"change": "Change", "subject": "", "said": ""},
)  # fmt: skip


def a_report(people: int = 100) -> Released:
    def cell(value: float) -> Cell:
        return Cell(value, n_people=people)

    rows = (
        ("figures", "Visits", "change", cell(-0.31), cell(-0.38), cell(-0.24), "share"),
        ("figures", "Nights", "change", cell(-0.1), None, None, "share"),
        ("figures", "Warning", "warning", "Mixed periods.", None, None, "words"),
        ("sheet", "Light", "said", "amber", None, None, LIGHT),
    )
    return secondary_use(Result("q", COLUMNS, rows, PROVENANCE), ROUND_5)


def test_people_read_the_interval_in_the_cell_of_its_figure() -> None:
    figures, _ = widen(a_report(), FOLD)
    assert figures.across == ("Change (95% interval)",)
    page = as_text(a_report(), "html", title="t", fold=FOLD)
    assert "<td>-31.0% <small>-38.0% to -24.0%</small></td>" in page
    assert "<td>-10.0%</td>" in page


def test_a_hidden_figure_has_no_interval() -> None:
    page = as_text(a_report(people=3), "html", title="t", fold=FOLD)
    assert "-38" not in page and "-24" not in page


def test_a_workbook_keeps_columns_of_limits() -> None:
    rows = load_workbook(io.BytesIO(as_xlsx(a_report(), title="t", fold=FOLD)))["Report"].values
    held = [[cell for cell in row if cell is not None] for row in rows]
    assert ["Change", "95% from", "to"] in [row[-3:] for row in held]
    assert ["Visits", -0.31, -0.38, -0.24] in held
    assert ["Warning: Mixed periods."] in held


def test_the_sheet_that_leads_stands_before_drawings_and_a_warning_above_its_table() -> None:
    page = as_text(a_report(), "html", title="t", fold=FOLD, drawings=["<svg></svg>"])
    badge, drawing, warning, table = (
        page.index(one) for one in ('light--amber">Amber', "<svg>", "Mixed periods.", "<td>-31.0%")
    )
    assert badge < drawing < warning < table


def test_a_chance_is_never_told_as_none_or_certain() -> None:
    written = [UNITS["probability"].text(value) for value in (0.0, 0.004, 0.42, 0.9996)]
    assert written == ["less than 1%", "less than 1%", "42%", "more than 99%"]
