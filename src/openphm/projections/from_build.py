"""From a build: measured rates and projected people as a path, with each driver a stage of its own.

Units for each registered person of segment s, age band b, sex x are shrunk to those of the segment,

    ρ[s,b,x,p] = (n[s,b,x,p] + κ n[s,p] / N[s]) / (N[s,b,x] + κ)

and scaled so that each segment has the units that were counted. Expected units of a year are Σ N ρ h, where h
is what better health does: the rate at an age younger by so many years, ÷ the rate at the age itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.definitions.projection_facts import ProjectionFacts
from openphm.definitions.scenario_ranges import Range
from openphm.definitions.scenarios import FromBuild, Scenario
from openphm.population.baseline import Measured
from openphm.population.transitions import Movements
from openphm.projections.mitigation import Cover
from openphm.projections.path import BASE, DRIVERS, Floats, Path, inflation_of
from openphm.projections.people import Rates, banded, fixed_people, moved_people, targets

PRIOR = 10.0
HEALTH_FROM_BAND = 11
"""Better health is counted from age 55 on, as in the New Hospital Programme model."""


@dataclass(frozen=True)
class Ground:
    """What a path is made from: what was measured, the year's movements, the published projection."""

    measured: Measured
    movements: Movements | None
    published: Floats | None


def units_per_person(measured: Measured) -> Floats:
    """ρ [S, 19, 2, P]."""
    people = banded(measured.people)
    whole = people.sum(axis=(1, 2))
    by_segment = measured.units.sum(axis=(1, 2))
    average = np.divide(by_segment, whole[:, None], out=np.zeros_like(by_segment), where=whole[:, None] > 0)
    rho = (measured.units + PRIOR * average[:, None, None]) / (people[..., None] + PRIOR)
    made = np.einsum("sbx,sbxp->sp", people, rho)
    scale = np.divide(by_segment, made, out=np.zeros_like(made), where=made > 0)
    return np.asarray(rho * scale[:, None, None], dtype=np.float64)


def path_of_build(scenario: Scenario, asked: FromBuild, ground: Ground, facts: ProjectionFacts) -> Path:
    """The unmitigated path of a build."""
    measured, years = ground.measured, scenario.horizon_years
    rates = Rates.of(ground.movements) if ground.movements is not None else None
    target = targets(measured.people, ground.published)
    fixed = fixed_people(measured.people, rates, years, target)
    moving = fixed
    if asked.movement == "transitions" and rates is not None:
        moving = banded(moved_people(measured.people, rates, years, target).people)
    growth = _growth(asked, measured, facts)
    stages = _stages(asked, measured, (fixed, moving), np.array([one.value for one in growth]))
    units = measured.units.sum(axis=(1, 2))
    cost = measured.cost.sum(axis=(1, 2))
    whole = units.sum(axis=0)
    mean = np.divide(cost.sum(axis=0), whole, out=np.zeros(len(whole)), where=whole > 0)
    return Path(
        segments=measured.segments,
        activities=measured.activities,
        settings=measured.settings,
        stages=stages,
        people=moving.sum(axis=(2, 3)),
        unit_cost=np.divide(cost, units, out=np.broadcast_to(mean, cost.shape).copy(), where=units > 0),
        bed_days=np.broadcast_to(
            np.divide(measured.nights, whole, out=np.zeros(len(whole)), where=whole > 0), units.shape
        ),
        hours=np.array([facts.hours.get(name, 0.0) for name in measured.activities]),
        inflation=inflation_of(scenario, measured.activities),
        growth=growth,
        population_growth=Range(0.0),
        dispersion=np.maximum(
            np.divide(measured.squares, whole, out=np.ones(len(whole)), where=whole > 0), 1
        ),
        counted=units,
        n_people=measured.n_people,
    )


def _growth(asked: FromBuild, measured: Measured, facts: ProjectionFacts) -> tuple[Range, ...]:
    held = {**facts.growth, **asked.growth}
    return tuple(held.get(name, Range(0.0)) for name in measured.activities)


def _stages(
    asked: FromBuild, measured: Measured, people: tuple[Floats, Floats], growth: Floats
) -> dict[str, Floats]:
    """The chain of drivers [years+1, S, P]."""
    fixed, moving = people
    rho = units_per_person(measured)
    counted = measured.units.sum(axis=(1, 2))
    base = np.broadcast_to(counted, (len(fixed), *counted.shape))
    total = fixed.sum(axis=(1, 2, 3))
    grown = base * (total / total[0])[:, None, None]
    aged = np.einsum("ysbx,sbxp->ysp", fixed, rho)
    with_moves = np.einsum("ysbx,sbxp->ysp", moving, rho)
    with_health = np.einsum(
        "ysbx,sbxp,ybp->ysp", moving, rho, _health(asked, measured, len(fixed)), optimize=True
    )
    years = np.arange(len(fixed))[:, None, None]
    with_growth = with_health * (1 + growth) ** years
    with_backlog = with_growth + _backlog(asked, measured, with_growth)
    found = (grown, aged, with_moves, with_health, with_growth, with_backlog)
    return {BASE: base, **dict(zip(DRIVERS, found, strict=True))}


def _health(asked: FromBuild, measured: Measured, years: int) -> Floats:
    """Rate at the adjusted age ÷ rate at the age [years, 19, P]; 1 below age 55."""
    people = banded(measured.people).sum(axis=(0, 2))
    units = measured.units.sum(axis=(0, 2))
    curve = np.divide(units, people[:, None], out=np.zeros_like(units), where=people[:, None] > 0)
    middle = np.arange(len(people)) * 5 + 2.5
    found = np.ones((years, *curve.shape))
    for year in range(1, years):
        younger = middle - asked.health_years.value * year
        for p in range(curve.shape[1]):
            moved = np.interp(younger, middle, curve[:, p])
            factor = np.divide(moved, curve[:, p], out=np.ones(len(middle)), where=curve[:, p] > 0)
            found[year, HEALTH_FROM_BAND:, p] = factor[HEALTH_FROM_BAND:]
    return found


def _backlog(asked: FromBuild, measured: Measured, units: Floats) -> Floats:
    """Units of a waiting list that are done beside, spread over its years as activity is."""
    more = np.zeros_like(units)
    for name, (whole, over) in asked.backlog.items():
        if name in measured.activities:
            p = measured.activities.index(name)
            share = units[..., p] / np.maximum(units[..., p].sum(axis=1, keepdims=True), 1e-12)
            last = min(over, len(units) - 1)
            more[1 : last + 1, :, p] = whole / over * share[1 : last + 1]
    return more


def cover_of(measured: Measured, people: dict[str, float], units: dict[str, Floats]) -> Cover:
    """The cover of a cohort from its people and units by segment."""
    have = measured.people.sum(axis=(1, 2))
    counted = measured.units.sum(axis=(1, 2))
    mine = np.array([people.get(code, 0.0) for code in measured.segments])
    used = np.stack([units.get(code, np.zeros(counted.shape[1])) for code in measured.segments])
    return Cover(
        np.divide(mine, have, out=np.zeros_like(mine), where=have > 0),
        np.clip(np.divide(used, counted, out=np.zeros_like(used), where=counted > 0), 0, 1),
    )
