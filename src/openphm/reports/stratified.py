"""A measure stratified: by one kind of group down and perhaps another across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from openphm.pages.drawing import Dot, Panel, dot_panels
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import figure, in_unit, per_unit
from openphm.population import Population
from openphm.population.cohorts.chosen import What

GROUPS: Mapping[str, str] = {
    "segment": "Segment",
    "subsegment": "Subsegment",
    "age_band": "Age band",
    "sex": "Sex",
    "imd_quintile": "Deprivation fifth (1 is most deprived)",
    "imd_decile": "Deprivation decile (1 is most deprived)",
    "ethnic_group": "Ethnic group",
    "pcn": "Network (PCN)",
    "practice": "Practice",
    "ltla": "District",
}
MOST_DOTS, MOST_PANELS = 40, 6
UNKNOWN = "not known"


def stratified(
    population: Population,
    measure: str,
    down: str,
    across: str = "",
    *,
    as_at: date | None = None,
    where: What | None = None,
) -> Page:
    """The measure for every group. Raises UsageError for an unknown measure or group."""
    by = list(dict.fromkeys(one for one in (down, across) if one))
    held = population.measure_named(measure)
    titles = {measure: "Figure", **_names(population, by)}
    return Page(
        title=held.title,
        result=population.measures([measure], by, as_at=as_at, where=where),
        headline=partial(headline, by, titles),
        layout=Layout(
            down, by[1] if len(by) > 1 else "measure", "value", lower="lower", upper="upper",
            titles={**titles, down: GROUPS.get(down, down)},
        ),
        charts=partial(charts, held.title, by, titles),
    )  # fmt: skip


def _names(population: Population, by: Sequence[str]) -> dict[str, str]:
    """Names of codes, where a code says too little."""
    names: dict[str, str] = {}
    if "segment" in by and not {"imd_decile", "imd_quintile"} & set(by):
        names |= {
            one.segment_code: f"{one.segment_code} {one.segment_name}" for one in population.subsegments
        }
    if "subsegment" in by:
        names |= {one.code: f"{one.code} {one.name}" for one in population.subsegments}
    names |= {one.code: one.name for one in population.places if one.kind in by}
    return names


def headline(by: Sequence[str], titles: Mapping[str, str], records: Sequence[Record]) -> str:
    """The highest and the lowest group, of those that are shown."""
    shown = [(figure(one, "value") or 0.0, one) for one in records if figure(one, "value") is not None]
    if not shown:
        return "There are too few people in every group to show a figure."
    unit = str(shown[0][1].get("unit"))
    (low, lowest), (high, highest) = (choose(shown, key=lambda one: one[0]) for choose in (min, max))
    if len(shown) == 1:
        only = _called(highest, by, titles)
        return f"{in_unit(unit, high)}{per_unit(unit)} in {only}; no other group is shown."
    most, least = (_called(one, by, titles) for one in (highest, lowest))
    return (
        f"Highest in {most}, {in_unit(unit, high)}{per_unit(unit)}; lowest in {least}, {in_unit(unit, low)}. "
        f"{len(shown)} of {len(records)} groups are shown."
    )


def charts(title: str, by: Sequence[str], titles: Mapping[str, str], records: Sequence[Record]) -> list[str]:
    """Points with their intervals, one panel for each group across; none where there are too many."""
    panels: dict[str, list[Dot]] = {}
    for one in records:
        panel = _name(one, by[1], titles) if len(by) > 1 else title
        dot = Dot(_name(one, by[0], titles), *(figure(one, name) for name in ("value", "lower", "upper")))
        panels.setdefault(panel, []).append(dot)
    if len(panels) > MOST_PANELS or max((len(dots) for dots in panels.values()), default=0) > MOST_DOTS:
        return []
    unit = str(records[0].get("unit")) if records else ""
    return [
        dot_panels(title, [Panel(name, tuple(dots), partial(in_unit, unit)) for name, dots in panels.items()])
    ]


def _called(record: Record, by: Sequence[str], titles: Mapping[str, str]) -> str:
    return ", ".join(_name(record, one, titles) for one in by)


def _name(record: Record, group: str, titles: Mapping[str, str]) -> str:
    value = record.get(group)
    if value is None:
        return UNKNOWN
    named = titles.get(str(value), str(value))
    return f"{group.removeprefix('imd_')} {named}" if group.startswith("imd_") else named
