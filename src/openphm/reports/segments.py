"""The segment matrix (Figure 12): who lives in each segment, what they use and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from openphm.core.results import Scalar
from openphm.pages.drawing import Stack, stacked_bars
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures, pounds
from openphm.population import Population
from openphm.population.segments import ALL, NOBODY
from openphm.reports.life_stage_cost import CATEGORIES

PEOPLE = "Overall population"
FINANCE = "Finance"
COST = "Cost per person-year"
USE = "Use per person-year"
PREVALENCE = "Share of people"

ROWS: Mapping[str, tuple[str, str]] = {
    "population": (PEOPLE, "Population"),
    "mean_age": (PEOPLE, "Mean age"),
    "male_share": (PEOPLE, "Male"),
    "mean_imd_decile": (PEOPLE, "Mean IMD decile (1 is most deprived)"),
    "ethnic_minority_share": (PEOPLE, "Ethnic minority, where recorded"),
    "multimorbidity": (PEOPLE, "Mean number of conditions"),
    "cost_total_gbp": (FINANCE, "Total cost, 12 months"),
    "cost_pppy_total": (COST, "Total"),
    "cost_pppy_acute_planned": (COST, "Acute planned"),
    "cost_pppy_acute_unplanned": (COST, "Acute unplanned"),
    "cost_pppy_acute_other": (COST, "Acute other"),
    "cost_pppy_general_practice": (COST, "General practice"),
    "cost_pppy_community_mental_health": (COST, "Community and mental health"),
    "cost_pppy_social_care": (COST, "Social care"),
    "gp_contacts_pppy": (USE, "GP contacts"),
    "emergency_bed_days_pppy": (USE, "Emergency bed days"),
    "asthma_share": (PREVALENCE, "Asthma"),
    "diabetes_share": (PREVALENCE, "Diabetes"),
    "hypertension_share": (PREVALENCE, "Hypertension"),
    "obesity_share": (PREVALENCE, "Obesity"),
    "stroke_share": (PREVALENCE, "Stroke"),
    "anxiety_share": (PREVALENCE, "Anxiety"),
    "depression_share": (PREVALENCE, "Depression"),
    "learning_disability_share": (PREVALENCE, "Learning disability"),
    "mental_health_flag_share": (PREVALENCE, "Mental health flag"),
    "falls_share": (PREVALENCE, "History of falls"),
    "not_fit_for_work_share": (PREVALENCE, "Not fit for work, in year"),
    "waiting_list_share": (PREVALENCE, "On a waiting list"),
    "opioid_share": (PREVALENCE, "Opioid prescription, in year"),
    "social_vulnerability_share": (PREVALENCE, "Social vulnerability"),
}


def segments(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """The matrix for the scope's people, or one for each practice or PCN."""
    result = population.segments(as_at, by=by)
    key = {one.code: one.name for one in population.subsegments}
    titles = {ALL: "All", NOBODY: "Unattributed", **{measure: title for measure, (_, title) in ROWS.items()}}
    layout = Layout(
        down="measure",
        across="subsegment_code",
        value="value",
        titles=titles,
        groups={measure: group for measure, (group, _) in ROWS.items()},
        key=key,
    )
    needy = {one.code: one.segment_name for one in population.subsegments if one.segment_code in ("4", "5")}
    return Page(
        title="Segments: people, use and cost",
        result=result,
        headline=lambda records: headline(records, needy),
        next_step="see one network with --place CODE, or all of them with --by pcn",
        layout=layout if by is None else replace(layout, split="place_name"),
        charts=lambda records: charts(records, key),
    )


def charts(records: Sequence[Record], names: Mapping[str, str]) -> list[str]:
    """Cost for each person-year of every subsegment, by setting; none for many places at once."""
    if any("place_code" in record for record in records):
        return []
    held = Figures(records, "subsegment_code", "measure")
    stacks = [
        Stack(
            f"{code} {name}",
            tuple(held.figure(code, f"cost_pppy_{one}") for one in CATEGORIES),
            held.figure(code, "cost_pppy_total"),
        )
        for code, name in names.items()
    ]
    return [stacked_bars(COST, list(CATEGORIES.values()), stacks, pounds)]


def headline(records: Sequence[Record], needy: Mapping[str, str]) -> str:
    """How much of the cost belongs to how few, from the released rows.

    needy: subsegment code to the name of its segment, for the segments of greatest need.
    """
    places = {r["place_code"] for r in records if "place_code" in r}
    if places:
        return f"{len(places)} places, each with its own table."
    held = {(r["subsegment_code"], r["measure"]): r["value"] for r in records}
    people, cost = held.get((ALL, "population")), held.get((ALL, "cost_total_gbp"))
    if people is None:
        return "There are too few people here to say anything about them."
    counted = f"{_number(people):,.0f} people are registered"
    some = [_number(held.get((code, "population"))) for code in needy]
    costs = [_number(held.get((code, "cost_total_gbp"))) for code in needy]
    if cost is None or not _number(cost) or not sum(some) or not _number(people):
        return f"{counted}."
    names = " and ".join(dict.fromkeys(needy.values()))
    return (
        f"{counted}. {names} hold {sum(some) / _number(people):.1%} of them and "
        f"{sum(costs) / _number(cost):.0%} of the {pounds(_number(cost))} that 12 months cost."
    )


def _number(value: Scalar) -> float:
    """A figure; what is hidden or not known adds nothing."""
    return float(value) if isinstance(value, int | float | Decimal) else 0.0
