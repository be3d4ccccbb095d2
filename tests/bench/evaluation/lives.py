"""Lives with a service in them: monthly ED visits of people in 20 PCNs, four of which offer it.

Visits are Poisson with a rate of each person's own: known traits, a lasting hidden part u, and crises that
come and go (six times the rate while they last). Who has seven visits in a year is mostly somebody in a
crisis, so the next year is better with no service at all: that is what the estimators must see through.
The service multiplies the rate by `rate_ratio` from the index month on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.person_months import NEVER, People

MONTHS, FIRST, STARTS = 48, 24, 12
PCNS, WITH_SERVICE = 20, 4
RULE_AT_LEAST, RULE_WITHIN = 7, 12
# How strongly each negative control shares the hidden part u.
LOADINGS = (0.4, 0.6, 0.8, 1.0, 1.2, 0.5)


@dataclass(frozen=True)
class World:
    """What differs between scenarios.

    rate_ratio    the truth
    uptake        log odds that somebody who meets the rule, of average traits, is offered the service
    area_hidden   how much higher u is where the service is (0.15: a 16% higher rate)
    chosen_hidden log odds of an offer per unit of u: the service chooses by what no record shows
    level, spread intercept of the log monthly rate, and standard deviation of u
    people        number of adults
    """

    rate_ratio: float = 1.0
    uptake: float = -2.0
    area_hidden: float = 0.0
    chosen_hidden: float = 0.0
    level: float = -3.05
    spread: float = 0.7
    people: int = 30_000
    onset: float = 0.018


@dataclass(frozen=True, eq=False)
class Lives:
    """The people as the engine sees them, and the hidden part that only this harness knows."""

    people: People
    hidden: np.ndarray
    with_service: np.ndarray


def live(world: World, seed: int) -> Lives:
    """Draw everybody's months. The same seed gives the same lives."""
    rng = np.random.default_rng(seed)
    n = world.people
    pcn = rng.integers(0, PCNS, n)
    here = pcn < WITH_SERVICE
    imd = np.clip(np.round(rng.normal(5.5 - here, 2.6)), 1, 10)
    age = np.clip(rng.normal(52, 20, n), 18, 98)
    sex = rng.integers(0, 2, n)
    mental = rng.random(n) < _chance(-0.8 + 0.10 * (5.5 - imd))
    substance = rng.random(n) < _chance(-2.8 + 0.15 * (5.5 - imd) + 0.8 * mental)
    conditions = rng.poisson(np.exp(-0.2 + 0.018 * (age - 50)))
    hidden = rng.normal(0, world.spread, n) + world.area_hidden * here
    steady = world.level + 0.45 * mental + 0.6 * substance + 0.05 * (5.5 - imd) + 0.12 * conditions + hidden
    rate = _monthly_rate(steady, world.onset * np.exp(0.5 * mental + 0.5 * substance), rng)
    visits = rng.poisson(rate).astype(np.float32)
    hazard = 1 - np.exp(-(0.0025 * np.exp(0.035 * (age - 60)) + 0.005))
    leaves = np.minimum(rng.geometric(np.clip(hazard, 1e-5, 1)) - 1 + FIRST, MONTHS)
    died = rng.random(n) < 0.0025 * np.exp(0.035 * (age - 60)) / -np.log1p(-hazard)
    ending = rng.random(n) < 0.02
    wish = 0.5 * mental + 0.08 * (5.5 - imd) + world.chosen_hidden * hidden + world.uptake
    start = _offers(visits, rate, np.where(here & ~ending, wish, -np.inf), leaves, world=world, rng=rng)
    people = People(
        start=start,
        exit=leaves,
        died=died & (leaves < MONTHS),
        control=~here,
        covariates=np.column_stack([age, sex, imd, mental, substance, conditions]).astype(np.float64),
        covariate_names=("age", "sex", "imd_decile", "mental_health", "substance_misuse", "conditions"),
        counts={"ed_attendances": visits},
        primary="ed_attendances",
        roles={},
        kinds={},
        area=pcn,
        area_names=tuple(f"PCN {i + 1}" for i in range(PCNS)),
        excluded=ending,
    )
    return Lives(people, hidden, here)


def negative_controls(lives: Lives, seed: int) -> dict[str, np.ndarray]:
    """Six outcomes that share the hidden part and that the service cannot change, as people by months."""
    rng = np.random.default_rng([seed, 99])
    conditions = lives.people.covariates[:, 5]
    ever = np.flatnonzero(lives.people.counts["ed_attendances"].sum(axis=1) >= RULE_AT_LEAST)
    found = {}
    for number, loading in enumerate(LOADINGS):
        rate = np.exp(-3.2 + loading * lives.hidden[ever] + 0.1 * conditions[ever])
        counts = np.zeros((len(lives.hidden), MONTHS), dtype=np.float32)
        # Only the follow-up is looked at: a negative control is never balanced on.
        counts[ever, FIRST:] = rng.poisson(np.broadcast_to(rate[:, np.newaxis], (len(ever), MONTHS - FIRST)))
        found[f"negative_control_{number + 1}"] = counts
    return found


def _chance(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


def _monthly_rate(steady: np.ndarray, onset: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Everybody's rate in every month: crises of two states, a season of 5% and a trend of 0.2% a month."""
    off = 0.22
    draws = rng.random((MONTHS + 1, len(steady)), dtype=np.float32)
    crisis = draws[0] < onset / (onset + off)
    factor = np.ones((MONTHS, len(steady)), dtype=np.float32)
    for month in range(MONTHS):
        crisis = np.where(crisis, draws[month + 1] > off, draws[month + 1] < onset)
        factor[month, crisis] = 6.0
    when = np.arange(MONTHS)
    calendar = (1 + 0.05 * np.sin(2 * np.pi * when / 12)) * np.exp(0.002 * when)
    return (np.exp(steady) * factor * calendar[:, np.newaxis].astype(np.float32)).T.copy()


def _offers(
    visits: np.ndarray, rate: np.ndarray, wish: np.ndarray, leaves: np.ndarray,
    *, world: World, rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """The month each person is offered the service; from then on their visits are drawn anew."""
    start = np.full(len(visits), NEVER)
    local = np.flatnonzero(np.isfinite(wish))
    for month in range(FIRST, FIRST + STARTS):
        last_year = visits[local, month - RULE_WITHIN : month].sum(axis=1)
        recent = visits[local, month - 3 : month].sum(axis=1)
        meets = (last_year >= RULE_AT_LEAST) & (leaves[local] > month) & (start[local] == NEVER)
        odds = wish[local] + 0.15 * (np.minimum(recent, 8) - 3)
        new = local[meets & (rng.random(len(local)) < _chance(odds))]
        start[new] = month
        if world.rate_ratio != 1:
            visits[new, month:] = rng.poisson(rate[new, month:] * world.rate_ratio)
    return start
