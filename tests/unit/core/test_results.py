from datetime import date
from decimal import Decimal

import pytest

from openphm.core import Cell, Provenance, Result, UsageError

USED = [{"id": "segments/life_course", "version": "2026.1", "sha256": "ab" * 32}]


@pytest.fixture
def result() -> Result:
    provenance = Provenance.with_definitions("b1", date(2026, 3, 31), used=USED, openphm="0.1.0")
    rows = (
        ("1a", "population", Cell(120, n_people=120)),
        ("1b", "population", Cell(None, n_people=0)),
        ("1a", "cost_total_gbp", Cell(Decimal("10.50"), n_people=120, largest_share=0.2)),
    )
    return Result("report/segments", ("subsegment_code", "measure", "value"), rows, provenance)


def test_result_gives_plain_values_in_every_form(result: Result) -> None:
    assert result.values()[0] == ("1a", "population", 120)
    assert next(iter(result)) == {"subsegment_code": "1a", "measure": "population", "value": 120}
    assert result.column("value") == [120, None, Decimal("10.50")]
    assert len(result) == 3


def test_result_converts_to_pandas_polars_and_arrow(result: Result) -> None:
    for package in ("pandas", "polars", "pyarrow"):
        pytest.importorskip(package)
    assert result.to_pandas().shape == (3, 3)
    assert result.to_polars()["value"].to_list() == [120.0, None, 10.5]
    assert result.to_arrow().column("value").to_pylist() == [120.0, None, 10.5]


def test_result_plots_one_bar_a_row(result: Result) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    axes = result.plot(x="subsegment_code", y="value", by="measure")
    assert len(axes.patches) == 3
    matplotlib.pyplot.close("all")


def test_result_in_a_notebook_escapes_what_it_shows(result: Result) -> None:
    shown = Result("<b>", ("x",), (("<script>",),), result.provenance)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_result_in_a_notebook_says_when_rows_are_left_out(result: Result) -> None:
    long = Result("q", ("n",), tuple((i,) for i in range(50)), result.provenance)
    assert "20 more rows" in long._repr_html_()


def test_result_with_rows_that_do_not_fit_is_refused(result: Result) -> None:
    with pytest.raises(ValueError, match="1 values for 2 columns"):
        Result("q", ("a", "b"), ((1,),), result.provenance)
    with pytest.raises(ValueError, match="used twice"):
        Result("q", ("a", "a"), (), result.provenance)


def test_result_asked_for_an_unknown_column_names_the_known_ones(result: Result) -> None:
    with pytest.raises(UsageError, match="subsegment_code"):
        result.column("segment")


def test_cell_checks_its_people_and_share() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Cell(1, n_people=-1)
    with pytest.raises(ValueError, match="0 to 1"):
        Cell(1, largest_share=1.5)


def test_provenance_is_written_as_the_contract_says(result: Result) -> None:
    assert result.provenance.under("nhs_round5").as_dict() == {
        "build": "b1",
        "as_at": "2026-03-31",
        "definitions": USED,
        "openphm": "0.1.0",
        "disclosure": "nhs_round5",
    }
