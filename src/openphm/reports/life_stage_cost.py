"""Cost by life stage (Figure 8): who costs what, in which setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from openphm.pages.drawing import Stack, stacked_bars
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures, pounds
from openphm.population import Population

ALL = "all"
CATEGORIES = {
    "general_practice": "General practice",
    "community_mental_health": "Community, mental health",
    "social_care": "Social care",
    "acute_planned": "Acute planned",
    "acute_unplanned": "Acute unplanned",
    "acute_other": "Acute other",
}
"""In the order and the colours in which services stand on every page."""

PEOPLE, EACH, WHOLE = "People", "Cost per person-year", "Cost, 12 months"
ROWS: Mapping[str, tuple[str, str]] = {
    "population": (PEOPLE, "Registered"),
    **{f"cost_{one}_gbp": (WHOLE, name) for one, name in CATEGORIES.items()},
    "cost_total_gbp": (WHOLE, "Total"),
    **{f"cost_pppy_{one}": (EACH, name) for one, name in CATEGORIES.items()},
    "cost_pppy_total": (EACH, "Total"),
}
SEXES = {"male": "Male", "female": "Female", "not_stated": "Not stated", ALL: "All"}


def life_stage_cost(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """Pounds by life stage and setting, in all and for each person-year; by sex when asked."""
    stages = {stage.id: stage.name for stage in population.life_stages}
    titles = {**SEXES, **stages, **{measure: title for measure, (_, title) in ROWS.items()}}
    return Page(
        title="Cost by life stage",
        result=population.life_stage_cost(as_at, by=by),
        headline=partial(headline, stages=stages),
        next_step="see one place with --place CODE, or men and women with --by sex",
        layout=Layout(
            down="measure",
            across="life_stage",
            value="value",
            split="sex" if by else None,
            titles=titles,
            groups={measure: group for measure, (group, _) in ROWS.items()},
        ),
        charts=partial(charts, stages=stages),
    )


def headline(records: Sequence[Record], stages: Mapping[str, str]) -> str:
    """Which stage costs most in all, and which for each person."""
    held = Figures([r for r in records if r.get("sex", ALL) == ALL], "life_stage", "measure")
    whole = held.figure(ALL, "cost_total_gbp")
    costs = {s: cost for s in stages if (cost := held.figure(s, "cost_total_gbp")) is not None}
    rates = {s: rate for s in stages if (rate := held.figure(s, "cost_pppy_total")) is not None}
    if whole is None or not whole or not costs or not rates:
        return "There are too few people here to say what a life stage costs."
    most, dearest = max(costs, key=lambda s: costs[s]), max(rates, key=lambda s: rates[s])
    cheapest = min(rates, key=lambda s: rates[s])
    said = f"{stages[most]}: {costs[most] / whole:.0%} of the {pounds(whole)} that 12 months cost."
    times = f", {rates[dearest] / rates[cheapest]:.0f} times {stages[cheapest]}" if rates[cheapest] else ""
    return f"{said} For each person-year, {stages[dearest]} costs most: {pounds(rates[dearest])}{times}."


def charts(records: Sequence[Record], stages: Mapping[str, str]) -> list[str]:
    """Two stacked bars a stage: for each person-year, and in all; of all people."""
    held = Figures([r for r in records if r.get("sex", ALL) == ALL], "life_stage", "measure")
    drawn = []
    for title, prefix, suffix in ((EACH, "cost_pppy_", ""), (WHOLE, "cost_", "_gbp")):
        stacks = [
            Stack(
                name,
                tuple(held.figure(stage, f"{prefix}{one}{suffix}") for one in CATEGORIES),
                held.figure(stage, f"{prefix}total{suffix}"),
            )
            for stage, name in stages.items()
        ]
        drawn.append(stacked_bars(title, list(CATEGORIES.values()), stacks, pounds))
    return drawn
