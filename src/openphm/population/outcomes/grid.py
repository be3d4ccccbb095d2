"""The grid of Figure 11: every key result with its latest value, its change on a year, and its gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from openphm.core.periods import Month
from openphm.core.results import Cell, Result, Scalar
from openphm.definitions.reference import StandardPopulation
from openphm.population.measures import NOTHING, Measuring
from openphm.population.measuring.cells import Figures, figures
from openphm.population.measuring.coverage import RECORDED
from openphm.population.measuring.inequality import slope_of_deciles
from openphm.population.measuring.standardised import standardised_figures
from openphm.population.measuring.sums import Sums
from openphm.population.measuring.tally import Tally, window_time
from openphm.population.outcomes.framework import (
    Progress,
    Tracked,
    as_at_sums,
    computed,
    month_sums,
    over,
    subsegments_of,
)
from openphm.population.outcomes.readings import Reading, readings_of
from openphm.population.outcomes.series import latest, points_of, reading_figures

COLUMNS = (
    "segment", "objective", "key_result", "measure", "population", "direction", "value", "lower", "upper",
    "year_before", "change", "variation", "assurance", "gap", "target", "unit", "status",
)  # fmt: skip
TRACKED, TOO_FEW = "tracked", "too few to say"
MOST_DEPRIVED, LEAST_DEPRIVED = (1, 2), (9, 10)
Row = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class Held:
    """The sums behind the grid: as at the date, a year before it, and month by month."""

    now: Tally
    before: Tally
    months: Tally
    dates: tuple[date, ...]
    readings: tuple[Reading, ...]


def grid(
    population: Measuring,
    results: Sequence[Tracked],
    as_at: date,
    *,
    readings: tuple[Reading, ...] = (),
    progress: Progress = lambda stage, doing: None,
) -> Result:
    """One row for each key result."""
    return grid_of(population, results, held_of(population, results, as_at, readings, progress), as_at)


def held_of(
    population: Measuring,
    results: Sequence[Tracked],
    as_at: date,
    readings: tuple[Reading, ...],
    progress: Progress,
) -> Held:
    """Everything that is asked of the build for the grid."""
    measures = computed(results, population.coverage)
    year_before = _year_before(as_at)
    progress("outcomes", f"as at {as_at}")
    now = as_at_sums(population, measures, as_at)
    before = Tally()
    if year_before in population.month_ends[11:]:
        progress("outcomes", f"as at {year_before}")
        before = as_at_sums(population, measures, year_before)
    dates = tuple(day for day in population.month_ends if day <= as_at)
    return Held(now, before, month_sums(population, measures, dates, progress), dates, readings)


def grid_of(population: Measuring, results: Sequence[Tracked], held: Held, as_at: date) -> Result:
    """The grid from what was asked."""
    year_before = _year_before(as_at)
    rows = tuple(_row(population, one, held, as_at, year_before) for one in results)
    used = [population.definitions.get(f"measures/{one.measure.id}") for one in results]
    used += [population.definitions.get(f"outcomes/{one.framework.id}") for one in results]
    return Result(
        "report/outcomes", COLUMNS, rows, population.provenance(as_at, asked_with=used), _notes(rows)
    )


def _year_before(as_at: date) -> date:
    return Month.containing(as_at).plus(-12).end


def _row(population: Measuring, one: Tracked, held: Held, as_at: date, year_before: date) -> Row:
    made, before, why = _figures(population, one, held, as_at, year_before)
    points = points_of(population, one, held.months, held.dates, held.readings)
    said = latest(points)
    status = why or (TRACKED if made.value.value is not None else TOO_FEW)
    is_known = made.value.value is not None and not one.measure.is_recorded
    gap = _gap(population, one, held.now, as_at) if is_known else Cell(None)
    return (
        one.framework.segment, one.objective.title, one.id, one.measure.title,
        ", ".join(one.key_result.population) or "all", one.key_result.direction,
        made.value, made.lower, made.upper, before.value, _change(made, before),
        *_verdicts(made, "" if why else said["variation"], "" if why else said["assurance"]), gap,
        one.key_result.target, one.measure.unit, status,
    )  # fmt: skip


def _figures(
    population: Measuring, one: Tracked, held: Held, as_at: date, year_before: date
) -> tuple[Figures, Figures, str]:
    """The figures now and a year before, and why there is none."""
    if one.measure.is_recorded:
        return _read(one, held.readings, as_at, year_before)
    codes = subsegments_of(population, one.key_result)
    months = held.now.months.get(one.measure.id, one.measure.window_months)
    why = population.coverage.why_missing(one.measure, as_at, months)
    now = NOTHING if why else _value(population, one, held.now, codes, as_at)
    why_before = not held.before.sums or population.coverage.why_missing(one.measure, year_before, months)
    before = NOTHING if why or why_before else _value(population, one, held.before, codes, year_before)
    return now, before, why


def _read(
    one: Tracked, readings: Sequence[Reading], as_at: date, year_before: date
) -> tuple[Figures, Figures, str]:
    mine = [
        r for r in readings_of(readings, one.measure.id, "", one.key_result.population) if r.period <= as_at
    ]
    if not mine:
        return NOTHING, NOTHING, RECORDED
    earlier = [r for r in mine if r.period <= year_before]
    before = reading_figures(one, earlier[-1]) if earlier else NOTHING
    return reading_figures(one, mine[-1]), before, ""


def _value(population: Measuring, one: Tracked, sums: Tally, codes: frozenset[str], as_at: date) -> Figures:
    """The figure of the people of a key result, standardised when the measure says so."""
    held = {key: part for key, part in sums.of(one.measure).items() if key[0] in codes}
    time = window_time(as_at, sums.months.get(one.measure.id, one.measure.window_months))
    if one.measure.standardise == "slope":
        return slope_of_deciles(one.measure, _by(held, 1), time)[0]
    if one.measure.standardise == "direct":
        inside = _regrouped(held, codes, (2,))
        return standardised_figures(
            one.measure, inside, [(True,)], time=time, method="direct", populations=_standards(population)
        )[True,]
    return figures(one.measure, [over(held, lambda key: True)], time)[0]


def _standards(population: Measuring) -> tuple[StandardPopulation, ...]:
    return population.definitions.contents.reference.standard_populations


def _by(held: Mapping[tuple[object, ...], Sums], position: int) -> dict[object, Sums]:
    """Sums by one of the groups."""
    found: dict[object, Sums] = {}
    for key, part in held.items():
        found[key[position]] = found[key[position]] + part if key[position] in found else part
    return found


def _regrouped(
    held: Mapping[tuple[object, ...], Sums], codes: frozenset[str], strata: tuple[int, ...]
) -> dict[tuple[object, ...], Sums]:
    """Sums by (is it about them, stratum ...)."""
    found: dict[tuple[object, ...], Sums] = {}
    for key, part in held.items():
        new = (key[0] in codes, *(key[one] for one in strata))
        found[new] = found[new] + part if new in found else part
    return found


def _gap(population: Measuring, one: Tracked, sums: Tally, as_at: date) -> Cell:
    """The most deprived fifth less the least deprived fifth, crude."""
    if one.measure.standardise == "slope":
        return Cell(None)
    codes = subsegments_of(population, one.key_result)
    held = sums.of(one.measure)
    time = window_time(as_at, sums.months.get(one.measure.id, one.measure.window_months))
    parts = [
        over(dict(held), lambda key, fifth=fifth: key[0] in codes and key[1] in fifth)  # type: ignore[misc]
        for fifth in (MOST_DEPRIVED, LEAST_DEPRIVED)
    ]
    most, least = (made.value for made in figures(one.measure, parts, time))
    return _difference(most, least)


def _verdicts(made: Figures, *said: Scalar) -> list[Cell | Scalar]:
    """What a chart says of a figure; release hides it with the figure."""
    return [made.value.saying(one) if one else "" for one in said]


def _change(now: Figures, before: Figures) -> Cell:
    return _difference(now.value, before.value)


def _difference(first: Cell, other: Cell) -> Cell:
    """One figure less another; it stands on the fewer people of the two."""
    if first.value is None or other.value is None:
        return Cell(None)
    people = [one.n_people for one in (first, other) if one.n_people is not None]
    shares = [one.largest_share for one in (first, other) if one.largest_share is not None]
    value = float(first.value) - float(other.value)  # type: ignore[arg-type]
    return Cell(
        None if np.isnan(value) else value,
        n_people=min(people) if people else None,
        largest_share=max(shares) if shares else None,
    )


def _notes(rows: Sequence[Row]) -> tuple[str, ...]:
    count = len(rows)
    missing = sum(row[-1] == RECORDED for row in rows)
    return (
        f"{count} key results; {missing} need readings that nobody has delivered, and are not nought.",
        "People count in the segment they were in when the window began, unless the measure says at its end.",
        "Variation is that of an XmR chart of the months; the gap is the most deprived fifth less the least.",
    )
