"""Balance: how alike the groups were before weighting, are after it, and are in the matched sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.evaluation.outcome import Flags, Floats
from openphm.evaluation.terms import COVARIATE_SQUARE, MONTH, SQUARE, Terms
from openphm.statistics import Moments, standardised_mean_difference, variance_ratio


@dataclass(frozen=True, eq=False)
class Balance:
    """One entry a term (squares and months are not shown: they follow from the others).

    Differences are in standard deviations (Austin 2009), treated − controls. NaN where a group does not vary.
    """

    names: tuple[str, ...]
    treated_mean: Floats
    control_mean: Floats
    before: Floats
    after: Floats
    matched: Floats
    variance_ratio: Floats

    @property
    def worst(self) -> tuple[str, float]:
        """The term that differs most after weighting, and by how much."""
        if not self.names:
            return "", 0.0
        # Both groups constant, and apart: no spread to measure the difference in, so it is without limit.
        differ = np.abs(self.treated_mean - self.control_mean) > 1e-9
        apart = np.where(np.isnan(self.after), np.where(differ, np.inf, 0.0), np.abs(self.after))
        at = int(apart.argmax())
        return self.names[at], float(apart[at])

    @property
    def worst_variance(self) -> tuple[str, float]:
        """The term whose spread differs most: a ratio, always told as 1 or more."""
        ratio = np.where(self.variance_ratio > 0, self.variance_ratio, np.nan)
        if not self.names or np.isnan(ratio).all():
            return "", 1.0
        apart = np.nan_to_num(np.maximum(ratio, 1 / ratio), nan=1.0)
        at = int(apart.argmax())
        return self.names[at], float(apart[at])


def balance_table(terms: Terms, treated: Flags, weights: Floats, matched: Floats) -> Balance:
    """weights, matched (rows,): the headline weights and those of the matched sets."""
    shown = terms.keep(~np.isin(terms.rank, [MONTH, SQUARE, COVARIATE_SQUARE]))
    values = shown.values.T
    own, plain, weighted, sets = (
        Moments.of_values(values, each)
        for each in (
            treated.astype(np.float64),
            (~treated).astype(np.float64),
            np.where(treated, 0.0, weights),
            np.where(treated, 0.0, matched),
        )
    )
    # The treated in the sets are only those who were matched.
    matched_own = Moments.of_values(values, np.where(treated, matched, 0.0))
    flags = np.array([bool(np.isin(row, (0.0, 1.0)).all()) for row in values], dtype=bool)
    return Balance(
        shown.names,
        own.mean,
        weighted.mean,
        _apart(own, plain),
        _apart(own, weighted),
        _apart(matched_own, sets),
        # The variance of a flag follows from its mean, so it is not judged twice.
        np.where(flags, np.nan, variance_ratio(own, weighted)),
    )


def _apart(one: Moments, other: Moments) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return standardised_mean_difference(one, other)
