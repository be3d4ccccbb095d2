"""The headline numbers: how many people, what they cost, how often they come to hospital; at one date.

Two of these pages, of two dates or of two places, are compared figure by figure after both were released.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from openphm.core.periods import ONE_DAY, Window
from openphm.core.results import Cell, Result, Scalar
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import figure, in_unit, pounds
from openphm.population import Population

NAME = "headlines"
"""Of the report."""

NUMBERS: Mapping[str, str] = {
    "population": "People registered",
    "cost_total_gbp": "Total cost, 12 months",
    "cost_pppy_total": "Cost for each person-year",
    "emergency_admissions_pppy": "Emergency admissions per 1,000 person-years",
    "ed_attendances_pppy": "A&E attendances per 1,000 person-years",
    "gp_contacts_pppy": "GP contacts for each person-year",
    "multimorbidity": "Mean number of long-term conditions",
}
"""Measures in the order of the page, and what each is called there."""

TOLD = tuple(name for name in NUMBERS if name not in ("population", "cost_total_gbp"))
"""Those of which a change says more than that there are more people."""

A_THOUSAND = frozenset({"emergency_admissions_pppy", "ed_attendances_pppy"})
"""Seldom for one person, so said of a thousand."""

SUBJECT, EVERYBODY = "subject", "everybody"

LEAST_CHANGE = 0.005
"""Below half a per cent two figures are much the same."""


@dataclass(frozen=True)
class Change:
    """One figure beside another: of twelve months before, or of more people.

    share     by how much of the other it is greater; None where one of them is hidden or not known
    is_clear  the intervals, where there are any, do not meet
    """

    other: str = ""
    share: float | None = None
    is_clear: bool = True


def headlines(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """The headline numbers of the scope's people at a date."""
    asked = population.measures(list(NUMBERS), (), as_at=as_at)
    result = replace(
        asked,
        question="report/headlines",
        columns=(*asked.columns, SUBJECT),
        rows=tuple((*_row(asked, row), EVERYBODY) for row in asked.rows),
    )
    return Page(
        title="Headline numbers",
        result=result,
        headline=headline,
        next_step="ask for the same of one network with --place CODE, or of an earlier month with --as-at",
        layout=Layout(
            "measure", SUBJECT, "value", lower="lower", upper="upper",
            titles={**NUMBERS, "measure": "Number", EVERYBODY: "Figure"},
        ),
    )  # fmt: skip


def _row(asked: Result, row: tuple[Cell | Scalar, ...]) -> tuple[Cell | Scalar, ...]:
    """The row; what is seldom for one person, for a thousand."""
    named = dict(zip(asked.columns, row, strict=True))
    if named["measure"] in A_THOUSAND:
        for column in ("value", "lower", "upper"):
            named[column] = _for_a_thousand(named[column])
        named["unit"] = "per_1000"
    return tuple(named.values())


def _for_a_thousand(cell: Cell | Scalar) -> Cell | Scalar:
    if isinstance(cell, Cell) and isinstance(cell.value, float):
        return cell.saying(cell.value * 1000)
    return cell


def headline(records: Sequence[Record]) -> str:
    """How many people, and what they cost; from the released rows."""
    held = {str(one["measure"]): one for one in records}
    people, cost, each = (
        figure(held.get(name, {}), "value") for name in ("population", "cost_total_gbp", "cost_pppy_total")
    )
    if people is None:
        return "There are too few people here to say anything about them."
    said = f"{people:,.0f} people are registered"
    if cost is None or each is None:
        return f"{said}."
    return f"{said}. Their care cost {pounds(cost)} in 12 months, £{each:,.0f} for each person-year."


def twelve_months_before(as_at: date) -> date:
    """The date whose twelve months end where those of this date begin."""
    return Window.twelve_months_to(as_at).start - ONE_DAY


def compared(records: Sequence[Record], others: Sequence[Record]) -> dict[str, Change]:
    """Each figure beside the same one of another page, from the released rows of both."""
    beside = {str(one["measure"]): one for one in others}
    return {str(one["measure"]): _change(one, beside.get(str(one["measure"]), {})) for one in records}


def _change(one: Record, other: Record) -> Change:
    now, before = figure(one, "value"), figure(other, "value")
    if before is None:
        return Change()
    written = in_unit(str(one.get("unit")), before)
    if now is None or not before:
        return Change(written)
    return Change(written, now / before - 1, not _meet(one, other))


def _meet(one: Record, other: Record) -> bool:
    """Do the intervals meet, so that chance may be all there is between the two? False without intervals."""
    low, high = figure(one, "lower"), figure(one, "upper")
    other_low, other_high = figure(other, "lower"), figure(other, "upper")
    if low is None or high is None or other_low is None or other_high is None:
        return False
    return low <= other_high and other_low <= high


def most_changed(changes: Mapping[str, Change]) -> str:
    """In one sentence, the figure that changed most in twelve months; empty where none did clearly."""
    clear = {
        name: change.share
        for name, change in changes.items()
        if name in TOLD and change.share is not None and change.is_clear and abs(change.share) >= LEAST_CHANGE
    }
    if not clear:
        return ""
    name = max(clear, key=lambda one: abs(clear[one]))
    share, word = abs(clear[name]), "rose" if clear[name] > 0 else "fell"
    return f"{NUMBERS[name]} {word} most in twelve months, by {share:.0%} from {changes[name].other}."
