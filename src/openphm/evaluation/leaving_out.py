"""Leaving out: the weights again without each area, for the price of one.

The sums that make the slope and the curve of the dual (balancing.py) are added up by area once; without an
area they are the whole less its part. A few steps with that curve held fixed settle the weights. Where they
do not, the problem is solved from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from openphm.evaluation.balancing import RIDGE, TOLERANCE
from openphm.evaluation.outcome import Flags, Floats, Ints
from openphm.evaluation.terms import Terms
from openphm.evaluation.weighting import BALANCED, Weighting, weigh_again

MOST_STEPS = 12
ENOUGH = TOLERANCE / 100


@dataclass(frozen=True, eq=False)
class _Sums:
    """By area: Σw, Σwz and Σwzzᵀ over the controls at the known solution."""

    number: Floats
    first: Floats
    second: Floats


def weights_without(
    terms: Terms, treated: Flags, area: Ints, *, like: Weighting
) -> Iterator[tuple[int, Floats]]:
    """For each area that can be left out: its number, and a weight for every row (0 in that area)."""
    kept = terms.keep(np.isin(terms.names, list(like.multipliers)))
    controls = kept.values[~treated]
    spread, own = controls.std(axis=0), area[~treated]
    scaled = controls - kept.values[treated].mean(axis=0)
    scaled /= spread
    sums = _by_area(scaled, like.rows[~treated] / treated.sum(), own, int(area.max()) + 1)
    known = np.array([like.multipliers[name] for name in kept.names])
    for left_out in np.unique(area):
        stay = area != left_out
        if not (stay & treated).any() or not (stay & ~treated).any():
            continue
        target = (kept.values[treated & stay].mean(axis=0) - kept.values[treated].mean(axis=0)) / spread
        found = None
        if like.method == BALANCED:
            found = _settle(scaled, own != left_out, known, target=target, sums=sums, left_out=int(left_out))
        rows = np.where(treated & stay, 1.0, 0.0)
        if found is not None:
            rows[~treated] = found * rows.sum()
            yield int(left_out), rows
        elif (again := weigh_again(kept, treated, like=like, counts=stay.astype(np.float64))) is not None:
            yield int(left_out), again


def _by_area(scaled: Floats, weights: Floats, area: Ints, areas: int) -> _Sums:
    width = scaled.shape[1]
    second = np.zeros((areas, width, width))
    first = np.zeros((areas, width))
    for one in range(areas):
        rows = area == one
        weighted = scaled[rows] * weights[rows, np.newaxis]
        first[one], second[one] = weighted.sum(axis=0), weighted.T @ scaled[rows]
    return _Sums(np.bincount(area, weights=weights, minlength=areas).astype(np.float64), first, second)


def _settle(
    scaled: Floats, stay: Flags, known: Floats, *, target: Floats, sums: _Sums, left_out: int
) -> Floats | None:
    """Steps with the curve without the area; None when they do not settle."""
    rest = np.arange(len(sums.number)) != left_out
    total = sums.number[rest].sum()
    if total <= 0:
        return None
    mean = sums.first[rest].sum(axis=0) / total
    curve = sums.second[rest].sum(axis=0) / total - np.outer(mean, mean) + RIDGE * np.eye(len(mean))
    inverse = np.linalg.pinv(curve, hermitian=True)
    found, best = known.copy(), np.inf
    for _ in range(MOST_STEPS):
        tilt = np.where(stay, scaled @ found, -np.inf)
        weights = np.exp(tilt - tilt.max())
        weights /= weights.sum()
        slope = weights @ scaled - target + RIDGE * found
        worst = float(np.abs(slope).max(initial=0.0))
        if worst < ENOUGH:
            return np.asarray(weights, dtype=np.float64)
        if worst > 2 * best:
            return None
        best = min(best, worst)
        found = found - inverse @ slope
    return None
