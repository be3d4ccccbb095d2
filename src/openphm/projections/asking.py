"""Asking: the baseline of a scenario and the cover of its interventions, from a build opened for a scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from openphm.core.errors import PlanError, Problem, nearest
from openphm.core.results import Provenance
from openphm.definitions.scenarios import FromBuild, Scenario
from openphm.population import Population
from openphm.population.baseline import cohort_units, measured
from openphm.population.projected_people import published_projection
from openphm.population.transitions import movements
from openphm.population.waiting import long_waits
from openphm.projections.behind import Behind
from openphm.projections.from_build import Ground, cover_of, path_of_build
from openphm.projections.mitigation import Cover
from openphm.projections.path import Path
from openphm.projections.projection import Projection, project

ASSUMPTIONS = "reference/projection_assumptions"


def ask_ground(population: Population, scenario: Scenario, as_at: date) -> Ground:
    """What the path of a scenario is made from, measured as at a date."""
    asked = scenario.from_build
    assert asked is not None
    published = None
    if asked.population == "published":
        published = published_projection(population, as_at, scenario.horizon_years, asked.area)
    moves = None
    if asked.movement == "transitions" or published is None:
        moves = movements(population, as_at)
    found = measured(population, as_at)
    waits: dict[str, float] = {}
    if asked.waiting_list is not None:
        units = found.units.sum(axis=(0, 1, 2))
        waits = long_waits(population, as_at, asked.waiting_list[0], names=found.activities, units=units)
    return Ground(found, moves, published, waits)


def project_in(population: Population, scenario: Scenario, as_at: date | None = None) -> Projection:
    """Work a scenario out: a stated one as it stands, another over the people of the scope.

    Raises PlanError with every activity that is not known.
    """
    facts = population.definitions.contents.projection
    if scenario.from_build is None:
        return project(scenario, facts)
    day = population.checked_date(as_at)
    ground = ask_ground(population, scenario, day)
    _check_activities(scenario, ground.measured.activities)
    path = path_of_build(scenario, scenario.from_build, ground, facts)
    covers = {one.id: _cover(population, ground, path, one.cohort, day) for one in scenario.interventions}
    return project(scenario, facts, path=path, covers=covers)


def source_of(population: Population, scenarios: Iterable[Scenario], as_at: date | None = None) -> Provenance:
    """What projections rest on: the build, their scenarios, and the dated assumptions (discount rates)."""
    known = population.definitions.by_id
    ids = [ASSUMPTIONS, *(one.id for one in scenarios)]
    used = [population.definitions.get(id_) for id_ in dict.fromkeys(ids) if id_ in known]
    return population.provenance(as_at, asked_with=used)


def _cover(population: Population, ground: Ground, path: Path, cohort: object, as_at: date) -> Cover:
    if cohort is None:
        return replace(
            Cover.of_share(path, 1.0),
            n_people=path.n_people,
            imd_units=ground.measured.imd_units.sum(axis=1),
            behind=Behind.of_everybody(ground.measured),
        )
    what = cohort if isinstance(cohort, str | dict) else str(cohort)
    members = population.cohort(what).members_sql()
    return cover_of(ground.measured, cohort_units(population, members, as_at, ground.measured.activities))


def _check_activities(scenario: Scenario, known: tuple[str, ...]) -> None:
    """Every activity named must be one of the build."""
    asked = scenario.from_build
    assert asked is not None
    named = [("baseline.growth", name) for name in asked.growth]
    named += [("baseline.backlog", name) for name in asked.backlog]
    named += [("inflation", name) for name in scenario.inflation if name != "all"]
    for number, one in enumerate(scenario.interventions):
        named += [(f"interventions[{number}]", name) for name in one.activities]
    problems = [
        Problem(
            f"{scenario.label}, {place}",
            f"'{name}' is not an activity of this build.",
            f"Activities: {', '.join(known)}.",
            f"write '{close}' if that is what you mean" if (close := nearest(name, known)) else "",
        )
        for place, name in named
        if name not in known
    ]
    if problems:
        raise PlanError.of(problems)


def unmitigated(
    horizon_years: int = 10, *, movement: str = "transitions", population: str = "published"
) -> Scenario:
    """The scenario in which nothing changes, from a build."""
    return Scenario(
        id="scenarios/unmitigated",
        title="What happens if nothing changes",
        horizon_years=horizon_years,
        stated=None,
        from_build=FromBuild(population=population, movement=movement),
        interventions=(),
    )
