"""Cost by life stage (Figure 8): who costs what in which setting, for each person-year and in all.

Stages are a definition (reference/life_stages). Rows for `all` are added up from the rows they total, so
parts and whole agree to the penny.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from openphm.core.additivity import Additivity, Dimension
from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking
from openphm.population.life_stage_definition import LifeStage, stages_of
from openphm.population.strata import (
    CATEGORIES,
    Parts,
    person_use_sql,
    quantities,
    rate_cell,
    sum_cell,
    sums_sql,
)

NAMES = (*(f"cost_{category}" for category in CATEGORIES), "cost_total")
NOT_STATED = "not_stated"
SEXES = {"1": "male", "2": "female"}
ALL = "all"
BY = (None, "sex")

Line = tuple[Cell | Scalar, ...]


def life_stage_cost(population: Asking, as_at: date, by: str | None = None) -> Result:
    """For each stage (and sex): people, pounds of the 12 months by setting, and pounds for each person-year.

    by: None or "sex". Raises UsageError otherwise.
    """
    if by not in BY:
        raise UsageError("--by", f"'{by[:60] if by else by}' cannot be asked here.", "Allowed: sex.")
    stages = stages_of(population.definitions)
    held = _parts(population, stages, as_at, by is not None)
    places = [stage.id for stage in stages]
    places += [NOT_STATED] if any(stage == NOT_STATED for stage, _ in held) else []
    sexes = list(dict.fromkeys(sex for _, sex in sorted(held))) if by else []
    lines: list[Line] = []
    for sex in [*sexes, ALL]:
        for place in [*places, ALL]:
            parts = _added(found for (s, x), found in held.items() if place in (s, ALL) and sex in (x, ALL))
            label = (sex, place) if by else (place,)
            lines += [(*label, *line) for line in _figures(parts)]
    dimensions = [Dimension("life_stage", ALL), *([Dimension("sex", ALL)] if by else [])]
    return Result(
        "report/life-stage-cost",
        (*(["sex"] if by else []), "life_stage", "measure", "value", "unit"),
        tuple(lines),
        population.provenance(as_at),
        _NOTES,
        additivity=Additivity(tuple(dimensions), base=("measure", "population")),
    )


_NOTES = (
    "Age is that of the as-at date; people who died or left in the 12 months count in the stage of that age.",
    "Pounds of the 12 months to the date, by setting; for each person-year registered and alive.",
)


def _figures(parts: Parts) -> list[Line]:
    """The figures of one stage: people, pounds by setting, and pounds for each person-year."""
    people = int(parts["population"])
    return [
        ("population", Cell(people, n_people=people), "people"),
        *((f"{name}_gbp", sum_cell(parts, name), "gbp") for name in NAMES),
        *((f"cost_pppy_{name[5:]}", rate_cell(parts, name), "gbp_per_person_year") for name in NAMES),
    ]


def _parts(
    population: Asking, stages: Sequence[LifeStage], as_at: date, with_sex: bool
) -> dict[tuple[str, str], Parts]:
    """Sums by stage and sex."""
    known = quantities(population)
    chosen = [known[name] for name in NAMES]
    stage = _stage_sql(stages)
    sex = "p.sex_code" if with_sex else "CAST(NULL AS VARCHAR)"
    rows = population.ask(
        f"""{person_use_sql(chosen, as_at)}
SELECT {stage} AS stage, {sex} AS sex_code, COUNT(CASE WHEN p.is_registered_as_at THEN 1 END) AS population,
    {sums_sql(NAMES)}
FROM person_use AS p
GROUP BY {stage}, {sex}""",
        as_at,
    )
    unknown = NOT_STATED if with_sex else ALL
    found: dict[tuple[str, str], Parts] = {}
    for row in rows:
        found[row["stage"] or NOT_STATED, SEXES.get(row["sex_code"], unknown)] = dict(row)
    return found


def _stage_sql(stages: Sequence[LifeStage]) -> str:
    """The stage of an age, the oldest asked first; null where the age is not known."""
    cases = " ".join(f"WHEN p.age_years >= {stage.age_from} THEN '{stage.id}'" for stage in reversed(stages))
    return f"CASE {cases} END"


def _added(found: Iterable[Parts]) -> Parts:
    """Sums of several parts; of the largest contributors, the largest."""
    counted = ("n_people", "person_years", "population", *NAMES, *(f"{name}_people" for name in NAMES))
    total: dict[str, Any] = dict.fromkeys((*counted, *(f"{name}_top" for name in NAMES)), 0)
    for parts in found:
        total |= {name: total[name] + parts[name] for name in counted}
        total |= {f"{name}_top": max(total[f"{name}_top"], parts[f"{name}_top"]) for name in NAMES}
    return total
