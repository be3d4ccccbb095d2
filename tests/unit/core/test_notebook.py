"""What a notebook shows of a result: its caption, its units, where it is from, and nothing unescaped."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from openphm.core import Cell, Result
from openphm.core.units import UNITS, unit_of_column
from openphm.release import secondary_use
from tests.support.answers import PROVENANCE, ROUND_5, a_count

ROWS = (
    ("1a", "population", Cell(12347, n_people=12347), "people"),
    ("1a", "asthma_share", Cell(0.1234, numerator=1523, denominator=12345, n_people=1523), "share"),
    ("1a", "cost_total_gbp", Cell(Decimal("1659.40"), n_people=12345, largest_share=0.1), "gbp"),
    ("1a", "ed_rate", Cell(41.237, n_people=500, largest_share=0.1), "per_1000"),
    ("1b", "population", Cell(3, n_people=3), "people"),
    ("1b", "mean_age", Cell(None), "years"),
)
RESULT = Result(
    "report/segments", ("subsegment_code", "measure", "value", "unit"), ROWS, PROVENANCE, ("A note.",)
)


def test_figures_stand_right_in_their_units_under_a_caption() -> None:
    page = RESULT._repr_html_()
    assert "<caption" in page
    assert "report/segments, as at 31 March 2026" in page
    for text in ("12,347<", "12.3%<", "£1,659<", "41.2<", "–<", "A note.", "20260331-test"):
        assert text in page, text
    assert page.count("text-align:right") == 1 + len(ROWS)
    assert "no disclosure rule was applied" in page


def test_a_released_table_shows_a_star_and_its_rule() -> None:
    page = secondary_use(RESULT, ROUND_5)._repr_html_()
    assert 'aria-label="not shown, too few people">*<' in page
    assert "disclosure/default" in page
    assert "12,345<" in page
    assert "12,347" not in page


def test_a_column_says_its_unit_where_no_other_does() -> None:
    table = Result("q", ("place", "cost_gbp", "n_people"), (("a", Cell(10.4), a_count(2000)),), PROVENANCE)
    assert "£10<" in table._repr_html_()
    assert "2,000<" in table._repr_html_()
    assert unit_of_column("subsegment_code") is None


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("people", 1234.0, "1,234"),
        ("share", 0.0456, "4.6%"),
        ("gbp", -1500.0, "-£1,500"),
        ("per_1000", 12.34, "12.3"),
        ("per_100000", 1234.5, "1,234.5"),
        ("ratio", 1.2345, "1.23"),
        ("percentile", 14.6, "15"),
    ],
)
def test_each_unit_is_written_in_one_way(unit: str, value: float, text: str) -> None:
    assert UNITS[unit].text(value) == text


def test_a_result_says_its_grain_and_its_dimensions_truly() -> None:
    with pytest.raises(ValueError, match="grain"):
        replace(RESULT, grain="row")  # type: ignore[arg-type]
    from openphm.core.additivity import Additivity, Dimension

    with pytest.raises(ValueError, match="dimension"):
        replace(RESULT, additivity=Additivity.along(["place"]))
    with pytest.raises(ValueError, match="at least one"):
        Additivity(())
    with pytest.raises(ValueError, match="named twice"):
        Additivity.along(["a", "a"])
    hierarchy = Dimension("place", "all", parents={"p1": "A"})
    assert hierarchy.ancestors("p1") == ("A", "all")
    assert hierarchy.ancestors("all") == ()
