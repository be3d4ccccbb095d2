"""Weighted rates per month followed, their ratios, and how sure we are of them.

A rate is r = Σ w Y ÷ Σ w e over some rows (Y an amount, e months followed, w weights). Its logarithm has the
influence function, one number a row,

    ψ = w (Y − r e) ÷ Σ w Y

so the variance of any sum of such logarithms is the sum over persons of (their rows' ψ added up)². That is
the quasi-Poisson model with a log link, offset log e and a person-clustered sandwich, solved by hand: for a
treatment flag alone the two are equal (tested). The weights are taken as given, which makes the interval of a
balanced comparison a little wide (measured: docs/explanation/evaluation-proof.md).

Sources  Liang KY, Zeger SL (1986), Biometrika 73:13-22 (clustered sandwich);
         Cameron AC, Gelbach JB, Miller DL (2011), JBES 29:238-249 (two-way clusters).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from openphm.evaluation.estimate import Estimate
from openphm.evaluation.outcome import Floats, Ints


@dataclass(frozen=True)
class LogRate:
    """The logarithm of a rate and its influence function over all rows of the panel.

    events  Σ Y over the rows counted (unweighted): 0 leaves the logarithm unknown (NaN).
    """

    log: float
    influence: Floats
    events: float

    def minus(self, other: LogRate) -> LogRate:
        """The logarithm of the ratio of two rates."""
        return LogRate(self.log - other.log, self.influence - other.influence, min(self.events, other.events))


def log_rate(amount: ArrayLike, months: ArrayLike, weights: ArrayLike) -> LogRate:
    """log(Σ w Y ÷ Σ w e). Arrays over the rows; a weight of 0 leaves a row out."""
    y, e, w = (np.asarray(one, dtype=np.float64) for one in (amount, months, weights))
    total, time = float(w @ y), float(w @ e)
    events = float(y[w > 0].sum())
    if total <= 0 or time <= 0:
        return LogRate(float("nan"), np.full(len(y), np.nan), 0.0)
    rate = total / time
    return LogRate(float(np.log(rate)), w * (y - rate * e) / total, events)


def grouped(keys: ArrayLike) -> Ints:
    """Cluster numbers 0, 1, ... from any whole numbers."""
    return np.unique(np.asarray(keys), return_inverse=True)[1].reshape(-1)


def clustered_error(influence: Floats, clusters: Ints) -> float:
    """√(G/(G−1) Σ_g (Σ_rows ψ)²): clusters numbered from 0, as `grouped` gives."""
    return float(np.sqrt(_meat(influence, clusters)))


def two_way_error(influence: Floats, first: Ints, second: Ints) -> float:
    """Two-way clustered: V(first) + V(second) − V(both). Never below the larger of the two alone."""
    both = grouped(first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second)
    one, other = _meat(influence, first), _meat(influence, second)
    return float(np.sqrt(max(one + other - _meat(influence, both), one, other)))


def covariance(influences: list[Floats], clusters: Ints) -> Floats:
    """Clustered covariance matrix of several logarithms, (k, k)."""
    if not influences:
        return np.zeros((0, 0))
    sums = np.stack([np.bincount(clusters, weights=one) for one in influences])
    number = sums.shape[1]
    found: Floats = sums @ sums.T * number / max(number - 1, 1)
    return found


def as_estimate(ratio: LogRate, clusters: Ints) -> Estimate:
    """A ratio of rates with its interval, clustered on persons. Unknown where there were no events."""
    if not np.isfinite(ratio.log):
        return Estimate.unknown()
    return Estimate.of_log(ratio.log, clustered_error(ratio.influence, clusters))


def _meat(influence: Floats, clusters: Ints) -> float:
    sums = np.bincount(clusters, weights=influence)
    number = len(sums)
    return float(sums @ sums) * number / max(number - 1, 1)
