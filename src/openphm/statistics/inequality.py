"""Inequality along a ladder of deprivation: slope and relative index, and the gap between the ends.

Source   Low A, Low A (2004), Measuring the gap: quantifying and comparing local health inequalities,
         Journal of Public Health 26:388-395; Public Health England (2019), Technical guidance: SII and RII.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from openphm.statistics.interval import Floats, Interval, around, non_negative, normal_deviate

Scale = Literal["none", "log", "logit"]
FEWEST, MOST = 5, 100

_TO: dict[Scale, Callable[[Floats], Floats]] = {"none": np.positive, "log": np.log, "logit": logit}
_FROM: dict[Scale, Callable[[Floats], Floats]] = {"none": np.positive, "log": np.exp, "logit": expit}


@dataclass(frozen=True)
class Inequality:
    """The slope index (in the unit of the values) and the relative index, one of each for a group.

    A slope below 0 means that the value falls from the most to the least deprived. `most_deprived` and
    `least_deprived` are the two ends of the fitted line, at rank 0 and rank 1.
    """

    slope: Interval
    relative: Interval
    most_deprived: Floats
    least_deprived: Floats


@dataclass(frozen=True)
class SlopeIndex:
    """Settings of the slope index of inequality; `fit` does the work.

    scale        where the errors of a value are normal: "none" (a mean), "log" (a rate), "logit" (a share).
                 `standard_error` is on this scale; `error_of_limits` makes it from published limits.
    is_curved    fit the line on that scale too, and turn its ends back: for gradients that curve.
    repetitions  draws for the interval; seed: the same seed gives the same limits.
    """

    scale: Scale = "none"
    is_curved: bool = False
    repetitions: int = 100_000
    seed: int = 20_130_101
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.scale not in _TO:
            raise ValueError(f"scale is one of none, log, logit; it is {self.scale}")
        if self.repetitions < 1_000:
            raise ValueError(f"repetitions is 1,000 at least; it is {self.repetitions}")
        normal_deviate(self.confidence)

    def fit(self, values: ArrayLike, population: ArrayLike, standard_error: ArrayLike) -> Inequality:
        """Arrays (..., quantiles), the most deprived quantile first, 5 to 100 of them.

            a = share of the population    b = mid-point of its cumulative share
            y√a = Y₀ √a + SII b√a (least squares)        RII = (Y₀ + SII)/Y₀

        The limits are percentiles of the index over draws of each value from its normal error.
        A group with a value missing or nobody in a quantile gives NaN.
        Raises ValueError when the number of quantiles is outside 5 to 100, or a population or error is
        below zero.
        """
        y, people, error = np.broadcast_arrays(
            np.asarray(values, dtype=np.float64),
            non_negative(population, "population"),
            non_negative(standard_error, "standard_error"),
        )
        quantiles = y.shape[-1] if y.ndim else 0
        if not FEWEST <= quantiles <= MOST:
            raise ValueError(f"the last axis has {quantiles} quantiles; from {FEWEST} to {MOST} are needed")
        shape = y.shape[:-1]
        rows = [
            self._one(*row)
            for row in zip(*(a.reshape(-1, quantiles) for a in (y, people, error)), strict=True)
        ]
        found = np.array(rows, dtype=np.float64).reshape(-1, 8).T.reshape(8, *shape)
        return Inequality(
            Interval(found[0], found[1], found[2], self.confidence),
            Interval(found[3], found[4], found[5], self.confidence),
            found[6],
            found[7],
        )

    def _one(self, values: Floats, people: Floats, error: Floats) -> list[float]:
        with np.errstate(divide="ignore", invalid="ignore"):
            centre = _TO[self.scale](values)
        if not (np.isfinite(centre).all() and np.isfinite(error).all() and (people > 0).all()):
            return [np.nan] * 8
        line = _line(people)
        start, end = (float(x) for x in self._ends(centre, line))
        # A stream of its own for each group: a group's limits do not depend on those beside it.
        draws = np.random.default_rng(self.seed).normal(centre, error, (self.repetitions, len(centre)))
        starts, ends = self._ends(draws, line)
        tail = (1 - self.confidence) / 2
        slopes = np.quantile(ends - starts, [tail, 1 - tail])
        ratios = np.quantile(ends / starts, [tail, 1 - tail]) if start else [np.nan, np.nan]
        return [end - start, *slopes, end / start if start else np.nan, *ratios, start, end]

    def _ends(self, on_scale: Floats, line: Floats) -> tuple[Floats, Floats]:
        """The fitted values at rank 0 and rank 1."""
        if self.is_curved:
            ends = on_scale @ line
            return _FROM[self.scale](ends[..., 0]), _FROM[self.scale](ends[..., 1])
        ends = _FROM[self.scale](on_scale) @ line
        return ends[..., 0], ends[..., 1]


def _line(people: Floats) -> Floats:
    """(quantiles, 2): what turns values into the fitted line's ends. The fit is linear in the values."""
    share = people / people.sum()
    rank = np.cumsum(share) - share / 2
    root = np.sqrt(share)
    design = np.column_stack([root, rank * root])
    start_and_slope = np.linalg.pinv(design) * root
    ends: Floats = np.column_stack([start_and_slope[0], start_and_slope[0] + start_and_slope[1]])
    return ends


def error_of_limits(
    lower: ArrayLike, upper: ArrayLike, *, scale: Scale = "none", confidence: float = 0.95
) -> Floats:
    """The standard error, on the scale, of a value known by its limits: (g(upper) − g(lower)) ÷ 2z.

    Any shape. A limit of 0 (or 1 for logit) gives infinity or NaN: there is then no such error.
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        error: Floats = (_TO[scale](high) - _TO[scale](low)) / (2 * normal_deviate(confidence))
    return error


def absolute_gap(values: ArrayLike, standard_error: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """The value of the most deprived quantile − that of the least: first − last of the last axis.

        limits = gap ± z √(error₁² + error_k²)

    Arrays (..., quantiles), errors in the unit of the values. Uses the two ends only; the slope index uses
    every quantile. Raises ValueError when an error is below zero.
    """
    y, error = np.broadcast_arrays(
        np.asarray(values, dtype=np.float64), non_negative(standard_error, "standard_error")
    )
    return around(y[..., 0] - y[..., -1], np.hypot(error[..., 0], error[..., -1]), confidence)
