"""Coded entries of the GP record: conditions, deficits, risks, measurements, frailty, fit notes, routine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from openphm.synthetic.evidence import RISK_ENTRIES
from openphm.synthetic.lives import NOT_EVIDENCE, ONSET, RESOLVED
from openphm.synthetic.records.batch import Batch, days, numbered, numbers, words
from openphm.synthetic.records.writer_context import Context
from openphm.synthetic.tables import read_columns

_BMI_UNIT = "kg/m2"
_HEALTH_CHECK_AGES = (40, 75)
_HEALTH_CHECKS_IN_TEN_YEARS = 1.0  # near half of the eligible had one in five years


@dataclass(frozen=True)
class Entries:
    """Entries of one kind: whose, when, which of `codes`, and a value with its unit where there is one."""

    codes: Sequence[str]
    person: np.ndarray
    date: np.ndarray
    place: np.ndarray
    value: np.ndarray | None = None
    unit: np.ndarray | None = None
    units: Sequence[str] = ()


def gp_event(c: Context) -> Batch:
    """Coded entries of every kind. Entries from before a person joined came with their record."""
    parts = list(_parts(c))
    codes: list[str] = []
    units: list[str] = []
    place, unit = [], []
    for part in parts:
        place.append(part.place + len(codes))
        none = np.full(len(part.place), -1)
        unit.append(none if part.unit is None else np.where(part.unit < 0, -1, part.unit + len(units)))
        codes += part.codes
        units += part.units
    person, date = (np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "date"))
    values = [np.full(len(one.place), np.nan) if one.value is None else one.value for one in parts]
    value = np.concatenate(values)
    columns = {
        "event_key": numbered(5, len(person), c.serial),
        "nhs_number": c.nhs(person),
        "practice_code": c.practice_of(person, date),
        "event_date": days(date),
        "code": words(np.concatenate(place), codes),
        "value": numbers(value, np.isnan(value)),
        "unit_code": words(np.concatenate(unit), units),
        "recorded_date": days(date),
    }
    joined = c.life.people.joined[person]
    batch = c.batch("gp_event", columns, person, np.maximum(date, joined))
    batch.history = (date < joined) | (batch.month < 0)
    alive = (date < c.life.people.stop[person]) & (date >= c.life.people.birth[person])
    return batch.take(np.flatnonzero(alive))


def _parts(c: Context) -> Iterator[Entries]:
    yield from _conditions(c)
    v, facts = c.vocabulary, c.life.facts
    deficit = facts["deficit_entry"]
    place = v.deficit.index(deficit["deficit"], deficit["slot"])
    yield Entries(v.deficit.codes, deficit["person"], deficit["date"], place)
    bmi = facts["bmi"]
    first = np.zeros(len(bmi["date"]), np.int64)
    yield Entries([v.bmi], bmi["person"], bmi["date"], first, bmi["value"], first, [_BMI_UNIT])
    for kind, column, table in (
        ("smoking", "status", v.smoking),
        ("risk_entry", "risk", v.risks(RISK_ENTRIES)),
        ("frailty_level", "level", v.frailty),
    ):
        key = facts[kind][column].astype(np.int64) - (kind == "frailty_level")
        place = table.index(key, np.zeros_like(key))
        yield Entries(table.codes, facts[kind]["person"], facts[kind]["date"], place)
    notes = facts["fit_note"]
    slot = np.arange(len(notes["date"]))
    place = v.fit_note.index(np.zeros_like(slot), slot)
    yield Entries(v.fit_note.codes, notes["person"], notes["date"], place)
    yield _routine(c)
    yield _health_checks(c)


def _health_checks(c: Context) -> Entries:
    """NHS Health Checks in the ten years to the end, at the ages of the programme."""
    people, rng = c.life.people, np.random.default_rng([c.chunk, 12])
    number = rng.poisson(_HEALTH_CHECKS_IN_TEN_YEARS, people.count)
    who = np.repeat(np.arange(people.count), number)
    day = (c.life.clock.stop - 1 - rng.integers(0, 3653, len(who))).astype(np.int32)
    age = (day - people.birth[who]) / 365.2425
    offered = (age >= _HEALTH_CHECK_AGES[0]) & (age < _HEALTH_CHECK_AGES[1])
    who, day = who[offered], day[offered]
    return Entries([c.vocabulary.health_check], who, day, np.zeros(len(who), np.int64))


def _conditions(c: Context) -> Iterator[Entries]:
    """Evidence of conditions, resolved codes, and what is no evidence (family history and the like)."""
    facts, v = c.life.facts["condition_entry"], c.vocabulary
    for role, table in ((ONSET, v.onset), (RESOLVED, v.resolved), (NOT_EVIDENCE, v.not_evidence)):
        rows = np.flatnonzero(facts["role"] == role)
        place = table.index(facts["condition"][rows], facts["slot"][rows])
        rows, place = rows[place >= 0], place[place >= 0]
        yield Entries(table.codes, facts["person"][rows], facts["date"][rows], place)


def _routine(c: Context) -> Entries:
    """Measurements and routine entries, with ordinary values."""
    facts, columns = c.life.facts["routine"], read_columns("routine_codes")
    codes, weight = c.vocabulary.routine
    rng = np.random.default_rng([c.chunk, 11])
    edges = np.cumsum(weight) / weight.sum()
    place = np.searchsorted(edges, rng.random(len(facts["date"])), side="right").clip(0, len(codes) - 1)
    low, high = columns["low"], columns["high"]
    value = np.round(low[place] + (high - low)[place] * rng.random(len(place)), 1)
    unit = np.where(np.isnan(value), -1, place)
    units = [str(one or "none") for one in columns["unit"]]
    return Entries(codes, facts["person"], facts["date"], place, value, unit, units)
