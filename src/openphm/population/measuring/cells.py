"""From sums to figures: the value of a measure, its interval, and what release needs to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from openphm.core.results import Cell
from openphm.definitions.measures import MeasureFile
from openphm.population.measuring.sums import Sums
from openphm.statistics import Interval, Moments, exact_poisson, mean, poisson_interval, wilson

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Time:
    """What the person-days of a window are divided by to give person-years."""

    days: int
    months: int

    def years(self, person_days: float) -> float:
        """Person-years: a whole window of one person is its months as a share of a year."""
        return person_days / self.days * self.months / MONTHS_A_YEAR


@dataclass(frozen=True)
class Figures:
    """The cells of one measure in one group."""

    value: Cell
    lower: Cell
    upper: Cell
    numerator: Cell
    denominator: Cell


def figures(measure: MeasureFile, sums: Sequence[Sums], time: Time) -> list[Figures]:
    """The cells of one measure in many groups; values and limits are computed together."""
    tops = np.array([float(one.top) for one in sums])
    bottoms = np.array([_bottom(measure, one, time) for one in sums])
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(bottoms > 0, tops / np.where(bottoms > 0, bottoms, 1), np.nan) * measure.per
    limits = _limits(measure, sums, tops, bottoms)
    lower, upper = (None, None) if limits is None else (limits.lower, limits.upper)
    if measure.complement:
        values = time.days - values
    return [_cells(measure, one, time, values[i], _at(lower, i), _at(upper, i)) for i, one in enumerate(sums)]


def _at(limits: Any, position: int) -> float | None:
    return None if limits is None else float(limits[position])


def _bottom(measure: MeasureFile, sums: Sums, time: Time) -> float:
    if measure.denominator is None:
        return 1.0
    if measure.denominator.word == "person_years":
        return time.years(float(sums.bottom))
    return float(sums.bottom)


def _limits(measure: MeasureFile, sums: Sequence[Sums], tops: Any, bottoms: Any) -> Interval | None:
    """95% limits in the unit of the value, by the method that the measure names."""
    if measure.interval == "wilson":
        found = wilson(np.minimum(tops, bottoms), bottoms)
        return _scaled(found, np.full(len(tops), float(measure.per)))
    if measure.interval in ("byar", "exact"):
        counted = {"byar": poisson_interval, "exact": exact_poisson}[measure.interval](tops)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(bottoms > 0, measure.per / np.where(bottoms > 0, bottoms, 1), np.nan)
        return _scaled(counted, scale)
    if measure.interval == "normal":
        squares = np.array([one.squares for one in sums])
        return _of_means(tops, bottoms, squares, measure.per)
    return None


def _scaled(found: Interval, scale: Any) -> Interval:
    return Interval(found.value * scale, found.lower * scale, found.upper * scale, found.confidence)


def _of_means(tops: Any, bottoms: Any, squares: Any, per: int) -> Interval:
    found = mean(Moments.of_sums(bottoms, tops, squares))
    return _scaled(found, np.full(len(tops), float(per)))


def _cells(
    measure: MeasureFile, sums: Sums, time: Time, value: float, lower: float | None, upper: float | None
) -> Figures:
    counts = _counts_people(measure)
    n_people, share = _behind(measure, sums), _largest(sums)
    top, bottom = sums.top, _bottom(measure, sums, time)
    if measure.kind == "count":
        cell = Cell(int(sums.top), n_people=int(sums.top))
        return Figures(cell, Cell(None), Cell(None), cell, Cell(None))
    if measure.kind == "sum":
        cell = Cell(top, n_people=n_people, largest_share=share)
        return Figures(cell, Cell(None), Cell(None), cell, Cell(None))
    found = None if bottom <= 0 else float(value)
    if counts and measure.per == 1:
        people, base = int(sums.top), int(sums.bottom)
        shown = Cell(found, numerator=people, denominator=base, n_people=people)
    else:
        shown = _amount(found, float(sums.top), bottom, n_people, None if counts else share)
    limits = [
        _amount(
            None if found is None else limit, float(sums.top), bottom, n_people, None if counts else share
        )
        for limit in (lower, upper)
    ]
    over = Cell(int(sums.top), n_people=int(sums.top)) if counts else _part(top, n_people, share)
    under = _part(bottom, sums.base, None)
    if measure.denominator is not None and measure.denominator.counts_people:
        under = Cell(int(sums.bottom), n_people=int(sums.bottom))
    return Figures(shown, limits[0], limits[1], over, under)


def _counts_people(measure: MeasureFile) -> bool:
    """True when both parts are numbers of people, so that release may treat them as counts."""
    parts = (measure.numerator, measure.denominator)
    return measure.kind in ("count", "proportion") and all(
        part is None or part.counts_people for part in parts
    )


def _amount(value: float | None, top: float, bottom: float, n_people: int, share: float | None) -> Cell:
    return Cell(
        None if value is None or isnan(value) else float(value),
        numerator=top, denominator=float(bottom), n_people=n_people, largest_share=share,
    )  # fmt: skip


def _part(value: Any, n_people: int, share: float | None) -> Cell:
    """A numerator or denominator as a figure of its own; never a whole number that counts no people."""
    return Cell(float(value), n_people=n_people, largest_share=share)


def _behind(measure: MeasureFile, sums: Sums) -> int:
    """The people who contribute; of a mean over people, those people; when nobody does, those who might."""
    if measure.kind == "mean" and measure.denominator is not None and measure.denominator.counts_people:
        return sums.base
    return sums.contributing or sums.base


def _largest(sums: Sums) -> float | None:
    return min(1.0, float(sums.largest) / float(sums.top)) if sums.top > 0 else None
