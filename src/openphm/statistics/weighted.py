"""Percentiles of observations that count unequally, and how much a few of them hold.

Sources  Hyndman RJ, Fan Y (1996), Sample quantiles in statistical packages, American Statistician 50:361-365
         (definition 2); Lorenz MO (1905), Publications of the American Statistical Association 9:209-219.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from openphm.statistics.interval import Floats, non_negative

# A cumulative weight that differs from the wanted one by rounding alone is the wanted one.
_ROUNDING = 1e-12


def weighted_percentile(values: ArrayLike, shares: ArrayLike, *, weights: ArrayLike | None = None) -> Floats:
    """The values below which these shares (0 to 1) of the weight lie. One group: one-dimensional values.

    The smallest value whose cumulative weight is above share × Σw; where one reaches it exactly, half way
    to the next. With whole-number weights this is the percentile of the rows written out that often.
    Rows with weight 0 or a missing value are left out; with no row left, NaN. Shape of `shares`.
    Raises ValueError when a weight is below zero or a share is outside 0 to 1.
    """
    wanted = _shares(shares)
    x, w = _rows(values, weights)
    if not x.size:
        return np.full(wanted.shape, np.nan)
    order = np.argsort(x, kind="stable")
    x, cumulative = x[order], np.cumsum(w[order]) / w.sum()
    first = np.minimum(np.searchsorted(cumulative, wanted - _ROUNDING, side="left"), x.size - 1)
    following = np.minimum(np.searchsorted(cumulative, wanted + _ROUNDING, side="right"), x.size - 1)
    middle: Floats = (x[first] + x[following]) / 2
    return middle


def weighted_median(values: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """The weighted percentile at one half."""
    return float(weighted_percentile(values, 0.5, weights=weights))


def share_of_top(values: ArrayLike, shares: ArrayLike, *, weights: ArrayLike | None = None) -> Floats:
    """The share of Σ value that the top share of people (by value) holds: 1 minus the Lorenz curve.

        "the top 5% of people account for 48% of emergency admissions": share_of_top(admissions, 0.05)

    values: one-dimensional, one row a person (or a kind of person, with weights), 0 or more. Where the top
    share ends inside a row, that row counts in part. NaN when the values sum to 0. Shape of `shares`.
    Raises ValueError when a value or a weight is below zero or a share is outside 0 to 1.
    """
    wanted = _shares(shares)
    x, w = _rows(non_negative(values, "values"), weights)
    total = (x * w).sum()
    if not total > 0:
        return np.full(wanted.shape, np.nan)
    order = np.argsort(-x, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(w[order]) / w.sum()])
    held = np.concatenate([[0.0], np.cumsum((x * w)[order]) / total])
    found: Floats = np.asarray(np.interp(wanted, people, held))
    return found


def _rows(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1:
        raise ValueError(f"values have {x.ndim} dimensions; one is needed, one row for each observation")
    w = np.ones_like(x) if weights is None else np.broadcast_to(non_negative(weights, "weights"), x.shape)
    is_used = (w > 0) & ~np.isnan(x)
    return x[is_used], w[is_used]


def _shares(shares: ArrayLike) -> Floats:
    wanted = np.asarray(shares, dtype=np.float64)
    if not ((wanted >= 0) & (wanted <= 1)).all():
        raise ValueError("a share is outside 0 to 1; 0.9 is the ninetieth percentile")
    return wanted
