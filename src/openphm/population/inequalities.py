"""Inequalities: the same measures for groups of people, as if all groups had the same ages.

Each figure is directly standardised to the European Standard Population 2013 by age. Over deprivation fifths
come the slope and the relative index; over every kind of group the gap between the highest and the lowest
(for deprivation: the most less the least deprived fifth).

Small groups have nobody in some 5-year age bands, and a standardised rate then cannot be made. So for each
kind of group the finest of three cuts of age is taken in which every group has people, and said in the notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from openphm.core.errors import UsageError
from openphm.core.results import Cell, Result, Scalar
from openphm.criteria import compile_flags
from openphm.population.asking import Asking, Row
from openphm.population.inequality_groups import (
    BANDINGS,
    GROUPS,
    QUINTILES,
    Group,
    Table,
    groups_of,
    standard_weights,
    table_of,
)
from openphm.population.inequality_measures import MEASURES, Standardised
from openphm.population.strata import person_use_sql, quantities, sums_sql
from openphm.statistics import (
    Interval,
    SlopeIndex,
    absolute_gap,
    directly_standardised_rate,
    error_of_limits,
)

COLUMNS = ("group_kind", "group", "measure", "value", "lower", "upper", "unit")
ALL, SLOPE, RELATIVE, GAP = "all", "slope_index", "relative_index", "gap"
DEPRIVATION = "imd_quintile"

Line = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class Estimate:
    """A standardised figure of each group of a kind: values with limits, and who stands behind them."""

    interval: Interval
    people: np.ndarray
    largest: np.ndarray
    size: np.ndarray


def inequalities(population: Asking, as_at: date, by: str | None = None) -> Result:
    """Standardised figures by deprivation fifth, ethnic group and sex.

    by: one of these kinds of group; all three when not given. Raises UsageError for another.
    """
    if by is not None and by not in GROUPS:
        raise UsageError("--by", f"'{by[:60]}' is not a kind of group.", f"Allowed: {', '.join(GROUPS)}.")
    rows = _rows(population, as_at)
    weights = standard_weights(population.definitions)
    lines: list[Line] = []
    bandings: dict[str, int] = {}
    for kind in [by] if by else GROUPS:
        groups = groups_of(rows, kind)
        if not groups:  # it is known of nobody here
            continue
        table = table_of(rows, kind, groups, weights)
        bandings[kind] = len(table.weights)
        for measure in MEASURES:
            lines += _lines(kind, groups, measure, _estimate(table, measure), _estimate(table.whole, measure))
    return Result(
        "report/inequalities", COLUMNS, tuple(lines), population.provenance(as_at), _notes(bandings)
    )


def _notes(bandings: Mapping[str, int]) -> tuple[str, ...]:
    cut = "; ".join(f"{GROUPS[kind]}: {number} age bands" for kind, number in bandings.items())
    return (
        "Directly standardised by age to the European Standard Population 2013. Contacts, admissions, pounds "
        "and deaths are of the 12 months to the date, for each person-year; shares are of people registered "
        f"on the date. {cut} (of {len(BANDINGS[0])}).",
        "Gap: most less least deprived fifth; for other groups the highest less the lowest. Slope index: the "
        "difference between the most and the least deprived person on a line through all five fifths, less "
        "to more deprived above nought; relative index: the same as a ratio.",
        "Use of services is not need for them: a lower rate can mean better health or harder access.",
    )


def _rows(population: Asking, as_at: date) -> list[Row]:
    """Sums by age band, sex, deprivation fifth and ethnic group."""
    known = quantities(population)
    chosen = [known[one.id] for one in MEASURES if one.id in known]
    flags = [(one.id, one.criterion) for one in MEASURES if one.criterion is not None]
    keys = ", ".join(f"p.{name}" for name in ("age_from", *GROUPS))
    counted = ", ".join(f"COALESCE(SUM(f.{name}), 0) AS {name}_flagged" for name, _ in flags)
    uses = [one.id for one in MEASURES if one.criterion is None]
    return population.ask(
        f"""{person_use_sql(chosen, as_at)},
registered AS (SELECT * FROM people WHERE is_registered_as_at),
flags AS (
{compile_flags(flags, "registered")}
)
SELECT {keys}, COUNT(CASE WHEN p.is_registered_as_at THEN 1 END) AS n_registered, {counted},
    {sums_sql(uses)}
FROM person_use AS p
LEFT JOIN flags AS f ON f.person_key = p.person_key
GROUP BY {keys}""",
        as_at,
    )


def _estimate(table: Table, measure: Standardised) -> Estimate:
    """The standardised figure of each group: of registered people for a share, else of person-years."""
    if measure.criterion is not None:
        events, base = table.sums[f"{measure.id}_flagged"], table.sums["n_registered"]
        squares, people = None, events.sum(axis=-1)
        largest = np.zeros_like(people)
    else:
        events, base = table.sums[measure.id], table.sums["person_years"]
        squares = np.maximum(table.sums[f"{measure.id}_squared"], events) if measure.in_runs else None
        people = table.sums[f"{measure.id}_people"].sum(axis=-1)
        total = events.sum(axis=-1)
        tops = table.tops[measure.id].max(axis=-1)
        largest = np.divide(tops, total, out=np.zeros_like(total), where=total > 0)
    rate = directly_standardised_rate(
        events, base, table.weights, multiplier=measure.multiplier, squared_events=squares
    )
    return Estimate(rate, people, largest if measure.in_runs else np.zeros_like(largest), base.sum(axis=-1))


def _lines(
    kind: str, groups: Sequence[Group], measure: Standardised, held: Estimate, whole: Estimate
) -> list[Line]:
    lines: list[Line] = [
        (kind, group.id, measure.id, *_cells(held.interval, place, held), measure.unit)
        for place, group in enumerate(groups)
    ]
    lines.append((kind, ALL, measure.id, *_cells(whole.interval, 0, whole), measure.unit))
    values = held.interval.value
    if len(values) < _fewest(kind) or np.isnan(values).any():
        return lines
    ends = (0, -1) if kind == DEPRIVATION else (int(values.argmax()), int(values.argmin()))
    error = (held.interval.upper - held.interval.lower) / (2 * 1.959964)
    gap = absolute_gap(values[list(ends)], error[list(ends)])
    lines.append((kind, GAP, measure.id, *_made(gap, held, ends), measure.unit))
    if kind == DEPRIVATION:
        lines += _indices(kind, measure, held)
    return lines


def _fewest(kind: str) -> int:
    """Groups that a gap needs: where some fifth does not live, its ends would not be those named."""
    return len(QUINTILES) if kind == DEPRIVATION else 2


def _indices(kind: str, measure: Standardised, held: Estimate) -> list[Line]:
    """The slope and the relative index; above nought and one when the more deprived have more."""
    scale = measure.scale
    part = measure.multiplier if scale == "logit" else 1.0
    flip = slice(None, None, -1)  # least deprived first: the line rises towards the most deprived
    values, lower, upper = (
        one[flip] / part for one in (held.interval.value, held.interval.lower, held.interval.upper)
    )
    if (lower <= 0).any():
        return []
    found = SlopeIndex(scale=scale).fit(values, held.size[flip], error_of_limits(lower, upper, scale=scale))
    slope, ratio = found.slope, found.relative
    scaled = Interval(slope.value * part, slope.lower * part, slope.upper * part)
    everyone = tuple(range(len(values)))
    return [
        (kind, SLOPE, measure.id, *_made(scaled, held, everyone), measure.unit),
        (kind, RELATIVE, measure.id, *_made(ratio, held, everyone), "ratio"),
    ]


def _cells(interval: Interval, place: int, held: Estimate) -> tuple[Cell, Cell, Cell]:
    values = (interval.value[place], interval.lower[place], interval.upper[place])
    people, largest = int(held.people[place]), float(min(held.largest[place], 1.0))
    value, lower, upper = (Cell(_known(one), n_people=people, largest_share=largest) for one in values)
    return value, lower, upper


def _made(interval: Interval, held: Estimate, places: Sequence[int]) -> tuple[Cell, Cell, Cell]:
    """A figure made from several groups: as many people as the fewest of them, hidden when one of them is."""
    people = int(min(held.people[place] for place in places))
    largest = float(min(max(held.largest[place] for place in places), 1.0))
    values = (interval.value, interval.lower, interval.upper)
    value, lower, upper = (Cell(_known(one), n_people=people, largest_share=largest) for one in values)
    return value, lower, upper


def _known(value: np.ndarray | float) -> float | None:
    return float(value) if np.isfinite(value) else None
