"""From a build: measured rates and projected people as a path, with each driver a stage of its own.

Units for each registered person of segment s, age band b, sex x are shrunk to those of the segment,

    ρ[s,b,x,p] = (n[s,b,x,p] + κ n[s,p] / N[s]) / (N[s,b,x] + κ)

and scaled so that each segment has the units that were counted. Expected units of a year are Σ N ρ h, where h
is what better health does: the rate at an age younger by so many years, ÷ the rate at the age itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from openphm.definitions.projection_facts import ProjectionFacts
from openphm.definitions.scenario_ranges import Range
from openphm.definitions.scenarios import FromBuild, Scenario
from openphm.population.baseline import CohortUnits, Measured
from openphm.population.transitions import Movements
from openphm.projections.behind import Behind, together
from openphm.projections.mitigation import Cover
from openphm.projections.path import BASE, DRIVERS, Z90, Floats, Path, general_inflation, inflation_of
from openphm.projections.people import Rates, banded, fixed_people, moved_people, targets

PRIOR, PLACE_PRIOR = 10.0, 50.0
DRAWS = 50
"""Draws of movement and health; each run of the simulation takes one of them."""
HEALTH_FROM_BAND = 11
"""Better health is counted from age 55 on, as in the New Hospital Programme model."""


@dataclass(frozen=True)
class Ground:
    """What a path is made from: what was measured, the year's movements, the published projection.

    waits   activity that the long waits of the list wait for, by point of delivery
    """

    measured: Measured
    movements: Movements | None
    published: Floats | None
    waits: Mapping[str, float] = field(default_factory=dict)

    def with_waits(self, asked: FromBuild) -> FromBuild:
        """What is asked, with the counted waits as a backlog; what the scenario states goes first."""
        if asked.waiting_list is None:
            return asked
        counted = {name: (units, asked.waiting_list[1]) for name, units in self.waits.items()}
        return replace(asked, backlog={**counted, **asked.backlog})


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
    asked = ground.with_waits(asked)
    measured, years = ground.measured, scenario.horizon_years
    rates = Rates.of(ground.movements) if ground.movements is not None else None
    target = targets(measured.people, ground.published)
    fixed = fixed_people(measured.people, rates, years, target)
    moving = _moving(asked, measured, fixed, rates, target)
    growth = _growth(asked, measured, facts)
    stages = _stages(asked, measured, (fixed, moving), np.array([one.value for one in growth]))
    health = _health(measured, years + 1, asked.health_years.value)
    expected = _expected(measured, moving, health)
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
        general=general_inflation(scenario),
        variants=_variants(scenario, asked, ground, fixed) / np.where(expected > 0, expected, 1.0),
        places=measured.places,
        place_people=measured.place_people.sum(axis=(1, 2, 3)),
        place_shares=_place_shares(measured, moving, health),
        dispersion=np.maximum(
            np.divide(measured.squares, whole, out=np.ones(len(whole)), where=whole > 0), 1
        ),
        counted=units,
        n_people=measured.n_people,
        behind=together(measured.behind),
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
    with_health = _expected(measured, moving, _health(measured, len(fixed), asked.health_years.value))
    years = np.arange(len(fixed))[:, None, None]
    with_growth = with_health * (1 + growth) ** years
    with_backlog = with_growth + _backlog(asked, measured, with_growth)
    found = (grown, aged, with_moves, with_health, with_growth, with_backlog)
    return {BASE: base, **dict(zip(DRIVERS, found, strict=True))}


def _moving(
    asked: FromBuild, measured: Measured, fixed: Floats, rates: Rates | None, target: Floats | None
) -> Floats:
    """People [Y+1, S, 19, 2] who move between segments where the scenario asks for it."""
    if asked.movement != "transitions" or rates is None:
        return fixed
    return banded(moved_people(measured.people, rates, len(fixed) - 1, target).people)


def _expected(measured: Measured, people: Floats, health: Floats) -> Floats:
    """Units [Y+1, S, P] of people at the measured rates and the health of each year."""
    by_age = np.einsum("sbxp,ysbx->ysbp", units_per_person(measured), people, optimize=True)
    return np.asarray(np.einsum("ysbp,ybp->ysp", by_age, health, optimize=True), dtype=np.float64)


def _variants(scenario: Scenario, asked: FromBuild, ground: Ground, fixed: Floats) -> Floats:
    """Units [draws, Y+1, S, P] with the movement of another year like it, and health that may come."""
    rng = np.random.default_rng(scenario.seed)
    measured, years = ground.measured, len(fixed) - 1
    target = targets(measured.people, ground.published)
    centre = Rates.of(ground.movements) if ground.movements is not None else None
    low, high = asked.health_years.low, asked.health_years.high
    found = []
    for _ in range(DRAWS):
        rates = None
        if centre is not None and ground.movements is not None:
            rates = centre.drawn(ground.movements, rng)
        if target is None:
            fixed = fixed_people(measured.people, rates, years, None)
        moving = _moving(asked, measured, fixed, rates, target)
        younger = (low + high) / 2 + rng.standard_normal() * (high - low) / (2 * Z90)
        found.append(_expected(measured, moving, _health(measured, years + 1, younger)))
    return np.stack(found)


def _place_shares(measured: Measured, moving: Floats, health: Floats) -> Floats:
    """The share of each place in the units of a year, segment and activity [G, Y+1, S, P].

    Its people change as those of their segment, age and sex do everywhere, and use what they use beside what
    is expected of them now, (O + κ) / (E + κ) with κ units.
    """
    now = moving[0]
    factor = np.divide(moving, now, out=np.ones_like(moving), where=now > 0)
    shares = []
    for people, used in zip(measured.place_people, measured.place_units, strict=True):
        units = _expected(measured, factor * people, health)
        beside = (used + PLACE_PRIOR) / (units[0].sum(axis=0) + PLACE_PRIOR)
        shares.append(units * beside)
    whole = np.sum(shares, axis=0)
    evenly = np.full(whole.shape, 1 / max(len(shares), 1))
    return np.stack([np.divide(one, whole, out=evenly.copy(), where=whole > 0) for one in shares])


def _health(measured: Measured, years: int, fitter: float) -> Floats:
    """Rate at the adjusted age ÷ rate at the age [years, 19, P]; 1 below age 55.

    fitter: years of age by which people are fitter each year.
    """
    people = banded(measured.people).sum(axis=(0, 2))
    units = measured.units.sum(axis=(0, 2))
    curve = np.divide(units, people[:, None], out=np.zeros_like(units), where=people[:, None] > 0)
    middle = np.arange(len(people)) * 5 + 2.5
    found = np.ones((years, *curve.shape))
    for year in range(1, years):
        younger = middle - fitter * year
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


def cover_of(measured: Measured, cohort: CohortUnits) -> Cover:
    """The cover of a cohort from its people and units by segment."""
    have = measured.people.sum(axis=(1, 2))
    counted = measured.units.sum(axis=(1, 2))
    mine = np.array([cohort.people.get(code, 0.0) for code in measured.segments])
    used = np.stack([cohort.units.get(code, np.zeros(counted.shape[1])) for code in measured.segments])
    return Cover(
        np.divide(mine, have, out=np.zeros_like(mine), where=have > 0),
        np.clip(np.divide(used, counted, out=np.zeros_like(used), where=counted > 0), 0, 1),
        n_people=int(mine.sum()),
        imd_units=cohort.imd_units,
        behind=Behind.of_cohort(cohort, measured.segments),
    )
