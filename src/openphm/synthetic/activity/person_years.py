"""Counts of contacts by person and year, and days for them.

A person's use of care is partly lasting (a gamma variate for each person and subject) and partly of the
year. So a few people use much, and those chosen because they used much use less the next year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import gamma

from openphm.synthetic.clock import Calendar, Clock, Days
from openphm.synthetic.draws import Floats, Ints, expand, stratified_uniform
from openphm.synthetic.states import States

GROWTH_A_YEAR = 0.015


@dataclass(frozen=True)
class Rows:
    """One row a contact: whose, in which of the person's years, in which state."""

    person: Ints
    year: Ints
    state: Ints
    start: Days
    stop: Days

    def __len__(self) -> int:
        return len(self.person)


def lasting(groups: Ints, shape: float, rng: np.random.Generator) -> Floats:
    """How much each person uses, mean 1 in every group: the smaller the shape, the heavier the tail.

    Spread evenly over the distribution within each group (the subsegment), so that the mean of a small
    subsegment does not hang on two people.
    """
    use = np.empty(len(groups))
    for group in np.unique(groups):
        who = np.flatnonzero(groups == group)
        drawn = gamma.ppf(stratified_uniform(len(who), rng), shape, scale=1 / shape)
        use[who] = drawn / max(drawn.mean(), 1e-9) if len(who) > 20 else drawn
    return use


def expected(states: States, rate: Floats, use: Floats) -> Floats:
    """people × years: expected contacts from rates a person-year by subsegment; fewer in earlier years."""
    trend = (1 - GROWTH_A_YEAR) ** np.arange(states.state.shape[1])
    return rate[states.state] * states.exposure * trend[None, :] * use[:, None]


def rows_of(counts: Ints, states: States) -> Rows:
    """One row for each contact counted."""
    years = counts.shape[1]
    cell = expand(counts.ravel())
    person, year = cell // years, cell % years
    return Rows(
        person,
        year,
        states.state[person, year],
        states.start[person, year],
        states.stop[person, year],
    )


def calendars(clock: Clock) -> dict[str, Calendar]:
    """How days differ, by kind of care. They reach back before the history for the first load."""
    first, last = clock.start - 5 * 366, clock.stop + 1
    return {
        "office": Calendar(first, last, weekend=0.015, winter=0.05, holidays=0.02),
        "hospital": Calendar(first, last, weekend=0.12, winter=0.02, holidays=0.1),
        "urgent": Calendar(first, last, weekend=1.04, winter=0.06),
        "winter": Calendar(first, last, weekend=0.7, winter=0.25),
        "any": Calendar(first, last, weekend=1.0, winter=0.0),
    }
