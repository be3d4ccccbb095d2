"""Sensitivity: what hidden differences would need to be, what negative controls say, what could be seen.

Sources  VanderWeele TJ, Ding P (2017), Annals of Internal Medicine 167:268-274 (E-value);
         Schuemie MJ et al (2014), Statistics in Medicine 33:209-218, and (2018), PNAS 115:2571-2577
         (empirical calibration).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from openphm.evaluation.estimate import Estimate
from openphm.statistics.interval import normal_deviate

FEWEST_CONTROLS = 5
LARGEST_SPREAD = 1.0


@dataclass(frozen=True)
class EValue:
    """How strongly something hidden must be tied to treatment and to outcome (risk ratios).

    estimate  to explain the estimate away;  limit  to move the interval to no effect (1: it is there already)
    """

    estimate: float
    limit: float


def e_value(ratio: Estimate) -> EValue:
    """E = R + √(R (R − 1)) with R the ratio, or one over it when below 1."""
    if not ratio.is_known or ratio.value <= 0:
        return EValue(float("nan"), float("nan"))
    near = ratio.upper if ratio.value < 1 else ratio.lower
    crosses = (near >= 1) if ratio.value < 1 else (near <= 1)
    return EValue(_e(ratio.value), 1.0 if crosses else _e(near))


def _e(ratio: float) -> float:
    away = 1 / ratio if ratio < 1 else ratio
    return away + math.sqrt(away * (away - 1))


@dataclass(frozen=True)
class Calibration:
    """What the negative controls say: systematic error ~ Normal(mean, spread²), on the logarithm.

    error  of the mean · number  of negative controls with events · estimates  of each, by name
    """

    mean: float
    spread: float
    error: float
    number: int
    estimates: dict[str, Estimate]

    @property
    def can_calibrate(self) -> bool:
        """At least five: with fewer they are shown, and nothing is corrected by them."""
        return self.number >= FEWEST_CONTROLS

    @property
    def mean_ratio(self) -> Estimate:
        """The systematic error as a ratio: 1.05 says that we find 5% too much."""
        return Estimate.of_log(self.mean, self.error)

    def calibrated(self, ratio: Estimate) -> Estimate:
        """The estimate without the systematic error; its error grows by what is not known of it."""
        if not (self.can_calibrate and ratio.is_known):
            return Estimate.unknown()
        error = math.sqrt(ratio.error**2 + self.spread**2 + self.error**2)
        return Estimate.of_log(ratio.log - self.mean, error, ratio.confidence)


def fit_calibration(estimates: dict[str, Estimate]) -> Calibration:
    """Maximum likelihood of x_j ~ N(μ, τ² + s_j²): for each τ the best μ is known, so one search over τ."""
    known = {name: one for name, one in estimates.items() if one.is_known and one.value > 0}
    if not known:
        nothing = float("nan")
        return Calibration(nothing, nothing, nothing, 0, estimates)
    x = np.array([one.log for one in known.values()])
    own = np.array([one.error for one in known.values()]) ** 2

    def best_mean(spread: float) -> float:
        return float((x / (spread**2 + own)).sum() / (1 / (spread**2 + own)).sum())

    def loss(spread: float) -> float:
        variance = spread**2 + own
        return float((np.log(variance) + (x - best_mean(spread)) ** 2 / variance).sum())

    found = minimize_scalar(loss, bounds=(0.0, LARGEST_SPREAD), method="bounded", options={"xatol": 1e-5})
    spread = float(found.x) if loss(float(found.x)) < loss(0.0) else 0.0
    error = math.sqrt(1 / float((1 / (spread**2 + own)).sum()))
    return Calibration(best_mean(spread), spread, error, len(known), estimates)


def probability(ratio: Estimate) -> float:
    """Two-sided p-value of no effect."""
    return float(2 * ndtr(-abs(ratio.log / ratio.error)))


def smallest_detectable(error: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """The smallest fall found with this power, as a change of the rate: -0.16 is a fall of 16%.

    error  standard error of the log rate ratio, expected (before the study) or found.
    """
    reach = normal_deviate(confidence) + normal_deviate(2 * power - 1)
    return math.exp(-reach * error) - 1


def expected_error(
    treated: int, mean: float, variance: float, *, effective_controls: float | None = None
) -> float:
    """Standard error of the log rate ratio to expect before a study.

        √( CV²/n + CV²/m )     CV² = variance ÷ mean² of the amount a person has in the follow-up

    treated             n, people to be offered it
    mean, variance      of the outcome a person, over a time as long as the follow-up, among people who met
                        the rule in an earlier year (nothing of this study is opened)
    effective_controls  m, effective number of controls; three a treated person when not given
    """
    if treated < 1 or mean <= 0:
        return float("nan")
    squared = variance / mean**2
    return math.sqrt(squared / treated + squared / (effective_controls or 3 * treated))


def expected_error_of(
    treated: int, earlier: Sequence[float], *, effective_controls: float | None = None
) -> float:
    """`expected_error` from the amounts of an earlier year's people."""
    amounts = np.asarray(earlier, dtype=np.float64)
    return expected_error(
        treated, float(amounts.mean()), float(amounts.var(ddof=1)), effective_controls=effective_controls
    )
