"""Urgent care: emergency attendances, emergency admissions, ambulances and calls to 111.

The subsegments 1a to 1c have no emergency admission and at most four attendances in a year, 2a has an
admission, 2b has six attendances or more and no admission: the rules say so. Elsewhere attendances
are Poisson with a lasting part, and a few people have a crisis with many attendances within months.
"""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.person_years import Rows, expected, lasting, rows_of
from openphm.synthetic.clock import Calendar, Days
from openphm.synthetic.draws import Bools, Floats, Ints, categorical
from openphm.synthetic.lives import Facts, Life, dated
from openphm.synthetic.states import States
from openphm.synthetic.tables import by_subsegment, code_of

CRISIS_LASTS = 0.42
CRISIS_ATTENDANCES = 10.0
MOST_WHEN_HEALTHY = 4
VIA_ED = 0.72
RESPONSES = ("Hear and treat", "See and treat", "See and convey")
RESPONSE_SHARES = np.array([0.14, 0.32, 0.54])
"""Ambulance incidents that end by phone, on the spot, or in hospital."""
_ZERO_DAY = 0.30
_FREQUENT = (6, 7, 8, 9)
_FREQUENT_SHARES = np.array([0.35, 0.35, 0.20, 0.10])
_LONGEST_STAY = 200
_STAY_SPREAD = 0.9


def add_urgent(life: Life, states: States, calendar: dict[str, Calendar], rng: np.random.Generator) -> None:
    """Adds the kinds `ed`, `emergency`, `ambulance` and `call_111`."""
    profile = by_subsegment("profiles")
    use = lasting(life.people.intended, 1.6, rng)
    crisis = _crises(states, profile["crisis"], rng)
    admissions = _admission_counts(states, profile, use, crisis, rng)
    attendances = _attendance_counts(states, profile, use, crisis, rng)
    via = rng.binomial(admissions, VIA_ED)
    attendances = np.maximum(attendances, via)
    emergency = _admissions(admissions, states, life.clock.back(1), calendar["urgent"], rng)
    life.add("emergency", emergency)
    life.add("ed", _attendances(attendances, via, emergency, crisis, states, calendar["urgent"], rng))
    for kind, rate in (("ambulance", "ambulance"), ("call_111", "calls_111")):
        rows = rows_of(rng.poisson(expected(states, profile[rate], use)), states)
        day = calendar["urgent"].draw(rows.start, rows.stop, rng)
        response = categorical(RESPONSE_SHARES, len(rows), rng).astype(np.int8)
        life.add(kind, dated(rows.person, day, year=rows.year.astype(np.int8), response=response))


def _crises(states: States, chance: Floats, rng: np.random.Generator) -> Bools:
    """people × years: a crisis in that year. It lasts into a neighbouring year with one chance."""
    p = chance[states.state]
    crisis = np.zeros(states.state.shape, dtype=bool)
    crisis[:, 0] = rng.random(len(p)) < p[:, 0]
    for k in range(1, p.shape[1]):
        fresh = p[:, k] * (1 - CRISIS_LASTS)
        stays = np.where(p[:, k] > 0, CRISIS_LASTS, 0.0)
        crisis[:, k] = rng.random(len(p)) < np.where(crisis[:, k - 1], stays, fresh)
    return crisis & (states.exposure > 0.5)


def _admission_counts(
    states: States, profile: dict[str, np.ndarray], use: Floats, crisis: Bools, rng: np.random.Generator
) -> Ints:
    counts = rng.poisson(expected(states, profile["admissions"], 0.35 + 0.65 * use) + 0.6 * crisis)
    admitted = states.state == code_of("2a")
    counts = np.where(
        admitted, 1 + rng.poisson(profile["admissions"][code_of("2a")] - 1, counts.shape), counts
    )
    return np.where((profile["admissions"] == 0)[states.state] | (states.exposure == 0), 0, counts)


def _attendance_counts(
    states: States, profile: dict[str, np.ndarray], use: Floats, crisis: Bools, rng: np.random.Generator
) -> Ints:
    quiet = np.maximum(profile["ed"] - profile["crisis"] * CRISIS_ATTENDANCES, 0.01)
    counts = rng.poisson(expected(states, quiet, use))
    counts += np.where(crisis, 5 + rng.poisson(CRISIS_ATTENDANCES - 5, counts.shape), 0)
    healthy = states.state <= code_of("1c")
    counts = np.where(healthy, np.minimum(counts, MOST_WHEN_HEALTHY), counts)
    often = np.array(_FREQUENT)[categorical(_FREQUENT_SHARES, counts.size, rng)].reshape(counts.shape)
    counts = np.where(states.state == code_of("2b"), often, counts)
    return np.where(states.exposure > 0, counts, 0)


def _admissions(
    counts: Ints, states: States, reported_from: int, calendar: Calendar, rng: np.random.Generator
) -> Facts:
    """Admissions with their discharge, both within the person's year."""
    rows = rows_of(counts, states)
    day = calendar.draw(rows.start, rows.stop, rng)
    days = _stays(rows, day >= reported_from, states, reported_from, rng)
    days = np.minimum(days, np.maximum(rows.stop - rows.start - 1, 0))
    admitted = np.maximum(np.minimum(day, rows.stop - 1 - days), rows.start)
    return dated(
        rows.person,
        admitted,
        discharge=np.minimum(admitted + days, rows.stop - 1).astype(np.int32),
        year=rows.year.astype(np.int8),
        state=rows.state.astype(np.int8),
    )


def _stays(
    rows: Rows, is_reported: Bools, states: States, reported_from: int, rng: np.random.Generator
) -> Ints:
    """Whole days in bed: some stays have none, the others a long tail.

    They are scaled so that the bed days of each subsegment are those of Figure 12, in the twelve months
    that are reported and, apart from them, in the time before.
    """
    drawn = rng.lognormal(0, _STAY_SPREAD, len(rows)) * (rng.random(len(rows)) >= _ZERO_DAY)
    beds = by_subsegment("figure12")["emergency_bed_days"]
    reported = np.clip(states.stop - np.maximum(states.start, reported_from), 0, None) / 365.2425
    days = np.zeros(len(rows), dtype=np.int64)
    for s in np.flatnonzero(beds):
        in_state = states.state == s
        for now in (True, False):
            mine = np.flatnonzero((rows.state == s) & (is_reported == now))
            exposed = (reported if now else states.exposure - reported)[in_state].sum()
            days[mine] = _whole_days(drawn[mine], beds[s] * exposed, rng)
    return days


def _whole_days(drawn: Floats, total: float, rng: np.random.Generator) -> Ints:
    """Whole numbers in proportion to `drawn` that add up to about `total`, none above the longest stay."""
    scaled = drawn * total / max(drawn.sum(), 1e-9)
    for _ in range(3):
        scaled = np.minimum(scaled, _LONGEST_STAY)
        scaled = scaled * total / max(scaled.sum(), 1e-9)
    cumulated = np.floor(np.cumsum(np.minimum(scaled, _LONGEST_STAY)) + rng.random())
    return np.diff(cumulated, prepend=0).astype(np.int64)


def _attendances(
    counts: Ints, via: Ints, emergency: Facts, crisis: Bools, states: States, calendar: Calendar,
    rng: np.random.Generator,
) -> Facts:  # fmt: skip
    """Attendances; those that led to an admission are on its day, those of a crisis within its months."""
    rows = rows_of(counts, states)
    years = counts.shape[1]
    cell = rows.person * years + rows.year
    rank = np.arange(len(cell)) - np.concatenate(([0], np.cumsum(counts.ravel())))[cell]
    start, stop = _crisis_months(crisis, states, rng)
    in_crisis = crisis.ravel()[cell]
    day = calendar.draw(
        np.where(in_crisis, start.ravel()[cell], rows.start).astype(np.int32),
        np.where(in_crisis, stop.ravel()[cell], rows.stop).astype(np.int32),
        rng,
    )
    admitted = rank < via.ravel()[cell]
    first = np.concatenate(
        (
            [0],
            np.cumsum(
                np.bincount(
                    emergency["person"].astype(np.int64) * years + emergency["year"], minlength=counts.size
                )
            ),
        )
    )
    day[admitted] = emergency["date"][(first[cell] + rank)[admitted]]
    share = by_subsegment("profiles")["ed_minor"]
    minor = (rng.random(len(rows)) < share[rows.state]) & ~admitted
    return dated(
        rows.person, day, year=rows.year.astype(np.int8), state=rows.state.astype(np.int8),
        admitted=admitted, minor=minor,
    )  # fmt: skip


def _crisis_months(crisis: Bools, states: States, rng: np.random.Generator) -> tuple[Days, Days]:
    """Two to nine months of each year in which a crisis would lie."""
    length = rng.integers(60, 280, crisis.shape)
    room = np.maximum(states.stop - states.start - length, 0)
    start = states.start + (rng.random(crisis.shape) * room).astype(np.int64)
    stop = np.minimum(start + length, states.stop)
    return start.astype(np.int32), np.maximum(stop, start + 1).astype(np.int32)
