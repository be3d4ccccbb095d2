"""Projections as pages: from rows of year, metric and driver to a sentence and drawings.

This room does not know how a projection is made; it reads the rows of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from openphm.core.results import Result
from openphm.core.units import UNITS
from openphm.reports.page import Page, Record
from openphm.reports.reading import figure

FULL, IN_YEAR, TO_DATE, ALL = "full_effect", "in_year", "to_date", "all"


def run_page(result: Result, title: str) -> Page:
    """The page of `openphm project run`."""
    return Page(
        title=title,
        result=result,
        headline=headline,
        next_step="plan how to see whether it works: openphm project case, then openphm evaluate plan",
    )


def headline(records: Sequence[Record]) -> str:
    """What the scenario comes to over its years; without interventions, what happens if nothing changes."""
    years = [int(str(record["year"])) for record in records]
    last = max(years)
    value = _pick(records, last, "npv_gbp", TO_DATE)
    if value is None:
        before, then = (_pick(records, year, "cost_gbp", ALL, "unmitigated") for year in (0, last))
        if before is None or then is None:
            return "The figures are hidden."
        now = _pounds(before)
        return f"If nothing changes, activity costs {_pounds(then)} in year {last}, against {now} now."
    ratio = _pick(records, last, "benefit_cost_ratio", TO_DATE)
    share = _pick(records, last, "break_even_share", TO_DATE)
    chance = _pick(records, last, "probability_of_saving", TO_DATE)
    said = f"Over {last} years the plan is worth {_pounds(value)} (net present value)"
    said += f", {ratio:.2f} pounds for each pound spent" if ratio is not None else ""
    said += f"; it breaks even at {share:.0%} of the planned effect" if share is not None else ""
    said += f"; the chance of a net saving is {chance:.0%}" if chance is not None else ""
    full = _pick(records, 1, "net_gbp", FULL)
    return said + (f". At full effect year 1 alone would bring {_pounds(full)}." if full is not None else ".")


def _pick(
    records: Sequence[Record], year: int, metric: str, driver: str, column: str = "mitigated"
) -> float | None:
    for record in records:
        if (record["year"], record["metric"], record["driver"]) == (year, metric, driver):
            return figure(record, column)
    return None


def _pounds(value: float) -> str:
    return UNITS["gbp"].text(value)
