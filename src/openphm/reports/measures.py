"""A page of measures: any measures by any groups, or the list of those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.core.results import Result
from openphm.pages.page import Page, Record
from openphm.population import Population

LIST_COLUMNS = ("measure", "title", "unit", "direction", "kind", "data", "code")


def measures_page(
    population: Population,
    ids: Sequence[str],
    by: Sequence[str] = (),
    *,
    as_at: date | None = None,
    where: str | None = None,
    standardise: str | None = None,
    months: int | None = None,
) -> Page:
    """Some measures, one row for each group and measure."""
    result = population.measures(
        list(ids), tuple(by), as_at=as_at, where=where, months=months, standardise=standardise
    )
    titles = [population.measure_named(one).title for one in ids]
    return Page(
        title="; ".join(titles),
        result=result,
        headline=headline,
        next_step="by month: --by month; of some people: --where COHORT; allow for age: --standardise direct",
    )


def measure_list(population: Population) -> Page:
    """Every measure in force."""
    known = population.definitions.contents.measures
    rows = tuple(
        (one.id, one.title, one.unit, one.direction, one.kind, one.data, one.code)
        for one in (known[id_] for id_ in sorted(known))
    )
    result = Result("measure/list", LIST_COLUMNS, rows, population.provenance())
    computed = sum(not one.is_recorded for one in known.values())
    said = f"{len(rows)} measures: {computed} computed from the build, {len(rows) - computed} recorded."
    return Page(title="Measures", result=result, headline=lambda records: said)


def headline(records: Sequence[Record]) -> str:
    """How many figures there are and how many are not shown, from the released rows."""
    hidden = sum(bool(one.get("suppressed")) for one in records)
    missing = sum(one.get("value") is None for one in records) - hidden
    parts = [f"{len(records)} figures"]
    if hidden:
        parts.append(f"{hidden} with too few people to be shown")
    if missing > 0:
        parts.append(f"{missing} not known")
    return ", ".join(parts) + "."
