"""Planned hospital care: day cases, elective stays, regular attendances, births and outpatients."""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.person_years import Rows, expected, lasting, rows_of
from openphm.synthetic.clock import Calendar
from openphm.synthetic.draws import Floats
from openphm.synthetic.lives import BY_HOSPITAL, Facts, Life, dated, joined
from openphm.synthetic.population import FEMALE
from openphm.synthetic.states import States
from openphm.synthetic.tables import by_subsegment, code_of

DAY_CASE, ELECTIVE, REGULAR, BIRTH = 0, 1, 2, 3
_PER_POUND = (0.150 / 400, 0.034 / 400, 0.030 / 400)
_OUTPATIENTS_PER_POUND = 1.05 / 170
_OUTPATIENTS_AT_MOST = 14.0
_BIRTHS = {"1a": 0.010, "1c": 0.003, "3d": 0.018, "3e": 0.012, "3f": 0.014, "2a": 0.01}
_CHILDBEARING = (18.0, 44.0)
_NEVER_ATTENDED = 0.08


def add_planned(life: Life, states: States, calendar: dict[str, Calendar], rng: np.random.Generator) -> None:
    """Adds the kind `planned`: spells that are not emergencies, births included."""
    price = by_subsegment("figure12")["acute_planned_gbp"]
    use = lasting(life.people.intended, 1.1, rng)
    parts = []
    for kind, per_pound in enumerate(_PER_POUND):
        if kind == REGULAR:
            use = lasting(
                life.people.intended, 0.02, rng
            )  # dialysis and the like: few people, many attendances
        rows = rows_of(rng.poisson(expected(states, price * per_pound, use)), states)
        nights = 1 + rng.poisson(1.8, len(rows)) if kind == ELECTIVE else np.zeros(len(rows), np.int64)
        parts.append(_spells(rows, kind, nights, calendar, rng))
    rows = rows_of(rng.poisson(expected(states, _birth_rate(), _may_give_birth(life))), states)
    parts.append(_spells(rows, BIRTH, 1 + rng.poisson(0.8, len(rows)), calendar, rng))
    life.add("planned", joined(parts))


def _birth_rate() -> Floats:
    rate = np.zeros(16)
    for code, value in _BIRTHS.items():
        rate[code_of(code)] = value
    return rate


def _may_give_birth(life: Life) -> Floats:
    """Weights of mean about one over a subsegment: only women of childbearing age give birth."""
    age = life.people.age_at(life.clock.stop)
    able = (life.people.sex == FEMALE) & (age > _CHILDBEARING[0]) & (age < _CHILDBEARING[1])
    return able * 4.0


def _spells(
    rows: Rows, kind: int, nights: np.ndarray, calendar: dict[str, Calendar], rng: np.random.Generator
) -> Facts:
    nights = np.minimum(nights, np.maximum(rows.stop - rows.start - 1, 0))
    days = calendar["any" if kind == BIRTH else "hospital"]
    day = days.draw(rows.start, np.maximum(rows.stop - nights, rows.start + 1).astype(np.int32), rng)
    return dated(
        rows.person,
        day,
        discharge=(day + nights).astype(np.int32),
        year=rows.year.astype(np.int8),
        state=rows.state.astype(np.int8),
        kind=np.full(len(rows), kind, np.int8),
    )


def add_outpatients(
    life: Life, states: States, calendar: dict[str, Calendar], rng: np.random.Generator
) -> None:
    """Adds the kind `outpatient`. The first evidence of conditions known to hospitals only is here."""
    price = by_subsegment("figure12")["acute_other_gbp"]
    rate = np.minimum(price * _OUTPATIENTS_PER_POUND, _OUTPATIENTS_AT_MOST)
    rows = rows_of(rng.poisson(expected(states, rate, lasting(life.people.intended, 0.9, rng))), states)
    day = calendar["hospital"].draw(rows.start, rows.stop, rng)
    attended = rng.random(len(rows)) >= _NEVER_ATTENDED
    usual = dated(
        rows.person,
        day,
        year=rows.year.astype(np.int8),
        state=rows.state.astype(np.int8),
        attended=attended,
        condition=np.full(len(rows), -1, np.int16),
    )
    life.add("outpatient", joined([usual, _hospital_evidence(life, states, rng)]))


def _hospital_evidence(life: Life, states: States, rng: np.random.Generator) -> Facts:
    """Three appointments that carry a diagnosis the practice does not know: at the onset and after it."""
    who, what = np.nonzero(life.known_by == BY_HOSPITAL)
    onset, stop = life.onset[who, what].astype(np.int64), life.people.stop[who]
    parts = []
    for after in (0, 60, 200):
        latest = np.minimum(onset + after + rng.integers(0, 40, len(who)) * (after > 0), stop - 1)
        year = np.clip((stop - 1 - latest) // 366, 0, states.state.shape[1] - 1)
        parts.append(
            dated(
                who,
                latest,
                year=year.astype(np.int8),
                state=states.state[who, year].astype(np.int8),
                attended=np.ones(len(who), bool),
                condition=what.astype(np.int16),
            )
        )
    return joined(parts)
