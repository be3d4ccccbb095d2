"""Money over time: discounting, net present value, benefit-cost ratio, payback, break-even.

With benefit b_t and cost c_t of year t = 1, 2 ... and the discount factor DF_1 = 1 (the first year is not
discounted), DF_t = DF_(t-1) / (1 + r_t):

    net present value      Σ DF_t (b_t - c_t)
    benefit-cost ratio     Σ DF_t b_t / Σ DF_t c_t
    break-even             the share m of the planned effect at which Σ DF_t (m b_t - c_t) = 0

Source  HM Treasury, The Green Book, annex 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from openphm.projections.path import Floats

Rates = tuple[tuple[int, float], ...]


def discount_factors(rates: Rates, years: int) -> Floats:
    """DF of years 1, 2 ... from a dated table of (first year, rate); year 1 has 1."""
    factors = [1.0]
    for year in range(1, years):
        rate = [rate for first, rate in rates if first <= year][-1]
        factors.append(factors[-1] / (1 + rate))
    return np.array(factors[:years])


def present_to_date(amounts: ArrayLike, factors: Floats) -> Floats:
    """Σ DF·amount from year 1 to each year [..., years]."""
    return np.asarray(np.cumsum(np.asarray(amounts) * factors, axis=-1), dtype=np.float64)


def ratio(over: ArrayLike, under: ArrayLike) -> Floats:
    """over ÷ under; NaN where there is nothing to divide by."""
    top, bottom = np.broadcast_arrays(np.asarray(over, dtype=np.float64), np.asarray(under, dtype=np.float64))
    return np.asarray(
        np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0), dtype=np.float64
    )


def payback_year(net: Floats) -> int | None:
    """The first year from which what was saved to date is never again below what was spent; None: never."""
    to_date = np.cumsum(net)
    behind = np.flatnonzero(to_date < 0)
    first = int(behind[-1]) + 1 if len(behind) else 0
    return first + 1 if first < len(net) else None
