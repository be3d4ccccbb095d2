"""The state of each person at the end of each of their years, for the rates at which they use care.

At the end of registration the state is the subsegment they were drawn for. For earlier years it
follows from their conditions and risks at that time, and healthy people may then have had an acute
year. This is the model's own bookkeeping; the truth is worked out elsewhere, from what happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.synthetic.clock import Days
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Bools, Floats, Ints, Streams
from openphm.synthetic.frailty import MODERATE_FROM, OLD, SEVERE_FROM, deficits_at
from openphm.synthetic.lives import Life
from openphm.synthetic.risks import Risks, risk_flag_at
from openphm.synthetic.tables import code_of

_ACUTE_CHANCE = 0.0228
_FREQUENT_CHANCE = 0.0015


@dataclass(frozen=True)
class States:
    """people × years, counted back from the end of registration.

    state        number of the subsegment whose rates apply
    start, stop  the part of the year in which the person is registered and the history is written
    exposure     that part as a share of a year
    """

    state: Ints
    start: Days
    stop: Days

    @property
    def exposure(self) -> Floats:
        return np.maximum(self.stop - self.start, 0) / 365.2425


def draw_states(life: Life, risks: Risks, streams: Streams) -> States:
    """States and exposure of everybody in the chunk."""
    rng = streams.of("states")
    people, years = life.people, life.clock.years
    edges = people.edges(years)
    state = np.empty((people.count, years), dtype=np.int64)
    state[:, 0] = people.intended
    for k in range(1, years):
        state[:, k] = _state_at(life, risks, edges[:, k] - 1, k, rng)
    first = np.maximum(people.joined, life.clock.start)[:, None]
    start = np.maximum(edges[:, 1:], first)
    stop = np.maximum(edges[:, :-1], start)
    state = _acute_needs_a_full_year(people.intended, state, stop - start)
    return States(state, start.astype(np.int32), stop.astype(np.int32))


def _acute_needs_a_full_year(intended: Ints, state: Ints, days: Ints) -> Ints:
    """An acute year that was cut short by joining counts as a healthy one."""
    acute = np.isin(state, (code_of("2a"), code_of("2b"))) & (days < 360)
    acute[:, 0] = False
    return np.where(acute, code_of("1c"), state)


def _state_at(life: Life, risks: Risks, day: Ints, year: int, rng: np.random.Generator) -> Ints:
    """The subsegment a person's conditions and risks make likely, first match last."""
    m = model()
    has = life.present(day)
    age = life.people.age_at(day)
    old = age >= OLD
    deficits = deficits_at(life, day)
    counted = has[:, m.counted].sum(axis=1)
    state = np.where(age < 18, code_of("1b"), code_of("1c"))
    state = np.where(risk_flag_at(life, risks, day, year), code_of("1a"), state)
    state = _acute_years(state, age, rng)
    for code, holds in (
        ("3f", counted > 0),
        ("3e", has[:, m.of_kind("msk")].any(axis=1)),
        ("3d", has[:, m.of_kind("mental")].any(axis=1)),
        ("3c", has[:, m.of_kind("disability")].any(axis=1)),
        ("3b", has[:, m.of_kind("big6")].any(axis=1)),
        ("3a", old & (deficits >= MODERATE_FROM)),
        ("4c", has[:, m.index("dementia")]),
        ("4b", counted >= 5),
        ("4a", old & (deficits >= SEVERE_FROM)),
        ("5b", has[:, m.index("palliative")]),
        ("5a", has[:, m.index("metastatic_cancer")]),
    ):
        state = np.where(holds, code_of(code), state)
    return state


def _acute_years(state: Ints, age: Floats, rng: np.random.Generator) -> Ints:
    """Some healthy people had an emergency admission, or many attendances, in that year."""
    young: Bools = (age < 6) | (age > 70)
    u = rng.random(len(age))
    admitted = u < _ACUTE_CHANCE * np.where(young, 1.5, 0.85)
    frequent = u > 1 - _FREQUENT_CHANCE
    state = np.where(admitted & (age > 1.2), code_of("2a"), state)
    return np.where(frequent & (age > 1.2), code_of("2b"), state)
