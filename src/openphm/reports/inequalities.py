"""Inequalities: standardised figures by deprivation, ethnic group and sex, with their gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from openphm.pages.drawing import Dot, Panel, dot_panels
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures
from openphm.population import Population
from openphm.population.inequality_measures import MEASURES

KINDS = {
    "imd_quintile": "By deprivation fifth (1 is most deprived)",
    "ethnic_group": "By ethnic group",
    "sex_code": "By sex",
}
NOT_GROUPS = ("slope_index", "relative_index", "gap")
TITLES = {
    **KINDS,
    **{measure.id: measure.name for measure in MEASURES},
    "measure": "Measure",
    "all": "All",
    "slope_index": "Slope index",
    "relative_index": "Relative index",
    "gap": "Gap",
    "male": "Male",
    "female": "Female",
}
OPTIONS = {"imd_quintile": "imd_quintile", "ethnic_group": "ethnic_group", "sex": "sex_code"}


def inequalities(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """The chosen measures for every group, as if all groups had the same ages."""
    return Page(
        title="Inequalities, allowing for age",
        result=population.inequalities(as_at, by=OPTIONS[by] if by else None),
        headline=headline,
        next_step="see one network with --place CODE, and whom to reach with openphm cohort count",
        layout=Layout(
            "measure", "group", "value", split="group_kind", lower="lower", upper="upper", titles=TITLES
        ),
        charts=charts,
    )


def headline(records: Sequence[Record]) -> str:
    """The surest gradient of deprivation, or what the tables are by."""
    of_deprivation = [r for r in records if r["group_kind"] == "imd_quintile"]
    held = Figures(of_deprivation, "measure", "group")
    if not held.names:
        return _groups_named(records)
    sure: dict[str, float] = {}
    for name in held.names:
        slope, lower, upper = (held.figure(name, "slope_index", c) for c in ("value", "lower", "upper"))
        if slope is not None and lower is not None and upper is not None and lower * upper > 0:
            sure[name] = slope / (upper - lower)
    if not sure and not any(record["group"] == "gap" for record in of_deprivation):
        return "There is no gradient of deprivation to measure here: not all five fifths can be compared."
    if not sure:
        return "No measure has a gradient of deprivation that is sure not to be chance."
    most = max(sure, key=lambda name: abs(sure[name]))
    unit = str(held.record(most, "all")["unit"])
    write = _write(unit)
    ends = [held.figure(most, group) for group in ("1", "5")]
    first, last = ("not shown" if end is None else write(end) for end in ends)
    said = f"{TITLES[most]}{_UNITS.get(unit, '')}: {first} in the most deprived fifth and {last} in the least"
    falls = [TITLES[name] for name in sure if sure[name] < 0]
    less = f"; lower among the more deprived: {', '.join(falls)}" if falls else ""
    counted = f"{len(sure)} of {len(held.names)} measures have a sure gradient of deprivation"
    return f"{said}, allowing for age. {counted}{less}."


def _groups_named(records: Sequence[Record]) -> str:
    kinds = {str(record["group_kind"]) for record in records}
    groups = {str(record["group"]) for record in records} - {*NOT_GROUPS, "all"}
    named = ", ".join(KINDS[kind].lower() for kind in KINDS if kind in kinds)
    return (
        f"{len(MEASURES)} measures for {len(groups)} groups, {named}."
        if groups
        else "There are too few people."
    )


def charts(records: Sequence[Record]) -> list[str]:
    """A panel for each measure, a point with its interval for each group."""
    drawn = []
    for kind, title in KINDS.items():
        held = Figures([r for r in records if r["group_kind"] == kind], "measure", "group")
        groups = [group for group in held.measures if group not in NOT_GROUPS]
        units = {str(r["measure"]): str(r["unit"]) for r in records if r["group"] == "all"}
        panels = [
            Panel(
                f"{TITLES[name]}{_UNITS.get(units[name], '')}",
                tuple(
                    Dot(
                        TITLES.get(group, group),
                        *(held.figure(name, group, c) for c in ("value", "lower", "upper")),
                    )
                    for group in groups
                ),
                _write(units[name]),
            )
            for name in held.names
        ]
        if panels:
            drawn.append(dot_panels(title, panels))
    return drawn


_UNITS = {"per_1000": ", per 1,000", "per_100000": ", per 100,000", "gbp_per_person_year": ", a year"}


def _write(unit: str) -> Callable[[float], str]:
    if unit == "share":
        return lambda value: f"{value:.0%}"
    return (lambda value: f"£{value:,.0f}") if unit.startswith("gbp") else (lambda value: f"{value:,.0f}")
