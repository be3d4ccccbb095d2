"""Prescriptions: long-term medicines in courses, short courses, opioids, and those of the mind.

A course is issued again every month or two while it lasts. Medicines that say something about a
person (opioids, antidepressants and hypnotics, those that tell of a condition) are only given where
the life has what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from openphm.synthetic.activity.person_years import rows_of
from openphm.synthetic.clock import FAR, YEAR, Calendar
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Floats, Ints, categorical, expand
from openphm.synthetic.lives import BY_MEDICINE, Facts, Life, dated, joined, kept
from openphm.synthetic.risks import Risks
from openphm.synthetic.states import States
from openphm.synthetic.tables import by_subsegment, code_of, read_columns

_MENTAL_PREFIXES = ("0401", "0402", "0403")
OPIOID_PREFIX = "040702"
_HEALTHY_REPEATS_AT_MOST = 2
_BY_CONTACT_SHARE = 0.45
_TWO_MONTHS = 0.72


@dataclass(frozen=True)
class Formulary:
    """The medicines of data/medicines.csv, as arrays in one order."""

    names: np.ndarray
    bnf: np.ndarray
    nic_gbp: Floats
    days: Ints
    role: np.ndarray
    reason: np.ndarray
    weight: Floats

    def of_role(self, role: str) -> Ints:
        return np.flatnonzero(self.role == role)

    def starts_with(self, *prefixes: str) -> np.ndarray:
        return np.array([code.startswith(prefixes) for code in self.bnf])

    @property
    def mental(self) -> np.ndarray:
        """Medicines that raise the mental health flag."""
        return self.starts_with(*_MENTAL_PREFIXES)


@cache
def formulary() -> Formulary:
    columns = read_columns("medicines")
    rows = [str(int(code)).zfill(15) if isinstance(code, float) else code for code in columns["bnf"]]
    return Formulary(
        names=columns["medicine"], bnf=np.array(rows, dtype=object), nic_gbp=columns["nic_gbp"],
        days=columns["days"].astype(np.int64), role=columns["role"], reason=columns["reason"],
        weight=columns["weight"],
    )  # fmt: skip


def add_medicines(
    life: Life, risks: Risks, states: States, telling: Mapping[int, int], calendar: dict[str, Calendar],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Adds the kind `issue`: one row a prescription item.

    telling   condition -> the medicine by which it is known where nothing else tells
    """
    courses = joined([_for_conditions(life, telling, rng), _for_risks(life, risks, rng), _repeats(life, rng)])
    parts = [_issues(courses, life, rng), _short_courses(life, states, calendar, rng)]
    parts += [_opioids(life, risks, states, rng), _of_the_mind(life, risks, states, rng)]
    issues = joined(parts)
    who, day = issues["person"], issues["date"]
    inside = (day >= np.maximum(life.people.joined, life.clock.start)[who]) & (day < life.people.stop[who])
    life.add("issue", kept(issues, inside))


def _course(person: Ints, medicine: Ints, start: Ints, stop: Ints) -> Facts:
    return dated(person, start, medicine=medicine.astype(np.int16), until=np.asarray(stop).astype(np.int32))


def _for_conditions(life: Life, telling: Mapping[int, int], rng: np.random.Generator) -> Facts:
    """Medicines for conditions, from the onset; always where the medicine alone tells of the condition."""
    m, f = model(), formulary()
    parts = []
    for medicine in f.of_role("condition"):
        for reason in str(f.reason[medicine]).split(";"):
            c = m.index(reason)
            has = life.onset[:, c] < FAR
            told = (life.known_by[:, c] == BY_MEDICINE) & (telling.get(c) == medicine)
            who = np.flatnonzero(has & (told | (rng.random(life.count) < f.weight[medicine])))
            wait = np.where(told[who], 0, rng.exponential(120, len(who))).astype(np.int64)
            parts.append(
                _course(who, np.full(len(who), medicine), life.onset[who, c] + wait, life.resolved[who, c])
            )
    courses = joined(parts)
    _, first = np.unique(courses["person"].astype(np.int64) * 1000 + courses["medicine"], return_index=True)
    return kept(courses, np.isin(np.arange(len(courses["person"])), first))


def _for_risks(life: Life, risks: Risks, rng: np.random.Generator) -> Facts:
    parts = []
    for medicine in formulary().of_role("risk"):
        taken = rng.random(life.count) < formulary().weight[medicine]
        who = np.flatnonzero((risks.cholesterol < FAR) & taken)
        parts.append(
            _course(who, np.full(len(who), medicine), risks.cholesterol[who] + 30, np.full(len(who), FAR))
        )
    return joined(parts)


def _repeats(life: Life, rng: np.random.Generator) -> Facts:
    """Long-term medicines without a condition; healthy people have too few to be polypharmacy."""
    f = formulary()
    rate = by_subsegment("profiles")["repeats"][life.people.intended]
    number = rng.poisson(rate)
    healthy = life.people.intended <= code_of("1c")
    number = np.where(healthy, np.minimum(number, _HEALTHY_REPEATS_AT_MOST), np.minimum(number, 14))
    who = expand(number)
    options = f.of_role("repeat")
    medicine = options[categorical(f.weight[options], len(who), rng)]
    since = np.floor(-5.0 * YEAR * np.log(rng.random(len(who)))).astype(np.int64) + 15
    start = np.maximum(life.people.stop[who] - since, life.people.birth[who] + 60)
    ended = rng.random(len(who)) < 0.15
    stop = np.where(ended, start + rng.integers(60, 700, len(who)), FAR)
    courses = _course(who, medicine, start, stop)
    _, first = np.unique(courses["person"].astype(np.int64) * 1000 + courses["medicine"], return_index=True)
    return kept(courses, np.isin(np.arange(len(who)), first))


def _issues(courses: Facts, life: Life, rng: np.random.Generator) -> Facts:
    """A course issued again and again, at its interval and a few days either way."""
    f = formulary()
    who = courses["person"]
    interval = f.days[courses["medicine"]] * np.where(rng.random(len(who)) < _TWO_MONTHS, 2, 1)
    first = np.maximum(life.people.joined, life.clock.start)[who]
    start = np.maximum(courses["date"], first + rng.integers(0, interval))
    stop = np.minimum(courses["until"], life.people.stop[who])
    number = np.maximum(-(-(stop - start) // interval), 0)
    row = expand(number)
    nth = np.arange(len(row)) - np.concatenate(([0], np.cumsum(number)))[row]
    day = start[row] + nth * interval[row] + rng.integers(0, 5, len(row)) * (nth > 0)
    day = np.minimum(day, stop[row] - 1)
    return dated(who[row], day, medicine=courses["medicine"][row])


def _short_courses(
    life: Life, states: States, calendar: dict[str, Calendar], rng: np.random.Generator
) -> Facts:
    rate = by_subsegment("profiles")["acute"]
    rows = rows_of(rng.poisson(rate[states.state] * states.exposure), states)
    options = formulary().of_role("acute")
    medicine = options[categorical(formulary().weight[options], len(rows), rng)]
    return dated(
        rows.person, calendar["winter"].draw(rows.start, rows.stop, rng), medicine=medicine.astype(np.int16)
    )


def _in_flagged_years(
    flags: np.ndarray, states: States, mean: float, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Person and day of one or more prescriptions in each flagged year, never on its first or last days."""
    number = np.where(flags & (states.stop - states.start > 20), 1 + rng.poisson(mean, flags.shape), 0)
    cell = expand(number.ravel())
    start, stop = states.start.ravel()[cell] + 4, states.stop.ravel()[cell] - 8
    day = start + np.floor(rng.random(len(cell)) * np.maximum(stop - start, 1)).astype(np.int64)
    return cell // flags.shape[1], day


def _opioids(life: Life, risks: Risks, states: States, rng: np.random.Generator) -> Facts:
    options = formulary().of_role("opioid")
    person, day = _in_flagged_years(risks.opioid, states, 3.0, rng)
    favourite = options[categorical(formulary().weight[options], life.count, rng)]
    return dated(person, day, medicine=favourite[person].astype(np.int16))


def _of_the_mind(life: Life, risks: Risks, states: States, rng: np.random.Generator) -> Facts:
    """For the flag without a diagnosis: some get medicines, the others see mental health services."""
    options = formulary().of_role("mental")
    by_medicine = ~by_contact(life, risks)
    person, day = _in_flagged_years(risks.mental & by_medicine, states, 4.0, rng)
    favourite = options[categorical(formulary().weight[options], life.count, rng)]
    return dated(person, day, medicine=favourite[person].astype(np.int16))


def by_contact(life: Life, risks: Risks) -> np.ndarray:
    """people × years: flagged by contacts instead of medicines.

    A contact flags for two years, so only people flagged a year later as well are flagged this way.
    """
    choice = (life.people.number * 2654435761 % 1000 / 1000 < _BY_CONTACT_SHARE)[:, None]
    later = np.concatenate([np.ones((life.count, 1), bool), risks.mental[:, :-1]], axis=1)
    return choice & later & risks.mental
