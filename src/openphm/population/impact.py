"""The impact of a condition (Figure 7): how common it is, and what people with it use more.

People with the condition are compared with people of the same age band, sex and deprivation fifth without
it. Two passes over the people: everybody by stratum, and those with each condition by stratum; those
without are the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking, Row
from openphm.population.impact_ratio import Group, adjusted_ratio
from openphm.population.people import sql_date
from openphm.population.strata import Quantity, person_use_sql, quantities, sums_sql

QUANTITIES = ("gp_contacts", "ed_attendances", "emergency_admissions", "cost_total")
COLUMNS = ("condition_id", "condition", "measure", "value", "lower", "upper", "unit")
STRATUM = ("age_from", "sex_code", "imd_quintile")

Line = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class Pair:
    """People with a condition and people without it, stratum by stratum, for one quantity."""

    held: Group
    others: Group
    n_people: int
    largest_share: float | None


def condition_impact(population: Asking, as_at: date) -> Result:
    """For each condition: people, prevalence, and for each quantity the two rates and their ratio."""
    known = quantities(population)
    chosen = [known[name] for name in QUANTITIES]
    everybody, held = _sums(population, chosen, as_at)
    named = population.ask_reference("SELECT condition_id, name FROM definitions.condition")
    names = {str(row["condition_id"]): str(row["name"]) for row in named}
    registered = int(sum(row["n_registered"] for row in everybody.values()))
    people_with = {one: int(sum(row["n_registered"] for row in rows.values())) for one, rows in held.items()}
    lines: list[Line] = []
    # The most common first, by tens: the order among the few would say who are fewer.
    for condition in sorted(held, key=lambda one: (-(people_with[one] // 10), names.get(one, one))):
        strata, people = held[condition], people_with[condition]
        label = (condition, names.get(condition, condition))
        lines += [(*label, *line) for line in _prevalence(people, registered)]
        pairs = {name: _pair(name, strata, everybody) for name in QUANTITIES}
        lines += [(*label, *line) for name, pair in pairs.items() for line in _ratio(name, pair)]
        lines += [(*label, *line) for name, pair in pairs.items() for line in _rates(name, pair)]
    return Result("report/condition-impact", COLUMNS, tuple(lines), population.provenance(as_at), _NOTES)


_NOTES = (
    "Prevalence: people registered on the date with a current record of the condition, of all registered.",
    "Times as many: contacts for each person-year of people with the condition, divided by those of people "
    "of the same 5-year age band, sex and deprivation fifth without it (Mantel-Haenszel), in the 12 months "
    "to the date. 1 is the same. The interval allows for one person having many contacts.",
    "Other conditions that people with it also have are not taken out, so this is not what the condition "
    "by itself causes.",
)


def _sums(
    population: Asking, chosen: Sequence[Quantity], as_at: date
) -> tuple[dict[tuple[Scalar, ...], Row], dict[str, dict[tuple[Scalar, ...], Row]]]:
    """Sums by stratum of everybody, and of the people with each condition."""
    keys = ", ".join(f"p.{name}" for name in STRATUM)
    sums = sums_sql([quantity.id for quantity in chosen])
    registered = "COUNT(CASE WHEN p.is_registered_as_at THEN 1 END) AS n_registered"
    day = sql_date(as_at)
    rows = population.ask(
        f"""{person_use_sql(chosen, as_at)},
lives_with AS (
    SELECT DISTINCT c.person_key, c.condition_id
    FROM conditions.person_condition AS c
    WHERE c.start_date <= {day} AND (c.resolved_date IS NULL OR c.resolved_date > {day})
)
SELECT CAST(NULL AS VARCHAR) AS condition_id, {keys}, {registered}, {sums}
FROM person_use AS p
GROUP BY {keys}
UNION ALL
SELECT l.condition_id, {keys}, {registered}, {sums}
FROM person_use AS p
JOIN lives_with AS l ON l.person_key = p.person_key
GROUP BY l.condition_id, {keys}""",
        as_at,
    )
    everybody: dict[tuple[Scalar, ...], Row] = {}
    held: dict[str, dict[tuple[Scalar, ...], Row]] = {}
    for row in rows:
        stratum = tuple(row[name] for name in STRATUM)
        if row["condition_id"] is None:
            everybody[stratum] = row
        else:
            held.setdefault(row["condition_id"], {})[stratum] = row
    return everybody, held


def _pair(
    name: str, strata: Mapping[tuple[Scalar, ...], Row], everybody: Mapping[tuple[Scalar, ...], Row]
) -> Pair:
    """Both groups in the strata of the first; those without are everybody less those with."""
    order = list(strata)
    held = Group.of([strata[one] for one in order], name)
    both = Group.of([everybody[one] for one in order], name)
    others = both.less(held)
    contributors = sum(int(strata[one][f"{name}_people"]) for one in order)
    other_contributors = sum(int(everybody[one][f"{name}_people"]) for one in order) - contributors
    top = max((float(strata[one][f"{name}_top"]) for one in order), default=0.0)
    total = float(held.events.sum())
    share = min(1.0, top / total) if total > 0 else None
    return Pair(held, others, min(contributors, other_contributors), share)


def _prevalence(people: int, registered: int) -> list[Line]:
    share = Cell(
        people / registered if registered else None,
        numerator=people,
        denominator=registered,
        n_people=people,
    )
    return [
        ("people", Cell(people, n_people=people), None, None, "people"),
        ("prevalence", share, None, None, "share"),
    ]


def _ratio(name: str, pair: Pair) -> list[Line]:
    """How many times as many, with the limits."""
    ratio = adjusted_ratio(pair.held, pair.others)
    value, lower, upper = (_cell(pair, float(one)) for one in (ratio.value, ratio.lower, ratio.upper))
    return [(f"{name}_ratio", value, lower, upper, "ratio")]


def _rates(name: str, pair: Pair) -> list[Line]:
    """The rate of people with the condition, and what people like them without it would have."""
    unit = "gbp_per_person_year" if name.startswith("cost_") else "per_person_year"
    ratio = float(adjusted_ratio(pair.held, pair.others).value) or float("nan")
    with_it = _cell(pair, pair.held.rate, numerator=pair.held.total, denominator=pair.held.years)
    return [
        (f"{name}_pppy", with_it, None, None, unit),
        (f"{name}_pppy_similar", _cell(pair, pair.held.rate / ratio), None, None, unit),
    ]


def _cell(
    pair: Pair, value: float, *, numerator: float | None = None, denominator: float | None = None
) -> Cell:
    known = None if np.isnan(value) or pair.n_people < 1 else value
    return Cell(known, numerator, denominator, pair.n_people, pair.largest_share)
