"""Inequality by deprivation: the slope and relative index over ten deciles of a measure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openphm.core.results import Cell
from openphm.definitions.measures import MeasureFile
from openphm.population.measuring.cells import Figures, Time, figures
from openphm.population.measuring.sums import NOTHING, Sums, added
from openphm.statistics import SlopeIndex, error_of_limits

DECILES = tuple(range(1, 11))


def slope_of_deciles(
    measure: MeasureFile, held: Mapping[object, Sums], time: Time
) -> tuple[Figures, Figures]:
    """The slope index and the relative index: the most deprived end less, and divided by, the least.

    held: sums by IMD decile, 1 the most deprived. Above 0 (or 1) means more at the most deprived end. Nothing
    where a decile has nobody, or no interval can be made of it.
    """
    parts = [held.get(decile, NOTHING) for decile in DECILES]
    made = figures(measure, parts, time)
    values, lower, upper = (
        np.array([_number(getattr(one, name)) for one in made]) for name in ("value", "lower", "upper")
    )
    people = np.array([float(one.bottom) for one in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        error = error_of_limits(lower, upper)
    whole = added(parts)
    if not (np.isfinite(values).all() and np.isfinite(error).all() and (people > 0).all()):
        nothing = Figures(Cell(None), Cell(None), Cell(None), _top(whole), _bottom(whole))
        return nothing, nothing
    found = SlopeIndex(repetitions=10_000).fit(values, people, error)
    slope = [-float(found.slope.value), -float(found.slope.upper), -float(found.slope.lower)]
    ratio = [_inverse(one) for one in (found.relative.value, found.relative.upper, found.relative.lower)]
    return _figures(slope, whole), _figures(ratio, whole)


def _inverse(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    return 1 / number if number > 0 else float("nan")


def _figures(three: list[float], whole: Sums) -> Figures:
    value, lower, upper = (_cell(one, whole) for one in three)
    return Figures(value, lower, upper, _top(whole), _bottom(whole))


def _cell(value: float, whole: Sums) -> Cell:
    people = whole.contributing or whole.base
    share = min(1.0, float(whole.largest) / float(whole.top)) if whole.top > 0 else None
    return Cell(None if np.isnan(value) else value, n_people=people, largest_share=share)


def _top(whole: Sums) -> Cell:
    return Cell(float(whole.top), n_people=whole.contributing or whole.base)


def _bottom(whole: Sums) -> Cell:
    return Cell(float(whole.bottom), n_people=whole.base)


def _number(cell: Cell) -> float:
    return float(cell.value) if isinstance(cell.value, int | float) else float("nan")
