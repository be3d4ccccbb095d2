"""Areas: is a practice or network different, once its people's age and sex are allowed for?

Observed events of the 12 months are compared with what the place's people would have at the rates of all
people in scope, by 5-year age band and sex (indirect standardisation). The funnel says how far a place of
that size strays by chance. One person's contacts come in runs, so chance is wider than for single events:
limits are those of expected ÷ φ events, where φ = Σ y² ÷ Σ y over all people, the mean size of a run as
contacts see it: the variance of a count of runs is the sum of their squares.

Source   Spiegelhalter DJ (2005), Statistics in Medicine 24:1185-1202 (funnels and overdispersion).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from openphm.core.additivity import Additivity
from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.population.adding_up import of_places
from openphm.population.asking import Asking, Row
from openphm.population.strata import DEATHS, person_use_sql, quantities, sums_sql
from openphm.statistics import expected_events, indirectly_standardised_ratio, ratio_funnel

NAMES = ("gp_contacts", "ed_attendances", "emergency_admissions", "emergency_bed_days", DEATHS)
KINDS = {"pcn": "pcn_code", "practice": "practice_code"}
FIGURES = (
    "value",
    "lower",
    "upper",
    "observed",
    "expected",
    "lower_95",
    "upper_95",
    "lower_998",
    "upper_998",
)
COLUMNS = ("area_kind", "area_code", "area_name", "measure", *FIGURES, "unit")

Stratum = tuple[Scalar, Scalar]
Line = tuple[Cell | Scalar, ...]


class Spread(NamedTuple):
    """Events and person-years by stratum of everybody, and the mean size of a run."""

    strata: tuple[Stratum, ...]
    events: np.ndarray
    person_years: np.ndarray
    phi: float


def areas(population: Asking, as_at: date, by: str | None = None) -> Result:
    """For each network and practice and each measure: observed ÷ expected, and the limits of chance.

    by: "pcn" or "practice"; both when not given. Raises UsageError for another.
    """
    if by is not None and by not in KINDS:
        raise UsageError("--by", f"'{by[:60]}' is not a kind of place.", f"Allowed: {', '.join(KINDS)}.")
    rows = _rows(population, as_at)
    everybody = {name: _spread(rows, name) for name in NAMES}
    named = {place.code: place.name for place in population.places}
    lines: list[Line] = []
    for kind in [by] if by else KINDS:
        held: dict[str, list[Row]] = {}
        for row in rows:
            if row[KINDS[kind]]:
                held.setdefault(row[KINDS[kind]], []).append(row)
        for code in sorted(held):
            label = (kind, code, named.get(code, code))
            lines += [(*label, name, *_compared(held[code], name, everybody[name])) for name in NAMES]
    return Result(
        "report/areas", COLUMNS, tuple(lines), population.provenance(as_at), _NOTES,
        additivity=Additivity((of_places(population, by or "practice", "area_code"),)),
    )  # fmt: skip


_NOTES = (
    "Value: events of the 12 months to the date, divided by those expected at the rates of everybody here, "
    "by 5-year age band and sex. 1 is as expected. Deprivation and need are not allowed for.",
    "Beyond the 95% limits: 1 place in 20 by chance alone; beyond the 99.8% limits: 1 in 500. A place "
    "outside is a question to ask, not an answer. The limits allow for one person having many contacts.",
)


def _rows(population: Asking, as_at: date) -> list[Row]:
    """Sums by practice, age band and sex."""
    known = quantities(population)
    chosen = [known[name] for name in NAMES if name != DEATHS]
    keys = "p.practice_code, p.pcn_code, p.age_from, p.sex_code"
    return population.ask(
        f"{person_use_sql(chosen, as_at)}\nSELECT {keys},\n    {sums_sql(NAMES)}\nFROM person_use AS p\n"
        f"GROUP BY {keys}",
        as_at,
    )


def _spread(rows: Sequence[Row], name: str) -> Spread:
    events: dict[Stratum, float] = {}
    years: dict[Stratum, float] = {}
    for row in rows:
        stratum = (row["age_from"], row["sex_code"])
        events[stratum] = events.get(stratum, 0.0) + float(row[name])
        years[stratum] = years.get(stratum, 0.0) + float(row["person_years"])
    order = tuple(events)
    total, squares = sum(events.values()), sum(float(row[f"{name}_squared"]) for row in rows)
    return Spread(
        order,
        np.array([events[one] for one in order]),
        np.array([years[one] for one in order]),
        max(squares / total, 1.0) if total else 1.0,
    )


def _compared(rows: Sequence[Row], name: str, everybody: Spread) -> Line:
    """The figures of one place and one measure, in the order of the columns."""
    years: Mapping[Stratum, float] = _years(rows)
    observed = sum(float(row[name]) for row in rows)
    expected = float(
        expected_events(
            np.array([years.get(one, 0.0) for one in everybody.strata]),
            everybody.events,
            everybody.person_years,
        )
    )
    effective = expected / everybody.phi
    ratio = indirectly_standardised_ratio(observed / everybody.phi, effective)
    funnel = ratio_funnel(effective)
    people = sum(int(row[f"{name}_people"]) for row in rows)
    top = max(float(row[f"{name}_top"]) for row in rows)

    def cell(value: float, numerator: float | None = None, denominator: float | None = None) -> Cell:
        known = float(value) if np.isfinite(value) else None
        behind = people or sum(int(row["n_people"]) for row in rows)
        share = min(1.0, top / observed) if observed > 0 and name != DEATHS else None
        return Cell(known, numerator, denominator, behind, share)

    limits = (funnel.inner_lower, funnel.inner_upper, funnel.outer_lower, funnel.outer_upper)
    return (
        cell(float(ratio.value), observed, expected),
        cell(float(ratio.lower)),
        cell(float(ratio.upper)),
        cell(observed),
        cell(expected),
        *(cell(float(limit)) for limit in limits),
        "ratio",
    )


def _years(rows: Sequence[Row]) -> dict[Stratum, float]:
    years: dict[Stratum, float] = {}
    for row in rows:
        stratum = (row["age_from"], row["sex_code"])
        years[stratum] = years.get(stratum, 0.0) + float(row["person_years"])
    return years
