"""A key result month by month, with the limits and verdicts of an XmR control chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from openphm.core.results import Cell, Result, Scalar
from openphm.population.measures import NOTHING, Measuring
from openphm.population.measuring.cells import Figures, figures
from openphm.population.measuring.tally import Tally, window_time
from openphm.population.outcomes.framework import (
    Progress,
    Tracked,
    computed,
    month_sums,
    over,
    subsegments_of,
)
from openphm.population.outcomes.readings import Reading, readings_of
from openphm.statistics import Chart, SpecialCause, XmR

SERIES_COLUMNS = (
    "key_result", "month", "value", "lower", "upper", "centre", "lower_limit", "upper_limit", "special_cause",
    "verdict", "unit",
)  # fmt: skip
Row = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class Points:
    """The monthly points of a key result and their control chart; chart is None with too few points."""

    dates: tuple[date, ...]
    figures: tuple[Figures, ...]
    chart: Chart | None


def points_of(
    population: Measuring, one: Tracked, sums: Tally, dates: Sequence[date], readings: Sequence[Reading] = ()
) -> Points:
    """The monthly figures of one key result, from sums by month and subsegment."""
    if one.measure.is_recorded:
        return _recorded(one, readings)
    codes = subsegments_of(population, one.key_result)
    held = sums.of(one.measure)
    months = sums.months.get(one.measure.id, one.measure.series_months)
    made = []
    mine = set(population.series_dates((one.measure,), max(dates)))
    dates = [day for day in dates if day in mine]
    for day in dates:
        why = population.coverage.why_missing(one.measure, day, months)
        total = over(dict(held), lambda key, day=day: key[0] == day and key[1] in codes)  # type: ignore[misc]
        made.append(NOTHING if why else figures(one.measure, [total], window_time(day, months))[0])
    return Points(tuple(dates), tuple(made), charted(made, one))


def charted(made: Sequence[Figures], one: Tracked) -> Chart | None:
    """The control chart of a series; None where fewer than two points are known."""
    values = np.array([_number(point.value) for point in made])
    if np.isfinite(values).sum() < 2:
        return None
    target = one.key_result.target
    return XmR(improvement=one.key_result.direction, target=target).fit(values)  # type: ignore[arg-type]


def _recorded(one: Tracked, readings: Sequence[Reading]) -> Points:
    mine = readings_of(readings, one.measure.id, "", one.key_result.population)
    made = tuple(reading_figures(one, reading) for reading in mine)
    return Points(tuple(reading.period for reading in mine), made, charted(made, one))


def reading_figures(one: Tracked, reading: Reading) -> Figures:
    """A recorded figure, as what release can judge: numerator and denominator are taken as people."""
    value = reading.value(one.measure.per)
    people = int(reading.numerator if one.measure.kind == "proportion" else reading.denominator)
    cell = Cell(value, numerator=reading.numerator, denominator=reading.denominator, n_people=people)
    return Figures(
        cell, Cell(None), Cell(None), Cell(reading.numerator, n_people=people),
        Cell(reading.denominator, n_people=int(reading.denominator)),
    )  # fmt: skip


def _number(cell: Cell) -> float:
    return float(cell.value) if isinstance(cell.value, int | float) else float("nan")


def series(
    population: Measuring,
    results: Sequence[Tracked],
    as_at: date,
    *,
    readings: Sequence[Reading] = (),
    progress: Progress = lambda stage, doing: None,
) -> Result:
    """Every month of some key results, one row for each month."""
    measures = computed(results, population.coverage)
    dates = tuple(day for day in population.month_ends if day <= as_at)
    sums = month_sums(population, measures, dates, progress)
    return series_of(population, results, sums, as_at, readings=readings)


def series_of(
    population: Measuring,
    results: Sequence[Tracked],
    sums: Tally,
    as_at: date,
    *,
    readings: Sequence[Reading] = (),
) -> Result:
    """The same from sums that were asked before, by month and subsegment."""
    dates = tuple(day for day in population.month_ends if day <= as_at)
    rows: list[Row] = []
    for one in results:
        points = points_of(population, one, sums, dates, readings)
        rows += _rows(one, points)
    used = [population.definitions.get(f"measures/{one.measure.id}") for one in results]
    source = population.provenance(as_at, asked_with=used)
    notes = (
        "Each point looks at the measure's own months; rates of a month are crude, also where the framework "
        "shows a standardised one.",
        "Limits are those of an XmR chart: the mean and 2.66 mean moving ranges either side.",
    )
    return Result("outcomes/series", SERIES_COLUMNS, tuple(rows), source, notes)


def _rows(one: Tracked, points: Points) -> list[Row]:
    rows: list[Row] = []
    for position, (day, point) in enumerate(zip(points.dates, points.figures, strict=True)):
        said = _said(points.chart, position, point)
        rows.append((one.id, day, point.value, point.lower, point.upper, *said, one.measure.unit))
    return rows


def _said(chart: Chart | None, position: int, point: Figures) -> tuple[Cell | Scalar, ...]:
    """Centre, limits, special cause and verdict of one point."""
    if chart is None:
        return None, None, None, "", ""
    phase = next(one for one in chart.phases if one.start <= position < one.end)
    known = point.value.value is not None
    cause = SpecialCause(int(chart.special[position])).name.lower()
    limits: list[Any] = [_limit(value, point) for value in (phase.centre, phase.lower, phase.upper)]
    if not known:
        return (*limits, "", "")
    return (*limits, point.value.saying(cause), point.value.saying(chart.verdicts[position]))


def _limit(value: float, point: Figures) -> Cell:
    """A line of the chart: of the whole series, so it stands on the people of the point and more."""
    return Cell(float(value), n_people=point.value.n_people, largest_share=point.value.largest_share)


def latest(points: Points) -> Mapping[str, Scalar]:
    """What is said of the latest point: variation and assurance."""
    if points.chart is None or points.chart.values.size == 0:
        return {"variation": "", "assurance": ""}
    return {"variation": points.chart.variation, "assurance": points.chart.assurance or ""}
