"""Means compared: with intervals, over strata, and in standard deviations (balance of two groups).

Work from number, mean and variance, which a database gives for millions of rows, not from the rows.

Sources  Welch BL (1947), Biometrika 34:28-35 (difference of two means with unequal variances);
         Austin PC (2009), Balance diagnostics for comparing the distribution of baseline covariates between
         treatment groups, Statistics in Medicine 28:3083-3107 (standardised differences, variance ratio);
         Kish L (1965), Survey Sampling, Wiley (effective number of weighted observations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from openphm.statistics.interval import (
    Floats,
    Interval,
    around,
    divided,
    non_negative,
    normal_deviate,
)


@dataclass(frozen=True)
class Moments:
    """Number of observations, their mean and their variance (divisor n − 1): arrays that broadcast.

    `number` is the effective number where observations have weights. The variance of one is NaN.
    """

    number: Floats
    mean: Floats
    variance: Floats

    @classmethod
    def of_sums(cls, number: ArrayLike, total: ArrayLike, total_of_squares: ArrayLike) -> Moments:
        """From n, Σx and Σx², any shape: what one grouped query gives. Raises ValueError when n < 0."""
        n, sum_, squares = np.broadcast_arrays(
            non_negative(number, "number"), np.asarray(total, float), np.asarray(total_of_squares, float)
        )
        mean = divided(sum_, n)
        # Rounding may leave -1e-12 where every value is the same.
        spread = np.maximum(squares - sum_ * mean, 0.0)
        return cls(n, mean, np.where(n > 1, divided(spread, n - 1), np.nan))

    @classmethod
    def of_values(cls, values: ArrayLike, weights: ArrayLike | None = None) -> Moments:
        """Over the last axis; weights of the same shape count a row as more or less than one.

            mean = Σwx/Σw    variance = Σw(x−mean)² ÷ (Σw − Σw²/Σw)    number = (Σw)²/Σw²

        With every weight 1 this is the usual variance. Where all that counts is one value, the mean is that
        value and the variance 0 to the last digit, so that two such groups do not differ by rounding.
        Raises ValueError when a weight is below zero.
        """
        x = np.asarray(values, dtype=np.float64)
        w = np.ones_like(x) if weights is None else np.broadcast_to(non_negative(weights, "weights"), x.shape)
        total, squared = w.sum(axis=-1), (w**2).sum(axis=-1)
        least = np.where(w > 0, x, np.inf).min(axis=-1, initial=np.inf)
        is_constant = least == np.where(w > 0, x, -np.inf).max(axis=-1, initial=-np.inf)
        mean = np.where(is_constant, least, divided((w * x).sum(axis=-1), total))
        spread = (w * (x - mean[..., np.newaxis]) ** 2).sum(axis=-1)
        free = total - divided(squared, total)
        number = divided(total**2, squared)
        return cls(number, mean, np.where(number > 1, divided(spread, free), np.nan))


def mean(moments: Moments, *, confidence: float = 0.95) -> Interval:
    """The mean with Student's interval: mean ± t(n−1) √(variance/n). NaN limits for fewer than two.

    Source: Public Health England (2018), Technical guide: confidence intervals.
    """
    error = np.sqrt(divided(moments.variance, moments.number))
    return _student(moments.mean, error, moments.number - 1, confidence)


def mean_difference(first: Moments, other: Moments, *, confidence: float = 0.95) -> Interval:
    """The first mean − the other, with Welch's interval (the variances may differ).

        standard error = √(s²/n + s'²/n')     degrees of freedom by Welch and Satterthwaite

    Broadcasts. NaN limits when either has fewer than two observations.
    """
    one, two = divided(first.variance, first.number), divided(other.variance, other.number)
    free = divided((one + two) ** 2, divided(one**2, first.number - 1) + divided(two**2, other.number - 1))
    return _student(first.mean - other.mean, np.sqrt(one + two), free, confidence)


def weighted_mean_difference(
    first: Moments, other: Moments, weights: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """The mean difference standardised over strata (age by sex by deprivation): Σwᵢ dᵢ ÷ Σwᵢ.

        standard error = √(Σ wᵢ² (sᵢ²/nᵢ + s'ᵢ²/n'ᵢ)) ÷ Σ wᵢ        limits = difference ± z × error

    Moments of shape (..., strata). weights: (..., strata): the first group's numbers answer "how does this
    group differ from similar people"; a standard population answers for that population.
    NaN where a stratum with weight has nobody in one of the groups; NaN limits where it has only one.
    Raises ValueError when a weight is below zero.
    """
    w = non_negative(weights, "weights")
    difference = np.where(w > 0, first.mean - other.mean, 0.0)
    variance = divided(first.variance, first.number) + divided(other.variance, other.number)
    total = np.broadcast_to(w, difference.shape).sum(axis=-1)
    value = divided((w * difference).sum(axis=-1), total)
    error = divided(np.sqrt(np.where(w > 0, w**2 * variance, 0.0).sum(axis=-1)), total)
    return around(value, error, confidence)


def standardised_mean_difference(first: Moments, other: Moments) -> Floats:
    """(mean − other mean) ÷ √((variance + other variance)/2): in standard deviations, free of size.

    Above 0.1 either way is commonly read as imbalance. 0 when both groups are constant and equal; NaN when
    they are constant and differ, or a group has fewer than two. Source: Austin (2009).
    """
    return _in_deviations(first.mean - other.mean, (first.variance + other.variance) / 2)


def standardised_proportion_difference(first: ArrayLike, other: ArrayLike) -> Floats:
    """(p − q) ÷ √((p(1−p) + q(1−q))/2) of two proportions, shares from 0 to 1.

    0 when both are 0 or both are 1; NaN when one is 0 and the other 1.
    Raises ValueError outside 0 to 1. Source: Austin (2009).
    """
    p, q = np.broadcast_arrays(non_negative(first, "first"), non_negative(other, "other"))
    if (p > 1).any() or (q > 1).any():
        raise ValueError("a proportion is above 1; give shares from 0 to 1")
    return _in_deviations(p - q, (p * (1 - p) + q * (1 - q)) / 2)


def variance_ratio(first: Moments, other: Moments) -> Floats:
    """The first variance ÷ the other: 0.5 to 2 is commonly read as balance. NaN when the other is constant.

    Source: Austin (2009).
    """
    return divided(first.variance, other.variance)


def _in_deviations(difference: Floats, variance: Floats) -> Floats:
    found: Floats = np.where((difference == 0) & (variance == 0), 0.0, divided(difference, np.sqrt(variance)))
    return found


def _student(value: Floats, error: Floats, free: Floats, confidence: float) -> Interval:
    normal_deviate(confidence)
    with np.errstate(invalid="ignore"):
        spread = stdtrit(np.where(free > 0, free, np.nan), 1 - (1 - confidence) / 2) * error
    return Interval(value, value - spread, value + spread, confidence)
