"""Intervals for a count of events, and for a rate: events ÷ person-time.

Below ten events the exact Poisson limits are used, and Byar's approximation above, as Public Health England
does.

Sources  Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, IARC, p. 69 (Byar);
         Garwood F (1936), Biometrika 28:437-442 (exact limits, by the chi-squared distribution);
         Public Health England (2018), Technical guide: confidence intervals (which method when).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from openphm.statistics.interval import Floats, Interval, non_negative, normal_deviate

EXACT_BELOW = 10


def byar(count: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Byar's approximate limits of a count of independent events.

        lower = x (1 − 1/(9x) − z/(3√x))³        upper = (x+1) (1 − 1/(9(x+1)) + z/(3√(x+1)))³

    The lower limit of 0 events is 0. Within 0.2% of the exact limits from 10 events.
    Raises ValueError when a count is below zero.
    """
    x = non_negative(count, "count")
    z = normal_deviate(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(x > 0, x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3, 0.0 * x)
    y = x + 1
    upper = y * (1 - 1 / (9 * y) + z / (3 * np.sqrt(y))) ** 3
    return Interval(x, np.maximum(lower, 0), upper, confidence)


def exact_poisson(count: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Exact limits of a count: half of chi-squared quantiles with 2x and 2x + 2 degrees of freedom.

    Raises ValueError when a count is below zero.
    """
    x = non_negative(count, "count")
    normal_deviate(confidence)
    tail = (1 - confidence) / 2
    lower = np.where(x > 0, gammaincinv(np.maximum(x, 0.5), tail), 0.0 * x)
    upper = gammaincinv(x + 1, 1 - tail)
    return Interval(x, lower, upper, confidence)


def poisson_interval(count: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Limits of a count: exact below ten events, Byar's from ten.

    Raises ValueError when a count is below zero.
    """
    exact, approximate = exact_poisson(count, confidence=confidence), byar(count, confidence=confidence)
    is_small = exact.value < EXACT_BELOW
    lower: Floats = np.where(is_small, exact.lower, approximate.lower)
    upper: Floats = np.where(is_small, exact.upper, approximate.upper)
    return Interval(exact.value, lower, upper, confidence)


def rate(
    count: ArrayLike, person_time: ArrayLike, *, multiplier: float = 1.0, confidence: float = 0.95
) -> Interval:
    """Events ÷ person-time × multiplier, with the limits of the count.

    For events that can happen to a person once. Attendances and admissions of one person come in runs, and
    these limits are then too narrow; say so beside them. Person-time of 0 gives NaN.
    Raises ValueError when a count or a person-time is below zero.
    """
    events = poisson_interval(count, confidence=confidence)
    time = non_negative(person_time, "person_time")
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(time > 0, multiplier / time, np.nan)
    return Interval(events.value * scale, events.lower * scale, events.upper * scale, confidence)
